"""The alarm engine: readings and time in, alarm events out. No clock, no I/O; the same engine runs live, in backtests and in scenarios.

Whoever runs it commits all events of one call together before anyone is told, and calls ``advance`` no later than ``next_due_ns``.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from model.alarm import AlarmEvent, AlarmEventKind, Occurrence, Raise, Shelving, Standing
from model.clock import SECOND
from model.people import Actor
from model.reading import Block
from model.rule import Rule
from model.site import Site
from rules import acts
from rules.alarm import Alarm, withdrawn
from rules.alarm_state import Flag
from rules.book import Book
from rules.flood import Flood
from rules.inputs import Inputs
from rules.memory import Memory
from rules.remembering import Noted, alarm_notes, device_notes, recall_alarms, recall_devices, recall_windows, window_memories
from rules.suppression import AlarmKey, link
from rules.timetable import Timetable
from rules.turns import Turns
from rules.value import Value
from rules.watch import Watch

CLOCK_STEP_NS = 5 * SECOND
"""Blocks may come a little out of order; time that falls further back than this means that the clock was set."""

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


class Engine:
    """Every alarm of a site. Each method returns the events in the order they happened; KeyError for an alarm it does not know."""

    def __init__(self, site: Site, rules: Sequence[Rule], new_id: Callable[[int], str], book: Book | None = None) -> None:
        """``new_id`` makes the id of an occurrence raised at the given time; ``book``: the rules bound already. Raises ConditionError."""
        self.book = book or Book(site, rules)
        self._now_ns = 0
        self._recalled: Memory | None = None
        self._alarms: dict[AlarmKey, Alarm] = {}
        for verdict in self.book.applying():
            if verdict.condition is not None:
                self._alarms[verdict.rule.id, verdict.device.id] = Alarm(verdict.rule, verdict.device, verdict.condition)
        link(site, self.book.carriers, self._alarms)
        self._windowed = [alarm for alarm in self._alarms.values() if alarm.condition.windows]
        self._watches = self._watched()
        self._timetable = Timetable()
        self._timetable.rebuild(self._alarms.values())
        self._turns = Turns(self._alarms.values(), new_id, self._timetable)

    def restore(self, standings: Iterable[tuple[Standing, Occurrence | None]], now_ns: int) -> list[AlarmEvent]:
        """Start where the journal stands. Alarms whose rule or device is gone are withdrawn; the others hold until readings come.

        An open occurrence of a rule that has changed is told to be judged by its new version from here.

        From here every device has its first chance to answer before it can be called lost.
        """
        self._now_ns = max(self._now_ns, now_ns)
        if self._recalled is None:
            for inputs in self.book.inputs.values():
                inputs.first_chance_ns = now_ns + FIRST_CHANCE_NS
        events: list[AlarmEvent] = []
        for standing, occurrence in standings:
            alarm = self._alarms.get((standing.rule, standing.device))
            if alarm is None:
                events.append(withdrawn(standing, occurrence, now_ns))
                continue
            alarm.take_up(standing, occurrence)
            self._turns.take_up(alarm, now_ns, events)
        if self._recalled is not None:
            self._go_on(self._recalled)
        for alarm in self._alarms.values():
            self._turns.refold(alarm, now_ns, events)
        return events

    # ── what it knows beside the journal ──

    def noted(self) -> Noted:
        """All of it, at this instant. Cheap enough for every few seconds; what takes longer, to put it into words, can wait."""
        alarms = self._alarms.values()
        return Noted(
            self._now_ns,
            device_notes(self.book),
            list(alarm_notes(alarms)),
            tuple(window_memories(self._windowed)),
            self._turns.flood.memory(),
        )

    def memory(self) -> Memory:
        return self.noted().memory()

    def recall(self, memory: Memory, now_ns: int) -> None:
        """Go on at ``now_ns`` where another engine was, perhaps of other rules; then ``restore`` how its alarms stood at that moment.

        What this engine has no use for is passed over. A rule that is new to it finds the readings there and begins its delay.
        """
        self._now_ns = now_ns
        if not memory.now_ns:
            return  # It had not begun.
        self._recalled = memory
        recall_devices(self.book, memory.devices)
        recall_windows(self._alarms.values(), memory.windows, now_ns)
        self._turns.flood.recall(memory.tide)

    def standings(self) -> list[tuple[Standing, Occurrence | None]]:
        """Every alarm of which there is anything to tell, with its open occurrence: as the journal has it once all is written."""
        return [(alarm.standing, alarm.occurrence) for alarm in self._alarms.values() if not alarm.is_plain]

    def adopt(self, fresh: "Engine", now_ns: int) -> list[AlarmEvent]:
        """Judge by the rules of ``fresh``, a new engine that nobody else holds, from now on, between two readings.

        What stands and what is known goes over to it as after a restart; what no rule of its has a use for is withdrawn or forgotten.
        ``fresh`` has what this one had, then, and is of no use but to be dissolved.
        """
        fresh.recall(self.memory(), now_ns)
        events = fresh.restore(self.standings(), now_ns)
        # All that an engine knows hangs on its book, so the two change places: whoever holds this one goes on holding it.
        self.__dict__, fresh.__dict__ = vars(fresh), vars(self)
        return events

    def dissolve(self) -> None:
        """For an engine that nobody asks any more: let go of all it has, piece by piece, in any thread.

        Its alarms name each other; left alone they would lie about until a collection that stops the whole process to find them. And a book
        that nobody else holds would take all its conditions along in one go, for which no other thread gets its turn.
        """
        alarms, verdicts = list(self._alarms.values()), list(self.book.verdicts)
        vars(self).clear()
        while alarms:
            alarms.pop().let_go()
        while verdicts:
            verdicts.pop()

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
        for alarm in watch.take(block, now_ns):
            self._judge(alarm, now_ns, watch.inputs, events)
            if awaited:
                self._timetable.put(alarm)
        return events

    def judge(self, alarms: Iterable[AlarmKey], now_ns: int) -> list[AlarmEvent]:
        """What ``observe`` does, for alarms of which it is known that a block changes them: their conditions know the past themselves."""
        events = self.advance(now_ns)
        for key in alarms:
            alarm = self._alarms[key]
            self._judge(alarm, self._now_ns, self.book.inputs[alarm.device.id], events)
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
    def now_ns(self) -> int:
        """The engine's own time: that of the last it has heard of."""
        return self._now_ns

    @property
    def next_due_ns(self) -> int | None:
        """When ``advance`` must be called next; None when only a reading can change anything."""
        return self._timetable.next_ns()

    # ── after a crash: recall, restore, observe once more what the journal knows of, amend, observe what it does not know, resume ──

    def amend(self, standings: Iterable[tuple[Standing, Occurrence | None]], past: Iterable[Raise] = ()) -> list[AlarmEvent]:
        """Let the alarms stand as the journal has them: it knows what people have done meanwhile. What is known of conditions stays.

        ``past``: as for ``count_raises``. What was raised since the recall had names that nobody keeps; it is in the journal by its own.
        """
        self._turns.flood.forget()
        self.count_raises(past)
        events: list[AlarmEvent] = []
        told = {(standing.rule, standing.device): (standing, occurrence) for standing, occurrence in standings}
        self._turns.open.clear()
        for key, alarm in self._alarms.items():
            standing, occurrence = told.pop(key, (Standing(*key), None))
            self._turns.amend(alarm, standing, occurrence, self._now_ns, events)
        events += [withdrawn(standing, occurrence, self._now_ns) for standing, occurrence in told.values()]
        for alarm in self._alarms.values():
            self._turns.refold(alarm, self._now_ns, events)
        self._timetable.rebuild(self._alarms.values())
        return events

    def doubt(self, devices: Container[str]) -> None:
        """Newer words of these devices may be lost: an alarm that stands otherwise than what is known of them waits for them to speak.

        Time alone settles it only where their silence is what the alarm is about; then it is no ground for doubt, either.
        """
        for alarm in self._alarms.values():
            of_silence = alarm.condition.tells_of_silence
            contradicts = alarm.truth is not None and alarm.truth is not alarm.is_active and not (alarm.truth and of_silence)
            if contradicts and any(device in devices for device in (alarm.device.id, *alarm.condition.devices)):
                alarm.delay.cancel()
                alarm.truth, alarm.said, alarm.fresh = None, None, False
                alarm.look_ns = alarm.look_ns if of_silence else None
                self._timetable.put(alarm)

    def resume(self, now_ns: int) -> None:
        """Nobody listened from the engine's own time until now: delays stand still. After a longer while devices may come up with us."""
        if now_ns < self._now_ns - CLOCK_STEP_NS:
            self._follow_clock(now_ns - self._now_ns)
        now_ns = max(now_ns, self._now_ns)
        since_ns, self._now_ns = self._now_ns, now_ns
        if now_ns - since_ns > FIRST_CHANCE_NS:
            for inputs in self.book.inputs.values():
                inputs.first_chance_ns = now_ns + FIRST_CHANCE_NS
        for alarm in self._alarms.values():
            alarm.sleep(since_ns, now_ns)
            alarm.begin_anew(now_ns)
        self._timetable.rebuild(self._alarms.values())

    # ── people ──

    def acknowledge(self, occurrence_id: str, by: Actor, now_ns: int, comment: str = "") -> list[AlarmEvent]:
        """IllegalAct unless it is unacknowledged."""
        return self._done(self._turns.open[occurrence_id], lambda alarm: acts.acknowledge(alarm, by, now_ns, comment))

    def shelve(self, occurrence_id: str, by: Actor, reason: str, duration_ns: int, now_ns: int, one_shot: bool = False) -> list[AlarmEvent]:
        """IllegalAct for life-safety alarms, without a reason, for longer than the rule allows, or twice."""
        shelving = Shelving(by.name, reason, now_ns, now_ns + duration_ns, one_shot)
        return self._done(self._turns.open[occurrence_id], lambda alarm: acts.shelve(alarm, shelving, by))

    def unshelve(self, occurrence_id: str, by: Actor, now_ns: int) -> list[AlarmEvent]:
        return self._done(self._turns.open[occurrence_id], lambda alarm: alarm.lift(Flag.SHELVED, AlarmEventKind.UNSHELVED, now_ns, by))

    def unshelve_alarm(self, rule: str, device: str, by: Actor, now_ns: int) -> list[AlarmEvent]:
        """For a shelved alarm whose occurrence is over."""
        return self._done(self._alarms[rule, device], lambda alarm: alarm.lift(Flag.SHELVED, AlarmEventKind.UNSHELVED, now_ns, by))

    def reset(self, occurrence_id: str, by: Actor, now_ns: int) -> list[AlarmEvent]:
        """IllegalAct unless it is latched, acknowledged and its condition clear."""
        return self._done(self._turns.open[occurrence_id], lambda alarm: acts.reset(alarm, by, now_ns))

    def comment(self, occurrence_id: str, by: Actor, text: str, now_ns: int) -> list[AlarmEvent]:
        return self._done(self._turns.open[occurrence_id], lambda alarm: acts.comment(alarm, by, text, now_ns))

    def request_removal(self, rule: str, device: str, by: Actor, reason: str, now_ns: int, until_ns: int | None = None) -> list[AlarmEvent]:
        """Ask to take an alarm out of service. IllegalAct without a reason, or for longer than may be."""
        return self._done(self._alarms[rule, device], lambda alarm: acts.request_removal(alarm, by, reason, now_ns, until_ns))

    def approve_removal(self, rule: str, device: str, by: Actor, now_ns: int) -> list[AlarmEvent]:
        """IllegalAct for whoever has asked."""
        return self._done(self._alarms[rule, device], lambda alarm: acts.approve_removal(alarm, by, now_ns))

    def refuse_removal(self, rule: str, device: str, by: Actor, reason: str, now_ns: int) -> list[AlarmEvent]:
        """By another, or taken back by whoever has asked."""
        return self._done(self._alarms[rule, device], lambda alarm: acts.refuse_removal(alarm, by, reason, now_ns))

    def in_service(self, rule: str, device: str, by: Actor, now_ns: int) -> list[AlarmEvent]:
        return self._done(self._alarms[rule, device], lambda alarm: alarm.lift(Flag.OUT_OF_SERVICE, AlarmEventKind.IN_SERVICE, now_ns, by))

    # ── questions ──

    def standing(self, rule: str, device: str) -> Standing:
        return self._alarms[rule, device].standing

    def flagged(self) -> list[Standing]:
        """Every alarm that is shelved, suppressed or out of service now, or asked to be taken out of it."""
        return [alarm.standing for alarm in self._alarms.values() if alarm.standing.is_silent or alarm.standing.request]

    def flood(self, now_ns: int) -> Flood | None:
        """The alarm flood that lasts, if there is one."""
        return self._turns.flood.flood(now_ns)

    def annunciated(self, now_ns: int) -> int:
        """How many alarms were annunciated within the last 10 minutes, as floods count them."""
        return self._turns.flood.within(now_ns)

    def count_raises(self, raises: Iterable[Raise]) -> None:
        """What the journal has of the time before this engine, oldest first; what is known already is not counted twice."""
        for raised in raises:
            self._turns.flood.count(raised, raised.at_ns)

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

    def _watched(self) -> dict[str, Watch]:
        """An alarm is judged when its own device speaks, and when another does whose points it asks for."""
        listeners: dict[str, dict[AlarmKey, Alarm]] = {}
        for key, alarm in self._alarms.items():
            carrier = self.book.carriers.get(alarm.device.id)
            for device in carrier.behind if carrier else {alarm.device.id, *alarm.condition.devices}:
                listeners.setdefault(device, {})[key] = alarm
        return {device: Watch(self.book.inputs[device], tuple(alarms.values())) for device, alarms in listeners.items()}

    def _go_on(self, memory: Memory) -> None:
        """Nothing is raised or cleared here: what is due falls due at the next call."""
        known = recall_alarms(self._alarms, memory.alarms)
        for key, alarm in self._alarms.items():
            if key not in known:
                self._turns.follow(alarm, alarm.judge(self._now_ns), self._now_ns)
        self._recalled = None
        self._timetable.rebuild(self._alarms.values())

    def _wake(self, alarm: Alarm, at_ns: int, events: list[AlarmEvent]) -> None:
        """Something of this alarm fell due."""
        if alarm.look_ns is not None and alarm.look_ns <= at_ns:
            self._judge(alarm, at_ns or self._now_ns, None, events)
        self._turns.wake(alarm, at_ns, events)

    def _judge(self, alarm: Alarm, now_ns: int, said: Inputs | None, events: list[AlarmEvent]) -> None:
        """``said``: the device of which a block has just come; None when only time has passed."""
        before = alarm.said
        truth = alarm.judge(now_ns, said)
        if said is None and truth is before and truth is not alarm.truth:
            # A look that comes too early: time has changed nothing, and what waits for a reading goes on waiting.
            truth, alarm.fresh = alarm.truth, False
        if truth is not alarm.truth or alarm.stirred:
            self._turns.turn(alarm, truth, now_ns, events)
        elif alarm.look_ns is not None:
            self._timetable.put(alarm)

    def _done(self, alarm: Alarm, act: Callable[[Alarm], AlarmEvent]) -> list[AlarmEvent]:
        events: list[AlarmEvent] = []
        self._turns.tell(events, alarm, act(alarm))
        self._timetable.put(alarm)
        return events

    def _follow_clock(self, step_ns: int) -> None:
        """The clock was set back: delays keep what has elapsed instead of waiting for the old time to come again."""
        self._now_ns += step_ns
        for inputs in self.book.inputs.values():
            inputs.shift(step_ns)
        for alarm in self._alarms.values():
            alarm.shift(step_ns)
            alarm.condition.shift(step_ns)
            if alarm.look_ns is not None:
                alarm.look_ns = self._now_ns
        self._turns.flood.shift(step_ns)
        self._timetable.rebuild(self._alarms.values())
