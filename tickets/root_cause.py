"""Opens the root-cause ticket of a fault that keeps coming back, and keeps it up to date, in the transaction of the alarm."""

from model.alarm import Occurrence
from model.people import PLATFORM, Post
from model.ports import DuplicateOpen, JournalWrite
from model.site import Site
from model.ticket import ROOT_CAUSE, Ticket, TicketAct
from tickets.act import acted
from tickets.notices import Change
from tickets.outbox import Outbox
from tickets.putting import next_number, put
from tickets.repeated import Repeat, come_again, repeated, root_cause_ticket
from tickets.roster import holders


class RootCauses:
    """Holds no state: what a fault's past is, the journal says, so that a restart forgets nothing."""

    def __init__(self, site: Site, outbox: Outbox) -> None:
        self._site = site
        self._outbox = outbox

    def count(self, tx: JournalWrite, fault: Ticket, occurrence: Occurrence, now_ns: int) -> list[Change]:
        """The occurrence has been put on the ticket of its fault: is it once too often?"""
        repeats = self._site.repeats
        since_ns = now_ns - max(repeats.within_ns, repeats.running_within_ns)
        jobs = tx.jobs_of(fault.device, fault.cause, since_ns)
        if len(jobs) == 1 and fault.alarms == (occurrence.id,):
            return []  # The first in a long time, as nearly all are: nothing more to ask.
        there = tx.open_ticket(fault.device, ROOT_CAUSE + fault.cause)
        if there is None:
            excursions = tx.excursions(fault.device, fault.cause, now_ns - repeats.within_ns)
            repeat = repeated(excursions, jobs, repeats, now_ns)
            return [] if repeat is None else self._open(tx, fault, occurrence, repeat, now_ns)
        return self._add(tx, there, occurrence, now_ns)

    def _add(self, tx: JournalWrite, there: Ticket, occurrence: Occurrence, now_ns: int) -> list[Change]:
        self._outbox.settle(tx, there, now_ns)
        changes = [put(tx, ticket, what, now_ns, comment) for ticket, what, comment in come_again(there, occurrence, now_ns)]
        self._outbox.tell(tx, there, changes)
        return changes

    def _open(self, tx: JournalWrite, fault: Ticket, occurrence: Occurrence, repeat: Repeat, now_ns: int) -> list[Change]:
        """It goes to the maintenance head, who decides who looks for the cause."""
        number = next_number(tx, self._site.timezone, now_ns)
        ticket = root_cause_ticket(number, fault, occurrence, repeat, now_ns)
        try:
            changes = [put(tx, ticket, "opened", now_ns, repeat.comment)]
        except DuplicateOpen:
            # Another process opened it between our question and our answer.
            there = tx.open_ticket(ticket.device, ticket.cause)
            if there is None:
                raise
            return self._add(tx, there, occurrence, now_ns)
        heads = holders(self._site.people, Post.MAINTENANCE_HEAD)
        if heads:
            changes.append(put(tx, acted(ticket, TicketAct.DISPATCH, PLATFORM, now_ns, "", heads[0]), TicketAct.DISPATCH, now_ns, ""))
        self._outbox.tell(tx, None, changes)
        return [*changes, put(tx, fault, "repeated", now_ns, number)]
