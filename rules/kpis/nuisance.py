"""Alarms that tell nobody anything: chattering, fleeting, and standing for days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.alarm_columns import AlarmColumns, Marks
from rules.kpis.limits import FLEETING_TIMES, STALE_AFTER
from rules.nuisance import BRIEF_NS, CHATTER_RAISES, CHATTER_WINDOW_NS


@dataclass(frozen=True, slots=True)
class Offender:
    """An alarm and its share of all."""

    rule: str
    device: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class StaleAlarm:
    """An occurrence that has been active for more than a day."""

    rule: str
    device: str
    raised_ns: int
    until_ns: int | None
    """None while it stands."""


def offenders(raised: AlarmColumns, counts: NDArray[np.int64], most: int | None = None) -> tuple[Offender, ...]:
    """The alarms with a count, the most first; equals by name."""
    chosen = [(int(counts[place]), raised.alarms[place]) for place in np.flatnonzero(counts).tolist()]
    worst = sorted(chosen, key=lambda one: (-one[0], one[1]))[:most]
    return tuple(Offender(rule, device, count, count / len(raised)) for count, (rule, device) in worst)


def per_alarm(columns: AlarmColumns, mark: Marks | None = None) -> NDArray[np.int64]:
    """How many occurrences of each alarm, or how many of the marked."""
    return np.bincount(columns.alarm if mark is None else columns.alarm[mark], minlength=len(columns.alarms))


def chattering(raised: AlarmColumns) -> Marks:
    """Of each alarm, whether it was raised three times within a minute, or went on coming and going while it was held."""
    order = np.lexsort((raised.raised_ns, raised.alarm))
    alarm, at_ns = raised.alarm[order], raised.raised_ns[order]
    first, last = slice(None, -(CHATTER_RAISES - 1)), slice(CHATTER_RAISES - 1, None)
    quick = (alarm[first] == alarm[last]) & (at_ns[last] - at_ns[first] <= CHATTER_WINDOW_NS)
    quickly, found = np.zeros((2, len(raised.alarms)), np.bool_)
    quickly[alarm[first][quick]] = True
    found[raised.alarm[raised.flips > 0]] = True
    return found & ~_mostly_brief(raised) | quickly


def is_brief(columns: AlarmColumns) -> Marks:
    """Of each occurrence, whether it was over before anybody could act on it."""
    return columns.active_until_ns - columns.raised_ns < BRIEF_NS


def fleeting(raised: AlarmColumns) -> NDArray[np.int64]:
    """Of each alarm that is fleeting and does not chatter, how many of its occurrences were brief; 0 of every other."""
    return np.where(_mostly_brief(raised) & ~chattering(raised), per_alarm(raised, is_brief(raised)), 0)


def _mostly_brief(raised: AlarmColumns) -> Marks:
    brief = per_alarm(raised, is_brief(raised))
    return (brief >= FLEETING_TIMES) & (2 * brief > per_alarm(raised))


def stale_on(columns: AlarmColumns, edges_ns: Sequence[int]) -> tuple[int, ...]:
    """Of each day between two edges, how many alarms were stale at some time of it."""
    edges = np.array(edges_ns, np.int64)
    since, until = columns.raised_ns + STALE_AFTER, columns.active_until_ns
    old = (until > since) & (since < edges[-1]) & (until > edges[0])
    first = np.searchsorted(edges, np.maximum(since[old], edges[0]), side="right") - 1
    last = np.searchsorted(edges, np.minimum(until[old], edges[-1]), side="left") - 1
    steps = np.bincount(first, minlength=len(edges)) - np.bincount(last + 1, minlength=len(edges))
    return tuple(np.cumsum(steps)[:-1].tolist())


def stale(columns: AlarmColumns, start_ns: int, end_ns: int) -> tuple[StaleAlarm, ...]:
    """The occurrences that were stale at some time of the period, the oldest first."""
    since, until = columns.raised_ns + STALE_AFTER, columns.active_until_ns
    old = np.flatnonzero((until > since) & (since < end_ns) & (until > start_ns)).tolist()
    return tuple(_stale(columns, at, end_ns) for at in old)


def _stale(columns: AlarmColumns, at: int, end_ns: int) -> StaleAlarm:
    until_ns = int(columns.active_until_ns[at])
    rule, device = columns.alarms[int(columns.alarm[at])]
    return StaleAlarm(rule, device, int(columns.raised_ns[at]), until_ns if until_ns < end_ns else None)


def stale_at(columns: AlarmColumns, at_ns: int) -> int:
    """How many have been active for more than a day at this instant."""
    return int(np.count_nonzero((columns.active_until_ns >= at_ns) & (columns.raised_ns + STALE_AFTER < at_ns)))
