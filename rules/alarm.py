"""One alarm: a rule on a device. How it stands, what it waits for, and the events its changes make."""

from dataclasses import replace
from typing import Protocol

from model.alarm import AlarmEvent, AlarmEventKind, AlarmState, HoldKind, Occurrence, Removal, Standing
from model.people import PLATFORM, Actor
from model.rule import Rule
from model.site import Device
from rules import nuisance
from rules.alarm_state import ACTIVE, Flag, FlagAct, Happening, Service, ServiceAct, after, flagged, served
from rules.condition import Condition
from rules.delay import Delay
from rules.evidence import evidence
from rules.first_out import group_of
from rules.inputs import Inputs
from rules.rungs import Grade, Rung, grade, highest, rung_of


class Watcher(Protocol):
    """Of a device whose blocks can change the condition."""

    restless: bool


class Alarm:
    """Mutable; only the engine holds it. ``standing`` and ``occurrence`` are the immutable snapshots others see."""

    __slots__ = (
        "_fresh",
        "_plain",
        "calm",
        "condition",
        "delay",
        "device",
        "due_ns",
        "flips",
        "group",
        "held",
        "look_ns",
        "occurrence",
        "patience_ns",
        "rule",
        "rungs",
        "said",
        "source_ns",
        "standing",
        "stirred",
        "suppressors",
        "truth",
        "victims",
        "watches",
    )

    def __init__(self, rule: Rule, device: Device, condition: Condition) -> None:
        self.rule = rule
        self.device = device
        self.condition = condition
        self.standing = self._plain = Standing(rule.id, device.id)
        self.occurrence: Occurrence | None = None
        self.delay = Delay()
        self.truth: bool | None = None
        """The condition at the last look; None is Unknown."""
        self.said: bool | None = None
        """What it said when it was last asked. Another than ``truth`` only while a rule without delays waits for its next reading."""
        self.watches: tuple[Watcher, ...] = ()
        self._fresh = False
        self.held = False
        """Whether it was true when it was last known."""
        self.look_ns: int | None = 0 if condition.is_timed else None
        """When its condition may change though nothing is read; 0 until it was looked at for the first time."""
        self.due_ns: int | None = None
        """When the engine must wake it next."""
        self.patience_ns: int | None = None
        """Until when it waits, its on-delay over, for the alarm that may explain it."""
        self.source_ns = 0
        """Source time of the reading with which the last on-delay began, as the clock is set now."""
        self.rungs = tuple(Rung(level, index) for index, level in enumerate(rule.levels))
        """Its graver levels, the gravest last."""
        self.stirred = False
        """Whether the condition of a level has become another at the last look."""
        self.calm = Delay()
        """While it is held: how long its condition has stayed what it is."""
        self.flips = 0
        """How often the condition came again while it was held."""
        self.group = group_of(rule, device)
        """Of first-out; empty when it is in none."""
        self.suppressors: tuple[Alarm, ...] = ()
        self.victims: tuple[Alarm, ...] = ()

    @property
    def name(self) -> str:
        """As it is written in ``Removal.by`` and ``Occurrence.suppressed_by``."""
        return f"{self.rule.id}@{self.device.id}"

    @property
    def fresh(self) -> bool:
        """Whether it was judged as it stands now, so that only another reading can make its condition another."""
        return self._fresh

    @fresh.setter
    def fresh(self, fresh: bool) -> None:
        self._fresh = fresh
        if not fresh:
            for watch in self.watches:
                watch.restless = True

    @property
    def is_active(self) -> bool:
        """Whether the debounced condition is true, latched states not counted."""
        state = self.standing.state
        return state is not AlarmState.NORMAL and state in ACTIVE

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to tell of it. Asked of every alarm there is at once, so the cheap questions come first."""
        standing = self.standing
        return standing is self._plain or (standing.state is AlarmState.NORMAL and standing == self._plain)

    @property
    def is_clearing(self) -> bool:
        """Whether its condition was gone when it was last known, so that only its off-delay, or a hold, still keeps it active."""
        return self.is_active and not self.held

    @property
    def service(self) -> Service:
        if self.standing.out_of_service:
            return Service.OUT_OF_SERVICE
        return Service.REQUESTED if self.standing.request else Service.IN_SERVICE

    def judge(self, now_ns: int, said: Inputs | None = None) -> bool | None:
        """The rule's own condition; those of its levels are taken note of in ``stirred``.

        ``said``: the device of which a block has just come; None when only time has passed.
        """
        self.fresh = True
        self.said = truth = self.condition.judge(now_ns, held=self.held, active=self.is_active, said=said)
        for rung in self.rungs:
            self.stirred |= rung.judge(self.condition, truth, now_ns)
        if self.condition.is_timed:
            self._look_by(now_ns, self.condition.next_change_ns)
        return truth

    def delay_due_ns(self) -> int | None:
        """When it is to be raised or cleared; a held one is not cleared before its hold is over. A graver level may be due sooner."""
        if self.is_active:
            return None if self.standing.hold else self.delay.due_ns(self.rule.off_delay_ns)
        due_ns = self.delay.due_ns(self.rule.on_delay_ns)
        if due_ns is None:
            return None
        levels = (0 if rung.reached else rung.due_ns(self.rule.off_delay_ns) for rung in self.rungs if rung.truth)
        due_ns = min([due_ns, *(at_ns for at_ns in levels if at_ns is not None)])
        return max(due_ns, self.condition.first_chance_ns or 0, self.patience_ns or 0)

    def calm_due_ns(self) -> int | None:
        """When its hold will be over; None while it is not held, or its condition is unknown."""
        hold = self.standing.hold
        return self.calm.due_ns(nuisance.CALM_NS[hold.kind]) if hold else None

    def next_due_ns(self) -> int | None:
        """The first of: a delay over, the hold over, shelving or maintenance over, re-alarm, another look."""
        standing = self.standing
        times = [self.delay_due_ns(), self.look_ns, standing.realarm_at_ns]
        if standing.hold:
            times.append(self.calm_due_ns())
        times += [flag.until_ns for flag in (standing.shelving, standing.out_of_service, standing.request) if flag]
        times += [rung.due_ns(self.rule.off_delay_ns) for rung in self.rungs]
        return min([time for time in times if time is not None], default=None)

    def shift(self, step_ns: int) -> None:
        """The clock was set: what has elapsed stays elapsed, and a shelving lasts no longer for it."""
        for delay in (self.delay, self.calm, *(rung.delay for rung in self.rungs)):
            delay.shift(step_ns)
        if self.patience_ns is not None:
            self.patience_ns += step_ns
        self.source_ns += step_ns
        self._shift_shelving(step_ns)
        if self.standing.realarm_at_ns is not None:
            self.standing = replace(self.standing, realarm_at_ns=self.standing.realarm_at_ns + step_ns)

    def begin_anew(self, now_ns: int) -> None:
        """Whatever the journal has from before the clock was set back seems to be of times to come: at most it begins now."""
        self.source_ns = min(self.source_ns, now_ns)
        shelving, realarm_at_ns = self.standing.shelving, self.standing.realarm_at_ns
        if shelving:
            self._shift_shelving(min(0, now_ns - shelving.at_ns))
        if realarm_at_ns is not None and self.rule.realarm_ns is not None:
            self.standing = replace(self.standing, realarm_at_ns=min(realarm_at_ns, now_ns + self.rule.realarm_ns))

    def _shift_shelving(self, step_ns: int) -> None:
        shelving = self.standing.shelving
        if shelving and step_ns:
            shelving = replace(shelving, at_ns=shelving.at_ns + step_ns, until_ns=shelving.until_ns + step_ns)
            self.standing = replace(self.standing, shelving=shelving)

    def sleep(self, since_ns: int, until_ns: int) -> None:
        """Nobody watched from one instant to the other: no delay has come any nearer to its end."""
        for delay in (self.delay, self.calm, *(rung.delay for rung in self.rungs)):
            delay.sleep(since_ns, until_ns)
        self.condition.slept(until_ns - since_ns)
        self.patience_ns = None
        if self.look_ns is not None:
            self.look_ns = until_ns

    def let_go(self) -> None:
        """Nobody asks for it any more: nor does it for others."""
        self.suppressors = self.victims = self.watches = ()

    def take_up(self, standing: Standing, occurrence: Occurrence | None) -> None:
        """As the journal has it. It holds until readings come."""
        self.standing = standing
        self.occurrence = occurrence if occurrence and occurrence.ended_at_ns is None else None
        self.held = self.is_active
        self.fresh = False
        if self.occurrence is None or not self.is_active:
            return
        self.flips = max(self.flips, self.occurrence.flips)
        self.source_ns = self.occurrence.source_ns
        come_to = rung_of(self.rungs, self.occurrence.level)
        for rung in self.rungs:
            rung.take_up(rung.index < come_to)

    # ── the condition's doing ──

    def begin(self, now_ns: int) -> None:
        """The condition has become true: the on-delay begins, or goes on."""
        if self.delay.began_ns is None:
            self.source_ns = self.condition.source_ns(now_ns)
        self.delay.run(now_ns)

    def open(self, occurrence_id: str, at_ns: int, silencer: "Alarm | None", first_out: bool | None) -> list[AlarmEvent]:
        """The on-delay is over: a new occurrence, the one still open superseded. A nuisance is held from here."""
        state = after(self.standing.state, Happening.RAISE)
        events = [] if self.occurrence is None else [self._superseded(occurrence_id, at_ns)]
        slots = self.condition.looked_at()
        suppression = self.standing.suppression or (self._suppression(silencer, at_ns) if silencer else None)
        standing = replace(self.standing, state=state, occurrence=occurrence_id, suppression=suppression, realarm_at_ns=None)
        self.standing = nuisance.raised(standing, at_ns)
        shown = self._grade()
        self.occurrence = Occurrence(
            id=occurrence_id,
            rule=self.rule.id,
            rule_version=self.rule.version,
            device=self.device.id,
            points=tuple(slot.point_id for slot in slots),
            priority=shown.priority,
            state=state,
            text=shown.text,
            cause=(self.rule.ticket.cause if self.rule.ticket else "") or self.rule.id,
            condition_since_ns=self.delay.began_ns if self.delay.began_ns is not None else at_ns,
            raised_at_ns=at_ns,
            inputs={slot.point_id: slot.value for slot in slots},
            suppressed_by=suppression.by if suppression else None,
            annunciated=not self.standing.is_silent,
            evidence=evidence(slots),
            level=shown.level,
            source_ns=self.source_ns or at_ns,
            group=self.group,
            first_out=first_out,
            judged_by=self.rule.version,
        )
        events.append(self.event(AlarmEventKind.RAISED, at_ns))
        kind = nuisance.found(self.standing) if nuisance.may_be_held(self.rule) else None
        return [*events, self.hold(kind, at_ns)] if kind else events

    def clear(self, at_ns: int) -> list[AlarmEvent]:
        """The off-delay is over. A one-shot shelving is over too."""
        happening = Happening.LATCH if self.rule.latched else Happening.RETURN
        kind = AlarmEventKind.LATCHED if self.rule.latched else AlarmEventKind.RETURNED
        if self.occurrence:
            self.standing = nuisance.returned(self.standing, self.occurrence, at_ns)
        for rung in self.rungs:
            rung.forget()
        event = self.move(happening, kind, at_ns, returned_at_ns=at_ns)
        shelving = self.standing.shelving
        if shelving is None or not shelving.one_shot:
            return [event]
        return [event, self.lift(Flag.SHELVED, AlarmEventKind.SHELVING_EXPIRED, at_ns)]

    def regrade(self, at_ns: int) -> AlarmEvent | None:
        """Rise to the gravest level reached, or ease to it; a held alarm does not ease."""
        if self.occurrence is None or not self.is_active:
            return None
        at, to = rung_of(self.rungs, self.occurrence.level), highest(self.rungs)
        if to == at or (to < at and self.standing.hold):
            return None
        shown = self._grade()
        self.occurrence = replace(self.occurrence, level=shown.level, priority=shown.priority, text=shown.text)
        if to < at:
            return self.move(Happening.EASE, AlarmEventKind.EASED, at_ns)
        return self.move(Happening.RISE, AlarmEventKind.ROSE, at_ns, acknowledged_at_ns=None, acknowledged_by=None)

    def hold(self, kind: HoldKind, at_ns: int) -> AlarmEvent:
        """From now on it stays active until it has been calm for a while."""
        self.standing = nuisance.held(self.standing, kind, at_ns)
        self.calm.cancel()
        self.calm.run(at_ns)
        self.flips = 0
        return self._change(AlarmEventKind.HELD, at_ns, hold=kind, flips=0)

    def flip(self, truth: bool | None, at_ns: int) -> AlarmEvent | None:
        """The condition of a held alarm has become another; ``held`` is still as it was."""
        if truth is None:
            self.calm.pause(at_ns)
            return None
        if truth is not self.held:
            self.calm.cancel()
        self.calm.run(at_ns)
        if not truth or self.held:
            return None
        self.flips += 1
        return self._change(AlarmEventKind.HELD, at_ns, flips=self.flips) if nuisance.is_told(self.flips) else None

    def count_calm(self, now_ns: int) -> None:
        """It was not we who began or ended its hold: what is known of its condition is calm from here."""
        if self.standing.hold is None:
            self.calm.cancel()
        elif self.truth is not None:
            self.calm.run(now_ns)

    def release_hold(self, at_ns: int) -> AlarmEvent:
        self.standing = replace(self.standing, hold=None)
        self.calm.cancel()
        return self._change(AlarmEventKind.HOLD_RELEASED, at_ns, hold=None, flips=self.flips)

    def mark(self, first_out: bool, at_ns: int) -> AlarmEvent:
        """The mark of the first in its group comes or goes."""
        return self._change(AlarmEventKind.FIRST_OUT, at_ns, first_out=first_out)

    def rejudge(self, at_ns: int) -> AlarmEvent | None:
        """An open occurrence is judged by this version of the rule from now on; None when it was before."""
        if self.occurrence is None or (self.occurrence.judged_by or self.occurrence.rule_version) == self.rule.version:
            return None
        return self._change(AlarmEventKind.RULE_CHANGED, at_ns, judged_by=self.rule.version)

    def realarm(self, at_ns: int) -> AlarmEvent:
        return self.move(Happening.REALARM, AlarmEventKind.REALARMED, at_ns, acknowledged_at_ns=None, acknowledged_by=None)

    def withdraw(self, at_ns: int) -> AlarmEvent:
        return withdrawn(self.standing, self.occurrence, at_ns)

    # ── suppression by design, and the lifting of every flag ──

    def suppress(self, silencer: "Alarm", at_ns: int) -> AlarmEvent:
        """Fold this alarm under the one that explains it; also when another takes over as its silencer."""
        suppression = self._suppression(silencer, at_ns)
        self.standing = replace(self.standing, suppression=suppression)
        if self.occurrence:
            self.occurrence = replace(self.occurrence, suppressed_by=suppression.by)
        return self.event(AlarmEventKind.SUPPRESSED, at_ns, comment=suppression.reason)

    def lift(self, flag: Flag, kind: AlarmEventKind, at_ns: int, by: Actor = PLATFORM, comment: str = "") -> AlarmEvent:
        """Take one flag off. When it was the last, the state is taken afresh and an alarm that is still active is annunciated."""
        if flag is Flag.OUT_OF_SERVICE:
            served(self.service, ServiceAct.RETURN)
        else:
            flagged(flag in self.standing.flags, flag, FlagAct.LIFT)
        self.standing = without(self.standing, flag)
        if self.occurrence and flag is Flag.SUPPRESSED:
            self.occurrence = replace(self.occurrence, suppressed_by=None)
        if self.standing.is_silent or self.occurrence is None:
            return self.event(kind, at_ns, by, comment)
        state = after(self.standing.state, Happening.RELEASE)
        changes: dict[str, object] = {}
        if state is AlarmState.ACTIVE_UNACKNOWLEDGED:
            changes = {"acknowledged_at_ns": None, "acknowledged_by": None}
        if state is not AlarmState.NORMAL:
            changes["annunciated"] = True
        return self.move(Happening.RELEASE, kind, at_ns, by, comment, **changes)

    # ── within ──

    def _look_by(self, now_ns: int, change_ns: int | None) -> None:
        """A look that comes too early does no harm, while moving it on at every reading would fill the timetable."""
        if self.look_ns is None or change_ns is None or not now_ns < self.look_ns <= change_ns:
            self.look_ns = change_ns

    def move(
        self, happening: Happening, kind: AlarmEventKind, at_ns: int, by: Actor = PLATFORM, comment: str = "", **changes: object
    ) -> AlarmEvent:
        """Apply the table to standing and occurrence. An occurrence that reaches normal ends and takes its suppression with it."""
        state = after(self.standing.state, happening)
        realarm_at_ns = self.standing.realarm_at_ns if happening is Happening.EASE else None
        if happening is Happening.ACKNOWLEDGE and state is AlarmState.ACTIVE_ACKNOWLEDGED and self.rule.realarm_ns is not None:
            realarm_at_ns = at_ns + self.rule.realarm_ns
        self.standing = replace(self.standing, state=state, realarm_at_ns=realarm_at_ns)
        if self.occurrence is None:
            return self.event(kind, at_ns, by, comment)
        self.occurrence = replace(self.occurrence, state=state, **changes)  # type: ignore[arg-type]
        if state is AlarmState.NORMAL:
            return self._end(kind, at_ns, by, comment)
        return self.event(kind, at_ns, by, comment)

    def _end(self, kind: AlarmEventKind, at_ns: int, by: Actor, comment: str, superseded_by: str | None = None) -> AlarmEvent:
        assert self.occurrence is not None
        ended = replace(self.occurrence, state=AlarmState.NORMAL, ended_at_ns=at_ns, superseded_by=superseded_by)
        suppression = self.standing.suppression if superseded_by else None
        self.standing = replace(self.standing, state=AlarmState.NORMAL, occurrence=None, suppression=suppression, realarm_at_ns=None)
        self.occurrence = None
        return AlarmEvent(kind, at_ns, self.standing, ended, by, comment)

    def _superseded(self, successor: str, at_ns: int) -> AlarmEvent:
        return self._end(AlarmEventKind.SUPERSEDED, at_ns, PLATFORM, "", superseded_by=successor)

    def _suppression(self, silencer: "Alarm", at_ns: int) -> Removal:
        return Removal(silencer.name, silencer.rule.text.format(device=silencer.device.name).zh, at_ns)

    def event(self, kind: AlarmEventKind, at_ns: int, by: Actor = PLATFORM, comment: str = "") -> AlarmEvent:
        return AlarmEvent(kind, at_ns, self.standing, self.occurrence, by, comment)

    def _change(self, kind: AlarmEventKind, at_ns: int, **changes: object) -> AlarmEvent:
        """Something of the open occurrence that does not move its state."""
        if self.occurrence:
            self.occurrence = replace(self.occurrence, **changes)  # type: ignore[arg-type]
        return self.event(kind, at_ns)

    def _grade(self) -> Grade:
        return grade(self.rule, self.device, self.rungs)


def without(standing: Standing, flag: Flag) -> Standing:
    match flag:
        case Flag.SHELVED:
            return replace(standing, shelving=None)
        case Flag.SUPPRESSED:
            return replace(standing, suppression=None)
        case Flag.OUT_OF_SERVICE:
            return replace(standing, out_of_service=None)


def withdrawn(standing: Standing, occurrence: Occurrence | None, at_ns: int) -> AlarmEvent:
    """The end of an alarm whose rule or device is gone: flags fall, an open occurrence ends."""
    if standing.state is not AlarmState.NORMAL:
        after(standing.state, Happening.WITHDRAW)
    plain = Standing(standing.rule, standing.device)
    ended = replace(occurrence, state=AlarmState.NORMAL, ended_at_ns=at_ns) if occurrence and occurrence.ended_at_ns is None else None
    return AlarmEvent(AlarmEventKind.WITHDRAWN, at_ns, plain, ended, PLATFORM)
