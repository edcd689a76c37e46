"""Which devices make up a group, in words all of which must match: ``"b07.lift*"``, ``"class=pump area=here"``, ``"fed_by=here"``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from model.site import Device, Site
from model.wording import near

HERE = "here"
"""Stands for the area of the alarm's own device, or for the device itself."""
_PARTS = ("class", "system", "area", "profile")
_KEYS = (*_PARTS, "fed_by")


@dataclass(frozen=True, slots=True)
class Selection:
    text: str
    ids: tuple[str, ...] = ()
    """Shell-like patterns of device ids."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """``class``, ``system``, ``area``, ``profile`` → shell-like pattern, as in a rule's ``for``."""
    fed_by_here: bool = False

    def members(self, site: Site, own: Device) -> Iterator[Device]:
        """In the order of the site file. The alarm's own device is one of them when it matches like any other."""
        fed = _fed_by(site, own.id) if self.fed_by_here else frozenset[str]()
        wanted = {part: own.area if (part, pattern) == ("area", HERE) else pattern for part, pattern in self.parts.items()}
        for device in site.devices.values():
            words = {"class": device.device_class, "system": device.system.value, "area": device.area, "profile": device.profile.id}
            named = all(fnmatchcase(device.id, pattern) for pattern in self.ids)
            alike = all(fnmatchcase(words[part], pattern) for part, pattern in wanted.items())
            if named and alike and (device.id in fed or not self.fed_by_here):
                yield device


def selection(text: str) -> Selection:
    """ValueError says what can't be read."""
    ids: list[str] = []
    parts: dict[str, str] = {}
    fed_by_here = False
    for word in text.split():
        key, sign, pattern = word.partition("=")
        if not sign:
            ids.append(word)
        elif key == "fed_by" and pattern == HERE:
            fed_by_here = True
        elif key not in _PARTS or not pattern or key in parts:
            raise ValueError(_advice(key, pattern, parts))
        else:
            parts[key] = pattern
    if not text.strip():
        raise ValueError("say which devices: an id with wildcards, class=…, system=…, area=…, profile=…, fed_by=here")
    return Selection(text, tuple(ids), parts, fed_by_here)


def _advice(key: str, pattern: str, earlier: Mapping[str, str]) -> str:
    if key in earlier:
        return f"'{key}=' is written twice"
    if key == "fed_by":
        return "write fed_by=here: what the alarm's own device feeds"
    if key in _PARTS:
        return f"nothing stands after '{key}='"
    return f"devices are not chosen by '{key}='{near(key, _KEYS) or '; there are class=, system=, area=, profile=, fed_by=here'}"


def _fed_by(site: Site, device_id: str) -> frozenset[str]:
    """All that hangs below, however far down; a ring is walked once."""
    found: set[str] = set()
    waiting = [device_id]
    while waiting:
        device = site.devices.get(waiting.pop())
        for fed in device.feeds if device else ():
            if fed not in found and fed != device_id:
                found.add(fed)
                waiting.append(fed)
    return frozenset(found)
