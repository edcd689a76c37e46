"""Real incidents: tickets an alarm opened and people really worked on. A rule that would not have told of one is worth a second look."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from model.clock import MINUTE
from model.people import PLATFORM
from model.ports import Journal, TicketFilter
from model.rule import Rule
from model.text import Text
from model.ticket import Ticket
from rules.backtest_outcome import Outcome

_PAGE = 500
_AROUND_NS = 15 * MINUTE
"""So far from its ticket an alarm is taken for the same incident."""
Causes = Mapping[str, frozenset[str]]
"""Id of a rule → the causes its tickets may be of."""


@dataclass(frozen=True, slots=True)
class Incident:
    ticket: str
    number: str
    title: Text
    device: str
    cause: str
    opened_at_ns: int
    occurrence: str | None

    def is_told_by(self, outcomes: Sequence[Outcome], causes: Causes) -> bool:
        """Annunciated, or seen as the consequence of another that was."""
        return any(self._is_it(one, causes) and (one.annunciated or one.suppressed_by is not None) for one in outcomes)

    def _is_it(self, outcome: Outcome, causes: Causes) -> bool:
        same = outcome.device == self.device and self.cause in causes[outcome.rule]
        return same and outcome.overlaps(self.opened_at_ns - _AROUND_NS, self.opened_at_ns + _AROUND_NS)


def incidents(journal: Journal, start_ns: int, end_ns: int) -> list[Incident]:
    """Those whose tickets were opened in the period, newest first."""
    # One that is closed meanwhile is met twice.
    found = {ticket.id: ticket for is_open in (True, False) for ticket in _since(journal, start_ns, is_open)}
    real = sorted(filter(_is_real, found.values()), key=lambda ticket: ticket.opened_at_ns, reverse=True)
    return [_incident(ticket) for ticket in real if ticket.opened_at_ns < end_ns]


def causes_of(*books: Iterable[Rule]) -> Causes:
    """In any of the books: a rule that orders tickets of another cause from now on tells of the same trouble, and so do its levels."""
    found: dict[str, frozenset[str]] = {}
    for rule in (rule for book in books for rule in book):
        orders = (rule.ticket, *(level.ticket for level in rule.levels))
        found[rule.id] = found.get(rule.id, frozenset()) | {order.cause if order and order.cause else rule.id for order in orders}
    return found


def told_of(found: Sequence[Incident], now: Sequence[Outcome], causes: Causes) -> list[Incident]:
    """Those the present rules would have told of over the same past: only of these can it be said whether a change misses them."""
    return [one for one in found if one.is_told_by(now, causes)]


def missed(real: Sequence[Incident], proposed: Sequence[Outcome], causes: Causes) -> list[Incident]:
    return [one for one in real if not one.is_told_by(proposed, causes)]


def _since(journal: Journal, start_ns: int, is_open: bool) -> Iterator[Ticket]:
    asked = TicketFilter(open=is_open, limit=_PAGE)
    while page := journal.tickets(asked):
        for ticket in page:
            if ticket.opened_at_ns >= start_ns:
                yield ticket
        if page[-1].opened_at_ns < start_ns or len(page) < _PAGE:
            return
        asked = replace(asked, before=page[-1].id)


def _is_real(ticket: Ticket) -> bool:
    return ticket.opened_by == PLATFORM.name and bool(ticket.device and ticket.cause) and ticket.is_worked_on


def _incident(ticket: Ticket) -> Incident:
    occurrence = ticket.alarms[0] if ticket.alarms else None
    return Incident(ticket.id, ticket.number, ticket.title, ticket.device, ticket.cause, ticket.opened_at_ns, occurrence)
