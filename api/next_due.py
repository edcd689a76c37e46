"""What comes next for an alarm and its ticket: the clocks that run, and what only a person can do."""

from api.shapes import NextShape
from api.words import Wire
from model.alarm import AlarmState, Occurrence, Standing
from model.clock import SECOND
from model.rule import Rule
from model.ticket import Ticket

_TO_ACKNOWLEDGE = (AlarmState.ACTIVE_UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED, AlarmState.LATCHED_UNACKNOWLEDGED)


class NextDue:
    """Collects what is due, soonest first; what has no time comes last."""

    def __init__(self, wire: Wire, now_ns: int) -> None:
        self._wire = wire
        self._now_ns = now_ns
        self._found: list[tuple[int | None, NextShape]] = []

    def alarm(self, occurrence: Occurrence, standing: Standing, rule: Rule | None, asked_ns: int) -> None:
        """Nothing is due for an alarm that is over. ``asked_ns``: when it was last raised, rose or asked again."""
        if occurrence.ended_at_ns is not None:
            return
        if occurrence.state in _TO_ACKNOWLEDGE:
            is_active = occurrence.state is AlarmState.ACTIVE_UNACKNOWLEDGED
            why = rule.at(occurrence.level).why if rule and is_active else None
            self._add("acknowledge", asked_ns + why.respond_within_s * SECOND if why else None)
        if occurrence.state is AlarmState.LATCHED_ACKNOWLEDGED:
            self._add("reset")
        if standing.shelving:
            self._add("shelving_expires", standing.shelving.until_ns)
        if standing.realarm_at_ns is not None:
            self._add("realarm", standing.realarm_at_ns)

    def ticket(self, ticket: Ticket) -> None:
        for clock in ticket.clocks if ticket.state.is_open else ():
            if clock.met_at_ns is None:
                self._add(clock.promise.value, clock.due_at_ns, is_paused=clock.paused_at_ns is not None)

    def shapes(self) -> list[NextShape]:
        return [shape for _, shape in sorted(self._found, key=lambda due: (due[0] is None, due[0] or 0))]

    def _add(self, what: str, at_ns: int | None = None, *, is_paused: bool = False) -> None:
        overdue = at_ns is not None and not is_paused and at_ns < self._now_ns
        self._found.append((at_ns, {"what": what, "at": self._wire.maybe_time(at_ns), "overdue": overdue, "paused": is_paused}))
