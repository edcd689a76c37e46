"""What the journal says came between two instants."""

from collections.abc import Iterable, Mapping

from model.alarm import Occurrence
from model.ports import Journal, OccurrenceFilter
from model.ticket import Ticket

_PAGE = 1000
_MOST_STANDING = 100_000


def alarms_between(journal: Journal, start_ns: int, end_ns: int) -> list[Occurrence]:
    """Every occurrence that stood in that time, oldest first. Blocking."""
    found = {o.id: o for o in journal.occurrences(OccurrenceFilter(active=True, limit=_MOST_STANDING))}
    before: str | None = None
    while page := journal.occurrences(OccurrenceFilter(active=False, before=before, limit=_PAGE)):
        found.update((o.id, o) for o in page)
        if page[-1].raised_at_ns < start_ns or len(page) < _PAGE:
            break
        before = page[-1].id
    stood = (o for o in found.values() if o.raised_at_ns <= end_ns and (o.ended_at_ns is None or o.ended_at_ns >= start_ns))
    return sorted(stood, key=lambda o: (o.raised_at_ns, o.id))


def tickets_of(journal: Journal, alarms: Iterable[Occurrence]) -> Mapping[str, Ticket]:
    """Ticket id → ticket. Blocking."""
    wanted = dict.fromkeys(alarm.ticket for alarm in alarms if alarm.ticket)
    return {name: ticket for name in wanted if (ticket := journal.ticket(name)) is not None}
