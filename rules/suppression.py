"""Suppression by design: which alarms explain which.

A rule names in ``suppressed_by`` the rules that explain it: on its own device, or on any device that feeds it, however far up. A rule
about the link (``offline``) explains only its own device, or what a lost gateway or broker carries: a meter that stopped answering says
nothing about what hangs below it.

Devices are polled one after the other, so the consequence is often seen before its cause. An alarm whose on-delay is over waits a little
for whatever may explain it, so that one cause is one alarm, not two or three.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping

from model.carrier import Carrier
from model.clock import SECOND
from model.site import Site
from rules.alarm import Alarm
from rules.syntax import parse

PATIENCE_NS = 10 * SECOND
"""The longest an alarm waits for an explanation whose own on-delay is running."""
UNASKED_NS = 4 * SECOND // 5
"""The longest it waits for one whose device has not been asked since, if its next poll falls into that time: the alarm is still told
within a second of its due time."""
LOOK_ROUND_NS = SECOND // 5
"""How often it looks whether there is still something to wait for."""

AlarmKey = tuple[str, str]
"""(rule id, device id)"""


def link(site: Site, carriers: Mapping[str, Carrier], alarms: Mapping[AlarmKey, Alarm]) -> None:
    """Tell each alarm who silences it and whom it silences."""
    feeders = _feeders(site)
    carried_by: dict[str, set[str]] = defaultdict(set)
    for id, carrier in carriers.items():
        for device in carrier.behind:
            carried_by[device].add(id)
    rules = {alarm.rule.id: alarm.rule for alarm in alarms.values()}
    about_link = {id for id, rule in rules.items() if parse(rule.when).asks_link}
    victims: dict[AlarmKey, list[Alarm]] = {}
    for key, alarm in alarms.items():
        own = {alarm.device.id} | carried_by[alarm.device.id]
        places = (*sorted(own), *_upstream(feeders, alarm.device.id)) if alarm.rule.suppressed_by else ()
        keys = [
            (rule, place)
            for place in places
            for rule in alarm.rule.suppressed_by
            if (rule, place) != key and (place in own or rule not in about_link)
        ]
        alarm.suppressors = tuple(alarms[k] for k in keys if k in alarms)
        for k in keys:
            victims.setdefault(k, []).append(alarm)
    for key, alarm in alarms.items():
        alarm.victims = tuple(victims.get(key, ()))


def silencer(alarm: Alarm) -> Alarm | None:
    """The alarm that explains this one: a root cause if there is one, else the nearest. One folded under this alarm does not count."""
    active = [suppressor for suppressor in alarm.suppressors if suppressor.is_active]
    roots = (suppressor for suppressor in active if suppressor.standing.suppression is None)
    others = (suppressor for suppressor in active if suppressor.standing.suppression and not _is_folded_under(suppressor, alarm))
    return next(roots, None) or next(others, None)


def _is_folded_under(suppressor: Alarm, alarm: Alarm) -> bool:
    """However many lie between: where devices feed each other in a ring, the last would close a circle in which nobody is heard."""
    walked, at = {alarm}, suppressor
    while at not in walked:
        walked.add(at)
        folded = at.standing.suppression
        above = next((one for one in at.suppressors if folded and one.name == folded.by), None)
        if above is None:
            return False
        at = above
    return True


def patience(alarm: Alarm, now_ns: int) -> int | None:
    """Until when to wait before looking again for an explanation; None when there is nothing (more) to wait for.

    One that is due early, for it has come to a graver level at once, waits for nobody.
    """
    due_ns, since_ns = alarm.delay.due_ns(alarm.rule.on_delay_ns), alarm.delay.began_ns
    if due_ns is None or since_ns is None or due_ns > now_ns:
        return None
    until_ns = max((_worth_waiting(suppressor, since_ns, due_ns) for suppressor in alarm.suppressors), default=0)
    return min(now_ns + LOOK_ROUND_NS, until_ns) if now_ns < until_ns else None


def _worth_waiting(suppressor: Alarm, since_ns: int, due_ns: int) -> int:
    """Until when this one may still explain an alarm whose on-delay was over at ``due_ns``; 0 when it will not."""
    if suppressor.truth and not suppressor.is_active:
        raised_ns = suppressor.delay_due_ns()
        return due_ns + PATIENCE_NS if raised_ns is not None and raised_ns < due_ns + PATIENCE_NS else 0
    heard_ns = suppressor.condition.heard_ns()
    if suppressor.truth is False and heard_ns is not None and heard_ns < since_ns:
        asked_ns, until_ns = heard_ns + suppressor.device.every_ns, due_ns + UNASKED_NS
        return until_ns if asked_ns <= until_ns else 0
    return 0


def _feeders(site: Site) -> dict[str, list[str]]:
    feeders: dict[str, list[str]] = {}
    for device in site.devices.values():
        for fed in device.feeds:
            feeders.setdefault(fed, []).append(device.id)
    return feeders


def _upstream(feeders: Mapping[str, Collection[str]], device_id: str) -> tuple[str, ...]:
    """Everything that feeds the device, nearest first; a ring is walked once."""
    found: dict[str, None] = {}
    waiting = [device_id]
    while waiting:
        for feeder in feeders.get(waiting.pop(0), ()):
            if feeder not in found and feeder != device_id:
                found[feeder] = None
                waiting.append(feeder)
    return tuple(found)
