"""A change of one rule that would quiet a bad actor: candidates out of its own past, and the choice among them once each was tried. Pure.

A candidate is read off what has happened, never guessed:

| change    | to                                                                                                             |
|-----------|----------------------------------------------------------------------------------------------------------------|
| off-delay | just above the pauses between its excursions: it comes and goes, and stays one alarm                              |
| deadband  | just above how far the value went back behind the limit in those pauses                                           |
| on-delay  | just above the length of its short excursions: what is gone at once is never told                                 |

each for half and for nine tenths of them. The order is that of harm: an off-delay only ends alarms later, an on-delay raises them later.
No on-delay comes near the time in which somebody must respond.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from model.alarm_columns import NEVER, AlarmColumns, AlarmName
from model.clock import MINUTE, SECOND
from model.rule import Rule

SHARES = (0.5, 0.9)
LONGEST_PAUSE_NS = 5 * MINUTE
"""What comes back later than this is another excursion, no flutter (as for what is held as chattering, rules/nuisance.py)."""
LONGEST_DELAY_NS = 10 * MINUTE
SHARE_OF_RESPONSE = 0.25
"""Of the time to respond, at the most taken by an on-delay (practice)."""
SHARE_OF_LIMIT = 0.10
"""Of the limit, at the most taken by a deadband (practice: 1 to 5 % of span are usual)."""
LEAST_REMOVED = 0.5
"""A change that leaves more than half of the nuisance is no suggestion."""
NEARLY_BEST = 0.9
"""The smallest change that removes this share of what the best one does is preferred to it."""
FEWEST = 3
"""Occurrences from which on something can be read off a past."""


class Refusal(StrEnum):
    """Why nothing is suggested."""

    NONE = ""
    LIFE_SAFETY = "life_safety"
    """Must be heard each time; what makes it cry is to be mended."""
    TOO_FEW = "too_few"
    """Raised too seldom in the period to read anything off it."""
    NOT_A_FLUTTER = "not_a_flutter"
    """Its excursions are long and far apart: the equipment is to be mended, or the limit is wrong."""
    NOTHING_HELPS = "nothing_helps"
    """No change was found that removes most of it without missing a real incident."""
    NOT_JUDGED = "not_judged"
    """History holds too little of what the rule asks for."""


@dataclass(frozen=True, slots=True)
class Change:
    """Of one rule; what stays is None or absent. Delays in nanoseconds, deadbands in the unit of the rule's own."""

    on_delay_ns: int | None = None
    off_delay_ns: int | None = None
    deadband: Mapping[str, float] = field(default_factory=dict)

    def made(self, rule: Rule) -> Rule:
        return replace(
            rule,
            on_delay_ns=rule.on_delay_ns if self.on_delay_ns is None else self.on_delay_ns,
            off_delay_ns=rule.off_delay_ns if self.off_delay_ns is None else self.off_delay_ns,
            deadband={**rule.deadband, **self.deadband},
            version=f"{rule.version}*",
        )


@dataclass(frozen=True, slots=True)
class Flutter:
    """Of one alarm: how long its short excursions were and its short pauses, as the condition saw them."""

    excursions_ns: Sequence[int]
    pauses: Sequence[tuple[int, int]]
    """Begin and end of each time in which the condition was clear between two excursions."""


def flutter(columns: AlarmColumns, alarm: AlarmName, rule: Rule) -> Flutter:
    """Delays are taken back out of the alarm's times: the condition was true from an on-delay before its raise, clear an off-delay before
    its return.
    """
    own = columns.where(np.array([name == alarm for name in columns.alarms], np.bool_)[columns.alarm])
    over = own.where(own.active_until_ns < NEVER)
    begins, ends = over.raised_ns - rule.on_delay_ns, over.active_until_ns - rule.off_delay_ns
    lengths = (ends - begins)[ends - begins <= _longest_on_delay(rule)]
    pauses = [(int(a), int(b)) for a, b in zip(ends[:-1], begins[1:], strict=True) if 0 < b - a <= LONGEST_PAUSE_NS]
    return Flutter([int(length) for length in lengths if length >= 0], pauses)


def candidates(rule: Rule, past: Iterable[Flutter], depths: Mapping[str, Sequence[float]], limits: Mapping[str, float]) -> Iterator[Change]:
    """The least harm first. ``past``: of every device on which the rule is a bad actor; ``depths``: point → how far it went back behind
    its limit in each pause; ``limits``: point → the limit.
    """
    seen = list(past)
    pauses = [end - begin for one in seen for begin, end in one.pauses]
    lengths = [length for one in seen for length in one.excursions_ns]
    for delay_ns in _delays(pauses, rule.off_delay_ns, LONGEST_PAUSE_NS):
        yield Change(off_delay_ns=delay_ns)
    for point, of_pauses in depths.items():
        for band in _bands(of_pauses, rule.deadband.get(point, 0.0), SHARE_OF_LIMIT * abs(limits[point])):
            yield Change(deadband={point: band})
    for delay_ns in _delays(lengths, rule.on_delay_ns, _longest_on_delay(rule)):
        yield Change(on_delay_ns=delay_ns)


@dataclass(frozen=True, slots=True)
class Trial:
    """A change, and what history says of it: annunciated occurrences of the bad actors now and then, and incidents it would have missed."""

    change: Change
    now: int
    proposed: int
    missed: int

    @property
    def removed(self) -> float:
        return 1 - self.proposed / self.now if self.now else 0.0


def chosen(trials: Sequence[Trial]) -> Trial | None:
    """The first, so the least harmful, of those that do nearly as much as the best; none that misses an incident."""
    sound = [trial for trial in trials if trial.missed == 0 and trial.removed >= LEAST_REMOVED]
    best = max((trial.removed for trial in sound), default=0.0)
    return next((trial for trial in sound if trial.removed >= NEARLY_BEST * best), None)


def _longest_on_delay(rule: Rule) -> int:
    return min(LONGEST_DELAY_NS, round(SHARE_OF_RESPONSE * rule.why.respond_within_s * SECOND))


def _delays(lengths_ns: Sequence[int], now_ns: int, longest_ns: int) -> Iterator[int]:
    if len(lengths_ns) < FEWEST - 1:
        return
    found = dict.fromkeys(_round_up(int(np.quantile(lengths_ns, share)) + 1) for share in SHARES)
    yield from (delay_ns for delay_ns in found if now_ns < delay_ns <= longest_ns)


def _round_up(ns: int) -> int:
    """To what a person would write: whole seconds, then 5 s from 10 s on, 15 s from a minute on, minutes from five on."""
    for up_to, step in ((10 * SECOND, SECOND), (MINUTE, 5 * SECOND), (5 * MINUTE, 15 * SECOND)):
        if ns <= up_to:
            return -(-ns // step) * step
    return -(-ns // MINUTE) * MINUTE


def _bands(depths: Sequence[float], now: float, widest: float) -> Iterator[float]:
    if len(depths) < FEWEST - 1:
        return
    found = dict.fromkeys(float(f"{1.05 * float(np.quantile(depths, share)):.2g}") for share in SHARES)
    yield from (band for band in found if now < band <= widest)
