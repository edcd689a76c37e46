"""Many at once on one cause: exactly one open ticket."""

import threading
from pathlib import Path

from model.ports import TicketFilter
from model.rule import TicketOrder
from model.ticket import TicketClass
from store.journal import SqlJournal, open_journal
from tests.journal.builders import raised
from tests.tickets.house import DAY_NS, rule, site
from tickets.desk import Desk

CROWD = 12
ONE_CAUSE = [rule(f"rule{at}", TicketOrder(TicketClass.LARGE, "plumbing", cause="flood")) for at in range(CROWD)]


def raise_all(journals: list[SqlJournal]) -> None:
    """Every rule of the cause at the same moment, each from a thread of its own."""
    desk = Desk(site(), ONE_CAUSE)
    start = threading.Barrier(CROWD)

    def raise_one(at: int) -> None:
        event = raised(f"o{at}", rule=f"rule{at}")
        start.wait()
        with journals[at % len(journals)].write() as tx:
            tx.record(event)
            desk.on_alarm(tx, event, DAY_NS)

    threads = [threading.Thread(target=raise_one, args=(at,)) for at in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def assert_one_ticket_with_all(journal: SqlJournal) -> None:
    (ticket,) = journal.tickets(TicketFilter())
    assert sorted(ticket.alarms) == sorted(f"o{at}" for at in range(CROWD))
    assert [line.what for line in journal.ticket_events(ticket.id)] == ["opened", "dispatch"] + ["alarm_attached"] * (CROWD - 1)


def test_threads_of_one_process_open_one_ticket(journal: SqlJournal) -> None:
    raise_all([journal])
    assert_one_ticket_with_all(journal)


def test_several_processes_on_one_database_open_one_ticket(journal: SqlJournal, url: str, tmp_path: Path) -> None:
    """Each journal has its own lock and connections, as another process would: only the database is between them."""
    strangers = [open_journal(url, tmp_path, {}) for _ in range(3)]
    raise_all([journal, *strangers])
    assert_one_ticket_with_all(journal)
    for stranger in strangers:
        stranger.close()
