"""Suppression by design: which alarms explain which.

A rule names in ``suppressed_by`` the rules that explain it: on its own device, or on any device that feeds it, however far up. A rule
about the link (``offline``) explains only its own device: a meter that stopped answering says nothing about what hangs below it.
"""

from collections.abc import Collection, Mapping

from model.site import Site
from rules.alarm import Alarm
from rules.syntax import parse

AlarmKey = tuple[str, str]
"""(rule id, device id)"""


def link(site: Site, alarms: Mapping[AlarmKey, Alarm]) -> None:
    """Tell each alarm who silences it and whom it silences."""
    feeders = _feeders(site)
    about_link = {alarm.rule.id for alarm in alarms.values() if parse(alarm.rule.when).asks_link}
    victims: dict[AlarmKey, list[Alarm]] = {}
    for key, alarm in alarms.items():
        places = (alarm.device.id, *_upstream(feeders, alarm.device.id)) if alarm.rule.suppressed_by else ()
        keys = [
            (rule, place)
            for place in places
            for rule in alarm.rule.suppressed_by
            if (rule, place) != key and (place == alarm.device.id or rule not in about_link)
        ]
        alarm.suppressors = tuple(alarms[k] for k in keys if k in alarms)
        for k in keys:
            victims.setdefault(k, []).append(alarm)
    for key, alarm in alarms.items():
        alarm.victims = tuple(victims.get(key, ()))


def silencer(alarm: Alarm) -> Alarm | None:
    """The first active alarm that explains this one. One that is itself folded under this alarm does not count."""
    for suppressor in alarm.suppressors:
        folded = suppressor.standing.suppression
        if suppressor.is_active and not (folded and folded.by == alarm.name):
            return suppressor
    return None


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
