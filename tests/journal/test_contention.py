"""Many at once on one cause: exactly one open ticket."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from model.ports import TicketFilter
from model.rule import TicketOrder
from model.ticket import IllegalTicketAct, TicketAct, TicketClass, TicketState
from store.journal import SqlJournal, open_journal
from tests.journal.builders import opened, raised, ticket
from tests.tickets.house import DAY_NS, LI, rule, site
from tickets.desk import Desk

CROWD = 12
ONE_CAUSE = [rule(f"rule{at}", TicketOrder(TicketClass.LARGE, "plumbing", cause="flood")) for at in range(CROWD)]


def all_at_once(piece: Callable[[int], None]) -> None:
    """Run the piece in many threads, begun together."""
    start = threading.Barrier(CROWD)

    def run(at: int) -> None:
        start.wait()
        piece(at)

    threads = [threading.Thread(target=run, args=(at,)) for at in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def raise_all(journals: list[SqlJournal]) -> None:
    """Every rule of the cause at the same moment, each from a thread of its own."""
    desk = Desk(site(), ONE_CAUSE)

    def raise_one(at: int) -> None:
        event = raised(f"o{at}", rule=f"rule{at}")
        with journals[at % len(journals)].write() as tx:
            tx.record(event)
            desk.on_alarm(tx, event, DAY_NS)

    all_at_once(raise_one)


def assert_one_ticket_with_all(journal: SqlJournal) -> None:
    (only,) = journal.tickets(TicketFilter())
    assert sorted(only.alarms) == sorted(f"o{at}" for at in range(CROWD))
    assert [line.what for line in journal.ticket_events(only.id)] == ["opened", "dispatch"] + ["alarm_attached"] * (CROWD - 1)


def test_threads_of_one_process_open_one_ticket(journal: SqlJournal) -> None:
    raise_all([journal])
    assert_one_ticket_with_all(journal)


@pytest.fixture
def strangers(journal: SqlJournal, url: str, tmp_path: Path) -> Iterator[list[SqlJournal]]:
    """Journals on the same database with locks and connections of their own, as other processes would have."""
    others = [open_journal(url, tmp_path, {}) for _ in range(3)]
    yield others
    for other in others:
        other.close()


def test_several_processes_on_one_database_open_one_ticket(journal: SqlJournal, strangers: list[SqlJournal]) -> None:
    raise_all([journal, *strangers])
    assert_one_ticket_with_all(journal)


def test_of_many_people_who_finish_a_ticket_at_once_one_does(journal: SqlJournal, strangers: list[SqlJournal]) -> None:
    job = ticket("t1", state=TicketState.IN_WORK)
    with journal.write() as tx:
        tx.put_ticket(job, opened(job))
    desk = Desk(site(), ONE_CAUSE)
    outcomes: list[str] = []

    def finish(at: int) -> None:
        try:
            with strangers[at % len(strangers)].write() as tx:
                desk.act(tx, "t1", TicketAct.FINISH, LI, DAY_NS)
        except IllegalTicketAct:
            outcomes.append("refused")
        else:
            outcomes.append("finished")

    all_at_once(finish)
    assert sorted(outcomes) == ["finished"] + ["refused"] * (CROWD - 1)
    assert [line.what for line in journal.ticket_events("t1")] == ["opened", "finish"]
