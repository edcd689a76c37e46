"""Puts what people are told into the transaction of what it is about: both are kept, or neither."""

from collections.abc import Sequence

from model.ports import JournalWrite
from model.site import Site
from model.ticket import Ticket
from tickets.escalation import lapsed
from tickets.notices import Change, notices


class Outbox:
    """Holds no state: the journal does, and keeps one notice per ticket, person and cause."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def tell(self, tx: JournalWrite, before: Ticket | None, changes: Sequence[Change]) -> None:
        """What has just happened to one ticket."""
        for notice in notices(before, changes, self._site):
            tx.put_notice(notice)

    def settle(self, tx: JournalWrite, ticket: Ticket, now_ns: int) -> None:
        """What promises have run out by now; called before anything changes too, so that nothing that was broken goes untold."""
        for notice in lapsed(ticket, self._site, now_ns):
            tx.put_notice(notice)
