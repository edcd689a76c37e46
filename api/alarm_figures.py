"""The figures and the review of a period: read from the journal, counted by ``rules``, shaped for the wire."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from api.words import Wire
from energy.calendar import Interval, edges
from model.alarm import Priority
from model.alarm_columns import AlarmColumns, AlarmName
from model.clock import HOUR
from model.ports import Journal
from model.rule import Rule
from rules.kpis.breaches import SILENCING, breaches, changes
from rules.kpis.figures import Kpis, Period, by_system, judged, kpis
from rules.kpis.limits import LEAD_NS
from rules.kpis.nuisance import Offender
from rules.kpis.targets import TARGETS, Target
from rules.rationalisation import BadActor, Rationalisation, rationalisation

_SHORT_NAMES = ("per_day", "per_hour", "busy_hours_share", "busy_windows_share", "flood_share", "top_ten_share", "chattering")


def period(start_ns: int, end_ns: int, zone: ZoneInfo) -> Period:
    return Period(edges(start_ns, end_ns, Interval.DAY, zone))


def recorded_period(journal: Journal, start_ns: int, end_ns: int, zone: ZoneInfo) -> Period:
    """One of which the time before the journal's first line is not judged."""
    recorded_ns = journal.recorded_from_ns()
    return replace(period(start_ns, end_ns, zone), recorded_from_ns=end_ns if recorded_ns is None else recorded_ns)


def columns_of(journal: Journal, of: Period) -> AlarmColumns:
    """What the figures of a period are counted from."""
    return journal.alarm_columns(of.start_ns - LEAD_NS, of.end_ns)


def figures_of(columns: AlarmColumns, journal: Journal, rules: Sequence[Rule], of: Period) -> Kpis:
    """With what was silenced or changed that nobody had the authority for."""
    life_safety = frozenset(rule.id for rule in rules if rule.life_safety)
    silenced = breaches(journal.alarm_events_of(SILENCING, of.start_ns, of.end_ns), life_safety)
    roles = {user.name: user.role for user in journal.users()}
    changed = changes(journal.rule_versions(), roles, of.start_ns, of.end_ns)
    return replace(kpis(columns, of), unauthorised=tuple(sorted((*silenced, *changed), key=lambda breach: breach.at_ns)))


def of_systems(columns: AlarmColumns, systems: Sequence[str]) -> AlarmColumns:
    """What an operator position hears that watches these systems; all when none is named."""
    if not systems:
        return columns
    wanted = np.array([name in systems for name in columns.systems], np.bool_)
    return columns.where(wanted[columns.system])


def review_of(
    columns: AlarmColumns, journal: Journal, rules: Sequence[Rule], watched: Mapping[AlarmName, Priority], of: Period
) -> Rationalisation:
    return rationalisation(columns, of, figures_of(columns, journal, rules, of), rules, watched)


# ── shapes ──


def kpis_shape(found: Kpis, of: Period, wire: Wire) -> dict[str, Any]:
    answer = found.response
    return {
        "start": wire.time(of.start_ns),
        "end": wire.time(of.end_ns),
        "recorded_from": wire.time(of.recorded_from_ns),
        "total": found.total,
        "per_day": found.per_day,
        "per_hour": found.per_hour,
        "per_10min": found.per_10min,
        "busiest_day": max(found.days),
        "busiest_hour": max(found.hours),
        "busiest_window": found.busiest_window,
        "peak_10min": found.peak_10min,
        "busy_hours_share": found.busy_hours_share,
        "busy_windows_share": found.busy_windows_share,
        "floods": [{"start": wire.time(f.begin_ns), "end": wire.time(f.end_ns), "count": f.count, "peak": f.peak} for f in found.floods],
        "flood_share": found.flood_share,
        "priorities": {priority.value: count for priority, count in found.priorities.items()},
        "priority_shares": {priority.value: found.share(priority) for priority in Priority},
        "top_ten": [_offender(one) for one in found.top_ten],
        "top_ten_share": found.top_ten_share,
        "chattering": [{"rule": rule, "device": device} for rule, device in found.chattering],
        "fleeting": [_offender(one) for one in found.fleeting],
        "stale": found.stale,
        "stale_most": max(found.stale_days),
        "acknowledged": {
            "count": answer.acknowledged,
            "unseen": answer.unseen,
            "median_s": answer.median_s,
            "p90_s": answer.p90_s,
            "longest_s": answer.longest_s,
        },
        "never_acted_on": [_offender(one) for one in found.never_acted_on],
        "unauthorised": [
            {"kind": b.kind.value, "what": b.what.value, "at": wire.time(b.at_ns), "rule": b.rule, "device": b.device, "by": b.by}
            for b in found.unauthorised
        ],
        "by_rule": dict(found.by_rule),
        "days": [
            {"start": wire.time(start), "count": count, "stale": stale}
            for start, count, stale in zip(of.edges_ns, found.days, found.stale_days, strict=False)
        ],
        "hours": [{"start": wire.time(of.start_ns + index * HOUR), "count": count} for index, count in enumerate(found.hours)],
        "figures": figures_shape(found),
        "targets": {name: TARGETS[name].at_most for name in _SHORT_NAMES} | {"stale": 5},
    }


def figures_shape(found: Kpis) -> list[dict[str, Any]]:
    """The table of figures against targets; ``met`` is null where nothing can be said."""
    return [
        {"name": one.name, "value": one.value, "verdict": one.verdict.value, "met": one.is_met, **_target(one.target)}
        for one in judged(found)
    ]


def systems_shape(columns: AlarmColumns, of: Period) -> list[dict[str, Any]]:
    """A line for each system: its share of the load, and what is wrong with it."""
    found = by_system(columns, of)
    whole = sum(one.total for one in found.values())
    return [
        {
            "system": name,
            "total": one.total,
            "share": one.total / whole if whole else 0.0,
            "per_day": one.per_day,
            "busiest_hour": max(one.hours),
            "peak_10min": one.peak_10min,
            "flood_share": one.flood_share,
            "chattering": len(one.chattering),
            "fleeting": len(one.fleeting),
            "stale_most": max(one.stale_days),
            "never_acted_on": len(one.never_acted_on),
            "acknowledged_median_s": one.response.median_s,
        }
        for name, one in found.items()
    ]


def review_shape(found: Rationalisation, of: Period, rules: Sequence[Rule], wire: Wire) -> dict[str, Any]:
    numbers = found.kpis
    can = {rule.id for rule in rules if not rule.life_safety}
    return {
        "period": {
            "start": wire.time(of.start_ns),
            "end": wire.time(of.end_ns),
            "days": of.length_ns / (24 * HOUR),
            "recorded_from": wire.time(of.recorded_from_ns),
        },
        "kpis": {"total": numbers.total, "figures": figures_shape(numbers)},
        "bad_actors": [_bad_actor(one, one.rule in can) for one in found.bad_actors],
        "never_fired": [{"rule": one.rule, "devices": one.devices, "life_safety": one.life_safety} for one in found.never_fired],
        "never_acted_on": [_offender(one) for one in numbers.never_acted_on],
        "stale": [
            {"rule": one.rule, "device": one.device, "raised_at": wire.time(one.raised_ns), "returned_at": wire.maybe_time(one.until_ns)}
            for one in found.stale
        ],
        "priorities": {
            priority.value: {
                "raised": numbers.priorities[priority],
                "raised_share": numbers.share(priority),
                "configured": found.configured[priority],
                "configured_share": found.configured[priority] / max(1, sum(found.configured.values())),
            }
            for priority in Priority
        },
        "by_rule": dict(numbers.by_rule),
    }


def _bad_actor(one: BadActor, can_suggest: bool) -> dict[str, Any]:
    kinds = [kind.value for kind in one.kinds]
    shape = {"rule": one.rule, "device": one.device, "count": one.count, "share": one.share}
    return {**shape, "kind": kinds[0], "kinds": kinds, "can_suggest": can_suggest, "suggestion": None}


def _offender(one: Offender) -> dict[str, Any]:
    return {"rule": one.rule, "device": one.device, "count": one.count, "share": one.share}


def _target(target: Target) -> dict[str, Any]:
    return {"target": target.at_most, "at_least": target.at_least, "tolerable": target.tolerable, "source": target.source}
