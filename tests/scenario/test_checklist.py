"""A commissioning check list ticks itself: what came, what is wrong, what is still awaited."""

from dataclasses import replace
from datetime import UTC, datetime

from guanjia.scenario.checklist import Checklist, Tick, as_json, as_markdown, checklist
from guanjia.scenario.outcome import CameAlarm, CameTicket, Outcome
from model.alarm import Priority
from model.clock import MINUTE, SECOND
from model.scenario import NEVER, AlarmPattern, Expectations, ExpectedAlarm, ExpectedTicket, Moment, Scenario
from model.text import Text
from model.ticket import TicketClass, TicketState

DRY = AlarmPattern("pump.dry_run", "pump1")
LONG_AGO = Moment(0, SECOND)
RAISED = CameAlarm("A1", "pump.dry_run", "pump1", Priority.HIGH, 5 * MINUTE)
TICKET = CameTicket("GD-1", ("pump.dry_run@pump1",), TicketClass.LARGE, TicketState.DISPATCHED, 5 * MINUTE)


def _scenario(*alarms: ExpectedAlarm, tickets: tuple[ExpectedTicket, ...] = ()) -> Scenario:
    about = Text("试", "Test")
    return Scenario("s", about, about, 0, 60 * MINUTE, 0, 5 * SECOND, 1, (), Expectations(alarms, tickets))


def _ticks(found: Checklist) -> list[tuple[str, Tick]]:
    return [(entry.what, entry.tick) for entry in found.entries]


def test_an_alarm_is_ticked_whenever_it_comes() -> None:
    scenario = _scenario(ExpectedAlarm(DRY, 1, raised=LONG_AGO, priority=Priority.HIGH))
    assert _ticks(checklist(scenario, Outcome())) == [("alarm pump.dry_run@pump1", Tick.OPEN)]
    found = checklist(scenario, Outcome((RAISED,)))
    assert _ticks(found) == [("alarm pump.dry_run@pump1", Tick.DONE)]
    assert found.is_done
    assert found.entries[0].note == "after 5min"


def test_an_alarm_that_must_return_has_an_entry_for_that_too() -> None:
    scenario = _scenario(ExpectedAlarm(DRY, 1, returned=LONG_AGO))
    came = Outcome((RAISED,))
    assert [tick for _, tick in _ticks(checklist(scenario, came))] == [Tick.DONE, Tick.OPEN]
    back = Outcome((replace(RAISED, returned_ns=6 * MINUTE),))
    assert checklist(scenario, back).is_done
    assert len(checklist(_scenario(ExpectedAlarm(DRY, 1, returned=NEVER)), came).entries) == 1


def test_an_alarm_of_another_priority_is_wrong_with_both_sides() -> None:
    found = checklist(_scenario(ExpectedAlarm(DRY, 1, priority=Priority.LOW)), Outcome((RAISED,)))
    assert found.entries[0].tick is Tick.WRONG
    assert found.entries[0].note == "expected priority low, came priority high"
    assert not found.is_done


def test_a_count_is_ticked_when_all_have_come() -> None:
    lifts = [CameAlarm(f"A{n}", "elevator.power_lost", f"b07.lift{n}", Priority.HIGH, n * MINUTE) for n in (1, 2)]
    scenario = _scenario(ExpectedAlarm(AlarmPattern("elevator.*", "b07.*"), 1, count=2))
    half = checklist(scenario, Outcome((lifts[0],)))
    assert (half.entries[0].tick, half.entries[0].note) == (Tick.OPEN, "1 of 2 so far")
    assert checklist(scenario, Outcome(tuple(lifts))).is_done


def test_a_ticket_is_ticked_whatever_people_have_done_to_it() -> None:
    entry = ExpectedTicket(DRY, 1, ticket_class=TicketClass.LARGE, state=TicketState.ACCEPTED, owner="somebody", opened=LONG_AGO)
    assert checklist(_scenario(tickets=(entry,)), Outcome((RAISED,), (TICKET,))).is_done
    small = replace(entry, ticket_class=TicketClass.SMALL)
    assert checklist(_scenario(tickets=(small,)), Outcome((RAISED,), (TICKET,))).entries[0].tick is Tick.WRONG


def test_what_comes_besides_is_named_and_does_not_spoil_it() -> None:
    other = CameAlarm("A9", "comms.lost", "tank", Priority.LOW, MINUTE)
    found = checklist(_scenario(ExpectedAlarm(DRY, 1)), Outcome((RAISED, other)))
    assert found.extras == ("comms.lost@tank",)
    assert found.is_done


def test_the_report_says_who_watched_and_what_was_ticked() -> None:
    scenario = _scenario(ExpectedAlarm(DRY, 1), ExpectedAlarm(AlarmPattern("comms.lost", "tank"), 2))
    found, began = checklist(scenario, Outcome((RAISED,))), datetime(2026, 1, 14, 10, tzinfo=UTC)
    text = as_markdown(scenario, found, "tester", began)
    assert "- [x] alarm pump.dry_run@pump1 (after 5min)" in text
    assert "- [ ] alarm comms.lost@tank" in text
    assert "未完成" in text
    assert as_json(scenario, found, "tester", began)["passed"] is False
