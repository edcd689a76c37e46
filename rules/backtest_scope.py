"""Which alarms a backtest has to judge: those that can come out otherwise, and whatever explains them. Pure."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from model.rule import Rule
from rules.alarm import Alarm
from rules.suppression import AlarmKey


def differing(now: Sequence[Rule], proposed: Sequence[Rule]) -> frozenset[str]:
    """Ids of the rules that are not the same on both sides, or are on one only. Where a rule is written is no part of it."""
    before, after = ({rule.id: rule for rule in rules} for rules in (now, proposed))
    return frozenset(id for id in before.keys() | after.keys() if _judged(before.get(id)) != _judged(after.get(id)))


def _judged(rule: Rule | None) -> tuple[object, ...] | None:
    """What of a rule decides an occurrence."""
    if rule is None:
        return None
    left_out = {"version", "why", "file", "line"}
    return tuple(getattr(rule, name) for name in rule.__dataclass_fields__ if name not in left_out)


def related(changed: Collection[str], rules: Sequence[Rule]) -> list[Rule]:
    """Every rule that may have to do with the changed ones: what they explain, what explains that, and the others of a group."""
    followers: dict[str, set[str]] = defaultdict(set)
    groups: dict[str, set[str]] = defaultdict(set)
    for rule in rules:
        for explains in rule.suppressed_by:
            followers[explains].add(rule.id)
        if rule.first_out:
            groups[rule.first_out].add(rule.id)
    by_id = {rule.id: rule for rule in rules}
    found = _closure(changed, lambda id: followers[id] | (groups[by_id[id].first_out] if id in by_id else set()))
    found = _closure(found, lambda id: by_id[id].suppressed_by if id in by_id else ())
    return [rule for rule in rules if rule.id in found]


def _closure(begun: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    found = set(begun)
    waiting = list(found)
    while waiting:
        fresh = set(following(waiting.pop())) - found
        found |= fresh
        waiting += fresh
    return found


def affected(changed: Collection[str], alarms: Mapping[AlarmKey, Alarm]) -> set[AlarmKey]:
    """The alarms of the changed rules and those they explain, however far down; with the first of a group its others."""
    groups: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in alarms.values():
        if alarm.group:
            groups[alarm.group].append(alarm)
    found = {key for key in alarms if key[0] in changed}
    waiting = list(found)
    while waiting:
        alarm = alarms[waiting.pop()]
        followers = (*alarm.victims, *groups.get(alarm.group, ()))
        waiting += _added(found, followers)
    return found


def with_explanations(keys: Iterable[AlarmKey], alarms: Mapping[AlarmKey, Alarm]) -> set[AlarmKey]:
    """And whatever silences one of them, however far up."""
    found = set(keys)
    waiting = list(found)
    while waiting:
        waiting += _added(found, alarms[waiting.pop()].suppressors)
    return found


def _added(found: set[AlarmKey], alarms: Iterable[Alarm]) -> list[AlarmKey]:
    fresh = list(dict.fromkeys(key for alarm in alarms if (key := (alarm.rule.id, alarm.device.id)) not in found))
    found.update(fresh)
    return fresh
