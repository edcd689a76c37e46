"""What came beside what was expected: the whole list, each difference with both sides."""

from dataclasses import replace

import pytest

from guanjia.scenario.comparison import Difference, Kind, compare
from guanjia.scenario.outcome import CameAlarm, CameEnergy, CameNotice, CameTicket, Outcome
from model.alarm import Priority
from model.clock import MINUTE, SECOND
from model.notice import NoticeKind
from model.scenario import (
    NEVER,
    AlarmPattern,
    ClockState,
    Expectations,
    ExpectedAlarm,
    ExpectedEnergy,
    ExpectedNotice,
    ExpectedTicket,
    Moment,
    Scenario,
)
from model.text import Text
from model.ticket import Promise, TicketClass, TicketState

DRY = CameAlarm("A1", "pump.dry_run", "pump1", Priority.HIGH, 5 * MINUTE, 15 * MINUTE, None, None)
LOST = CameAlarm("A2", "comms.lost", "tank", Priority.LOW, 20 * MINUTE, 23 * MINUTE, 23 * MINUTE, 21 * MINUTE)
JOB = CameTicket(
    "GD-260114-001",
    ("pump.dry_run@pump1",),
    TicketClass.LARGE,
    TicketState.ACCEPTED,
    5 * MINUTE,
    None,
    "liuyang",
    {Promise.ACCEPT: ClockState.MET, Promise.ARRIVE: ClockState.BROKEN},
)


def _expected(name: str, **more: object) -> ExpectedAlarm:
    rule, _, device = name.partition("@")
    return replace(ExpectedAlarm(AlarmPattern(rule, device), line=7), **more)  # type: ignore[arg-type]


def _around(at_ns: int, within_ns: int = 10 * SECOND) -> Moment:
    return Moment(at_ns - within_ns, at_ns + within_ns)


def _compared(expected: Expectations, outcome: Outcome) -> list[Difference]:
    text = Text("试", "Test")
    return list(compare(Scenario("s", text, text, 0, 60 * MINUTE, 0, 5 * SECOND, 1, (), expected), outcome))


def _of_alarms(expected: list[ExpectedAlarm], came: list[CameAlarm]) -> list[tuple[Kind, str, str, str]]:
    found = _compared(Expectations(alarms=tuple(expected)), Outcome(alarms=tuple(came)))
    return [(d.kind, d.what, d.expected, d.came) for d in found]


def test_what_came_as_expected_is_no_difference() -> None:
    whole = _expected(
        "pump.dry_run@pump1",
        raised=_around(5 * MINUTE),
        returned=_around(15 * MINUTE),
        ended=NEVER,
        acknowledged=NEVER,
        priority=Priority.HIGH,
        under="",
    )
    assert _of_alarms([whole, _expected("comms.lost@tank", acknowledged=_around(21 * MINUTE))], [DRY, LOST]) == []


def test_an_alarm_nobody_expected_is_a_difference() -> None:
    assert _of_alarms([_expected("pump.dry_run@pump1")], [DRY, LOST]) == [
        (Kind.EXTRA, "alarm comms.lost@tank", "nothing", "one at 20min (low, returned 23min)")
    ]


def test_an_alarm_that_does_not_come_is_a_difference() -> None:
    missing = _expected("pump.dry_run@pump1", raised=_around(5 * MINUTE))
    assert _of_alarms([missing], []) == [(Kind.MISSING, "alarm pump.dry_run@pump1", "one at 4min50s..5min10s", "nothing")]


@pytest.mark.parametrize(
    ("field", "wanted", "said"),
    [
        ("raised", _around(6 * MINUTE), ("raised 5min50s..6min10s", "raised 5min")),
        ("raised", Moment(5 * MINUTE + 1, 6 * MINUTE), ("raised 5min..6min", "raised 5min")),
        ("returned", NEVER, ("returned never", "returned 15min")),
        ("ended", _around(15 * MINUTE), ("ended 14min50s..15min10s", "ended never")),
        ("acknowledged", _around(15 * MINUTE), ("acknowledged 14min50s..15min10s", "acknowledged never")),
        ("priority", Priority.LOW, ("priority low", "priority high")),
        ("under", "power.feeder_off@d5", ("under power.feeder_off@d5", "under nothing")),
    ],
)
def test_each_field_that_differs_is_named_with_both_sides(field: str, wanted: object, said: tuple[str, str]) -> None:
    found = _of_alarms([_expected("pump.dry_run@pump1", **{field: wanted})], [DRY])
    assert found == [(Kind.WRONG, "alarm pump.dry_run@pump1", *said)]


def test_occurrences_of_one_alarm_are_laid_beside_each_other_in_order() -> None:
    came = [replace(DRY, id=f"A{n}", raised_ns=n * MINUTE) for n in (5, 15, 25)]
    entries = [_expected("pump.dry_run@pump1", raised=_around(n * MINUTE)) for n in (5, 15, 25)]
    assert _of_alarms(entries, came) == []
    assert _of_alarms(entries, [came[0], came[2]]) == [(Kind.MISSING, "alarm pump.dry_run@pump1", "one at 14min50s..15min10s", "nothing")]
    assert [kind for kind, *_ in _of_alarms([entries[0], entries[2]], came)] == [Kind.EXTRA]


def test_a_wildcard_takes_its_count_and_leaves_the_rest_as_extra() -> None:
    lifts = [
        CameAlarm(f"A{n}", "elevator.power_lost", f"b07.lift{n}", Priority.HIGH, MINUTE, under="power.feeder_off@d5") for n in range(3)
    ]
    two = _expected("elevator.power_lost@b07.*", count=2, under="power.feeder_off@d5")
    assert [kind for kind, *_ in _of_alarms([two], lifts)] == [Kind.EXTRA]
    assert _of_alarms([replace(two, count=3)], lifts) == []
    assert _of_alarms([replace(two, count=4)], lifts) == [(Kind.MISSING, "alarm elevator.power_lost@b07.*", "4", "3")]


def test_a_wildcard_takes_the_best_fitting_and_no_alarm_that_is_named_by_itself() -> None:
    folded = CameAlarm("A1", "elevator.power_lost", "b07.lift1", Priority.HIGH, MINUTE, under="power.feeder_off@d5")
    shouted = replace(folded, id="A2", device="b07.lift2", under="")
    entries = [_expected("elevator.*@b07.*", under="power.feeder_off@d5"), _expected("elevator.power_lost@b07.lift2", under="")]
    assert _of_alarms(entries, [shouted, folded]) == []


def test_tickets_are_compared_with_their_clocks() -> None:
    entry = ExpectedTicket(
        AlarmPattern("pump.dry_run", "pump1"),
        9,
        ticket_class=TicketClass.SMALL,
        state=TicketState.ACCEPTED,
        opened=_around(5 * MINUTE),
        closed=NEVER,
        owner="",
        alarms=2,
        clocks={Promise.ACCEPT: ClockState.MET, Promise.ARRIVE: ClockState.RUNNING, Promise.FINISH: ClockState.NONE},
    )
    found = _compared(Expectations(tickets=(entry,)), Outcome(tickets=(JOB,)))
    assert [str(d) for d in found] == [
        "ticket for pump.dry_run@pump1: expected class small, came class large",
        "ticket for pump.dry_run@pump1: expected owner nothing, came owner liuyang",
        "ticket for pump.dry_run@pump1: expected arrive running, came arrive broken",
        "ticket for pump.dry_run@pump1: expected alarms 2, came alarms 1",
    ]
    assert {d.line for d in found} == {9}


def test_a_ticket_is_found_by_any_of_its_alarms() -> None:
    joined = replace(JOB, alarms=("pump.dry_run@pump1", "pump.fault@pump1"))
    assert _compared(Expectations(tickets=(ExpectedTicket(AlarmPattern("pump.fault", "pump1"), 1),)), Outcome(tickets=(joined,))) == []


def test_a_ticket_nobody_expected_is_a_difference() -> None:
    assert [d.kind for d in _compared(Expectations(), Outcome(tickets=(JOB,)))] == [Kind.EXTRA]


SENT = CameNotice("GD-1", JOB.alarms, "liuyang", NoticeKind.DISPATCHED, 5 * MINUTE)
LATE = CameNotice("GD-1", JOB.alarms, "sun", NoticeKind.ARRIVE_LATE, 20 * MINUTE)


def _notice(to: str, kind: NoticeKind, at_ns: int, *people: str) -> ExpectedNotice:
    return ExpectedNotice(AlarmPattern("pump.*", "pump1"), 11, to, frozenset(people or (to,)), kind, at=_around(at_ns))


def _of_notices(expected: list[ExpectedNotice] | None, *came: CameNotice) -> list[str]:
    notices = None if expected is None else tuple(expected)
    return [str(d) for d in _compared(Expectations(notices=notices), Outcome(notices=came))]


def test_who_is_told_what_is_compared_whole_where_a_scenario_states_it() -> None:
    both = [
        _notice("sun", NoticeKind.ARRIVE_LATE, 20 * MINUTE),
        _notice("technician", NoticeKind.DISPATCHED, 5 * MINUTE, "liuyang", "wang"),
    ]
    assert _of_notices(both, SENT, LATE) == []
    assert _of_notices(None, SENT, LATE) == []
    assert _of_notices([], SENT) == ["notice dispatched to liuyang for pump.dry_run@pump1: expected nothing, came one at 5min (GD-1)"]


def test_a_notice_that_does_not_come_comes_late_or_to_another_is_a_difference() -> None:
    entry = _notice("sun", NoticeKind.ARRIVE_LATE, 20 * MINUTE)
    assert _of_notices([entry]) == ["notice arrive_late to sun for pump.*@pump1: expected 1, came 0"]
    late = replace(LATE, at_ns=25 * MINUTE)
    assert _of_notices([entry], late) == ["notice arrive_late to sun for pump.dry_run@pump1: expected at 19min50s..20min10s, came at 25min"]
    assert len(_of_notices([entry], replace(LATE, to="he"))) == 2


@pytest.mark.parametrize(("amount", "is_right"), [(12.5, True), (12.74, True), (12.76, False), (12.24, False), (None, False)])
def test_energy_is_compared_within_its_tolerance(amount: float | None, is_right: bool) -> None:
    entry = ExpectedEnergy("d5.energy", 3, 0, 30 * MINUTE, 12.5, "kWh", 0.25)
    found = _compared(Expectations(energy=(entry,)), Outcome(energy=(CameEnergy("d5.energy", 0, 30 * MINUTE, amount),)))
    assert (found == []) is is_right


def test_an_act_that_did_not_go_as_written_is_a_difference() -> None:
    found = _compared(Expectations(), Outcome(troubles=("at 7min engineer: acknowledge x@y: refused: no such alarm is open",)))
    assert [str(d) for d in found] == ["at 7min engineer: acknowledge x@y: refused: no such alarm is open"]
