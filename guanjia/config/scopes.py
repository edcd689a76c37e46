"""Whom a rule is for, on a site that may have mistakes."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath

from guanjia.config.document import Salvaged
from guanjia.config.site_file import SiteDraft
from guanjia.config.site_schema import DeviceFile
from model.carrier import things
from model.rule import Scope
from model.site import Device
from model.wording import near

_WRITTEN = {"device_class": "class"}
"""Parts of a ``for`` that are written otherwise than our field is called."""


def may_watch(scope: Scope, draft: SiteDraft) -> bool:
    """Whether a device that can't be read as it stands may turn out to be one the rule is for."""
    wanted = scope.patterns
    return any(all(fnmatchcase(words[part], wanted[part]) for part in wanted.keys() & words.keys()) for words in _open(draft))


def _open(draft: SiteDraft) -> Iterator[Mapping[str, str]]:
    """What is certain of each device with a mistake that matters to rules."""
    for device in draft.site.devices.values():
        broken = draft.equipment.doubts[device.id]
        if not broken.isdisjoint(("area", "system", "points", "params")):
            yield {part: word for part, word in words_of(device).items() if part not in broken}
    for item in draft.equipment.unread:
        yield _words(item)


def words_of(device: Device) -> dict[str, str]:
    """Part of a ``for`` → what stands there for this device."""
    return {
        "device_class": device.device_class,
        "system": device.system.value,
        "area": device.area,
        "device": device.id,
        "profile": device.profile.id,
    }


def _words(item: Salvaged[DeviceFile]) -> dict[str, str]:
    d = item.value
    found = {"system": str(d.system), "area": d.area, "device": d.id}
    words = {part: word for part, word in found.items() if item.has("id" if part == "device" else part)}
    if item.has("profile") and d.profile.endswith((".yaml", ".yml")):  # one of the library that is not there may be any other
        words["profile"] = PurePath(d.profile).stem
    return words


def nobody(scope: Scope, draft: SiteDraft) -> tuple[str, str, bool]:
    """Which part of a rule's ``for`` no device at all answers to, why, and whether a name much like it exists.

    The part is empty when devices answer to each, but none to all of them.
    """
    certain = [*map(words_of, things(draft.site).values()), *_open(draft)]
    for part, pattern in scope.patterns.items():
        known = {words[part] for words in certain if part in words}
        if not any(fnmatchcase(word, pattern) for word in known):
            name = _WRITTEN.get(part, part)
            what = "there is no device" if part == "device" else f"no device has the {name}"
            hint = near(pattern, known)
            return name, f"{what} '{pattern}'{hint}", bool(hint)
    return "", "no device is all of that at once", False
