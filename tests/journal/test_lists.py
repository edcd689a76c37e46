"""Lists: filters, order and paging."""

from dataclasses import replace

import pytest

from model.alarm import AlarmEventKind, AlarmState, Priority
from model.ports import OccurrenceFilter, TicketFilter
from model.ticket import TicketState
from store.journal import SqlJournal
from tests.journal.builders import ended, followed, opened, raised, returned, ticket


def occurrence_ids(journal: SqlJournal, where: OccurrenceFilter) -> list[str]:
    return [occurrence.id for occurrence in journal.occurrences(where)]


def ticket_ids(journal: SqlJournal, where: TicketFilter) -> list[str]:
    return [found.id for found in journal.tickets(where)]


@pytest.fixture
def alarms(journal: SqlJournal) -> SqlJournal:
    """One very old alarm still active, three over, one returned, one latched, one acknowledged."""
    old = raised("old", at_ns=10)
    latched = raised("latched", rule="sump.leak", device="b01.pump2", at_ns=500, priority=Priority.CRITICAL)
    back = raised("back", rule="supply.low", device="sub1.incomer1", at_ns=600)
    seen = raised("seen", rule="supply.high", device="sub1.incomer1", at_ns=650, priority=Priority.LOW)
    with journal.write() as tx:
        tx.record(old)
        tx.record(latched)
        tx.record(followed(latched, AlarmEventKind.LATCHED, AlarmState.LATCHED_UNACKNOWLEDGED, 510))
        tx.record(back)
        tx.record(returned(back, 610))
        tx.record(seen)
        tx.record(followed(seen, AlarmEventKind.ACKNOWLEDGED, AlarmState.ACTIVE_ACKNOWLEDGED, 660))
        for at, id in ((100, "over1"), (700, "over2"), (800, "over3")):
            event = raised(id, rule=id, at_ns=at)
            tx.record(event)
            tx.record(ended(event, at + 1))
    return journal


EVERY = ["seen", "back", "latched", "old", "over3", "over2", "over1"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (OccurrenceFilter(), EVERY),
        (OccurrenceFilter(active=True), ["seen", "back", "latched", "old"]),
        (OccurrenceFilter(active=False), ["over3", "over2", "over1"]),
        (OccurrenceFilter(system="water"), ["latched", "old", "over3", "over2", "over1"]),
        (OccurrenceFilter(system="power"), ["seen", "back"]),
        (OccurrenceFilter(device="sub1.incomer1"), ["seen", "back"]),
        (OccurrenceFilter(priority="critical"), ["latched"]),
        (OccurrenceFilter(state="active_unacknowledged"), ["latched", "old"]),
        (OccurrenceFilter(state="latched_unacknowledged"), ["latched"]),
        (OccurrenceFilter(state="returned_unacknowledged"), ["back"]),
        (OccurrenceFilter(state="normal"), ["over3", "over2", "over1"]),
        (OccurrenceFilter(state="no_such_state"), []),
        (OccurrenceFilter(system="power", priority="low", active=True), ["seen"]),
        (OccurrenceFilter(before="nowhere"), []),
        (OccurrenceFilter(active=True, before="back"), ["latched", "old"]),
        (OccurrenceFilter(before="old"), ["over3", "over2", "over1"]),
    ],
    ids=str,
)
def test_occurrences_are_filtered_open_first_newest_first(alarms: SqlJournal, where: OccurrenceFilter, expected: list[str]) -> None:
    assert occurrence_ids(alarms, where) == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7])
def test_paging_shows_every_occurrence_once_in_order(alarms: SqlJournal, limit: int) -> None:
    seen: list[str] = []
    before = None
    while page := occurrence_ids(alarms, OccurrenceFilter(before=before, limit=limit)):
        seen += page
        before = page[-1]
    assert seen == EVERY


def test_an_old_active_alarm_stands_on_the_first_page_whatever_came_since(alarms: SqlJournal) -> None:
    assert "old" in occurrence_ids(alarms, OccurrenceFilter(limit=4))


def test_an_alarm_that_ends_while_someone_pages_hides_no_active_one(alarms: SqlJournal) -> None:
    first = occurrence_ids(alarms, OccurrenceFilter(active=True, limit=2))
    back = alarms.alarm_events("back")[-1]
    with alarms.write() as tx:
        tx.record(ended(back, 900))
    assert occurrence_ids(alarms, OccurrenceFilter(active=True, limit=2, before=first[-1])) == ["latched", "old"]


def test_of_all_alarms_the_one_the_page_broke_off_at_may_end_and_hides_no_active_one(alarms: SqlJournal) -> None:
    first = occurrence_ids(alarms, OccurrenceFilter(limit=2))
    back = alarms.alarm_events("back")[-1]
    with alarms.write() as tx:
        tx.record(ended(back, 900))
    following = occurrence_ids(alarms, OccurrenceFilter(before=first[-1], before_open=True))
    assert following == ["latched", "old", "over3", "over2", "back", "over1"]


@pytest.fixture
def jobs(journal: SqlJournal) -> SqlJournal:
    with journal.write() as tx:
        for job in (
            ticket("t1", opened_at_ns=10, owner="li"),
            ticket("t2", opened_at_ns=20, cause="other", state=TicketState.CLOSED, closed_at_ns=30, owner="li"),
            ticket("t3", opened_at_ns=30, device="sub1.incomer1", state=TicketState.HELD),
            ticket("t4", opened_at_ns=30, device="", cause="", owner="wang"),
            ticket("t5", opened_at_ns=40, cause="third", state=TicketState.CANCELLED, closed_at_ns=41),
        ):
            tx.put_ticket(job, opened(job))
    return journal


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (TicketFilter(), ["t4", "t3", "t1", "t5", "t2"]),
        (TicketFilter(open=True), ["t4", "t3", "t1"]),
        (TicketFilter(open=False), ["t5", "t2"]),
        (TicketFilter(owner="li"), ["t1", "t2"]),
        (TicketFilter(state="held"), ["t3"]),
        (TicketFilter(device="b01.pump1", open=True), ["t1"]),
        (TicketFilter(system="power"), ["t3"]),
        (TicketFilter(before="t3", limit=2), ["t1", "t5"]),
    ],
    ids=str,
)
def test_tickets_are_filtered_open_first_newest_first(jobs: SqlJournal, where: TicketFilter, expected: list[str]) -> None:
    assert ticket_ids(jobs, where) == expected


def test_the_filters_every_field_is_used(alarms: SqlJournal) -> None:
    """A filter that matches nothing proves that none of its parts is ignored."""
    nothing = replace(OccurrenceFilter(), system="x", device="x", priority="x", state="x")
    for name in ("system", "device", "priority", "state"):
        only = replace(OccurrenceFilter(), **{name: getattr(nothing, name)})
        assert occurrence_ids(alarms, only) == []
