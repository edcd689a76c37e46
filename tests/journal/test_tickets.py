"""What the journal keeps of tickets, people and acts."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from model.people import Role, User
from model.ports import AuditLine, DuplicateOpen, TicketFilter
from model.ticket import Ticket, TicketEvent, TicketState
from store.journal import SqlJournal
from tests.journal.builders import opened, raised, ticket


def put(journal: SqlJournal, *jobs: Ticket) -> None:
    with journal.write() as tx:
        for job in jobs:
            tx.put_ticket(job, opened(job))


def test_a_ticket_comes_back_exactly_as_it_was_put(journal: SqlJournal) -> None:
    job = ticket("t1", alarms=("o2", "o1"), owner="li", hold_reason="parts", reworks=2, result="换了密封")
    with journal.write() as tx:
        tx.record(raised("o1"))
        tx.record(raised("o2", device="b01.pump2"))
        tx.put_ticket(job, opened(job))
        assert tx.ticket("t1") == job
    assert journal.ticket("t1") == job
    assert journal.tickets(TicketFilter()) == [job]


def test_the_story_is_kept_in_order(journal: SqlJournal) -> None:
    job = ticket("t1")
    lines = [opened(job), TicketEvent("t1", 2, "dispatch", "engineer", "快去", TicketState.DISPATCHED, "li")]
    with journal.write() as tx:
        for line in lines:
            tx.put_ticket(job, line)
    assert journal.ticket_events("t1") == lines


def test_an_occurrence_attached_later_follows_the_earlier_ones(journal: SqlJournal) -> None:
    with journal.write() as tx:
        tx.record(raised("z"))
        tx.record(raised("a", device="b01.pump2"))
    put(journal, ticket("t1", alarms=("z",)), ticket("t1", alarms=("z", "a")))
    found = journal.ticket("t1")
    assert found is not None
    assert found.alarms == ("z", "a")


def test_a_second_open_ticket_of_one_asset_and_cause_is_refused(journal: SqlJournal) -> None:
    put(journal, ticket("t1"))
    with pytest.raises(DuplicateOpen, match=r"pump.dry_run on b01.pump1"):
        put(journal, ticket("t2"))
    assert journal.ticket("t2") is None
    assert journal.ticket_events("t2") == []


def test_a_new_ticket_of_the_cause_may_open_once_the_first_is_closed(journal: SqlJournal) -> None:
    put(journal, ticket("t1", state=TicketState.CLOSED, closed_at_ns=2_000), ticket("t2"))
    with journal.write() as tx:
        found = tx.open_ticket("b01.pump1", "pump.dry_run")
    assert found == journal.ticket("t2")


def test_reopening_a_closed_ticket_beside_an_open_one_is_refused(journal: SqlJournal) -> None:
    closed = ticket("t1", state=TicketState.CLOSED, closed_at_ns=2_000)
    put(journal, closed, ticket("t2"))
    with pytest.raises(DuplicateOpen):
        put(journal, replace(closed, state=TicketState.DISPATCHED, closed_at_ns=None))


@pytest.mark.parametrize("device", ["", "b01.pump1"], ids=["no equipment", "equipment"])
def test_people_may_report_several_things_at_once(journal: SqlJournal, device: str) -> None:
    put(journal, ticket("t1", device=device, cause=""), ticket("t2", device=device, cause=""))
    with journal.write() as tx:
        assert tx.open_ticket(device, "") is None


def test_a_closed_ticket_must_say_when(journal: SqlJournal) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="closed_tickets_have_a_time"):
        put(journal, ticket("t1", state=TicketState.CLOSED))


def test_two_tickets_can_not_share_a_number(journal: SqlJournal) -> None:
    put(journal, ticket("t1", cause="one"))
    with pytest.raises(sa.exc.IntegrityError):
        put(journal, ticket("t2", cause="two", number="t1"))


def test_loads_count_open_tickets_by_owner(journal: SqlJournal) -> None:
    put(
        journal,
        ticket("t1", cause="1", owner="li"),
        ticket("t2", cause="2", owner="li"),
        ticket("t3", cause="3", owner="wang"),
        ticket("t4", cause="4", owner="wang", state=TicketState.CANCELLED, closed_at_ns=9),
        ticket("t5", cause="5"),
    )
    with journal.write() as tx:
        assert tx.loads() == {"li": 2, "wang": 1}


def test_numbers_run_within_a_series_and_a_day(journal: SqlJournal) -> None:
    with journal.write() as tx:
        given = [tx.next_number(*key) for key in (("GD", "260114"), ("GD", "260114"), ("GD", "260115"), ("TS", "260114"))]
    assert given == [1, 2, 1, 1]


def test_a_number_of_a_transaction_that_failed_is_given_to_the_next_one(journal: SqlJournal) -> None:
    def interrupted() -> None:
        with journal.write() as tx:
            tx.next_number("GD", "260114")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    with journal.write() as tx:
        assert tx.next_number("GD", "260114") == 1


def test_users_are_kept_and_replaced_by_name(journal: SqlJournal) -> None:
    first = User("wang", Role.TECHNICIAN, "王工", "hash1")
    second = User("li", Role.OPERATOR, "李工", "hash2", disabled=True)
    changed = replace(first, role=Role.MANAGER, password_hash="hash3")
    for user in (first, second, changed):
        journal.put_user(user)
    assert journal.user("wang") == changed
    assert journal.users() == [second, changed]
    assert journal.user("nobody") is None


def test_audit_lines_come_newest_first_and_page_backwards(journal: SqlJournal) -> None:
    lines = [AuditLine(at, "engineer", "ticket.accept", f"GD-{at}", "") for at in range(1, 6)]
    with journal.write() as tx:
        for line in lines:
            tx.audit(line)
    assert journal.audit_lines(2) == [lines[4], lines[3]]
    assert journal.audit_lines(10, before_ns=4) == [lines[2], lines[1], lines[0]]
