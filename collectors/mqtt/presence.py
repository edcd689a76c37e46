"""Whether devices are there, as far as topics say so: last wills and the words of gateways. Pure.

A device is away while any of its topics says so: its own, or that of the gateway it hangs on.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from collectors.errors import ProfileError
from collectors.mqtt import jsonpath
from collectors.mqtt.topics import filled
from model.broker import Presence
from model.site import Mqtt


class Word(StrEnum):
    """What a presence topic has said about a device."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    """A word that is none of those the profile or the site names: it changes nothing."""


class PresenceTopic:
    """One device's reading of one topic. ProfileError when topic or path can't be used as written."""

    def __init__(self, presence: Presence, mqtt: Mqtt) -> None:
        path = jsonpath.parse(presence.path)
        if path is None:
            raise ProfileError(f"presence: '{presence.path}' is not a path; write $ or $.name")
        self.topic = filled(presence.topic, mqtt)
        self._path = path
        self._words = {word.casefold(): Word.ONLINE for word in presence.online}
        self._words |= {word.casefold(): Word.OFFLINE for word in presence.offline}

    def word(self, payload: bytes) -> Word | None:
        """None when the message has no word there."""
        try:
            document: object = msgspec.json.decode(payload)
        except (msgspec.DecodeError, RecursionError):
            document = payload.decode(errors="replace")
        # Older firmware sends the bare word where newer sends an object.
        found = jsonpath.find(document, self._path) if isinstance(document, dict | list) else document
        written = _written(found).strip().casefold()
        return self._words.get(written, Word.UNKNOWN) if written else None


class Presences:
    """Which devices are said to be away. ``of`` has the topics of each device that has any."""

    def __init__(self, of: Mapping[str, Sequence[PresenceTopic]]) -> None:
        self._away: dict[str, set[str]] = {}
        self._about: dict[str, list[tuple[str, PresenceTopic]]] = {}
        for device, topics in of.items():
            for one in topics:
                self._about.setdefault(one.topic, []).append((device, one))

    @property
    def topics(self) -> Sequence[str]:
        return tuple(self._about)

    def __contains__(self, topic: str) -> bool:
        return topic in self._about

    def take(self, topic: str, payload: bytes) -> Sequence[tuple[str, Word]]:
        """What the message says: devices with its word. A device is online only when none of its topics denies it."""
        said: list[tuple[str, Word]] = []
        for device, one in self._about.get(topic, ()):
            word = one.word(payload)
            if word is None:
                continue
            if word is Word.UNKNOWN:
                said.append((device, word))
                continue
            away = self._away.setdefault(device, set())
            if word is Word.OFFLINE:
                away.add(topic)
            else:
                away.discard(topic)
            said.append((device, Word.OFFLINE if away else Word.ONLINE))
        return said

    def is_away(self, device: str) -> bool:
        return bool(self._away.get(device))

    def proved(self, device: str) -> None:
        """It has spoken itself: whatever was said about it is over."""
        self._away.pop(device, None)


def _written(found: object) -> str:
    if isinstance(found, str):
        return found
    return msgspec.json.encode(found).decode() if isinstance(found, bool | int) else ""
