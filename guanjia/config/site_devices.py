"""The devices of a site file: each with its profile and its connection, against the areas and the other devices."""

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from guanjia.config.document import Path as Place
from guanjia.config.document import Salvaged
from guanjia.config.findings import Findings
from guanjia.config.profile_file import LIBRARY, load_profile
from guanjia.config.site_connection import connection
from guanjia.config.site_edges import Edges
from guanjia.config.site_lines import SharedLines
from guanjia.config.site_schema import DeviceFile
from model.carrier import BROKER
from model.mistake import ConfigError
from model.own_state import PLATFORM
from model.profile import Profile
from model.site import Device, Metering, ModbusTcp, PayloadFormat, System
from model.text import Text
from model.wording import near

Written = Mapping[int, Salvaged[DeviceFile]]


@dataclass
class Equipment:
    """The devices that could be read, with a stand-in for whatever of them could not."""

    devices: dict[str, Device] = field(default_factory=dict)
    doubts: dict[str, frozenset[str]] = field(default_factory=dict)
    """Device id → its fields that have a mistake, and mean nothing therefore."""
    unread: list[Salvaged[DeviceFile]] = field(default_factory=list)
    """Devices without a profile or an id of their own: nothing can be said of their points."""


class DeviceReader:
    def __init__(self, findings: Findings, folder: Path, edges: Edges) -> None:
        self._findings = findings
        self._folder = folder
        self._edges = edges
        self._lines = SharedLines(findings)
        self._profiles: dict[str, Profile | None] = {}
        self._area_ids, self._ids = findings.ids("areas"), findings.ids("devices")

    def read(self, written: Written) -> Equipment:
        found = Equipment()
        wires: dict[tuple[object, ...], str] = {}
        seen: dict[str, Place] = {}
        for index, item in written.items():
            at, d = ("devices", index), item.value
            doubts = set(item.broken) | self._references(at, item, seen)
            self._edges.check(index, d)
            self._same_wire(at, item, wires)
            device = self._device(at, item, doubts)
            if device is None or "id" in doubts:
                found.unread.append(Salvaged(d, frozenset(doubts)))
            else:
                found.devices[device.id] = device
                found.doubts[device.id] = frozenset(doubts)
                if "modbus" not in doubts:
                    self._lines.check((*at, "modbus"), device)
        self._loops(written)
        return found

    def _references(self, at: Place, item: Salvaged[DeviceFile], seen: dict[str, Place]) -> set[str]:
        """The device's own id and those it names; the fields that are wrong."""
        d, wrong = item.value, set()
        if d.id in seen:
            self._findings.wrong((*at, "id"), f"device '{d.id}' is written twice{self._first(at, seen[d.id])}; ids are unique")
            wrong.add("id")
        if item.has("id") and d.id in (PLATFORM, BROKER):
            self._findings.wrong((*at, "id"), f"'{d.id}' is what alarms about the {d.id} itself are called; choose another")
            wrong.add("id")
        if item.has("id"):
            seen.setdefault(d.id, at)
        if item.has("area") and self._area_ids is not None and d.area not in self._area_ids:
            self._findings.wrong((*at, "area"), f"no area '{d.area}'{near(d.area, self._area_ids)}")
            wrong.add("area")
        for index, fed in enumerate(d.feeds):
            if self._ids is not None and fed not in self._ids:
                self._findings.wrong((*at, "feeds", index), f"no device '{fed}'{near(fed, self._ids)}")
        return wrong

    def _first(self, at: Place, first: Place) -> str:
        """Where the other of two stands, when one of them is a row of a list."""
        document = self._findings.document
        if not document.elsewhere(at) and not document.elsewhere(first):
            return ""
        other = document.mistake(first, "")
        return f", first at {other.file}:{other.line}"

    def _same_wire(self, at: Place, item: Salvaged[DeviceFile], wires: dict[tuple[object, ...], str]) -> None:
        d = item.value
        wire: tuple[object, ...]
        if d.modbus is not None:
            key, what = "modbus", "address and unit"
            wire = (self._edges.of(d), d.modbus.host, d.modbus.serial, d.modbus.port if d.modbus.host else None, d.modbus.unit)
        elif d.mqtt is not None and d.mqtt.format is PayloadFormat.SPARKPLUG_B:
            key, what, wire = "mqtt", "place", (self._edges.of(d), d.mqtt.topic)
        else:
            return
        if wire in wires and not self._may_lack_columns(at):
            self._findings.wrong((*at, key), f"the same {what} as '{wires[wire]}'; two devices can't share it")
        wires.setdefault(wire, d.id or f"devices[{at[-1]}]")

    def _may_lack_columns(self, at: Place) -> bool:
        """Whether the device stands in a list and not all of the lists could be read: what tells it from another may be what was not."""
        document = self._findings.document
        return "devices" in document.unread and bool(document.elsewhere(at))

    def _loops(self, written: Written) -> None:
        feeds = {item.value.id: item.value.feeds for item in written.values() if item.has("id")}
        for index, item in written.items():
            d = item.value
            seen, reached = set(d.feeds), list(d.feeds)
            while reached:
                fresh = [f for f in feeds.get(reached.pop(), ()) if f not in seen]
                reached += fresh
                seen.update(fresh)
            if item.has("id") and d.id in seen:
                message = f"'{d.id}' feeds itself, directly or through others; the supply has no loops"
                self._findings.wrong(("devices", index, "feeds"), message)

    def _device(self, at: Place, item: Salvaged[DeviceFile], doubts: set[str]) -> Device | None:
        """The device, with its doubts added to; None without a profile, or without an id."""
        d = item.value
        profile = self._profile((*at, "profile"), d.profile) if item.has("profile") else None
        reached = connection(self._findings, at, item, profile, self._folder)
        if profile is None:
            return None
        profile = self._restrict((*at, "points"), profile, d.points)
        if reached is None:
            doubts |= {"modbus", "mqtt"}
        return Device(
            id=d.id,
            name=Text(d.name.zh, d.name.en) if item.has("name") else Text(d.id, d.id),
            system=System(d.system) if item.has("system") else System.POWER,
            area=d.area if item.has("area") else "",
            profile=profile,
            connection=reached or ModbusTcp(d.id, 0, 0),
            every_ns=d.every,
            feeds=tuple(d.feeds),
            params=dict(d.params),
            metering=None if d.metering is None else Metering(d.metering.role, d.metering.item, d.metering.energy),
            sheet=d.sheet,
            edge=self._edges.of(d),
            stale_after_ns=d.stale_after,
            deadbands=self._deadbands((*at, "deadband"), profile, d.deadband),
        )

    def _deadbands(self, path: Place, profile: Profile, written: Mapping[str, float]) -> Mapping[str, float]:
        numbers = [point.name for point in profile.points if not point.is_text]
        for name in written:
            if name not in numbers:
                message = f"profile '{profile.id}' has no number '{name}' that is read{near(name, numbers)}"
                self._findings.wrong((*path, name), message)
        return dict(written)

    def _profile(self, path: Place, name: str) -> Profile | None:
        if name not in self._profiles:
            self._profiles[name] = self._load(path, name)
        return self._profiles[name]

    def _load(self, path: Place, name: str) -> Profile | None:
        """A name is a profile of the library; with a slash or an ending it is a file beside the site file."""
        is_file = "/" in name or name.endswith((".yaml", ".yml"))
        file = self._folder / name if is_file else LIBRARY / f"{name}.yaml"
        if not file.is_file():
            known = [p.stem for p in LIBRARY.glob("*.yaml")]
            self._findings.wrong(path, f"no profile '{name}'{near(name, known) or '; name one of the library or a .yaml file'}")
            return None
        try:
            return load_profile(file)
        except ConfigError as error:
            self._findings.mistakes += error.mistakes
            return None

    def _restrict(self, path: Place, profile: Profile, globs: list[str]) -> Profile:
        if not globs:
            return profile
        for index, glob in enumerate(globs):
            if not fnmatch.filter([p.name for p in profile.points], glob):
                self._findings.wrong((*path, index), f"profile '{profile.id}' has no point that matches '{glob}'")
        return replace(profile, points=tuple(p for p in profile.points if any(fnmatch.fnmatchcase(p.name, g) for g in globs)))
