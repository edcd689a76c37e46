"""What the journal hands over for figures: plain columns of the occurrences that belong to a period."""

from dataclasses import replace

import pytest

from model.alarm import AlarmEventKind, AlarmState
from model.alarm_columns import NEVER
from model.clock import DAY
from model.ticket import TicketState
from store.journal import SqlJournal
from tests.journal.builders import ended, followed, opened, raised, returned, ticket


def test_a_period_has_what_was_raised_in_it_and_what_was_not_over_at_its_start(journal: SqlJournal) -> None:
    with journal.write() as tx:
        for id, at_ns, over_ns in (("gone", 1, 5), ("into", 2, 12), ("stands", 3, None), ("in", 10, 11), ("after", 20, None)):
            event = raised(id, device=id, at_ns=at_ns * DAY)
            tx.record(event)
            if over_ns is not None:
                tx.record(ended(returned(event, over_ns * DAY), over_ns * DAY))
    found = journal.alarm_columns(10 * DAY, 20 * DAY)
    assert [device for _, device in found.alarms] == ["into", "stands", "in"]
    assert (found.raised_ns // DAY).tolist() == [2, 3, 10]
    assert found.active_until_ns.tolist() == [12 * DAY, NEVER, 11 * DAY]
    assert found.annunciated.all()


@pytest.mark.parametrize(
    ("state", "reworks", "worked"),
    [
        (TicketState.DISPATCHED, 0, False),
        (TicketState.DISPATCHED, 1, True),
        (TicketState.ACCEPTED, 0, True),
        (TicketState.CANCELLED, 0, False),
    ],
)
def test_an_occurrence_is_an_incident_once_its_ticket_was_worked_on(
    journal: SqlJournal, state: TicketState, reworks: int, worked: bool
) -> None:
    job = ticket("GD-1", state=state, reworks=reworks, closed_at_ns=None if state.is_open else 2_000, alarms=("a",))
    with journal.write() as tx:
        tx.record(raised("a"))
        tx.record(raised("b", device="b02.lift1"))
        tx.put_ticket(replace(job), opened(job))
        tx.attach("a", job.id)
    assert job.is_worked_on is worked
    assert journal.alarm_columns(0, DAY).worked.tolist() == [worked, False]


def test_events_are_found_by_kind_and_time(journal: SqlJournal) -> None:
    event = raised("a", at_ns=5)
    with journal.write() as tx:
        tx.record(event)
        tx.record(followed(event, AlarmEventKind.SHELVED, AlarmState.ACTIVE_UNACKNOWLEDGED, 7, comment="noise"))
    assert [one.comment for one in journal.alarm_events_of((AlarmEventKind.SHELVED,), 7, 8)] == ["noise"]
    assert journal.alarm_events_of((AlarmEventKind.SHELVED,), 8, 9) == []
