"""The alarm engine: readings and time in, alarm events out. No clock, no I/O; the same engine runs live, in backtests and in scenarios.

Whoever runs it commits all events of one call together before anyone is told, and calls ``advance`` no later than ``next_due_ns``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from model.alarm import AlarmEvent, AlarmEventKind, Occurrence, Removal, Shelving, Standing
from model.clock import SECOND
from model.people import Actor
from model.reading import Block
from model.rule import Rule
from model.site import Site
from rules.alarm import LOOK_AGAIN_NS, Alarm, withdrawn
from rules.alarm_state import Flag
from rules.book import Book
from rules.inputs import Inputs, Value
from rules.suppression import AlarmKey, link, patience, silencer
from rules.timetable import Timetable

CLOCK_STEP_NS = 5 * SECOND
"""Blocks may come a little out of order; time that falls further back than this means that the clock was set."""
CATCH_UP_NS = 5 * SECOND
"""Conditions that depend on time are judged each second of a gap no longer than this; of a longer one only its end."""

FIRST_CHANCE_NS = 30 * SECOND
"""From the start, for devices that have not answered yet: after a power cut gateways and PLCs come up together with the platform, and
calling each of them lost would bury what the cut has really broken."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Why an alarm stands as it does."""

    rule: str
    device: str
    condition: str
    value: bool | None
    """The condition now; None is Unknown."""
    inputs: Mapping[str, Value]
    """Point id → value in the point's own unit."""
    pending_since_ns: int | None
    """Since when the on-delay or off-delay runs."""
    due_ns: int | None
    """When it will be over; None while it does not run or is paused."""
    standing: Standing


@dataclass(slots=True)
class _Watch:
    """One device: what its blocks fill, and the alarms to judge when one comes."""

    inputs: Inputs
    alarms: tuple[tuple[Alarm, int], ...]
    """Each with the bits of ``Inputs.take`` that concern it."""


class Engine:
    """Every alarm of a site. Each method returns the events in the order they happened; KeyError for an alarm it does not know."""

    def __init__(self, site: Site, rules: Sequence[Rule], new_id: Callable[[int], str]) -> None:
        """``new_id`` makes the id of an occurrence raised at the given time. Raises ConditionError."""
        self.book = Book(site, rules)
        self._new_id = new_id
        self._now_ns = 0
        self._alarms: dict[AlarmKey, Alarm] = {}
        for verdict in self.book.applying():
            if verdict.condition is not None:
                self._alarms[verdict.rule.id, verdict.device.id] = Alarm(verdict.rule, verdict.device, verdict.condition)
        link(site, self.book.carriers, self._alarms)
        self._watches = self._watched()
        self._open: dict[str, Alarm] = {}
        self._timetable = Timetable()
        self._timetable.rebuild(self._alarms.values())

    def restore(self, standings: Iterable[tuple[Standing, Occurrence | None]], now_ns: int) -> list[AlarmEvent]:
        """Start where the journal stands. Alarms whose rule or device is gone are withdrawn; the others hold until readings come.

        From here every device has its first chance to answer before it can be called lost.
        """
        self._now_ns = max(self._now_ns, now_ns)
        for inputs in self.book.inputs.values():
            inputs.first_chance_ns = now_ns + FIRST_CHANCE_NS
        events: list[AlarmEvent] = []
        for standing, occurrence in standings:
            alarm = self._alarms.get((standing.rule, standing.device))
            if alarm is None:
                events.append(withdrawn(standing, occurrence, now_ns))
                continue
            alarm.standing = standing
            alarm.occurrence = occurrence if occurrence and occurrence.ended_at_ns is None else None
            alarm.held = alarm.is_active
            alarm.fresh = False
            if alarm.occurrence:
                self._open[alarm.occurrence.id] = alarm
            self._timetable.put(alarm)
        for alarm in self._alarms.values():
            self._refold(alarm, now_ns, events)
        return events

    # ── readings and time ──

    def observe(self, block: Block, now_ns: int | None = None) -> list[AlarmEvent]:
        """Judge the rules of the block's device. What fell due before it came is done first.

        It counts as come at its time of receipt; at ``now_ns`` when another machine, with a clock of its own, has received it.
        """
        events = self.advance(block.receive_ns if now_ns is None else now_ns)
        watch = self._watches.get(block.device)
        if watch is None:
            return events
        now_ns = self._now_ns
        awaited = watch.inputs.first_chance_ns is not None
        changed = watch.inputs.take(block, now_ns)
        for alarm, concerns in watch.alarms:
            if alarm.fresh and not changed & concerns and not awaited:
                continue
            alarm.fresh = True
            truth = alarm.judge(now_ns)
            if truth is not alarm.truth:
                self._turn(alarm, truth, now_ns, events)
            elif awaited:
                self._timetable.put(alarm)
        return events

    def advance(self, now_ns: int) -> list[AlarmEvent]:
        """Let time pass: delays, shelvings, re-alarms, and conditions that depend on time."""
        if now_ns < self._now_ns - CLOCK_STEP_NS:
            self._follow_clock(now_ns - self._now_ns)
        self._now_ns = max(self._now_ns, now_ns)
        events: list[AlarmEvent] = []
        for at_ns, alarm in self._timetable.due(self._now_ns):
            self._wake(alarm, at_ns, events)
        return events

    @property
    def next_due_ns(self) -> int | None:
        """When ``advance`` must be called next; None when only a reading can change anything."""
        return self._timetable.next_ns()

    # ── people ──

    def acknowledge(self, occurrence_id: str, by: Actor, now_ns: int, comment: str = "") -> list[AlarmEvent]:
        """IllegalAct unless it is unacknowledged."""
        return self._done(self._open[occurrence_id], lambda alarm: alarm.acknowledge(by, now_ns, comment))

    def shelve(self, occurrence_id: str, by: Actor, reason: str, duration_ns: int, now_ns: int, one_shot: bool = False) -> list[AlarmEvent]:
        """IllegalAct for life-safety alarms, without a reason, for longer than the rule allows, or twice."""
        shelving = Shelving(by.name, reason, now_ns, now_ns + duration_ns, one_shot)
        return self._done(self._open[occurrence_id], lambda alarm: alarm.shelve(shelving, by))

    def unshelve(self, occurrence_id: str, by: Actor, now_ns: int) -> list[AlarmEvent]:
        return self._done(self._open[occurrence_id], lambda alarm: alarm.lift(Flag.SHELVED, AlarmEventKind.UNSHELVED, now_ns, by))

    def unshelve_alarm(self, rule: str, device: str, by: Actor, now_ns: int) -> list[AlarmEvent]:
        """For a shelved alarm whose occurrence is over."""
        return self._done(self._alarms[rule, device], lambda alarm: alarm.lift(Flag.SHELVED, AlarmEventKind.UNSHELVED, now_ns, by))

    def reset(self, occurrence_id: str, by: Actor, now_ns: int) -> list[AlarmEvent]:
        """IllegalAct unless it is latched, acknowledged and its condition clear."""
        return self._done(self._open[occurrence_id], lambda alarm: alarm.reset(by, now_ns))

    def comment(self, occurrence_id: str, by: Actor, text: str, now_ns: int) -> list[AlarmEvent]:
        return self._done(self._open[occurrence_id], lambda alarm: alarm.comment(by, text, now_ns))

    def out_of_service(self, rule: str, device: str, by: Actor, reason: str, now_ns: int) -> list[AlarmEvent]:
        removal = Removal(by.name, reason, now_ns)
        return self._done(self._alarms[rule, device], lambda alarm: alarm.take_out_of_service(removal, by))

    def in_service(self, rule: str, device: str, by: Actor, now_ns: int) -> list[AlarmEvent]:
        return self._done(self._alarms[rule, device], lambda alarm: alarm.lift(Flag.OUT_OF_SERVICE, AlarmEventKind.IN_SERVICE, now_ns, by))

    # ── questions ──

    def standing(self, rule: str, device: str) -> Standing:
        return self._alarms[rule, device].standing

    def flagged(self) -> list[Standing]:
        """Every alarm that is shelved, suppressed or out of service now."""
        return [alarm.standing for alarm in self._alarms.values() if alarm.standing.is_silent]

    def evaluation(self, rule: str, device: str) -> Evaluation:
        alarm = self._alarms[rule, device]
        return Evaluation(
            rule=rule,
            device=device,
            condition=alarm.rule.when,
            value=alarm.truth,
            inputs=alarm.condition.inputs(),
            pending_since_ns=alarm.delay.began_ns,
            due_ns=alarm.delay_due_ns(),
            standing=alarm.standing,
        )

    # ── within ──

    def _watched(self) -> dict[str, _Watch]:
        """An alarm is judged when its own device speaks, and when another does whose points it asks for."""
        listeners: dict[str, dict[AlarmKey, Alarm]] = {}
        for key, alarm in self._alarms.items():
            carrier = self.book.carriers.get(alarm.device.id)
            for device in carrier.behind if carrier else {alarm.device.id, *(slot.inputs.device.id for slot in alarm.condition.slots)}:
                listeners.setdefault(device, {})[key] = alarm
        return {device: _watch(self.book.inputs[device], alarms.values()) for device, alarms in listeners.items()}

    def _turn(self, alarm: Alarm, truth: bool | None, now_ns: int, events: list[AlarmEvent]) -> None:
        """The condition has become another."""
        alarm.truth = truth
        alarm.fresh = False
        if truth is None:
            alarm.delay.pause(now_ns)
        else:
            alarm.held = truth
            if truth is alarm.is_active:
                alarm.delay.cancel()
                alarm.patience_ns = None
                self._refold(alarm, now_ns, events)
            else:
                alarm.delay.run(now_ns)
        self._settle(alarm, now_ns, events)

    def _settle(self, alarm: Alarm, now_ns: int, events: list[AlarmEvent]) -> None:
        """Raise or clear the alarm if its delay is over, and say when to look again."""
        due_ns = alarm.delay_due_ns()
        if due_ns is not None and due_ns <= now_ns:
            if alarm.is_active:
                self._clear(alarm, now_ns, events)
            else:
                self._raise(alarm, now_ns, events)
        self._timetable.put(alarm)

    def _clear(self, alarm: Alarm, now_ns: int, events: list[AlarmEvent]) -> None:
        alarm.fresh = False
        self._tell(events, *alarm.clear(now_ns))
        self._refold(alarm, now_ns, events)
        self._conclude(alarm, now_ns, events)

    def _raise(self, alarm: Alarm, now_ns: int, events: list[AlarmEvent]) -> None:
        """Raise it, folded under what explains it; unless its explanation may still come."""
        explains = silencer(alarm)
        alarm.patience_ns = None if explains else patience(alarm, now_ns)
        if alarm.patience_ns is None:
            alarm.fresh = False
            self._tell(events, *alarm.open(self._new_id(now_ns), now_ns, explains))
            self._conclude(alarm, now_ns, events)

    def _conclude(self, alarm: Alarm, now_ns: int, events: list[AlarmEvent]) -> None:
        """The alarm has been raised or cleared: so much for its delay, and now for those it explains."""
        alarm.delay.cancel()
        for victim in alarm.victims:
            self._refold(victim, now_ns, events)
            if victim.patience_ns is not None:
                victim.patience_ns = None
                self._settle(victim, now_ns, events)

    def _refold(self, alarm: Alarm, at_ns: int, events: list[AlarmEvent]) -> None:
        """Bring an alarm's suppression into line with the alarms that explain it; the first to explain it keeps it.

        An alarm that has already returned is not folded any more: it waits for its acknowledgement in plain sight.
        """
        suppression = alarm.standing.suppression
        if suppression is None:
            explains = silencer(alarm) if alarm.is_active else None
        elif any(s.is_active and s.name == suppression.by for s in alarm.suppressors):
            return
        else:
            explains = silencer(alarm)
            if explains is None and alarm.is_clearing:
                return  # Its own condition has gone with its cause's: it ends in silence instead of crying on the way out.
        if explains is not None:
            self._tell(events, alarm.suppress(explains, at_ns))
        elif suppression is not None:
            self._tell(events, alarm.lift(Flag.SUPPRESSED, AlarmEventKind.UNSUPPRESSED, at_ns))
            self._timetable.put(alarm)

    def _wake(self, alarm: Alarm, at_ns: int, events: list[AlarmEvent]) -> None:
        """Something of this alarm fell due."""
        if alarm.look_ns is not None and alarm.look_ns <= at_ns:
            self._look(alarm, max(at_ns, self._now_ns - CATCH_UP_NS), events)
        shelving = alarm.standing.shelving
        if shelving and shelving.until_ns <= at_ns:
            self._tell(events, alarm.lift(Flag.SHELVED, AlarmEventKind.SHELVING_EXPIRED, at_ns))
        realarm_at_ns = alarm.standing.realarm_at_ns
        if realarm_at_ns is not None and realarm_at_ns <= at_ns:
            self._tell(events, alarm.realarm(at_ns))
        self._settle(alarm, at_ns, events)

    def _look(self, alarm: Alarm, at_ns: int, events: list[AlarmEvent]) -> None:
        alarm.look_ns = at_ns + LOOK_AGAIN_NS
        truth = alarm.judge(at_ns)
        if truth is not alarm.truth:
            self._turn(alarm, truth, at_ns, events)

    def _done(self, alarm: Alarm, act: Callable[[Alarm], AlarmEvent]) -> list[AlarmEvent]:
        events: list[AlarmEvent] = []
        self._tell(events, act(alarm))
        self._timetable.put(alarm)
        return events

    def _tell(self, events: list[AlarmEvent], *news: AlarmEvent) -> None:
        """Add events, and keep track of which occurrences are open."""
        for event in news:
            occurrence = event.occurrence
            if occurrence is not None and occurrence.ended_at_ns is not None:
                self._open.pop(occurrence.id, None)
            elif occurrence is not None and event.kind is AlarmEventKind.RAISED:
                self._open[occurrence.id] = self._alarms[occurrence.rule, occurrence.device]
            events.append(event)

    def _follow_clock(self, step_ns: int) -> None:
        """The clock was set back: delays keep what has elapsed instead of waiting for the old time to come again."""
        self._now_ns += step_ns
        for inputs in self.book.inputs.values():
            if inputs.first_chance_ns is not None:
                inputs.first_chance_ns += step_ns
        for alarm in self._alarms.values():
            alarm.delay.shift(step_ns)
            if alarm.look_ns is not None:
                alarm.look_ns += step_ns
            if alarm.patience_ns is not None:
                alarm.patience_ns += step_ns
        self._timetable.rebuild(self._alarms.values())


def _watch(inputs: Inputs, alarms: Iterable[Alarm]) -> _Watch:
    return _Watch(inputs, tuple((alarm, alarm.condition.depends_on(inputs)) for alarm in alarms))
