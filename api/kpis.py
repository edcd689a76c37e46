"""The key figures of alarm management, per operator position (IEC 62682 / ISA-18.2 §16; targets as collected there and in EEMUA 191)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from model.alarm import Occurrence, Priority
from model.clock import DAY, HOUR, MINUTE

WINDOW = 10 * MINUTE
FLOOD_BEGINS_ABOVE = 10
"""Alarms in ten minutes above which a flood begins, and FLOOD_ENDS_BELOW which it ends (ISA-18.2 §16.5)."""
FLOOD_ENDS_BELOW = 5
BUSY_HOUR_ABOVE = 30
CHATTER_TIMES = 3
"""Raised this often within one minute, an alarm chatters."""
STALE_AFTER = DAY

TARGETS: dict[str, float] = {
    "per_day": 144,
    "per_hour": 6,
    "busy_hours_share": 0.01,
    "busy_windows_share": 0.01,
    "flood_share": 0.01,
    "top_ten_share": 0.05,
    "chattering": 0,
    "stale": 5,
}
"""What a well-kept control room stays below."""


@dataclass(frozen=True, slots=True)
class Offender:
    """An alarm and its share of all."""

    rule: str
    device: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Kpis:
    """Figures over the annunciated occurrences raised in start ≤ t < end; shares from 0 to 1."""

    total: int
    per_day: float
    per_hour: float
    busiest_hour: int
    busiest_window: int
    busy_hours_share: float
    busy_windows_share: float
    flood_share: float
    priorities: dict[Priority, int]
    top_ten: tuple[Offender, ...]
    top_ten_share: float
    chattering: tuple[tuple[str, str], ...]
    stale: int
    hours: tuple[int, ...]
    """Count of each hour from the start on."""


def figures(occurrences: Sequence[Occurrence], start_ns: int, end_ns: int) -> Kpis:
    heard = sorted((o for o in occurrences if o.annunciated and o.raised_at_ns < end_ns), key=lambda o: o.raised_at_ns)
    raised = [o for o in heard if o.raised_at_ns >= start_ns]
    hours = _counts(raised, start_ns, end_ns, HOUR)
    windows = _counts(raised, start_ns, end_ns, WINDOW)
    length_ns = end_ns - start_ns
    top_ten = _top_ten(raised)
    return Kpis(
        total=len(raised),
        per_day=len(raised) * DAY / length_ns,
        per_hour=len(raised) * HOUR / length_ns,
        busiest_hour=max(hours),
        busiest_window=max(windows),
        busy_hours_share=_share_above(hours, BUSY_HOUR_ABOVE),
        busy_windows_share=_share_above(windows, FLOOD_BEGINS_ABOVE),
        flood_share=_flooded(windows) / len(windows),
        priorities={priority: sum(o.priority is priority for o in raised) for priority in Priority},
        top_ten=top_ten,
        top_ten_share=sum(offender.share for offender in top_ten),
        chattering=_chattering(raised),
        stale=sum(_was_stale(o, end_ns) for o in heard),
        hours=tuple(hours),
    )


def _counts(raised: Sequence[Occurrence], start_ns: int, end_ns: int, width_ns: int) -> list[int]:
    counts = [0] * -(-(end_ns - start_ns) // width_ns)
    for occurrence in raised:
        counts[(occurrence.raised_at_ns - start_ns) // width_ns] += 1
    return counts


def _share_above(counts: Sequence[int], limit: int) -> float:
    return sum(count > limit for count in counts) / len(counts)


def _flooded(windows: Sequence[int]) -> int:
    """How many windows lie in a flood: from one above the upper limit to the last before one below the lower."""
    flooded, in_flood = 0, False
    for count in windows:
        in_flood = count > FLOOD_BEGINS_ABOVE or (in_flood and count >= FLOOD_ENDS_BELOW)
        flooded += in_flood
    return flooded


def _top_ten(raised: Sequence[Occurrence]) -> tuple[Offender, ...]:
    counts = Counter((o.rule, o.device) for o in raised)
    worst = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:10]
    return tuple(Offender(rule, device, count, count / len(raised)) for (rule, device), count in worst)


def _chattering(raised: Sequence[Occurrence]) -> tuple[tuple[str, str], ...]:
    times: dict[tuple[str, str], list[int]] = {}
    for occurrence in raised:
        times.setdefault((occurrence.rule, occurrence.device), []).append(occurrence.raised_at_ns)
    reach = CHATTER_TIMES - 1
    return tuple(sorted(alarm for alarm, at in times.items() if any(b - a <= MINUTE for a, b in zip(at, at[reach:], strict=False))))


def _was_stale(occurrence: Occurrence, end_ns: int) -> bool:
    """Active for more than a day at the end of the period."""
    still_active = occurrence.returned_at_ns is None or occurrence.returned_at_ns >= end_ns
    return still_active and occurrence.ended_at_ns is None and end_ns - occurrence.raised_at_ns > STALE_AFTER
