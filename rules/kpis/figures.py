"""All the figures of a period from its columns, each judged by its target."""

from collections.abc import Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass

import numpy as np

from model.alarm import Priority
from model.alarm_columns import PRIORITIES, AlarmColumns, AlarmName
from model.clock import DAY, HOUR
from model.own_state import PLATFORM
from rules.flood import FLOOD_BEGINS_ABOVE, FLOOD_WINDOW_NS
from rules.kpis.breaches import Breach
from rules.kpis.limits import BUSY_HOUR_ABOVE, LEAD_NS
from rules.kpis.load import PastFlood, counted, floods, in_last_window, share_above
from rules.kpis.nuisance import Offender, chattering, fleeting, offenders, per_alarm, stale_at, stale_on
from rules.kpis.response import Response, never_acted_on, response
from rules.kpis.targets import TARGETS, Target, Verdict


@dataclass(frozen=True, slots=True)
class Period:
    """start ≤ t < end. ``edges_ns`` are the start, each local midnight after it, and the end."""

    edges_ns: Sequence[int]
    recorded_from_ns: int = 0
    """When the platform began to record; the time before is not judged."""

    @property
    def start_ns(self) -> int:
        return self.edges_ns[0]

    @property
    def end_ns(self) -> int:
        return self.edges_ns[-1]

    @property
    def length_ns(self) -> int:
        return self.end_ns - self.start_ns

    @property
    def judged_from_ns(self) -> int:
        return max(self.start_ns, self.recorded_from_ns)

    @property
    def judged_ns(self) -> int:
        """What rates are of; the whole length where nothing was recorded, of which nothing is judged."""
        return self.end_ns - self.judged_from_ns if self.judged_from_ns < self.end_ns else self.length_ns

    @property
    def is_too_short(self) -> bool:
        """Less than a day recorded when it ended: too little for anything to be met."""
        return self.end_ns - self.recorded_from_ns < DAY


@dataclass(frozen=True, slots=True)
class Kpis:
    """Figures over the annunciated occurrences raised in the period, for whoever hears them all: one operator position. Shares 0 to 1."""

    total: int
    per_day: float
    per_hour: float
    per_10min: float
    days: tuple[int, ...]
    """Count of each local day; the first and last may be cut by the period."""
    hours: tuple[int, ...]
    """Count of each hour from the start on."""
    busiest_window: int
    """The most in one of the ten minutes that follow each other from the start on."""
    peak_10min: int
    """The most in any ten minutes that end in it."""
    busy_hours_share: float
    busy_windows_share: float
    floods: tuple[PastFlood, ...]
    """Whole, also where one began before the start."""
    flood_share: float
    """Of time."""
    priorities: Mapping[Priority, int]
    top_ten: tuple[Offender, ...]
    chattering: tuple[AlarmName, ...]
    fleeting: tuple[Offender, ...]
    stale: int
    """At the end of the period."""
    stale_days: tuple[int, ...]
    """How many on each local day."""
    response: Response
    never_acted_on: tuple[Offender, ...]
    by_rule: Mapping[str, int]
    unauthorised: tuple[Breach, ...] = ()
    """Suppressions and settings changed without authority."""
    is_too_short: bool = False
    """As of its period."""

    @property
    def top_ten_share(self) -> float:
        return sum(offender.share for offender in self.top_ten)

    def share(self, priority: Priority) -> float:
        return self.priorities[priority] / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: a value, what it should be and who says so."""

    name: str
    value: float
    target: Target
    verdict: Verdict

    @property
    def is_met(self) -> bool | None:
        """None where nothing can be said."""
        return None if self.verdict in (Verdict.NO_TARGET, Verdict.TOO_FEW) else self.verdict is Verdict.MET


def kpis(columns: AlarmColumns, period: Period, breaches: Sequence[Breach] = ()) -> Kpis:
    """``columns``: every occurrence raised before the end of the period that was raised, or not over yet, in it; and, where they are to be
    had, those of ``LEAD_NS`` before it: a flood keeps to no period.
    """
    start_ns, end_ns = period.start_ns, period.end_ns
    heard = columns.where(columns.annunciated & (columns.raised_ns < end_ns))
    raised = heard.where(heard.raised_ns >= start_ns)
    hours, windows = (counted(raised.raised_ns, start_ns, end_ns, width) for width in (HOUR, FLOOD_WINDOW_NS))
    unrecorded_ns = period.judged_from_ns - start_ns if period.judged_from_ns < end_ns else 0
    # What the platform says of itself is no flood, as in rules.flood.
    lead = heard.where(heard.raised_ns >= start_ns - LEAD_NS)
    of_site = lead.raised_ns[np.array([device != PLATFORM for _, device in lead.alarms], np.bool_)[lead.alarm]]
    found = tuple(flood for flood in floods(of_site, end_ns) if flood.end_ns > start_ns)
    ranks = np.bincount(raised.priority, minlength=len(PRIORITIES))
    return Kpis(
        total=len(raised),
        per_day=_average(raised, DAY, period),
        per_hour=_average(raised, HOUR, period),
        per_10min=_average(raised, FLOOD_WINDOW_NS, period),
        days=tuple(np.diff(np.searchsorted(raised.raised_ns, np.array(period.edges_ns, np.int64))).tolist()),
        hours=tuple(hours.tolist()),
        busiest_window=int(windows.max()),
        peak_10min=int(in_last_window(of_site)[of_site >= start_ns].max(initial=0)),
        busy_hours_share=share_above(hours[unrecorded_ns // HOUR :], BUSY_HOUR_ABOVE),
        busy_windows_share=share_above(windows[unrecorded_ns // FLOOD_WINDOW_NS :], FLOOD_BEGINS_ABOVE),
        floods=found,
        flood_share=sum(flood.end_ns - max(flood.begin_ns, start_ns) for flood in found) / period.judged_ns,
        priorities={priority: int(count) for priority, count in zip(PRIORITIES, ranks, strict=True)},
        top_ten=offenders(raised, per_alarm(raised), 10),
        chattering=tuple(sorted(raised.alarms[place] for place in np.flatnonzero(chattering(raised)).tolist())),
        fleeting=offenders(raised, fleeting(raised)),
        stale=stale_at(heard, end_ns),
        stale_days=stale_on(heard, period.edges_ns),
        response=response(raised),
        never_acted_on=never_acted_on(raised),
        by_rule=_by_rule(raised),
        unauthorised=tuple(breaches),
        is_too_short=period.is_too_short,
    )


def _average(raised: Sized, width_ns: int, period: Period) -> float:
    """Per so much time; of less than that what there was, not what it would come to if it went on so."""
    return len(raised) * width_ns / max(period.judged_ns, width_ns)


def _by_rule(raised: AlarmColumns) -> dict[str, int]:
    found: dict[str, int] = {}
    for (rule, _), count in zip(raised.alarms, per_alarm(raised).tolist(), strict=True):
        if count:
            found[rule] = found.get(rule, 0) + count
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def by_system(columns: AlarmColumns, period: Period) -> dict[str, Kpis]:
    """The same figures of each system apart, for where several positions divide the systems between them."""
    places = sorted(enumerate(columns.systems), key=lambda one: one[1])
    return {name: kpis(columns.where(columns.system == place), period) for place, name in places}


def judged(found: Kpis) -> Iterator[Figure]:
    """The table of figures against targets, in its usual order; what has no value is left out."""
    answer = found.response
    values: dict[str, float | None] = {
        "per_day": found.per_day,
        "per_hour": found.per_hour,
        "per_10min": found.per_10min,
        "busiest_day": max(found.days),
        "busiest_hour": max(found.hours),
        "peak_10min": found.peak_10min,
        "busy_hours_share": found.busy_hours_share,
        "busy_windows_share": found.busy_windows_share,
        "floods": len(found.floods),
        "flood_share": found.flood_share,
        "top_ten_share": found.top_ten_share,
        "chattering": len(found.chattering),
        "fleeting": len(found.fleeting),
        "stale_most": max(found.stale_days),
        **{f"priority_{priority}": found.share(priority) for priority in reversed(Priority)},
        "unauthorised": len(found.unauthorised),
        "acknowledged_median_s": answer.median_s,
        "acknowledged_p90_s": answer.p90_s,
        "never_acted_on": len(found.never_acted_on),
    }
    for name, target in TARGETS.items():
        value = values[name]
        if value is not None:
            verdict = target.verdict(value, found.total)
            too_few = found.is_too_short and verdict in (Verdict.MET, Verdict.TOLERABLE)
            yield Figure(name, value, target, Verdict.TOO_FEW if too_few else verdict)
