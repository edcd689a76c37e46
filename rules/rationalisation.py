"""What a review of the alarms has to look at (ISA-18.2 §9, §16): the bad actors, and the rules and alarms that nobody needs. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from model.alarm import Priority
from model.alarm_columns import AlarmColumns, AlarmName
from model.rule import Rule
from rules.book import Book
from rules.kpis.figures import Kpis, Period
from rules.kpis.limits import FREQUENT_TIMES
from rules.kpis.nuisance import StaleAlarm, stale


class BadKind(StrEnum):
    """Why an alarm is a bad actor; the first that is true is the one to mend first."""

    CHATTERING = "chattering"
    FLEETING = "fleeting"
    STALE = "stale"
    FREQUENT = "frequent"
    """Among the ten that make the most of the load."""


@dataclass(frozen=True, slots=True)
class BadActor:
    rule: str
    device: str
    count: int
    """Raised so often in the period; 0 for one that has stood since before it."""
    share: float
    kinds: tuple[BadKind, ...]


@dataclass(frozen=True, slots=True)
class SilentRule:
    """A rule that watches devices and was not raised once."""

    rule: str
    devices: int
    life_safety: bool
    """Its silence is what one hopes for; it is tested, not taken out."""


@dataclass(frozen=True, slots=True)
class Rationalisation:
    kpis: Kpis
    bad_actors: tuple[BadActor, ...]
    """The most frequent first."""
    never_fired: tuple[SilentRule, ...]
    stale: tuple[StaleAlarm, ...]
    configured: Mapping[Priority, int]
    """Alarms (rule and device) that could be raised, by priority: the rule book against the same targets as the load."""


def watched_by(book: Book) -> dict[AlarmName, Priority]:
    """Every alarm that can be raised, with the priority it would have."""
    applying = ((verdict.rule, verdict.device) for verdict in book.applying())
    return {(rule.id, device.id): rule.priority_by_class.get(device.device_class, rule.priority) for rule, device in applying}


def rationalisation(
    columns: AlarmColumns, period: Period, kpis: Kpis, rules: Sequence[Rule], watched: Mapping[AlarmName, Priority]
) -> Rationalisation:
    """``watched`` as ``watched_by`` gives it."""
    heard = columns.where(columns.annunciated)
    standing = stale(heard, period.start_ns, period.end_ns)
    fired = {columns.alarms[place][0] for place in set(columns.alarm[columns.raised_ns >= period.start_ns].tolist())}
    devices: dict[str, int] = {}
    for rule, _ in watched:
        devices[rule] = devices.get(rule, 0) + 1
    actors = _bad_actors(kpis, standing, _counts(heard, period))
    silent = (rule for rule in rules if rule.id in devices and rule.id not in fired)
    return Rationalisation(
        kpis=kpis,
        bad_actors=tuple(sorted(actors, key=lambda actor: (-actor.count, actor.rule, actor.device))),
        never_fired=tuple(SilentRule(rule.id, devices[rule.id], rule.life_safety) for rule in silent),
        stale=standing,
        configured={priority: sum(one is priority for one in watched.values()) for priority in Priority},
    )


def _counts(heard: AlarmColumns, period: Period) -> dict[AlarmName, int]:
    found: dict[AlarmName, int] = {}
    for place in heard.alarm[heard.raised_ns >= period.start_ns].tolist():
        name = heard.alarms[place]
        found[name] = found.get(name, 0) + 1
    return found


def _bad_actors(kpis: Kpis, standing: Iterable[StaleAlarm], counts: Mapping[AlarmName, int]) -> Iterator[BadActor]:
    named: dict[BadKind, set[AlarmName]] = {
        BadKind.CHATTERING: set(kpis.chattering),
        BadKind.FLEETING: {(one.rule, one.device) for one in kpis.fleeting},
        BadKind.STALE: {(one.rule, one.device) for one in standing},
        BadKind.FREQUENT: {(one.rule, one.device) for one in kpis.top_ten if one.count >= FREQUENT_TIMES},
    }
    for rule, device in set[AlarmName]().union(*named.values()):
        count = counts.get((rule, device), 0)
        kinds = tuple(kind for kind in BadKind if (rule, device) in named[kind])
        yield BadActor(rule, device, count, count / kpis.total if kpis.total else 0.0, kinds)
