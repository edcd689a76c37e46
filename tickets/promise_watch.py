"""When the promises of which ticket must be looked at next. Time is an argument; nothing here waits."""

from model.ticket import Ticket
from tickets.escalation import Step, steps


class PromiseWatch:
    """Forgets everything when the process ends: whoever builds it anew notes every open ticket, and each is looked at once."""

    def __init__(self) -> None:
        self._ahead: dict[str, list[Step]] = {}
        """Soonest first; tickets of which nothing is left to tell are absent."""
        self._looked: dict[str, set[Step]] = {}
        """By step, not by time: a clock that ran ahead for a moment has not seen what is promised after it was set right."""

    def note(self, ticket: Ticket) -> None:
        """The ticket as it is now."""
        looked = self._looked.get(ticket.id, set())
        ahead = [step for step in steps(ticket) if step not in looked]
        if ahead:
            self._ahead[ticket.id] = ahead
        else:
            self._ahead.pop(ticket.id, None)
        if not ticket.state.is_open:
            self._looked.pop(ticket.id, None)

    @property
    def next_due_ns(self) -> int | None:
        return min((ahead[0].at_ns for ahead in self._ahead.values()), default=None)

    def due(self, now_ns: int) -> list[str]:
        """Tickets to be looked at by now, those that wait longest first; each is taken as looked at, up to now: should the look fail, what
        is due later is told all the same."""
        found = sorted((ahead[0].at_ns, ticket) for ticket, ahead in self._ahead.items() if ahead[0].at_ns <= now_ns)
        for _, ticket in found:
            ahead = self._ahead.pop(ticket)
            due = [step for step in ahead if step.at_ns <= now_ns]
            self._looked.setdefault(ticket, set()).update(due)
            if later := ahead[len(due) :]:
                self._ahead[ticket] = later
        return [ticket for _, ticket in found]
