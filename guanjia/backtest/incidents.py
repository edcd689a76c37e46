"""Real incidents: tickets an alarm opened and people really worked on. A rule that would not have told of one is worth a second look."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model.clock import MINUTE
from model.people import PLATFORM
from model.ports import Journal, TicketFilter
from model.text import Text
from model.ticket import Ticket
from rules.backtest_outcome import Outcome

_PAGE = 500
_AROUND_NS = 15 * MINUTE
"""So far from its ticket an alarm is taken for the same incident."""


@dataclass(frozen=True, slots=True)
class Incident:
    ticket: str
    number: str
    title: Text
    device: str
    cause: str
    opened_at_ns: int
    occurrence: str | None

    def is_told_by(self, outcomes: Sequence[Outcome]) -> bool:
        """Annunciated, or seen as the consequence of another that was."""
        return any(self._is_it(one) and (one.annunciated or one.suppressed_by is not None) for one in outcomes)

    def _is_it(self, outcome: Outcome) -> bool:
        same = (outcome.device, outcome.cause) == (self.device, self.cause)
        return same and outcome.overlaps(self.opened_at_ns - _AROUND_NS, self.opened_at_ns + _AROUND_NS)


def incidents(journal: Journal, start_ns: int, end_ns: int) -> list[Incident]:
    """Those whose tickets were opened in the period, newest first."""
    return [_incident(ticket) for ticket in _since(journal, start_ns) if ticket.opened_at_ns < end_ns and _is_real(ticket)]


def told_of(found: Sequence[Incident], now: Sequence[Outcome]) -> list[Incident]:
    """Those the present rules would have told of over the same past: only of these can it be said whether a change misses them."""
    return [one for one in found if one.is_told_by(now)]


def missed(real: Sequence[Incident], proposed: Sequence[Outcome]) -> list[Incident]:
    return [one for one in real if not one.is_told_by(proposed)]


def _since(journal: Journal, start_ns: int) -> Iterator[Ticket]:
    before: str | None = None
    while page := journal.tickets(TicketFilter(before=before, limit=_PAGE)):
        for ticket in page:
            if ticket.opened_at_ns >= start_ns:
                yield ticket
        if page[-1].opened_at_ns < start_ns or len(page) < _PAGE:
            return
        before = page[-1].id


def _is_real(ticket: Ticket) -> bool:
    return ticket.opened_by == PLATFORM.name and bool(ticket.device and ticket.cause) and ticket.is_worked_on


def _incident(ticket: Ticket) -> Incident:
    occurrence = ticket.alarms[0] if ticket.alarms else None
    return Incident(ticket.id, ticket.number, ticket.title, ticket.device, ticket.cause, ticket.opened_at_ns, occurrence)
