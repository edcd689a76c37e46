"""The key figures against what is counted by hand beside them."""

from dataclasses import replace

import pytest

from model.alarm import AlarmEvent, AlarmEventKind, Priority, Removal, Standing
from model.alarm_columns import AlarmRow
from model.clock import DAY, HOUR, MINUTE, SECOND
from model.own_state import PLATFORM
from model.people import Actor, Role
from model.rule_version import Origin, RuleVersion
from rules.kpis.breaches import BreachKind, breaches, changes
from rules.kpis.figures import Kpis, Period, by_system, judged, kpis
from rules.kpis.targets import Verdict
from tests.rules.kpis.past import START, columns, days, row

OFTEN = [row(at * HOUR, device=f"d{at % 12}") for at in range(24)]


def of(rows: list[AlarmRow], period: Period | None = None) -> Kpis:
    return kpis(columns(rows), period or days(1))


def test_a_quiet_day_has_zeroes_everywhere_and_meets_every_target_there_is() -> None:
    found = of([])
    assert (found.total, found.peak_10min, found.flood_share, found.top_ten, found.stale_days, len(found.hours)) == (
        0,
        0,
        0.0,
        (),
        (0,),
        24,
    )
    assert found.response.median_s is None
    assert {one.verdict for one in judged(found)} <= {Verdict.MET, Verdict.TOO_FEW, Verdict.NO_TARGET}


def test_only_what_was_annunciated_within_the_period_counts() -> None:
    found = of([row(-1), row(0), row(5, annunciated=False), row(DAY - 1), row(DAY)])
    assert (found.total, found.hours[0], found.hours[23], found.days, found.by_rule) == (2, 1, 1, (2,), {"pump.dry_run": 2})


@pytest.mark.parametrize(
    ("seconds", "floods"),
    [
        pytest.param([*range(10)], [], id="ten in ten minutes are none"),
        pytest.param([*range(11)], [(10, 606, 11, 11)], id="the eleventh begins it; it ends when four of the eleven are left"),
        pytest.param([*range(11), 605], [(10, 607, 12, 11)], id="one that comes in time puts off the end"),
        pytest.param([*range(11), 606], [(10, 607, 12, 11)], id="also at the very moment"),
        pytest.param([*range(11), 607], [(10, 606, 11, 11)], id="one that comes after the end does not"),
        pytest.param([*range(12), *range(3000, 3011)], [(10, 607, 12, 12), (3010, 3606, 11, 11)], id="two"),
        pytest.param([0] * 11 + [86_390] * 20, [(0, 600, 11, 11), (86_390, 86_400, 20, 20)], id="the end of the period cuts it"),
    ],
)
def test_floods_by_the_sliding_definition(seconds: list[int], floods: list[tuple[int, int, int, int]]) -> None:
    found = of([row(second * SECOND, device=f"d{n}") for n, second in enumerate(seconds)])
    assert [((f.begin_ns - START) // SECOND, (f.end_ns - START) // SECOND, f.count, f.peak) for f in found.floods] == floods
    assert found.flood_share == pytest.approx(sum(end - begin for begin, end, _, _ in floods) / 86_400)


def test_what_the_platform_says_of_itself_is_no_flood() -> None:
    found = of([row(at, device=PLATFORM) for at in range(11)])
    assert (found.total, found.floods, found.peak_10min) == (11, (), 0)


def test_busy_hours_and_windows_are_shares_of_all() -> None:
    found = of([row(MINUTE * at // 4) for at in range(40)])  # 40 in the first ten minutes
    assert (max(found.hours), found.busiest_window, found.busy_hours_share, found.busy_windows_share) == (40, 40, 1 / 24, 1 / 144)


def test_the_ten_worst_are_named_with_their_share() -> None:
    found = of([*OFTEN, *(row(100 + at, device="d0") for at in range(6))])
    assert len(found.top_ten) == 10
    assert (found.top_ten[0].device, found.top_ten[0].count) == ("d0", 8)
    assert found.top_ten_share == pytest.approx((8 + 9 * 2) / 30)


@pytest.mark.parametrize(
    ("rows", "chattering", "fleeting"),
    [
        pytest.param([row(at * 30 * SECOND) for at in range(3)], True, False, id="three within a minute"),
        pytest.param([row(at * 31 * SECOND, 31 * SECOND) for at in range(3)], False, False, id="three in more than a minute"),
        pytest.param([row(0, HOUR, flips=40)], True, False, id="held while it went on"),
        pytest.param([row(at * HOUR, 29 * SECOND) for at in range(3)], False, True, id="gone at once, three times"),
        pytest.param([row(at * HOUR, 29 * SECOND) for at in range(2)], False, False, id="twice is a coincidence"),
        pytest.param([row(at * HOUR, 29 * SECOND, flips=3) for at in range(5)], False, True, id="fleeting, then held"),
        pytest.param([row(at * HOUR, (29 + at % 2) * SECOND) for at in range(6)], False, False, id="half of them lasted"),
    ],
)
def test_nuisances_are_found(rows: list[AlarmRow], chattering: bool, fleeting: bool) -> None:
    found = of(rows)
    assert (bool(found.chattering), bool(found.fleeting)) == (chattering, fleeting)


def test_stale_alarms_are_counted_on_every_day_they_stand() -> None:
    found = of([row(-DAY, None), row(0, 2 * DAY, device="d2"), row(0, DAY, device="d3"), row(DAY, None, device="d4")], days(3))
    assert found.stale_days == (1, 2, 2)  # the first on each day, the second on its second, the last from the third on
    assert found.stale == 2
    assert of([row(-DAY - 1, None), row(DAY // 2, None, device="d2")]).stale == 1


def test_priorities_are_judged_by_their_shares_once_there_are_enough() -> None:
    rows = [row(at * MINUTE, priority="low" if at < 15 else "high") for at in range(20)]
    verdicts = {one.name: one.verdict for one in judged(of(rows))}
    assert (verdicts["priority_low"], verdicts["priority_high"]) == (Verdict.TOLERABLE, Verdict.MISSED)
    assert verdicts["priority_critical"] is Verdict.TOO_FEW
    assert of(rows).priorities[Priority.HIGH] == 5


def test_time_to_acknowledge_and_alarms_that_nobody_acts_on() -> None:
    at = START + MINUTE
    seen = [row(0, HOUR, acknowledged_ns=START + wait * SECOND, device=f"s{wait}") for wait in (10, 20, 90)]
    late = [row(hour * HOUR, 40 * SECOND, acknowledged_ns=at + hour * HOUR, device="late") for hour in range(3)]
    worked = [row(hour * HOUR, 40 * SECOND, device="worked", worked=hour == 1) for hour in range(3)]
    standing = [row(0, HOUR, device="stands"), row(2 * HOUR, HOUR, device="stands"), row(4 * HOUR, None, device="stands")]
    found = of([*seen, *late, *worked, *standing])
    assert (found.response.acknowledged, found.response.unseen, found.response.median_s) == (6, 8, 60)
    assert [(one.device, one.count) for one in found.never_acted_on] == [("late", 3)]


def test_each_system_has_figures_of_its_own() -> None:
    found = by_system(columns([row(0), row(1), row(2, system="power", device="m1")]), days(1))
    assert {name: one.total for name, one in found.items()} == {"power": 1, "water": 2}


@pytest.mark.parametrize(
    ("kind", "role", "rule", "approved_by", "breach"),
    [
        (AlarmEventKind.SHELVED, Role.OPERATOR, "pump.dry_run", "", None),
        (AlarmEventKind.SHELVED, Role.VIEWER, "pump.dry_run", "", BreachKind.ROLE),
        (AlarmEventKind.SHELVED, Role.OPERATOR, "fire.alarm", "", BreachKind.LIFE_SAFETY),
        (AlarmEventKind.OUT_OF_SERVICE, Role.MANAGER, "pump.dry_run", "wang", None),
        (AlarmEventKind.OUT_OF_SERVICE, Role.MANAGER, "pump.dry_run", "li", BreachKind.NOT_APPROVED),
        (AlarmEventKind.OUT_OF_SERVICE, Role.MANAGER, "pump.dry_run", "", BreachKind.NOT_APPROVED),
        (AlarmEventKind.OUT_OF_SERVICE, Role.ENERGY, "pump.dry_run", "wang", BreachKind.ROLE),
    ],
)
def test_what_was_silenced_without_authority_is_named(
    kind: AlarmEventKind, role: Role, rule: str, approved_by: str, breach: BreachKind | None
) -> None:
    standing = replace(Standing(rule, "p1"), out_of_service=Removal("li", "pump is out", 0, approved_by=approved_by))
    found = list(breaches([AlarmEvent(kind, 7, standing, None, Actor("li", role))], frozenset({"fire.alarm"})))
    assert [one.kind for one in found] == ([] if breach is None else [breach])


def version(at_ns: int, origin: Origin, by: str = "guanjia", yaml: str = "id: pump.dry_run\n", by_role: Role | None = None) -> RuleVersion:
    return RuleVersion("pump.dry_run", f"v{at_ns}", origin, yaml, at_ns, by, by_role=by_role)


FIRST = version(1, Origin.LIBRARY)
TAKEN_BACK = (version(2, Origin.EDITED, "sun"), version(3, Origin.RETIRED, "sun"), version(3, Origin.SITE, "sun"))


@pytest.mark.parametrize(
    ("versions", "found"),
    [
        pytest.param([version(1, Origin.SITE)], [], id="a rule's first day"),
        pytest.param([version(1, Origin.SITE), version(2, Origin.SITE)], [(2, BreachKind.NOT_APPROVED)], id="a file that names nobody"),
        pytest.param([version(1, Origin.SITE), version(2, Origin.SITE, yaml="approved_by: {zh: 主管, en: head}")], [], id="one that does"),
        pytest.param([version(1, Origin.LIBRARY), version(2, Origin.LIBRARY)], [], id="another version of the product"),
        pytest.param([version(1, Origin.LIBRARY), version(2, Origin.EDITED, "sun")], [], id="a manager"),
        pytest.param([version(1, Origin.LIBRARY), version(2, Origin.EDITED, "li")], [(2, BreachKind.ROLE)], id="a technician"),
        pytest.param([FIRST, version(2, Origin.EDITED, "li", by_role=Role.MANAGER)], [], id="a manager then, a technician today"),
        pytest.param([FIRST, version(2, Origin.EDITED, "sun", by_role=Role.VIEWER)], [(2, BreachKind.ROLE)], id="the other way round"),
        pytest.param([version(1, Origin.SITE), *TAKEN_BACK], [], id="a manager's edit, taken back"),
        pytest.param([version(1, Origin.SITE), version(9, Origin.SITE)], [], id="after the period"),
    ],
)
def test_rules_changed_without_authority_are_named(versions: list[RuleVersion], found: list[tuple[int, BreachKind]]) -> None:
    roles = {"sun": Role.MANAGER, "li": Role.TECHNICIAN}
    assert [(one.at_ns, one.kind) for one in changes(versions, roles, 0, 9)] == found


@pytest.mark.parametrize(
    ("recorded_days", "per_day", "verdict"), [(30, 0.2, "met"), (3, 2, "met"), (0.5, 6, "too_few"), (0, 0.2, "too_few")]
)
def test_time_before_the_platform_recorded_is_no_good_time(recorded_days: float, per_day: float, verdict: str) -> None:
    whole = days(30)
    period = replace(whole, recorded_from_ns=whole.end_ns - round(recorded_days * DAY))
    found = kpis(columns([row(30 * DAY - HOUR * (1 + number)) for number in range(6)]), period)
    told = next(one for one in judged(found) if one.name == "per_day")
    assert (round(found.per_day, 6), told.verdict) == (per_day, verdict)


def test_what_came_in_half_an_hour_is_not_told_as_what_a_day_would_bring() -> None:
    found = of([row(number * 60 * SECOND) for number in range(6)], Period((START, START + HOUR // 2)))
    assert (found.per_day, found.per_hour, found.per_10min) == (6, 6, 2)


def test_a_flood_over_midnight_is_one_for_the_day_on_which_it_becomes_one() -> None:
    rows = [row(DAY - 300 * SECOND + number * 50 * SECOND, device=str(number)) for number in range(12)]
    whole, first, second = (of(rows, Period((START + begin, START + end))) for begin, end in ((0, 2 * DAY), (0, DAY), (DAY, 2 * DAY)))
    (flood,) = whole.floods
    assert (flood.count, second.floods, second.peak_10min, first.floods, first.peak_10min) == (12, (flood,), 12, (), 6)


def test_of_a_flood_that_began_before_the_period_only_its_time_in_it_counts() -> None:
    found = of([row((number - 20) * 30 * SECOND, device=str(number)) for number in range(40)])
    (flood,) = found.floods
    assert flood.begin_ns < START < flood.end_ns
    assert found.flood_share == pytest.approx((flood.end_ns - START) / DAY)
