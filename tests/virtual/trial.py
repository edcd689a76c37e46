"""One fault on one device: which alarms it raises, and whether they are gone after the repair."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from model.alarm import AlarmEvent, AlarmEventKind, AlarmState, Occurrence
from model.clock import MINUTE, SECOND
from model.people import Actor, Role
from model.rule import Level, Rule, TicketOrder
from rules.errors import Fit
from tests.virtual.site import VirtualSite, library

OPERATOR = Actor("engineer", Role.OPERATOR, "李强")
RULES = {rule.id: rule for rule in library()}
GRACE_NS = MINUTE
"""Beside the poll and the on-delay: what a fault may take to show in the device's values."""
_COARSE_S = 20.0
_LONGEST_NS = 80 * MINUTE
"""An hourly count takes an hour to forget; nothing else waits longer."""
SLOW_NS = {
    ("power_meter", "sensor_stuck"): 7 * MINUTE,
    ("pump", "short_cycling"): 16 * MINUTE,
    ("sump", "both_pumps_fail"): 10 * MINUTE,
    ("tank", "leak"): 28 * MINUTE,
}
"""Device class, fault → how long it takes until all that comes of it has come: water rises and falls, starts are counted."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An alarm that was raised. ``folded``: born under the alarm that explains it, recorded but neither shouted nor ticketed."""

    rule: str
    device: str
    after_ns: int
    folded: bool
    level: str = ""
    """The gravest it came to."""

    @property
    def order(self) -> TicketOrder | None:
        """What it orders, at the level it came to."""
        level = level_of(self.rule, self.level)
        return level.ticket if level and level.ticket else RULES[self.rule].ticket

    @property
    def job(self) -> tuple[str, str] | None:
        """Device and cause of the ticket it opens, if it opens one."""
        return None if self.folded or self.order is None else (self.device, self.order.cause or self.rule)


@dataclass(frozen=True, slots=True)
class Trial:
    device: str
    device_class: str
    profile: str
    kind: str
    heard: tuple[Heard, ...]
    lingering: tuple[str, ...]
    """Rules at devices that would not go away after the repair, acknowledged and reset."""

    @property
    def is_slow(self) -> bool:
        return (self.device_class, self.kind) in SLOW_NS

    @property
    def shouted(self) -> tuple[Heard, ...]:
        return tuple(heard for heard in self.heard if not heard.folded)


class Bench:
    """A running site on which faults are tried one after the other."""

    def __init__(self, site: VirtualSite) -> None:
        self.site = site
        self._open: dict[str, Occurrence] = {}

    def warm_up(self) -> list[AlarmEvent]:
        """Ten minutes of ordinary life; what it raised."""
        return self._follow(self.site.run(10 * 60, _COARSE_S))

    def try_out(self, device_id: str, kind: str) -> Trial:
        """Break it, wait until nothing more is pending, mend it, and do what an operator does until all is calm."""
        device, began_ns = self.site.site.devices[device_id], self.site.now_ns
        self.site.inject(device_id, kind)
        events = self._follow(self.site.run(20, 2.0) + self.site.run(60, 5.0))
        least_ns = began_ns + SLOW_NS.get((device.device_class, kind), 0)
        while self.site.now_ns < least_ns or (self._is_pending(device_id) and self.site.now_ns < began_ns + _LONGEST_NS):
            events += self._follow(self.site.step(_COARSE_S))
        self.site.heal(device_id, kind)
        self._calm_down(device_id)
        lingering = tuple(sorted(f"{occurrence.rule}@{occurrence.device}" for occurrence in self._open.values()))
        return Trial(device_id, device.device_class, device.profile.id, kind, tuple(_heard(events, began_ns)), lingering)

    def _calm_down(self, device_id: str) -> None:
        until_ns = self.site.now_ns + _LONGEST_NS
        self._follow(self.site.step(_COARSE_S))
        while (self._open or self._is_pending(device_id)) and self.site.now_ns < until_ns:
            self._follow(self.site.step(_COARSE_S))
            for occurrence in list(self._open.values()):
                self._follow(self._operate(occurrence))

    def _operate(self, occurrence: Occurrence) -> list[AlarmEvent]:
        """Acknowledge what is unacknowledged; reset what is latched."""
        engine, now_ns = self.site.engine, self.site.now_ns
        if occurrence.state is AlarmState.LATCHED_ACKNOWLEDGED:
            return engine.reset(occurrence.id, OPERATOR, now_ns)
        if occurrence.state is AlarmState.ACTIVE_ACKNOWLEDGED:
            return []
        return engine.acknowledge(occurrence.id, OPERATOR, now_ns)

    def _is_pending(self, device_id: str) -> bool:
        """Whether a delay runs on the device."""
        engine = self.site.engine
        watching = (verdict.rule.id for verdict in engine.book.of_device(device_id) if verdict.fit is Fit.APPLIES)
        return any(engine.evaluation(rule, device_id).pending_since_ns is not None for rule in watching)

    def _follow(self, events: Sequence[AlarmEvent]) -> list[AlarmEvent]:
        for occurrence in (event.occurrence for event in events):
            if occurrence is not None and occurrence.ended_at_ns is None:
                self._open[occurrence.id] = occurrence
            elif occurrence is not None:
                self._open.pop(occurrence.id, None)
        return list(events)


def _heard(events: Iterable[AlarmEvent], began_ns: int) -> Iterable[Heard]:
    heard: dict[str, Heard] = {}
    for event in events:
        if event.occurrence is None:
            continue
        if event.kind is AlarmEventKind.RAISED:
            folded = event.standing.suppression is not None
            standing, level = event.standing, event.occurrence.level
            heard[event.occurrence.id] = Heard(standing.rule, standing.device, event.at_ns - began_ns, folded, level)
        elif event.kind is AlarmEventKind.ROSE:
            heard[event.occurrence.id] = replace(heard[event.occurrence.id], level=event.occurrence.level)
    return heard.values()


def level_of(rule: str, level: str) -> Level | None:
    """None: the rule's own."""
    return next((one for one in RULES[rule].levels if one.id == level), None)


def due_ns(rule: Rule, every_ns: int) -> int:
    """The latest an alarm of this rule may come after the fault."""
    return every_ns + rule.on_delay_ns + GRACE_NS + SECOND
