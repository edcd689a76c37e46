"""When the promises of which ticket must be looked at next. Time is an argument; nothing here waits."""

from model.ticket import Ticket
from tickets.escalation import steps

_NEVER = -1


class PromiseWatch:
    """Forgets everything when the process ends: whoever builds it anew notes every open ticket, and each is looked at once."""

    def __init__(self) -> None:
        self._next_ns: dict[str, int] = {}
        self._looked_ns: dict[str, int] = {}

    def note(self, ticket: Ticket) -> None:
        """The ticket as it is now."""
        looked_ns = self._looked_ns.get(ticket.id, _NEVER)
        ahead = next((step.at_ns for step in steps(ticket) if step.at_ns > looked_ns), None)
        if ahead is not None:
            self._next_ns[ticket.id] = ahead
        else:
            self._next_ns.pop(ticket.id, None)
        if not ticket.state.is_open:
            self._looked_ns.pop(ticket.id, None)

    @property
    def next_due_ns(self) -> int | None:
        return min(self._next_ns.values(), default=None)

    def due(self, now_ns: int) -> list[str]:
        """Tickets to be looked at by now, those that wait longest first; each is taken as looked at."""
        found = sorted((at_ns, ticket) for ticket, at_ns in self._next_ns.items() if at_ns <= now_ns)
        for _, ticket in found:
            del self._next_ns[ticket]
            self._looked_ns[ticket] = now_ns
        return [ticket for _, ticket in found]
