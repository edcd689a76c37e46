"""Tickets a rule book would have opened: one open per device and cause, as the desk does it; what people do is assumed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from model.alarm import AlarmEvent, AlarmEventKind
from model.rule import Rule
from model.ticket import TicketClass
from rules.suppression import AlarmKey
from tickets.clocks import PROMISES
from tickets.from_alarm import Ask, ask_of, cause_of


@dataclass(slots=True)
class OpenedTicket:
    """Open while one of its alarms is, and at least for as long as its class promises."""

    rule: str
    device: str
    ticket_class: TicketClass
    opened_at_ns: int
    active: set[str] = field(default_factory=set)
    """Its occurrences that have not returned."""
    returned_at_ns: int = 0

    def is_open(self, now_ns: int) -> bool:
        promised_ns = self.opened_at_ns + max(PROMISES[self.ticket_class].values())
        return bool(self.active) or now_ns < max(promised_ns, self.returned_at_ns)


class TicketTally:
    """Hears the events of one book."""

    def __init__(self, rules: Iterable[Rule], asked: frozenset[AlarmKey]) -> None:
        self._rules: Mapping[str, Rule] = {rule.id: rule for rule in rules}
        self._asked = asked
        self._open: dict[tuple[str, str], OpenedTicket] = {}
        self._of: dict[str, OpenedTicket] = {}
        self.opened: list[OpenedTicket] = []

    def hear(self, event: AlarmEvent) -> None:
        occurrence = event.occurrence
        if occurrence is None or (occurrence.rule, occurrence.device) not in self._asked:
            return
        attached = self._of.get(occurrence.id)
        written = self._rules.get(occurrence.rule)
        rule = written.at(occurrence.level) if written else None
        if ask_of(event, rule, "there" if attached else None) is Ask.TICKET and rule is not None and rule.ticket is not None:
            self._of[occurrence.id] = self._ticket(event, cause_of(occurrence, rule), rule.ticket.ticket_class)
        elif attached is not None and (event.kind in _OVER or occurrence.ended_at_ns is not None):
            attached.active.discard(occurrence.id)
            attached.returned_at_ns = max(attached.returned_at_ns, event.at_ns)

    def _ticket(self, event: AlarmEvent, cause: str, ticket_class: TicketClass) -> OpenedTicket:
        assert event.occurrence is not None
        key = (event.occurrence.device, cause)
        there = self._open.get(key)
        if there is None or not there.is_open(event.at_ns):
            there = self._open[key] = OpenedTicket(event.occurrence.rule, event.occurrence.device, ticket_class, event.at_ns)
            self.opened.append(there)
        there.active.add(event.occurrence.id)
        return there


_OVER = frozenset({AlarmEventKind.RETURNED, AlarmEventKind.LATCHED})
