"""One alarm: a rule on a device. How it stands, what it waits for, and the events its changes make."""

from dataclasses import replace

from model.alarm import AlarmEvent, AlarmEventKind, AlarmState, IllegalAct, Occurrence, Priority, Removal, Shelving, Standing
from model.clock import SECOND
from model.people import PLATFORM, Actor
from model.rule import Rule
from model.site import Device
from rules.alarm_state import ACTIVE, Flag, FlagAct, Happening, after, flagged
from rules.condition import Condition
from rules.delay import Delay
from rules.evidence import evidence

LOOK_AGAIN_NS = SECOND
"""How often a condition that depends on time is judged between readings."""


class Alarm:
    """Mutable; only the engine holds it. ``standing`` and ``occurrence`` are the immutable snapshots others see."""

    __slots__ = (
        "condition",
        "delay",
        "device",
        "due_ns",
        "fresh",
        "held",
        "look_ns",
        "occurrence",
        "patience_ns",
        "rule",
        "standing",
        "suppressors",
        "truth",
        "victims",
    )

    def __init__(self, rule: Rule, device: Device, condition: Condition) -> None:
        self.rule = rule
        self.device = device
        self.condition = condition
        self.standing = Standing(rule.id, device.id)
        self.occurrence: Occurrence | None = None
        self.delay = Delay()
        self.truth: bool | None = None
        """The condition at the last look; None is Unknown."""
        self.fresh = False
        """Whether it was judged as it stands now, so that only another reading can make its condition another."""
        self.held = False
        """Whether it was true when it was last known."""
        self.look_ns: int | None = 0 if condition.is_timed else None
        self.due_ns: int | None = None
        """When the engine must wake it next."""
        self.patience_ns: int | None = None
        """Until when it waits, its on-delay over, for the alarm that may explain it."""
        self.suppressors: tuple[Alarm, ...] = ()
        self.victims: tuple[Alarm, ...] = ()

    @property
    def name(self) -> str:
        """As it is written in ``Removal.by`` and ``Occurrence.suppressed_by``."""
        return f"{self.rule.id}@{self.device.id}"

    @property
    def is_active(self) -> bool:
        """Whether the debounced condition is true, latched states not counted."""
        return self.standing.state in ACTIVE

    @property
    def is_clearing(self) -> bool:
        """Whether only its off-delay still keeps it active."""
        return self.is_active and self.truth is False

    @property
    def priority(self) -> Priority:
        return self.rule.priority_by_class.get(self.device.device_class, self.rule.priority)

    def judge(self, now_ns: int) -> bool | None:
        return self.condition.judge(now_ns, held=self.held, active=self.is_active)

    def delay_due_ns(self) -> int | None:
        if self.is_active:
            return self.delay.due_ns(self.rule.off_delay_ns)
        due_ns = self.delay.due_ns(self.rule.on_delay_ns)
        return due_ns if due_ns is None else max(due_ns, self.condition.first_chance_ns or 0, self.patience_ns or 0)

    def next_due_ns(self) -> int | None:
        """The first of: delay over, shelving over, re-alarm, another look."""
        shelving = self.standing.shelving
        times = (self.delay_due_ns(), shelving.until_ns if shelving else None, self.standing.realarm_at_ns, self.look_ns)
        return min((time for time in times if time is not None), default=None)

    # ── the condition's doing ──

    def open(self, occurrence_id: str, at_ns: int, silencer: "Alarm | None") -> list[AlarmEvent]:
        """The on-delay is over: a new occurrence, the one still open superseded."""
        state = after(self.standing.state, Happening.RAISE)
        events = [] if self.occurrence is None else [self._superseded(occurrence_id, at_ns)]
        slots = self.condition.looked_at()
        suppression = self.standing.suppression or (self._suppression(silencer, at_ns) if silencer else None)
        self.standing = replace(self.standing, state=state, occurrence=occurrence_id, suppression=suppression, realarm_at_ns=None)
        self.occurrence = Occurrence(
            id=occurrence_id,
            rule=self.rule.id,
            rule_version=self.rule.version,
            device=self.device.id,
            points=tuple(slot.point_id for slot in slots),
            priority=self.priority,
            state=state,
            text=self.rule.text.format(device=self.device.name),
            cause=(self.rule.ticket.cause if self.rule.ticket else "") or self.rule.id,
            condition_since_ns=self.delay.began_ns if self.delay.began_ns is not None else at_ns,
            raised_at_ns=at_ns,
            inputs={slot.point_id: slot.value for slot in slots},
            suppressed_by=suppression.by if suppression else None,
            annunciated=not self.standing.is_silent,
            evidence=evidence(slots),
        )
        return [*events, self._event(AlarmEventKind.RAISED, at_ns)]

    def clear(self, at_ns: int) -> list[AlarmEvent]:
        """The off-delay is over. A one-shot shelving is over too."""
        happening = Happening.LATCH if self.rule.latched else Happening.RETURN
        kind = AlarmEventKind.LATCHED if self.rule.latched else AlarmEventKind.RETURNED
        event = self._move(happening, kind, at_ns, returned_at_ns=at_ns)
        shelving = self.standing.shelving
        if shelving is None or not shelving.one_shot:
            return [event]
        return [event, self.lift(Flag.SHELVED, AlarmEventKind.SHELVING_EXPIRED, at_ns)]

    def realarm(self, at_ns: int) -> AlarmEvent:
        return self._move(Happening.REALARM, AlarmEventKind.REALARMED, at_ns, acknowledged_at_ns=None, acknowledged_by=None)

    def withdraw(self, at_ns: int) -> AlarmEvent:
        return withdrawn(self.standing, self.occurrence, at_ns)

    # ── people's doing ──

    def acknowledge(self, by: Actor, at_ns: int, comment: str) -> AlarmEvent:
        return self._move(
            Happening.ACKNOWLEDGE, AlarmEventKind.ACKNOWLEDGED, at_ns, by, comment, acknowledged_at_ns=at_ns, acknowledged_by=by.name
        )

    def reset(self, by: Actor, at_ns: int) -> AlarmEvent:
        if self.truth and not self.is_active:
            after(self.standing.state, Happening.RESET)
            raise IllegalAct("the condition is true again; an alarm is reset once its condition is clear")
        return self._move(Happening.RESET, AlarmEventKind.RESET, at_ns, by)

    def shelve(self, shelving: Shelving, by: Actor) -> AlarmEvent:
        self._refuse_shelving(shelving.until_ns - shelving.at_ns, shelving.reason)
        flagged(self.standing.shelving is not None, Flag.SHELVED, FlagAct.SET)
        self.standing = replace(self.standing, shelving=shelving)
        return self._event(AlarmEventKind.SHELVED, shelving.at_ns, by, shelving.reason)

    def take_out_of_service(self, removal: Removal, by: Actor) -> AlarmEvent:
        flagged(self.standing.out_of_service is not None, Flag.OUT_OF_SERVICE, FlagAct.SET)
        if not removal.reason.strip():
            raise IllegalAct("taking an alarm out of service needs a reason")
        self.standing = replace(self.standing, out_of_service=removal)
        return self._event(AlarmEventKind.OUT_OF_SERVICE, removal.at_ns, by, removal.reason)

    def comment(self, by: Actor, text: str, at_ns: int) -> AlarmEvent:
        return self._event(AlarmEventKind.COMMENTED, at_ns, by, text)

    # ── suppression by design, and the lifting of every flag ──

    def suppress(self, silencer: "Alarm", at_ns: int) -> AlarmEvent:
        """Fold this alarm under the one that explains it; also when another takes over as its silencer."""
        suppression = self._suppression(silencer, at_ns)
        self.standing = replace(self.standing, suppression=suppression)
        if self.occurrence:
            self.occurrence = replace(self.occurrence, suppressed_by=suppression.by)
        return self._event(AlarmEventKind.SUPPRESSED, at_ns, comment=suppression.reason)

    def lift(self, flag: Flag, kind: AlarmEventKind, at_ns: int, by: Actor = PLATFORM, comment: str = "") -> AlarmEvent:
        """Take one flag off. When it was the last, the state is taken afresh and an alarm that is still active is annunciated."""
        flagged(flag in self.standing.flags, flag, FlagAct.LIFT)
        self.standing = without(self.standing, flag)
        if self.occurrence and flag is Flag.SUPPRESSED:
            self.occurrence = replace(self.occurrence, suppressed_by=None)
        if self.standing.is_silent or self.occurrence is None:
            return self._event(kind, at_ns, by, comment)
        state = after(self.standing.state, Happening.RELEASE)
        changes: dict[str, object] = {}
        if state is AlarmState.ACTIVE_UNACKNOWLEDGED:
            changes = {"acknowledged_at_ns": None, "acknowledged_by": None}
        if state is not AlarmState.NORMAL:
            changes["annunciated"] = True
        return self._move(Happening.RELEASE, kind, at_ns, by, comment, **changes)

    # ── within ──

    def _move(
        self, happening: Happening, kind: AlarmEventKind, at_ns: int, by: Actor = PLATFORM, comment: str = "", **changes: object
    ) -> AlarmEvent:
        """Apply the table to standing and occurrence. An occurrence that reaches normal ends and takes its suppression with it."""
        state = after(self.standing.state, happening)
        acknowledged = state is AlarmState.ACTIVE_ACKNOWLEDGED and self.rule.realarm_ns is not None
        realarm_at_ns = at_ns + (self.rule.realarm_ns or 0) if acknowledged else None
        self.standing = replace(self.standing, state=state, realarm_at_ns=realarm_at_ns)
        if self.occurrence is None:
            return self._event(kind, at_ns, by, comment)
        self.occurrence = replace(self.occurrence, state=state, **changes)  # type: ignore[arg-type]
        if state is AlarmState.NORMAL:
            return self._end(kind, at_ns, by, comment)
        return self._event(kind, at_ns, by, comment)

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

    def _event(self, kind: AlarmEventKind, at_ns: int, by: Actor = PLATFORM, comment: str = "") -> AlarmEvent:
        return AlarmEvent(kind, at_ns, self.standing, self.occurrence, by, comment)

    def _refuse_shelving(self, length_ns: int, reason: str) -> None:
        if self.rule.life_safety or not self.rule.shelvable:
            raise IllegalAct("life-safety alarms can't be shelved" if self.rule.life_safety else "this alarm may not be shelved")
        if not reason.strip():
            raise IllegalAct("shelving needs a reason")
        if not 0 < length_ns <= self.rule.max_shelve_ns:
            raise IllegalAct(f"this alarm can be shelved for more than 0 and at most {self.rule.max_shelve_ns // SECOND} s")


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
