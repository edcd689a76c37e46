"""What a crash leaves, case by case: what is found, what is believed of it, and what is done."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from guanjia.checkpoint import FILE, Unusable, read_checkpoint
from guanjia.clock_steps import ClockStep, ClockSteps
from guanjia.recovery import Heard, Plan, Start, plan
from model.alarm import AlarmEventKind
from model.clock import HOUR, SECOND
from model.ports import Judged
from model.reading import Reach
from model.rule import Rule
from model.site import Site
from tests.recovery.house import House, copied
from tests.rules import workshop as w

WIRE = w.device("wire", [w.point("broken"), w.point("level", "m")], "wire")
SITE = w.site(WIRE)
RULES = (
    w.rule("cut", "broken > 0", on_delay_s=0),
    w.rule("high", "level > 2", on_delay_s=10, off_delay_s=10),
)
Begin = Callable[[Site, Sequence[Rule]], House]


@pytest.fixture
def begin(empty: Callable[[str], Path]) -> Iterator[Begin]:
    """Starts a house at second 0. Whoever lives on after it is closed at the end."""
    begun: list[House] = []

    def start(site: Site, rules: Sequence[Rule]) -> House:
        begun.append(House(empty("life"), site, rules, w.at(0)))
        return begun[-1]

    yield start
    for house in begun:
        house.close()


@pytest.fixture
def house(begin: Begin) -> House:
    return begin(SITE, RULES)


def says(house: House, at_s: float, **values: float) -> None:
    house.hear(w.block(WIRE, at_s, **values))


Spoil = Callable[[Path], None]


def killed(
    house: House, at_s: float, heard: Heard | None = None, site: Site = SITE, rules: Sequence[Rule] = RULES, spoil: Spoil = lambda _: None
) -> House:
    """The house that is started on what this one leaves on disk; whatever it had in memory is gone."""
    folder = copied(house.folder, house.folder.with_name(f"{house.folder.name}+"))
    house.close()
    spoil(folder)
    house.heir = House(folder, site, rules, w.at(at_s), heard)
    return house.heir


def kinds(house: House) -> list[str]:
    return [f"{kind} {rule}" for kind, _, rule, *_ in house.story()[0]]


@pytest.mark.parametrize(
    ("remembered", "reached", "oldest", "end", "expected"),
    [
        pytest.param(5, 8, 1, 12, Plan(Start.CHECKPOINT, 5, 8, 12, False), id="as it should be"),
        pytest.param(5, 5, 6, 5, Plan(Start.CHECKPOINT, 5, 5, 5, False), id="nothing since, and all rows passed on"),
        pytest.param(None, 8, 1, 12, Plan(Start.JOURNAL, 8, 8, 12, False), id="no checkpoint: what the journal lacks is judged"),
        pytest.param(5, 8, 7, 12, Plan(Start.JOURNAL, 8, 8, 12, False), id="rows behind the checkpoint are gone"),
        pytest.param(5, 8, 10, 12, Plan(Start.ANEW, 12, 12, 12, False), id="rows nobody has judged are gone"),
        pytest.param(9, 8, 1, 12, Plan(Start.JOURNAL, 8, 8, 12, False), id="the journal is an older copy than the checkpoint"),
        pytest.param(5, None, 1, 12, Plan(Start.ANEW, 12, 12, 12, False), id="another journal"),
        pytest.param(None, None, 1, 12, Plan(Start.ANEW, 12, 12, 12, False), id="from before positions were kept"),
        pytest.param(5, 8, 1, 6, Plan(Start.CHECKPOINT, 5, 6, 6, True), id="a power cut took rows that the journal knows of"),
        pytest.param(5, 8, 1, 3, Plan(Start.CHECKPOINT, 3, 3, 3, True), id="a power cut took rows behind the checkpoint too"),
    ],
)
def test_where_the_engine_starts(remembered: int | None, reached: int | None, oldest: int, end: int, expected: Plan) -> None:
    assert plan(remembered, reached, oldest, end) == expected


def test_returned_still_goes_out_after_a_restart(house: House) -> None:
    says(house, 1, broken=1.0)
    house.drain()
    house.checkpoint(w.at(2))
    house = killed(house, 5)
    says(house, 6, broken=0.0)
    house.drain()
    assert kinds(house) == ["raised cut", "returned cut"]


def test_what_was_said_once_and_acknowledged_is_judged_after_the_kill(house: House) -> None:
    """The block is on disk, its alarm is not: the device will not say it again."""
    house.checkpoint(w.at(0))
    says(house, 1, broken=1.0)
    house.spool.flush()
    house = killed(house, 5)
    house.drain()
    assert kinds(house) == ["raised cut"]
    assert house.story()[0][0][1] == w.at(1), "raised when it was said"
    house = killed(house, 9)
    assert (kinds(house), house.recovery.judged) == (["raised cut"], 0)


def test_a_running_delay_goes_on_and_does_not_count_the_time_nobody_watched(house: House) -> None:
    says(house, 1, level=3.0)
    house.drain()
    house.checkpoint(w.at(7))
    house = killed(house, 100)
    house.let_pass(w.at(103))
    house.drain()
    assert kinds(house) == []
    house.let_pass(w.at(104))
    house.drain()
    assert kinds(house) == ["raised high"]


def test_two_readings_milliseconds_apart_are_one_alarm_though_the_platform_dies_between(house: House) -> None:
    house.checkpoint(w.at(0))
    says(house, 1.000, broken=1.0)
    house.drain()
    house = killed(house, 1.001)
    says(house, 1.002, broken=1.0)
    house.drain()
    assert kinds(house) == ["raised cut"]


def test_what_a_person_has_done_since_the_checkpoint_stands(house: House) -> None:
    house.checkpoint(w.at(0))
    says(house, 1, broken=1.0)
    house.acknowledge(w.at(2))
    house = killed(house, 3)
    assert house.recovery.reheard == 1
    says(house, 4, broken=0.0)
    house.drain()
    assert kinds(house) == ["raised cut", "acknowledged cut", "returned cut"]
    assert [standing.state.value for standing, _ in house.engine.standings()] == ["normal"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / FILE).unlink(), Unusable.MISSING),
        (lambda folder: (folder / FILE).write_bytes((folder / FILE).read_bytes()[:-3]), Unusable.TORN),
        (lambda folder: (folder / FILE).write_bytes(b""), Unusable.TORN),
        (lambda folder: [(folder / name).unlink() for name in ("spool.sqlite", "spool.sqlite-wal")], Unusable.ALIEN),
    ],
    ids=["missing", "torn", "empty", "of another spool"],
)
def test_without_its_checkpoint_the_alarms_stand_as_the_journal_has_them(
    house: House, spoil: Callable[[Path], None], reason: Unusable
) -> None:
    says(house, 1, broken=1.0)
    house.drain()
    house.checkpoint(w.at(2))
    house = killed(house, 5, spoil=spoil)
    assert read_checkpoint(house.folder / FILE, house.trail.identity) is reason
    assert [standing.state.value for standing, _ in house.engine.standings()] == ["active_unacknowledged"]
    house.let_pass(w.at(3600))
    says(house, 3601, broken=0.0)
    house.drain()
    assert kinds(house) == ["raised cut", "returned cut"]


def test_ids_a_power_cut_took_back_are_not_mistaken_for_what_was_judged(house: House) -> None:
    house.checkpoint(w.at(0))
    with house.journal.write() as tx:
        tx.put_judged(Judged(house.trail.identity, 40, w.at(3)))
    house = killed(house, 4)
    assert house.recovery.plan.is_torn
    says(house, 5, broken=1.0)
    house.spool.flush()
    house = killed(house, 6)
    assert kinds(house) == ["raised cut"]


def test_what_is_not_in_the_spool_is_asked_for_again_before_anything_is_cleared(house: House) -> None:
    house.overhear(w.block(WIRE, 1, broken=0.0))
    house.checkpoint(w.at(2))
    house.overhear(w.block(WIRE, 3, broken=1.0))
    house.drain()
    house = killed(house, 5, Heard(unspooled={"wire"}))
    house.let_pass(w.at(20))
    house.overhear(w.block(WIRE, 21, broken=1.0))
    house.drain()
    assert kinds(house) == ["raised cut"]


def test_what_others_said_last_settles_nothing_of_a_device_that_is_not_in_the_spool(begin: Begin) -> None:
    other = w.device("other", WIRE.profile.points, "wire")
    rules, site = (w.rule("cut", "broken > 0", on_delay_s=0, clear_when="broken < 1"),), w.site(WIRE, other)
    house = begin(site, rules)
    house.overhear(w.block(WIRE, 1, broken=0.0))
    house.checkpoint(w.at(2))
    house.overhear(w.block(WIRE, 3, broken=1.0))
    house.drain()
    house.hear(w.block(other, 4, broken=1.0))
    house.spool.flush()
    house = killed(house, 5, Heard(unspooled={"wire"}), site, rules)
    assert house.recovery.judged == 1
    assert [f"{kind} {device}" for kind, _, _, device, *_ in house.story()[0]] == ["raised wire", "raised other"]


def test_a_polled_device_is_asked_again_before_an_old_delay_counts_on(house: House) -> None:
    says(house, 1, level=3.0)
    house.checkpoint(w.at(9))
    house = killed(house, 9 + 3600, Heard(polled={"wire"}))
    house.let_pass(w.at(9 + 3620))
    says(house, 9 + 3621, level=1.0)
    house.drain()
    assert kinds(house) == []


@pytest.mark.parametrize(("when", "raised"), [("level > 2 and between_hours(0, 24)", []), ("stale(level, 1min)", ["raised slow"])])
def test_time_alone_settles_a_doubt_only_about_silence(begin: Begin, when: str, raised: list[str]) -> None:
    rules = (w.rule("slow", when, on_delay_s=100),)
    house = begin(SITE, rules)
    says(house, 1, level=3.0)
    house.drain()
    house.checkpoint(w.at(70))
    house = killed(house, 3600, Heard((), frozenset({"wire"})), rules=rules)
    house.let_pass(w.at(3800))
    house.drain()
    assert kinds(house) == raised


def test_what_only_stands_again_is_judged_again_and_never_stored(house: House) -> None:
    house.checkpoint(w.at(0))
    house.hear(replace(w.block(WIRE, 1, broken=1.0), reach=Reach.LIVE))
    house.spool.accept(replace(w.block(WIRE, 2, broken=0.0), reach=Reach.HISTORY))
    house.spool.flush()
    stored = [row.receive_ns for row in house.spool.file.after(0, 10)]
    house = killed(house, 5)
    assert (stored, kinds(house), house.recovery.judged) == ([w.at(2)], ["raised cut"], 1)


def test_a_device_that_has_left_is_passed_over_and_its_alarm_withdrawn(house: House) -> None:
    house.checkpoint(w.at(0))
    says(house, 1, broken=1.0)
    house.drain()
    says(house, 2, broken=1.0)
    house.spool.flush()
    other = w.device("other", [w.point("broken"), w.point("level", "m")], "wire")
    house = killed(house, 5, site=w.site(other))
    assert (kinds(house), house.recovery.judged) == (["raised cut", "withdrawn cut"], 0)


def test_a_point_that_is_new_or_has_moved_keeps_its_own_values(house: House) -> None:
    house.checkpoint(w.at(0))
    says(house, 1, broken=1.0, level=0.5)
    house.spool.flush()
    changed = w.device("wire", [w.point("fresh"), w.point("level", "m"), w.point("broken")], "wire")
    house = killed(house, 5, site=w.site(changed))
    assert house.engine.evaluation("cut", "wire").inputs == {"wire.broken": 1.0}
    assert house.engine.evaluation("high", "wire").inputs == {"wire.level": 0.5}


def test_the_clock_set_back_while_it_was_down_leaves_delays_what_they_had(house: House) -> None:
    says(house, 1, level=3.0)
    house.checkpoint(w.at(7))
    house = killed(house, 7 - 3600)
    assert house.engine.next_due_ns == w.at(7 - 3600 + 4)


@pytest.mark.parametrize("is_in_the_journal", [True, False], ids=["gone over again", "judged again"])
def test_the_clock_set_forward_before_a_kill_lets_no_time_pass_when_it_is_gone_through_again(house: House, is_in_the_journal: bool) -> None:
    says(house, 1, level=3.0)
    house.checkpoint(w.at(2))
    house.set_clock(ClockStep(w.at(4), w.at(3600)))
    says(house, 3600.5, level=3.0, broken=1.0)
    house.drain() if is_in_the_journal else house.spool.flush()
    house = killed(house, 3602)
    house.let_pass(w.at(3608.4))
    house.drain()
    assert kinds(house) == ["raised cut"], "level has been above its limit for 9.9 of the 10 s"
    house.let_pass(w.at(3609))
    house.drain()
    assert kinds(house) == ["raised cut", "raised high"]
    house.checkpoint(w.at(3609))
    assert ClockSteps(house.folder / "engine.clock").noted == ()


def test_a_step_of_the_clock_that_a_power_cut_has_cut_short_sets_no_clock(tmp_path: Path) -> None:
    file = tmp_path / "engine.clock"
    file.write_text(f"{w.at(4)} {w.at(3600)}\n{w.at(5000)} {str(w.at(5600))[:-3]}", encoding="ascii")
    assert ClockSteps(file).noted == (ClockStep(w.at(4), w.at(3600)),)


def test_rows_behind_the_checkpoint_are_held_within_bounds(house: House) -> None:
    house.spool.register("history")
    for second in range(10):
        says(house, second, level=1.0)
    house.drain()
    house.spool.file.set_cursor("history", 10)
    house.trail.hold(6)
    for _ in range(2):
        house.spool.trim()
    assert house.trail.span() == (7, 10)
    house.trail.hold(10)
    for _ in range(2):
        house.spool.trim()
    assert house.trail.span() == (11, 10)


def test_before_its_first_checkpoint_it_keeps_what_the_last_one_needs(house: House) -> None:
    house.checkpoint(w.at(0))
    house.spool.register("history")
    for second in range(1, 6):
        says(house, second, level=1.0)
    house.drain()
    house = killed(house, 6)
    house.spool.register("history")
    house.spool.file.set_cursor("history", 5)
    for _ in range(2):
        house.spool.trim()
    house = killed(house, 7)
    assert (house.recovery.plan.start, house.recovery.reheard + house.recovery.judged) == (Start.CHECKPOINT, 5)


def test_an_act_just_before_a_delay_is_over_does_not_make_it_begin_anew(house: House) -> None:
    house.checkpoint(w.at(0))
    says(house, 1, broken=1.0, level=3.0)
    house.drain()
    house.checkpoint(w.at(10.9))
    house.acknowledge_one("A-260114-001", w.at(11.05))
    house = killed(house, 11.1)
    house.let_pass(w.at(11.3))
    house.drain()
    assert kinds(house) == ["raised cut", "acknowledged cut", "raised high"]


def test_alarms_of_the_last_seconds_count_once_as_a_flood(house: House) -> None:
    house.checkpoint(w.at(0))
    for turn in range(1, 7):
        says(house, 25 * turn, broken=float(turn % 2))
    house.drain()
    house = killed(house, 151)
    assert house.engine.annunciated(w.at(151)) == 3
    says(house, 175, broken=1.0)
    assert house.engine.annunciated(w.at(175)) == 4, "its name is not taken for one that was given while rehearsing"


def test_events_are_told_once_however_often_it_dies(house: House) -> None:
    for life in range(1, 6):
        says(house, life, broken=float(life % 2))
        house.drain()
        house = killed(house, life + 0.5)
    raised = [event for event in house.story()[0] if event[0] is AlarmEventKind.RAISED]
    assert (len(raised), len({event[4] for event in raised})) == (3, 3)
    assert w.at(HOUR // SECOND) > house.engine.now_ns
