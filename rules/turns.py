"""What follows when an alarm's condition becomes another or something of it falls due: raised, cleared, folded under what explains it."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from model.alarm import AlarmEvent, AlarmEventKind, Occurrence, Standing
from model.people import PLATFORM
from rules.acts import refuse_removal
from rules.alarm import Alarm
from rules.alarm_state import ACTIVE, Flag
from rules.authority import outlived
from rules.first_out import Verdict, verdict
from rules.flood import FloodGauge
from rules.nuisance import may_be_held
from rules.suppression import patience, silencer
from rules.timetable import Timetable

_LIFTED = {Flag.SHELVED: AlarmEventKind.SHELVING_EXPIRED, Flag.OUT_OF_SERVICE: AlarmEventKind.IN_SERVICE}


class Turns:
    """Works on the engine's alarms; each method adds its events to ``events`` in the order they happen."""

    def __init__(self, alarms: Iterable[Alarm], new_id: Callable[[int], str], timetable: Timetable) -> None:
        self.open: dict[str, Alarm] = {}
        """Open occurrence → its alarm."""
        self.flood = FloodGauge()
        self._new_id = new_id
        self._timetable = timetable
        self._groups: dict[str, list[Alarm]] = defaultdict(list)
        for alarm in alarms:
            if alarm.group:
                self._groups[alarm.group].append(alarm)

    def take_up(self, alarm: Alarm, now_ns: int, events: list[AlarmEvent]) -> None:
        """The alarm has just been restored."""
        if alarm.occurrence:
            self.open[alarm.occurrence.id] = alarm
        self._tell_if(events, alarm, alarm.rejudge(now_ns))
        if alarm.standing.hold and not may_be_held(alarm.rule):
            self.tell(events, alarm, alarm.release_hold(now_ns))
        for flag in outlived(alarm.rule, alarm.standing):
            self.tell(events, alarm, alarm.lift(flag, _LIFTED[flag], now_ns))
        self._timetable.put(alarm)

    def turn(self, alarm: Alarm, truth: bool | None, now_ns: int, events: list[AlarmEvent]) -> None:
        """The condition, or that of one of its levels, has become another."""
        alarm.fresh = alarm.stirred = False
        if truth is not alarm.truth:
            alarm.truth = truth
            if alarm.standing.hold:
                self._tell_if(events, alarm, alarm.flip(truth, now_ns))
            self._run_delay(alarm, truth, now_ns)
            if truth is not None and truth is alarm.is_active:
                self.refold(alarm, now_ns, events)
        self._settle(alarm, now_ns, events)

    def follow(self, alarm: Alarm, truth: bool | None, now_ns: int) -> None:
        """The same for what is in the journal already: it is known and its delays run, but nothing comes of it."""
        alarm.fresh = alarm.stirred = False
        if truth is not alarm.truth:
            alarm.truth = truth
            self._run_delay(alarm, truth, now_ns)
            alarm.count_calm(now_ns)

    def amend(self, alarm: Alarm, standing: Standing, occurrence: Occurrence | None, now_ns: int, events: list[AlarmEvent]) -> None:
        """It stands otherwise than we thought: with its condition as it is, its delay begins here."""
        truth, held, was_active = alarm.truth, alarm.held, alarm.is_active
        if (standing.state in ACTIVE) is was_active:
            alarm.standing, alarm.occurrence = standing, occurrence
        else:
            alarm.take_up(standing, occurrence)
            alarm.held, alarm.patience_ns = held, None
            alarm.delay.cancel()
            self._run_delay(alarm, truth, now_ns)
        alarm.count_calm(now_ns)
        self.take_up(alarm, now_ns, events)

    def _run_delay(self, alarm: Alarm, truth: bool | None, now_ns: int) -> None:
        if truth is None:
            alarm.delay.pause(now_ns)
            return
        alarm.held = truth
        if truth is alarm.is_active:
            alarm.delay.cancel()
            alarm.patience_ns = None
        elif truth:
            alarm.begin(now_ns)
        else:
            alarm.delay.run(now_ns)

    def wake(self, alarm: Alarm, at_ns: int, events: list[AlarmEvent]) -> None:
        """Something of this alarm fell due."""
        shelving = alarm.standing.shelving
        if shelving and shelving.until_ns <= at_ns:
            self.tell(events, alarm, alarm.lift(Flag.SHELVED, AlarmEventKind.SHELVING_EXPIRED, at_ns))
        realarm_at_ns = alarm.standing.realarm_at_ns
        if realarm_at_ns is not None and realarm_at_ns <= at_ns:
            self.tell(events, alarm, alarm.realarm(at_ns))
        self._end_service(alarm, at_ns, events)
        self._settle(alarm, at_ns, events)

    def refold(self, alarm: Alarm, at_ns: int, events: list[AlarmEvent]) -> None:
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
            self.tell(events, alarm, alarm.suppress(explains, at_ns))
        elif suppression is not None:
            self.tell(events, alarm, alarm.lift(Flag.SUPPRESSED, AlarmEventKind.UNSUPPRESSED, at_ns))
            self._timetable.put(alarm)

    def tell(self, events: list[AlarmEvent], alarm: Alarm, *news: AlarmEvent) -> None:
        """Add events of the alarm, and keep track of which occurrences are open."""
        for event in news:
            occurrence = event.occurrence
            if occurrence is not None and occurrence.ended_at_ns is not None:
                self.open.pop(occurrence.id, None)
            elif occurrence is not None and event.kind is AlarmEventKind.RAISED:
                self.open[occurrence.id] = alarm
            self.flood.hear(event)
            events.append(event)

    def _tell_if(self, events: list[AlarmEvent], alarm: Alarm, news: AlarmEvent | None) -> None:
        if news is not None:
            self.tell(events, alarm, news)

    def _settle(self, alarm: Alarm, now_ns: int, events: list[AlarmEvent]) -> None:
        """Raise or clear the alarm if its delay is over, let it rise or ease, and say when to look again."""
        for rung in alarm.rungs:
            rung.settle(alarm.rule.off_delay_ns, now_ns)
        calm_ns = alarm.calm_due_ns()
        if calm_ns is not None and calm_ns <= now_ns:
            self.tell(events, alarm, alarm.release_hold(now_ns))
        due_ns = alarm.delay_due_ns()
        if due_ns is not None and due_ns <= now_ns:
            if alarm.is_active:
                self._clear(alarm, now_ns, events)
            else:
                self._raise(alarm, now_ns, events)
        self._tell_if(events, alarm, alarm.regrade(now_ns))
        self._timetable.put(alarm)

    def _end_service(self, alarm: Alarm, at_ns: int, events: list[AlarmEvent]) -> None:
        """What was asked for and not approved lapses at its own end; what is out of service comes back."""
        removal, request = alarm.standing.out_of_service, alarm.standing.request
        if removal and removal.until_ns is not None and removal.until_ns <= at_ns:
            self.tell(events, alarm, alarm.lift(Flag.OUT_OF_SERVICE, AlarmEventKind.IN_SERVICE, at_ns))
        if request and request.until_ns is not None and request.until_ns <= at_ns:
            self.tell(events, alarm, refuse_removal(alarm, PLATFORM, "not approved before its end", at_ns))

    def _clear(self, alarm: Alarm, now_ns: int, events: list[AlarmEvent]) -> None:
        alarm.fresh = False
        self.tell(events, alarm, *alarm.clear(now_ns))
        self.refold(alarm, now_ns, events)
        self._conclude(alarm, now_ns, events)
        self._judge_again(alarm, now_ns, events)

    def _raise(self, alarm: Alarm, now_ns: int, events: list[AlarmEvent]) -> None:
        """Raise it, folded under what explains it; unless its explanation may still come."""
        explains = silencer(alarm)
        alarm.patience_ns = None if explains else patience(alarm, now_ns)
        if alarm.patience_ns is None:
            alarm.fresh = False
            ranked = self._ranked(alarm)
            self.tell(events, alarm, *alarm.open(self._new_id(now_ns), now_ns, explains, ranked.is_first if ranked else None))
            if ranked and ranked.dethroned:
                former = self.open[ranked.dethroned]
                self.tell(events, former, former.mark(False, now_ns))
                self.tell(events, alarm, alarm.mark(True, now_ns))
            self._conclude(alarm, now_ns, events)
            self._judge_again(alarm, now_ns, events)

    def _judge_again(self, alarm: Alarm, now_ns: int, events: list[AlarmEvent]) -> None:
        """From here on another condition decides, where the rule has one to clear: it may hold already, and then its delay begins now.

        A rule without delays would raise and clear for ever in one instant, and so would one whose level raises it at once; it waits for
        the next reading.
        """
        rule = alarm.rule
        if rule.clear_when is None:
            return
        truth = alarm.judge(now_ns)
        if rule.off_delay_ns == 0 and (rule.on_delay_ns == 0 or rule.levels):
            alarm.fresh = False
        elif truth is not alarm.truth or alarm.stirred:
            self.turn(alarm, truth, now_ns, events)

    def _ranked(self, alarm: Alarm) -> Verdict | None:
        """Whether the alarm about to be raised is the first of its group; None when it is in none."""
        if not alarm.group:
            return None
        if alarm.standing.out_of_service:
            return Verdict(False)
        together = [peer for peer in self._groups[alarm.group] if peer.is_active and not peer.standing.out_of_service]
        return verdict(alarm.source_ns, [(peer.source_ns, peer.occurrence) for peer in together if peer.occurrence])

    def _conclude(self, alarm: Alarm, now_ns: int, events: list[AlarmEvent]) -> None:
        """The alarm has been raised or cleared: so much for its delay, and now for those it explains."""
        alarm.delay.cancel()
        for victim in alarm.victims:
            self.refold(victim, now_ns, events)
            if victim.patience_ns is not None:
                victim.patience_ns = None
                self._settle(victim, now_ns, events)
