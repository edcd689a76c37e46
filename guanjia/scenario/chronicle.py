"""Keeps what a platform tells while a scenario is played, and makes the outcome of it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

from guanjia.journal_record import Told
from guanjia.scenario.event_lines import EventLines
from guanjia.scenario.outcome import CameAlarm, CameNotice, CameTicket
from model.alarm import AlarmEvent, Occurrence
from model.notice import Notice
from model.scenario import AlarmPattern, ClockState
from model.ticket import Promise, PromiseClock, Ticket, TicketEvent


@dataclass
class Chronicle:
    """``start_ns`` is the instant of ``at: 0``."""

    start_ns: int
    occurrences: dict[str, Occurrence] = field(default_factory=dict)
    """The newest snapshot of each, in the order they were raised."""
    tickets: dict[str, Ticket] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    stream: list[bytes] = field(default_factory=list)
    """One JSON line per alarm event, ticket change and notice: the same scenario and seed give the same bytes."""
    events: EventLines = field(init=False)
    """The same for people."""
    _under: dict[str, str] = field(default_factory=dict)
    _acknowledged_ns: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.events = EventLines(self.start_ns)

    def tell(self, told: Sequence[Told]) -> None:
        for one in told:
            if one.event is not None:
                self._note(one.event)
                self.events.alarm(one.event)
            for ticket, line in one.changes:
                self.tickets[ticket.id] = ticket
                self.events.ticket(ticket, line)
                self.stream.append(msgspec.json.encode(self._ticket_line(ticket, line)))
            for notice in one.notices:
                self.notices.append(notice)
                self.events.notice(notice, self.tickets[notice.ticket])
                self.stream.append(msgspec.json.encode({"at": notice.created_at_ns, "notice": asdict(notice)}))

    def _note(self, event: AlarmEvent) -> None:
        self.stream.append(msgspec.json.encode(self._alarm_line(event)))
        occurrence = event.occurrence
        if occurrence is None:
            return
        self.occurrences[occurrence.id] = occurrence
        if occurrence.suppressed_by:
            # The first to explain it; while a feeder returns, what lies between may take over for an instant.
            self._under.setdefault(occurrence.id, occurrence.suppressed_by)
        if occurrence.acknowledged_at_ns is not None:
            self._acknowledged_ns[occurrence.id] = occurrence.acknowledged_at_ns

    def _alarm_line(self, event: AlarmEvent) -> dict[str, Any]:
        return {"at": event.at_ns, "alarm": event.kind, "by": event.by.name, "comment": event.comment} | {
            "standing": asdict(event.standing),
            "occurrence": None if event.occurrence is None else asdict(event.occurrence),
        }

    def _ticket_line(self, ticket: Ticket, line: TicketEvent) -> dict[str, Any]:
        return {"at": line.at_ns, "ticket": line.what, "by": line.by, "comment": line.comment, "is": asdict(ticket)}

    # ── what people look for ──

    def latest(self, pattern: AlarmPattern) -> list[Occurrence]:
        """The newest occurrence of each alarm that matches."""
        found = {(o.rule, o.device): o for o in self.occurrences.values() if pattern.matches(o.rule, o.device)}
        return list(found.values())

    def ticket_of(self, pattern: AlarmPattern) -> Ticket | None:
        """The ticket that an alarm has opened or joined: the newest open one, else the newest."""
        faults = (ticket for ticket in self.tickets.values() if not ticket.is_for_root_cause)
        found = [t for t in faults if any(pattern.matches(*self._alarm(id)) for id in t.alarms)]
        return max(found, key=lambda ticket: (ticket.state.is_open, ticket.opened_at_ns, ticket.number), default=None)

    def _alarm(self, occurrence_id: str) -> tuple[str, str]:
        occurrence = self.occurrences[occurrence_id]
        return occurrence.rule, occurrence.device

    # ── what came ──

    def alarms(self) -> Iterator[CameAlarm]:
        for o in self.occurrences.values():
            yield CameAlarm(
                o.id,
                o.rule,
                o.device,
                o.priority,
                o.raised_at_ns - self.start_ns,
                self._after_start(o.returned_at_ns),
                self._after_start(o.ended_at_ns),
                self._after_start(self._acknowledged_ns.get(o.id)),
                self._under.get(o.id, ""),
            )

    def came_tickets(self, now_ns: int) -> Iterator[CameTicket]:
        """As they stand now."""
        for t in self.tickets.values():
            names = tuple("@".join(self._alarm(id)) for id in t.alarms)
            opened_ns, closed_ns = t.opened_at_ns - self.start_ns, self._after_start(t.closed_at_ns)
            yield CameTicket(t.number, names, t.ticket_class, t.state, opened_ns, closed_ns, t.owner or "", clock_states(t.clocks, now_ns))

    def came_notices(self) -> Iterator[CameNotice]:
        for n in self.notices:
            names = tuple("@".join(self._alarm(id)) for id in self.tickets[n.ticket].alarms)
            yield CameNotice(n.ticket, names, n.recipient, n.kind, n.created_at_ns - self.start_ns)

    def _after_start(self, at_ns: int | None) -> int | None:
        return None if at_ns is None else at_ns - self.start_ns


def clock_states(clocks: Sequence[PromiseClock], now_ns: int) -> dict[Promise, ClockState]:
    """How each promise stands; after rework the newest of a kind counts."""
    return {clock.promise: _state(clock, now_ns) for clock in clocks}


def _state(clock: PromiseClock, now_ns: int) -> ClockState:
    if clock.is_broken(now_ns):
        return ClockState.BROKEN
    if clock.met_at_ns is not None:
        return ClockState.MET
    return ClockState.RUNNING if clock.paused_at_ns is None else ClockState.PAUSED
