"""Months of a site's life in fast time, as everybody who reads its devices would have seen it: every device, every point, with its quality.

    plan of events ──inject, heal──► machines ──step──► DeviceLog.note ──a day of steps──► Stretch, device after device ──► whoever keeps it

No register and no socket in between: the truth is rounded to what the registers hold (``past_columns``), which a test compares with what
the collectors decode. Lifts and barriers live through every door and stroke of a step; what is seen of them is the moment at its end, as
with any poll of that period, and what they draw in a step is what they draw at its end.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.clock import DAY, SECOND
from model.site import Site
from simulators.machine import FaultKind
from simulators.past_events import PlantedEvent, planted
from simulators.past_log import DeviceLog, Stretch
from simulators.physics.site_physics import build_machines

_TELL_STEPS = 20
_STROKE_NS = 3 * SECOND
"""An arm is up or down again within so long."""


@dataclass(frozen=True, slots=True)
class Span:
    """Steps of equal length between two instants; readings are taken at the end of each."""

    start_ns: int
    end_ns: int
    step_ns: int

    @classmethod
    def before(cls, end_ns: int, length_ns: int, step_ns: int) -> "Span":
        """The whole steps of a length that end at an instant or last before it."""
        last_ns = end_ns - end_ns % step_ns
        return cls(last_ns - length_ns // step_ns * step_ns, last_ns, step_ns)

    def steps(self) -> int:
        return (self.end_ns - self.start_ns) // self.step_ns

    def days(self) -> Iterator[NDArray[np.int64]]:
        """The instants of each UTC day: no day lies in two months."""
        first_ns = self.start_ns + self.step_ns
        while first_ns <= self.end_ns:
            midnight_ns = first_ns - first_ns % DAY + DAY
            last_ns = min(midnight_ns - 1, self.end_ns)
            yield np.arange(first_ns, last_ns + 1, self.step_ns, dtype=np.int64)
            first_ns += (last_ns - first_ns) // self.step_ns * self.step_ns + self.step_ns


class MadePast:
    """One site's past. ``events`` None plans them from the seed; an empty sequence is a past in which nothing breaks."""

    def __init__(self, site: Site, seed: int, span: Span, events: Sequence[PlantedEvent] | None = None) -> None:
        self._physics = build_machines(site, seed, span.start_ns)
        self.span = span
        machines = self._physics.machines
        self.events = planted(site, machines, seed, span.start_ns, span.end_ns) if events is None else list(events)
        self._logs = [DeviceLog(device, machines[device.id], span.step_ns > _STROKE_NS) for device in site.devices.values()]
        self._to_begin = sorted(self.events, key=lambda event: event.start_ns, reverse=True)
        self._under_way: list[PlantedEvent] = []
        self._lost: set[str] = set()

    def days(self, tell: Callable[[int], None] = lambda steps: None) -> Iterator[Iterator[Stretch]]:
        """Day after day what every device said, device after device. Take a day whole before asking for the next.

        ``tell`` is called now and then with the number of steps lived since."""
        for at_ns in self.span.days():
            for number, instant_ns in enumerate(at_ns.tolist(), start=1):
                self._live(instant_ns)
                if number % _TELL_STEPS == 0:
                    tell(_TELL_STEPS)
            tell(len(at_ns) % _TELL_STEPS)
            yield (log.stretch(at_ns) for log in self._logs)

    def fault(self, event: PlantedEvent) -> FaultKind:
        """What the event's machine says of it. KeyError for a lost link, which is no machine's."""
        return self._physics.machines[event.device].faults[event.kind]

    def _live(self, until_ns: int) -> None:
        """One step, with what begins or ends before its end."""
        self._begin_and_end(until_ns)
        self._physics.step(self.span.step_ns / SECOND)
        for log in self._logs:
            log.note(is_heard=log.device.id not in self._lost)

    def _begin_and_end(self, until_ns: int) -> None:
        for event in [event for event in self._under_way if event.end_ns < until_ns]:
            self._under_way.remove(event)
            if event.network:
                self._lost.discard(event.device)
            else:
                self._physics.machines[event.device].heal(event.kind)
        while self._to_begin and self._to_begin[-1].start_ns < until_ns:
            event = self._to_begin.pop()
            self._under_way.append(event)
            if event.network:
                self._lost.add(event.device)
            else:
                self._physics.machines[event.device].inject(event.kind, event.severity, event.onset_s)
