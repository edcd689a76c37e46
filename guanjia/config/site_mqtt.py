"""``mqtt:`` of a device: the topics it speaks on, and where it is said whether it is there."""

import re
from collections.abc import Iterable

from collectors.mqtt.jsonpath import parse
from guanjia.config.document import Path
from guanjia.config.findings import Findings
from guanjia.config.site_schema import DeviceFile, MqttFile, PresenceFile
from model.broker import Presence
from model.profile import Profile, TopicPath
from model.site import Mqtt

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def mqtt_device(findings: Findings, path: Path, device: DeviceFile, w: MqttFile, profile: Profile) -> Mqtt:
    """``{device}``, ``{area}`` and ``{system}`` are filled by what the device is, the others by its ``values``.

    A device without a topic of its own has that of the whole site, ``mqtt: {topic: …}``.
    """
    values = {"device": device.id or "", "area": device.area or "", "system": str(device.system or ""), **w.values}
    template = w.topic or _of_the_site(findings)
    topic = _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)
    presence = None if w.presence is None else _presence(findings, path, w.presence)
    for place in sorted(_places([topic])):
        findings.wrong(path, f"topic '{template}' has {{{place}}}; write 'values: {{{place}: …}}'")
    spoken = _topics(profile) + [one.topic for one in (profile.mqtt.presence if presence is None and profile.mqtt else presence or ())]
    for place in sorted(_places(spoken) - set(values) - ({"topic"} if topic else set())):
        where = "'topic: …'" if place == "topic" else f"'values: {{{place}: …}}'"
        findings.wrong(path, f"profile '{profile.id}' has {{{place}}} in its topics; write {where}")
    for key, word in (("topic", w.topic), *w.values.items()):
        if set(word) & set("+#"):
            findings.wrong((*path, key), f"'{word}' means many topics; write the one this device speaks on, without + and #")
    return Mqtt(topic, values, w.silent_after, presence=presence)


def _presence(findings: Findings, path: Path, written: Iterable[PresenceFile]) -> tuple[Presence, ...]:
    for index, one in enumerate(written):
        if parse(one.path) is None:
            findings.wrong((*path, "presence", index, "path"), f"'{one.path}' is not a path; write $ or $.name")
        if set(one.topic) & set("+#"):
            findings.wrong(
                (*path, "presence", index, "topic"), f"'{one.topic}' means many topics; write the one that speaks of this device"
            )
    return tuple(Presence(one.topic, one.path, tuple(one.online), tuple(one.offline)) for one in written)


def _topics(profile: Profile) -> list[str]:
    return [point.wire.topic for point in profile.points if isinstance(point.wire, TopicPath)]


def _places(topics: Iterable[str]) -> set[str]:
    return {place for topic in topics for place in _PLACEHOLDER.findall(topic)}


def _of_the_site(findings: Findings) -> str:
    section = findings.document.data.get("mqtt")
    topic = section.get("topic") if isinstance(section, dict) else None
    return topic if isinstance(topic, str) else ""
