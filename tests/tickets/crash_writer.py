"""A process that raises alarms, opens tickets and works on them until it is killed; run as ``python -m … DIRECTORY RUN``.

Prints the id of each occurrence once its transaction is committed.
"""

import itertools
import sys
from pathlib import Path

from model.ports import TicketFilter
from model.ticket import TicketAct
from store.journal import SqlJournal
from tests.journal.builders import ended, raised, returned
from tests.tickets.house import DAY_NS, LI, RULES, journal_in, site
from tickets.desk import Desk

DEVICES = ("b01.pump1", "b01.pump2")


def excursion(journal: SqlJournal, desk: Desk, id: str, device: str) -> None:
    """From raised to over, one transaction each, and the ticket taken up between."""
    first = raised(id, device=device, at_ns=DAY_NS)
    back = returned(first, DAY_NS)
    for event in (first, back, ended(back, DAY_NS)):
        with journal.write() as tx:
            tx.record(event)
            desk.on_alarm(tx, event, DAY_NS)
        if event is first:
            sys.stdout.write(f"{id}\n")
            sys.stdout.flush()


def cancel_all(journal: SqlJournal, desk: Desk) -> None:
    for ticket in journal.tickets(TicketFilter(open=True)):
        with journal.write() as tx:
            desk.act(tx, ticket.id, TicketAct.CANCEL, LI, DAY_NS, "演习结束")


def main(directory: Path, run: str) -> None:
    journal = journal_in(directory)
    desk = Desk(site(), RULES)
    for standing, occurrence in journal.standings():
        assert occurrence is not None
        with journal.write() as tx:
            tx.record(ended(raised(occurrence.id, device=standing.device, at_ns=DAY_NS), DAY_NS))
    for count in itertools.count():
        excursion(journal, desk, f"{run}-{count}", DEVICES[count % len(DEVICES)])
        if count % 5 == 4:
            cancel_all(journal, desk)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
