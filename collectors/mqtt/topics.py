"""Topic templates of a profile, filled in for one device, and MQTT's matching of filters (MQTT 3.1.1 §4.7). Pure."""

import re
from collections.abc import Iterable

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
    """Whether the topic falls under the filter: ``+`` stands for one level, a last ``#`` for any number, also none.

    Topics that begin with ``$`` are the broker's own; a filter that begins with a wildcard does not mean them.
    """
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in ("#", "+"):
        return False
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(levels) or level not in ("+", levels[place]):
            return False
    return len(wanted) == len(levels)


def covers(wide: str, narrow: str) -> bool:
    """Whether every topic that falls under ``narrow`` falls under ``wide`` too."""
    wanted, levels = wide.split("/"), narrow.split("/")
    if narrow.startswith("$") and wanted[0] in ("#", "+"):
        return False
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(levels) or levels[place] == "#" or level not in ("+", levels[place]):
            return False
    return len(wanted) == len(levels)


def fewest(filters: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The (filter, QoS) pairs without those that another covers, which then has the higher of both QoS.

    A broker may deliver a message once for every subscription it matches (MQTT 3.1.1 §3.3.5); so it comes once.
    """
    asked: dict[str, int] = {}
    for topic_filter, qos in filters:
        asked[topic_filter] = max(qos, asked.get(topic_filter, 0))
    wild = [topic_filter for topic_filter in asked if is_filter(topic_filter)]
    kept: dict[str, int] = {}
    for topic_filter, qos in asked.items():
        above = topic_filter
        while wider := next((wide for wide in wild if wide != above and covers(wide, above)), None):
            above = wider
        kept[above] = max(qos, kept.get(above, 0))
    return list(kept.items())


def names(topic: str, point: str) -> bool:
    """Whether the topic's last level is the point's name, written with hyphens or underscores."""
    return topic.rsplit("/", 1)[-1].replace("-", "_").lower() == point
