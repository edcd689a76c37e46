"""A session told: which alarm and which ticket came of what was broken, and whether it was as the rule book promises. Pure.

An alarm is put down to an injection that stood, or had just been mended, on the same device, on one that feeds it, or on one of the same
system in the same place; before all to one that expects it. What no injection explains is told apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from guanjia.test_report.expectations import GRACE_S, Promises
from model.alarm import Occurrence
from model.clock import SECOND
from model.site import Site
from model.testing import Account, Act, Came, Expected, Injection, Session, Shortfall, Verdict
from model.ticket import Ticket

_BLUR_NS = 2 * SECOND
"""The simulators' clock ticks, and so does a device's."""


@dataclass(slots=True)
class _Broken:
    """An injection while alarms are being put down to it."""

    act: Act
    mended_ns: int | None
    expected: tuple[Expected, ...] | None
    may_come: frozenset[str]
    reach: frozenset[str]
    """Every device it can show on."""
    own: frozenset[str]
    """The devices that were broken."""
    excused: tuple[Shortfall, ...]
    """Why some of what it should raise could not come."""
    came: list[Occurrence] = field(default_factory=list)

    def stood_at(self, at_ns: int) -> bool:
        end_ns = None if self.mended_ns is None else self.mended_ns + round(GRACE_S * SECOND)
        return self.act.at_ns - _BLUR_NS <= at_ns and (end_ns is None or at_ns <= end_ns)

    def expects(self, alarm: Occurrence) -> bool:
        return any(alarm.rule == expected.rule for expected in self.expected or ())


def account(session: Session, alarms: Sequence[Occurrence], tickets: Mapping[str, Ticket], promises: Promises, now_ns: int) -> Account:
    """``alarms``: raised while the session ran or standing when it began, oldest first; ``tickets`` by id."""
    until_ns = session.stopped_ns or now_ns
    broken = [_broken(act, session, alarms, promises, until_ns) for act in session.acts if act.kind.breaks and act.fault != "ok"]
    others: list[Came] = []
    for alarm in alarms:
        cause = _cause(alarm, broken)
        if cause is not None:
            cause.came.append(alarm)
        elif alarm.raised_at_ns >= session.started_ns:
            others.append(Came(alarm, (alarm.raised_at_ns - session.started_ns) / SECOND, _ticket(alarm, tickets)))
    return Account(session, until_ns, tuple(_judged(one, tickets, until_ns) for one in broken), tuple(others))


def _broken(act: Act, session: Session, alarms: Sequence[Occurrence], promises: Promises, until_ns: int) -> _Broken:
    own = frozenset(promises.behind(act)) if act.is_network else frozenset({act.device})
    promised = promises.of_act(act)
    excuses = {expected: _excuse(expected, act, alarms, promises) for expected in promised or ()}
    free = promised and tuple(expected for expected in promised if excuses[expected] is None)
    excused = tuple(dict.fromkeys(excuse for excuse in excuses.values() if excuse is not None))
    return _Broken(act, _mended_ns(act, session, until_ns), free, promises.companions(act), _reach(own, promises.site), own, excused)


def _excuse(expected: Expected, act: Act, alarms: Sequence[Occurrence], promises: Promises) -> Shortfall | None:
    """Why this alarm can't be shouted anew."""
    if _stood(expected, alarms, act.at_ns):
        return Shortfall.STOOD
    due_ns = act.at_ns + round(expected.due_s * SECOND)
    own = [a for a in alarms if (a.rule, a.device) == (expected.rule, expected.device) and act.at_ns <= a.raised_at_ns <= due_ns]
    if own:
        return None if any(alarm.annunciated for alarm in own) else Shortfall.SHADOWED
    places = promises.above(expected.device)
    holding = (alarm for alarm in alarms if alarm.rule in promises.rules[expected.rule].suppressed_by and alarm.device in places)
    held = any(alarm.raised_at_ns <= due_ns and not _is_over(alarm, act.at_ns) for alarm in holding)
    return Shortfall.SHADOWED if held else None


def _stood(expected: Expected, alarms: Iterable[Occurrence], at_ns: int) -> bool:
    """Whether this alarm was active at that moment: it can't be raised a second time then."""
    same = (alarm for alarm in alarms if (alarm.rule, alarm.device) == (expected.rule, expected.device))
    return any(alarm.raised_at_ns < at_ns and not _is_over(alarm, at_ns) for alarm in same)


def _is_over(alarm: Occurrence, at_ns: int) -> bool:
    ends = [end_ns for end_ns in (alarm.returned_at_ns, alarm.ended_at_ns) if end_ns is not None]
    return any(end_ns <= at_ns for end_ns in ends)


def _mended_ns(act: Act, session: Session, until_ns: int) -> int | None:
    """When it was taken back: by hand, by the schedule, or by another fault of the same wire; at the latest when its time was over."""
    over_ns = None if act.for_s is None or not act.speed else act.at_ns + round(act.for_s / act.speed * SECOND)
    later = (other for other in session.acts if other.at_ns >= act.at_ns and other.id > act.id and other.target == act.target)
    for other in later:
        if other.is_network == act.is_network and (act.is_network or other.fault == act.fault):
            return other.at_ns
    return over_ns if over_ns is not None and over_ns <= until_ns else None


def _reach(own: Iterable[str], site: Site) -> frozenset[str]:
    """The broken devices, all they feed, and their neighbours of the same system in the same place."""
    found: set[str] = set()
    waiting = [name for name in own if name in site.devices]
    places = {(site.devices[name].area, site.devices[name].system) for name in waiting}
    while waiting:
        name = waiting.pop()
        if name not in found and name in site.devices:
            found.add(name)
            waiting += site.devices[name].feeds
    found.update(device.id for device in site.devices.values() if (device.area, device.system) in places)
    return frozenset(found)


def _cause(alarm: Occurrence, broken: Sequence[_Broken]) -> _Broken | None:
    standing = [one for one in broken if alarm.device in one.reach and one.stood_at(alarm.condition_since_ns)]
    return max(
        standing,
        key=lambda one: (alarm.device in one.own and one.expects(alarm), one.expects(alarm), alarm.device in one.own),
        default=None,
    )


def _judged(broken: _Broken, tickets: Mapping[str, Ticket], until_ns: int) -> Injection:
    unmet = list(broken.expected or ())
    came = [_came(alarm, broken, unmet, tickets) for alarm in broken.came]
    wrong = [shortfall for one in came for shortfall in one.shortfalls]
    open_ones = [expected for expected in unmet if _may_still_come(expected, broken, until_ns)]
    late_ones = [Shortfall.MISSING] if len(open_ones) < len(unmet) else []
    shortfalls = tuple(dict.fromkeys((*late_ones, *wrong, *broken.excused)))
    return Injection(
        broken.act,
        broken.mended_ns,
        broken.expected,
        tuple(came),
        tuple(unmet),
        _verdict(broken, shortfalls, open_ones, until_ns),
        shortfalls,
    )


def _verdict(broken: _Broken, shortfalls: Sequence[Shortfall], open_ones: Sequence[Expected], until_ns: int) -> Verdict:
    if any(shortfall.fails for shortfall in shortfalls):
        return Verdict.FAILED
    if open_ones or (broken.expected == () and not broken.excused and _is_young(broken, until_ns)):
        return Verdict.OPEN
    return Verdict.NOTED if broken.expected is None or broken.excused else Verdict.PASSED


def _came(alarm: Occurrence, broken: _Broken, unmet: list[Expected], tickets: Mapping[str, Ticket]) -> Came:
    after_s = (alarm.raised_at_ns - broken.act.at_ns) / SECOND
    expected = _met_by(alarm, broken, unmet)
    ticket = _ticket(alarm, tickets)
    return Came(alarm, after_s, ticket, expected, tuple(_faults_of(alarm, after_s, expected, ticket, broken)))


def _met_by(alarm: Occurrence, broken: _Broken, unmet: list[Expected]) -> Expected | None:
    """The promise this alarm keeps, taken off the list; one on the device itself goes before one of the rule alone."""
    of_rule = [expected for expected in unmet if expected.rule == alarm.rule]
    exact = [expected for expected in of_rule if expected.device == alarm.device]
    found = exact or (of_rule if not broken.act.is_network else [])
    if not found or not alarm.annunciated:
        return None
    unmet.remove(found[0])
    return found[0]


def _faults_of(alarm: Occurrence, after_s: float, expected: Expected | None, ticket: Ticket | None, broken: _Broken) -> Iterator[Shortfall]:
    if expected is None:
        if _is_unexpected(alarm, broken):
            yield Shortfall.UNEXPECTED
        return
    if after_s > expected.due_s:
        yield Shortfall.LATE
    if alarm.priority is not expected.priority and not alarm.level:
        yield Shortfall.PRIORITY
    if expected.ticket is not None and ticket is None:
        yield Shortfall.NO_TICKET


def _is_unexpected(alarm: Occurrence, broken: _Broken) -> bool:
    """Shouted on the broken device itself, and neither expected nor known to come beside what is."""
    if broken.expected is None or not alarm.annunciated or alarm.device not in broken.own or broken.expects(alarm):
        return False
    return alarm.rule not in broken.may_come or broken.act.expect == ()


def _may_still_come(expected: Expected, broken: _Broken, until_ns: int) -> bool:
    """Not after its time is over, and not once the fault has been taken back for longer than its delay."""
    due_ns = broken.act.at_ns + round(expected.due_s * SECOND)
    if broken.mended_ns is not None:
        due_ns = min(due_ns, broken.mended_ns + round((expected.on_delay_s + GRACE_S) * SECOND))
    return until_ns < due_ns


def _is_young(broken: _Broken, until_ns: int) -> bool:
    """Where silence is expected, it has to last for as long as an alarm may take."""
    return until_ns < broken.act.at_ns + round((broken.act.onset_s + GRACE_S) * SECOND)


def _ticket(alarm: Occurrence, tickets: Mapping[str, Ticket]) -> Ticket | None:
    return tickets.get(alarm.ticket) if alarm.ticket else None
