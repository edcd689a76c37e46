"""People in a backtest: nobody knows what they would have done, so they are assumed to answer whatever is annunciated after a set time."""

import heapq
from contextlib import suppress

from model.alarm import AlarmEvent, AlarmState, IllegalAct
from model.people import Actor, Role
from rules.engine import Engine

OPERATOR = Actor("backtest", Role.OPERATOR)
_WAITING = frozenset(
    {
        AlarmState.ACTIVE_UNACKNOWLEDGED,
        AlarmState.RETURNED_UNACKNOWLEDGED,
        AlarmState.LATCHED_UNACKNOWLEDGED,
        AlarmState.LATCHED_ACKNOWLEDGED,
    }
)
"""States in which somebody has something to do."""


class People:
    """They acknowledge, and reset what is latched, each ``answer_after_ns`` after it was asked for."""

    def __init__(self, answer_after_ns: int) -> None:
        self._answer_after_ns = answer_after_ns
        self._due: list[tuple[int, str]] = []
        self._asked: set[str] = set()

    def hear(self, event: AlarmEvent) -> None:
        occurrence = event.occurrence
        if occurrence is None or occurrence.id in self._asked or event.standing.is_silent or occurrence.state not in _WAITING:
            return
        if occurrence.ended_at_ns is None:
            self._asked.add(occurrence.id)
            heapq.heappush(self._due, (event.at_ns + self._answer_after_ns, occurrence.id))

    @property
    def next_due_ns(self) -> int | None:
        return self._due[0][0] if self._due else None

    def act(self, engine: Engine) -> list[AlarmEvent]:
        """The act that is due first. What has ended by itself needs none."""
        at_ns, occurrence = heapq.heappop(self._due)
        self._asked.discard(occurrence)
        events = engine.advance(at_ns)
        try:
            events += engine.acknowledge(occurrence, OPERATOR, at_ns)
        except KeyError:
            return events
        except IllegalAct:
            pass
        with suppress(KeyError, IllegalAct):
            events += engine.reset(occurrence, OPERATOR, at_ns)
        return events
