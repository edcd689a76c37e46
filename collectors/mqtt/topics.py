"""Topic templates of a profile, filled in for one device, and MQTT's matching of filters (MQTT 3.1.1 §4.7). Pure."""

import re

from collectors.errors import ProfileError
from model.site import Mqtt

_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_]+)\}")


def filled(template: str, mqtt: Mqtt) -> str:
    """The template with ``{topic}`` and the other placeholders replaced. ProfileError names the placeholders nobody has filled."""
    known = dict(mqtt.values) | ({"topic": mqtt.topic} if mqtt.topic else {})
    missing = sorted({name for name in _PLACEHOLDER.findall(template) if name not in known})
    if missing:
        raise ProfileError(f"topic '{template}': give the device a value for {', '.join(missing)}")
    return _PLACEHOLDER.sub(lambda found: str(known[found[1]]), template)


def is_filter(topic: str) -> bool:
    return "#" in topic or "+" in topic


def matches(topic_filter: str, topic: str) -> bool:
    """Whether the topic falls under the filter: ``+`` stands for one level, a last ``#`` for any number, also none."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(levels) or level not in ("+", levels[place]):
            return False
    return len(wanted) == len(levels)


def names(topic: str, point: str) -> bool:
    """Whether the topic's last level is the point's name, written with hyphens or underscores."""
    return topic.rsplit("/", 1)[-1].replace("-", "_").lower() == point
