"""Which profile's points speak on a topic: the placeholders are filled from the topic itself, the payload decides. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from collectors.errors import ProfileError
from collectors.mqtt.payload import PayloadDecoder
from model.profile import Profile, TopicPath
from model.quality import GOOD, Quality
from model.site import Mqtt

_PLACEHOLDER = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True, slots=True)
class Match:
    """A profile that understands messages of one device. ``points``: names and values of those it found."""

    profile: Profile
    mqtt: Mqtt
    points: Mapping[str, str]

    def joined(self, other: "Match") -> "Match":
        """The same device, known from two topics."""
        values = {**self.mqtt.values, **other.mqtt.values}
        return Match(self.profile, Mqtt(self.mqtt.topic or other.mqtt.topic, values), {**self.points, **other.points})


def matches(profiles: Iterable[Profile], topic: str, payload: bytes) -> Iterator[Match]:
    """Every profile of which at least one point is found in the message, those with most points first."""
    found = [match for profile in profiles for match in _of_profile(profile, topic, payload)]
    yield from sorted(found, key=lambda match: -len(match.points))


def _of_profile(profile: Profile, topic: str, payload: bytes) -> Iterator[Match]:
    for mqtt in _fillings(profile, topic):
        points = _understood(profile, mqtt, topic, payload)
        if points:
            yield Match(profile, mqtt, points)
            return


def _fillings(profile: Profile, topic: str) -> Iterator[Mqtt]:
    """What the placeholders may stand for, told by the topic; one for each template that fits."""
    templates = dict.fromkeys(point.wire.topic for point in profile.points if isinstance(point.wire, TopicPath))
    for template in templates:
        found = re.fullmatch(_pattern(template), topic)
        if found:
            values = found.groupdict()
            yield Mqtt(values.pop("topic", ""), values)


def _pattern(template: str) -> str:
    """``{topic}`` may be several levels, any other placeholder is one; a wildcard is what MQTT says it is."""
    seen: set[str] = set()

    def group(place: re.Match[str]) -> str:
        name = place[1]
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>.+)" if name == "topic" else f"(?P<{name}>[^/]+)"

    pattern = _PLACEHOLDER.sub(group, re.escape(template))
    return pattern.replace(r"\+", "[^/]+").replace(r"\#", ".*").replace("#", ".*")


def _understood(profile: Profile, mqtt: Mqtt, topic: str, payload: bytes) -> dict[str, str]:
    """Names and values of the points that the message speaks of."""
    names = {place for point in profile.points if isinstance(point.wire, TopicPath) for place in re.findall(r"\{(\w+)\}", point.wire.topic)}
    stand_ins = {name: mqtt.values.get(name, "unknown") for name in names - {"topic"}}
    try:
        decoder = PayloadDecoder("probed", profile, Mqtt(mqtt.topic or "unknown", stand_ins))
    except ProfileError:
        return {}
    block, _ = decoder.decode(topic, payload, 0)
    good = (column for column, quality in enumerate(block.qualities) if quality in (GOOD, Quality.OUT_OF_RANGE))
    return {profile.points[column].name: block.texts.get(column) or f"{block.values[column]:.6g}" for column in good}
