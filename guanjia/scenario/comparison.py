"""What came beside what was expected, whole: missing, extra, and in what else they differ. Pure.

Entries that name one alarm are laid beside its occurrences in order, so that as few as possible differ; entries with wildcards or a
count take their share of what is left, the best fitting first.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from guanjia.config.scenario_times import written
from guanjia.scenario.outcome import CameAlarm, CameNotice, CameTicket, Outcome
from model.scenario import NEVER, ExpectedAlarm, ExpectedEnergy, ExpectedNotice, ExpectedTicket, Moment, Scenario

E = TypeVar("E", ExpectedAlarm, ExpectedTicket, ExpectedNotice)
C = TypeVar("C", CameAlarm, CameTicket, CameNotice)


class Kind(StrEnum):
    MISSING = "missing"
    EXTRA = "extra"
    WRONG = "wrong"
    TROUBLE = "trouble"
    """An act of the timeline did not go as written."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One sentence with both sides. ``line`` is the expectation's in the scenario's file; 0 where there is none."""

    kind: Kind
    what: str
    """``alarm pump.dry_run@pr2.pump1``, ``ticket …``, ``notice …``, ``energy …``, ``act``."""
    expected: str
    came: str
    line: int = 0

    def __str__(self) -> str:
        if self.kind is Kind.TROUBLE:
            return self.came
        return f"{self.what}: expected {self.expected}, came {self.came}"


def compare(scenario: Scenario, outcome: Outcome) -> tuple[Difference, ...]:
    """Every difference; none when the scenario went as expected."""
    expected = scenario.expected
    troubles = [Difference(Kind.TROUBLE, "act", "", sentence) for sentence in outcome.troubles]
    alarms = _Lists(expected.alarms, outcome.alarms, fits_alarm, alarm_faults, _say_alarm)
    tickets = _Lists(expected.tickets, outcome.tickets, fits_ticket, ticket_faults, _say_ticket)
    found = [*troubles, *alarms.differences(), *tickets.differences()]
    if expected.notices is not None:
        found += _Lists(expected.notices, outcome.notices, fits_notice, notice_faults, _say_notice).differences()
    return (*found, *_energy(expected.energy, outcome))


Fault = tuple[str, str, str]
"""What is wrong in a pair: field, expected, came."""


@dataclass
class _Lists(Generic[E, C]):
    expected: Sequence[E]
    came: Sequence[C]
    fits: Callable[[E, C], bool]
    faults: Callable[[E, C], list[Fault]]
    say: Callable[[C], str]

    def differences(self) -> Iterator[Difference]:
        exact = [entry for entry in self.expected if entry.alarm.is_exact and entry.count == 1]
        left = list(self.came)
        for subject in dict.fromkeys(map(_subject, exact)):
            alike = [entry for entry in exact if _subject(entry) == subject]
            pairs = _aligned(alike, [c for c in left if self.fits(alike[0], c)], self.faults)
            taken = {id(came) for _, came in pairs if came is not None}
            left = [c for c in left if id(c) not in taken]
            yield from (found for entry, came in pairs for found in self._of_pair(entry, came))
        for entry in self.expected:
            if not entry.alarm.is_exact or entry.count > 1:
                yield from self._of_count(entry, left)
        for came in left:
            yield Difference(Kind.EXTRA, _name(came), "nothing", self.say(came))

    def _of_count(self, entry: E, left: list[C]) -> Iterator[Difference]:
        """``count`` of those that match, the best fitting; they are taken off ``left``."""
        matching = [came for came in left if self.fits(entry, came)]
        chosen = sorted(matching, key=lambda came: len(self.faults(entry, came)))[: entry.count]
        for came in chosen:
            left.remove(came)
            yield from self._of_pair(entry, came)
        if len(chosen) < entry.count:
            yield Difference(Kind.MISSING, _subject(entry), f"{entry.count}", f"{len(chosen)}", entry.line)

    def _of_pair(self, entry: E, came: C | None) -> Iterator[Difference]:
        if came is None:
            yield Difference(Kind.MISSING, _subject(entry), _say_expected(entry), "nothing", entry.line)
            return
        for name, wanted, was in self.faults(entry, came):
            yield Difference(Kind.WRONG, _name(came), f"{name} {wanted}", f"{name} {was}", entry.line)


def _subject(entry: ExpectedAlarm | ExpectedTicket | ExpectedNotice) -> str:
    """What an entry is about; those about the same are laid beside what came in order."""
    match entry:
        case ExpectedAlarm():
            return f"alarm {entry.alarm}"
        case ExpectedTicket():
            return f"ticket {entry.alarm}"
    return f"notice {entry.kind} to {entry.to} for {entry.alarm}"


def _name(came: CameAlarm | CameTicket | CameNotice) -> str:
    match came:
        case CameAlarm():
            return f"alarm {came.name}"
        case CameTicket():
            return f"ticket for {came.alarms[0] if came.alarms else '-'}"
    return f"notice {came.kind} to {came.to} for {came.alarms[0] if came.alarms else '-'}"


def _aligned(wanted: Sequence[E], came: Sequence[C], faults: Callable[[E, C], list[Fault]]) -> list[tuple[E, C | None]]:
    """Each entry with its occurrence, in order on both sides, so that the fewest are missing and then the fewest fields differ."""
    skip = 100
    """More than any pair can have faults: pairs are made before anything is called missing."""
    cost = [[0] * (len(came) + 1) for _ in range(len(wanted) + 1)]
    for i in range(len(wanted) - 1, -1, -1):
        cost[i][len(came)] = cost[i + 1][len(came)] + skip
        for j in range(len(came) - 1, -1, -1):
            paired = cost[i + 1][j + 1] + len(faults(wanted[i], came[j]))
            cost[i][j] = min(paired, cost[i + 1][j] + skip, cost[i][j + 1])
    pairs: list[tuple[E, C | None]] = []
    i = j = 0
    while i < len(wanted):
        if j < len(came) and cost[i][j] == cost[i + 1][j + 1] + len(faults(wanted[i], came[j])):
            pairs.append((wanted[i], came[j]))
            i, j = i + 1, j + 1
        elif j < len(came) and cost[i][j] == cost[i][j + 1]:
            j += 1
        else:
            pairs.append((wanted[i], None))
            i += 1
    return pairs


def fits_alarm(entry: ExpectedAlarm, came: CameAlarm) -> bool:
    return entry.alarm.matches(came.rule, came.device)


def fits_ticket(entry: ExpectedTicket | ExpectedNotice, came: CameTicket | CameNotice) -> bool:
    """Whether any of its alarms matches."""
    return any(entry.alarm.matches(*name.split("@", 1)) for name in came.alarms)


def fits_notice(entry: ExpectedNotice, came: CameNotice) -> bool:
    return came.to in entry.people and came.kind is entry.kind and fits_ticket(entry, came)


def alarm_faults(entry: ExpectedAlarm, came: CameAlarm) -> list[Fault]:
    """Fields in which the occurrence is not as expected."""
    moments = (
        ("raised", entry.raised, came.raised_ns),
        ("returned", entry.returned, came.returned_ns),
        ("ended", entry.ended, came.ended_ns),
        ("acknowledged", entry.acknowledged, came.acknowledged_ns),
    )
    words = (
        ("priority", entry.priority, came.priority),
        ("under", entry.under, came.under),
    )
    return [*_moment_faults(moments), *_word_faults(words)]


def ticket_faults(entry: ExpectedTicket, came: CameTicket) -> list[Fault]:
    """Fields in which the ticket is not as expected."""
    moments = (("opened", entry.opened, came.opened_ns), ("closed", entry.closed, came.closed_ns))
    words = (
        ("class", entry.ticket_class, came.ticket_class),
        ("state", entry.state, came.state),
        ("owner", entry.owner, came.owner),
        *((str(promise), state, came.clocks.get(promise, "none")) for promise, state in entry.clocks.items()),
    )
    alarms = None if entry.alarms is None else str(entry.alarms)
    return [*_moment_faults(moments), *_word_faults((*words, ("alarms", alarms, str(len(came.alarms)))))]


def notice_faults(entry: ExpectedNotice, came: CameNotice) -> list[Fault]:
    """Fields in which the notice is not as expected: who and what are its name, so only when is left."""
    return _moment_faults([("at", entry.at, came.at_ns)])


def _moment_faults(moments: Sequence[tuple[str, Moment | None, int | None]]) -> list[Fault]:
    return [(name, say_moment(wanted), _say_time(was)) for name, wanted, was in moments if wanted is not None and not wanted.admits(was)]


def _word_faults(words: Sequence[tuple[str, str | None, str]]) -> list[Fault]:
    return [(name, wanted or "nothing", was or "nothing") for name, wanted, was in words if wanted is not None and wanted != was]


def _energy(expected: Sequence[ExpectedEnergy], outcome: Outcome) -> Iterator[Difference]:
    for entry, came in zip(expected, outcome.energy, strict=True):
        if came.amount is None or abs(came.amount - entry.amount) > entry.within:
            was = "nothing known" if came.amount is None else f"{came.amount:.4g} {entry.unit}"
            wanted = f"{entry.amount:g} ± {entry.within:.2g} {entry.unit}"
            span = f"from {written(entry.from_ns)} to {written(entry.to_ns)}"
            yield Difference(Kind.WRONG, f"energy {entry.point} {span}", wanted, was, entry.line)


def say_moment(moment: Moment) -> str:
    if moment.earliest_ns is None or moment.latest_ns is None:
        return "never"
    return f"{written(moment.earliest_ns)}..{written(moment.latest_ns)}"


def _say_time(at_ns: int | None) -> str:
    return "never" if at_ns is None else written(at_ns)


def _say_expected(entry: ExpectedAlarm | ExpectedTicket | ExpectedNotice) -> str:
    match entry:
        case ExpectedAlarm():
            moment = entry.raised
        case ExpectedTicket():
            moment = entry.opened
        case _:
            moment = entry.at
    return "one" if moment is None or moment == NEVER else f"one at {say_moment(moment)}"


def _say_alarm(came: CameAlarm) -> str:
    under = f" under {came.under}" if came.under else ""
    return f"one at {written(came.raised_ns)} ({came.priority}{under}, returned {_say_time(came.returned_ns)})"


def _say_ticket(came: CameTicket) -> str:
    return f"{came.number} at {written(came.opened_ns)} ({came.ticket_class}, {came.state}, owner {came.owner or 'nobody'})"


def _say_notice(came: CameNotice) -> str:
    return f"one at {written(came.at_ns)} ({came.ticket})"
