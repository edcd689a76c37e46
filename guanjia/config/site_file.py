"""site.yaml into a Site: every mistake of the file, and of the profiles it names, collected before anything is refused."""

import fnmatch
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from guanjia.config.document import Document, parse
from guanjia.config.profile_file import LIBRARY, load_profile
from guanjia.config.site_schema import (
    AreaFile,
    BoxFile,
    BrokerFile,
    ConnectionFile,
    DeviceFile,
    JournalFile,
    MqttFile,
    StoreFile,
)
from guanjia.config.site_sections import Parts, near, parts_of
from model.mistake import ConfigError, Mistake
from model.profile import Profile, TopicPath
from model.site import (
    Area,
    BrokerConfig,
    Connection,
    Device,
    Metering,
    ModbusSerial,
    ModbusTcp,
    Mqtt,
    Person,
    Rectangle,
    Site,
    StoreConfig,
    System,
)
from model.text import Text

_SECRET = re.compile(r"^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$")


def load_site(path: Path, environment: Mapping[str, str] = os.environ) -> Site:
    """Read the site file and everything it names. Raises ConfigError carrying every mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([Mistake(str(path), 1, "", f"can't be read: {error.strerror}; name an existing site file")]) from error
    return read_site(text, str(path), path.parent, environment)


def read_site(text: str, file: str, folder: Path, environment: Mapping[str, str] = os.environ) -> Site:
    """Like ``load_site``, from the text; relative names in it are looked up below ``folder``."""
    document = parse(text, file)
    parts, mistakes = parts_of(document)
    reader = _Reader(document, folder, environment, mistakes)
    site = reader.site(parts)
    if reader.mistakes or site is None:
        raise ConfigError(reader.mistakes)
    return site


@dataclass
class _Reader:
    document: Document
    folder: Path
    environment: Mapping[str, str]
    mistakes: list[Mistake]
    profiles: dict[str, Profile | None] = field(default_factory=dict)

    def wrong(self, path: tuple[str | int, ...], message: str) -> None:
        self.mistakes.append(self.document.mistake(path, message))

    def site(self, w: Parts) -> Site | None:
        """The site, or None when a part it can't do without is wrong; mistakes are added on the way."""
        areas = self._areas(w.areas)
        devices = self._devices(w.devices, areas)
        rule_files = tuple(self._rule_files(w.rules))
        store = self._store(w.store or StoreFile())
        broker = w.mqtt or BrokerFile()
        password = self._secret(("mqtt", "password"), broker.password)
        journal_url = self._secret(("journal", "url"), (w.journal or JournalFile()).url)
        if w.site is None:
            return None
        return Site(
            id=w.site.id,
            name=Text(w.site.name.zh, w.site.name.en),
            timezone=self._zone(w.site.timezone),
            areas=areas,
            devices=devices,
            rule_files=rule_files,
            store=store,
            broker=BrokerConfig(broker.broker, broker.username, password, broker.port),
            journal_url=journal_url,
            people=tuple(Person(p.id, p.name, p.role, tuple(p.skills), p.phone) for p in w.people.values()),
            declared_demand_kw=w.site.declared_demand_kw,
            parking_spaces={str(k): v for k, v in w.site.parking_spaces.items()},
            plan=_box(w.site.plan),
            language=w.site.language,
            floor_area_m2=w.site.floor_area_m2,
        )

    def _zone(self, name: str) -> ZoneInfo:
        if name in available_timezones():
            return ZoneInfo(name)
        self.wrong(("site", "timezone"), f"'{name}' is no time zone{near(name, available_timezones())}")
        return ZoneInfo("UTC")

    def _store(self, w: StoreFile) -> StoreConfig:
        if w.kind == "influxdb" and not w.url:
            self.wrong(("store", "url"), "an influxdb store needs 'url: http://host:8086'")
        return StoreConfig(w.kind, w.url, w.org, w.bucket, self._secret(("store", "token"), w.token), w.version)

    def _secret(self, path: tuple[str, ...], value: str) -> str:
        """``${NAME}`` from the environment; ``file:PATH`` from a file beside the site file."""
        match = _SECRET.match(value)
        if match:
            if match[1] not in self.environment:
                self.wrong(path, f"the environment has no {match[1]}; set it before starting")
            return self.environment.get(match[1], "")
        if value.startswith("file:"):
            secret = self.folder / value.removeprefix("file:")
            if not secret.is_file():
                self.wrong(path, f"the secret's file {value.removeprefix('file:')} does not exist")
                return ""
            return secret.read_text(encoding="utf-8").strip()
        return value

    def _rule_files(self, patterns: list[str]) -> Iterable[str]:
        for index, pattern in enumerate(patterns):
            found = sorted(self.folder.glob(pattern))
            if not found:
                self.wrong(("rules", index), f"no file matches '{pattern}' beside the site file")
            yield from map(str, found)

    def _areas(self, written: Mapping[int, AreaFile]) -> dict[str, Area]:
        areas: dict[str, Area] = {}
        for index, a in written.items():
            if a.id in areas:
                self.wrong(("areas", index, "id"), f"area '{a.id}' is written twice; ids are unique")
            areas[a.id] = Area(a.id, Text(a.name.zh, a.name.en), a.kind, a.households, a.floors, _box(a.plan))
        return areas

    def _names(self, key: str) -> set[str]:
        """Every id written in a list, those of items with other mistakes too: one mistake is not to make a second."""
        items = self.document.data.get(key)
        return {str(i.get("id")) for i in items if isinstance(i, dict)} if isinstance(items, list) else set()

    def _devices(self, written: Mapping[int, DeviceFile], areas: Mapping[str, Area]) -> dict[str, Device]:
        devices: dict[str, Device] = {}
        wires: dict[tuple[object, ...], str] = {}
        ids, area_ids = self._names("devices"), self._names("areas")
        for index, d in written.items():
            at = ("devices", index)
            if d.id in devices:
                self.wrong((*at, "id"), f"device '{d.id}' is written twice; ids are unique")
            if d.area not in area_ids:
                self.wrong((*at, "area"), f"no area '{d.area}'{near(d.area, areas)}")
            for feed_index, fed in enumerate(d.feeds):
                if fed not in ids:
                    self.wrong((*at, "feeds", feed_index), f"no device '{fed}'{near(fed, ids)}")
            self._same_wire(at, d, wires)
            device = self._device(at, d)
            if device is not None:
                devices[d.id] = device
        self._loops(written, devices)
        return devices

    def _same_wire(self, at: tuple[str | int, ...], d: DeviceFile, wires: dict[tuple[object, ...], str]) -> None:
        if d.modbus is None:
            return
        wire = (d.modbus.host, d.modbus.serial, d.modbus.port if d.modbus.host else None, d.modbus.unit)
        if wire in wires:
            self.wrong((*at, "modbus"), f"the same address and unit as '{wires[wire]}'; two devices can't share it")
        wires.setdefault(wire, d.id)

    def _loops(self, written: Mapping[int, DeviceFile], devices: Mapping[str, Device]) -> None:
        for index, d in written.items():
            seen, reached = set(d.feeds), list(d.feeds)
            while reached:
                fed = devices.get(reached.pop())
                fresh = [f for f in fed.feeds if f not in seen] if fed else []
                reached += fresh
                seen.update(fresh)
            if d.id in seen:
                self.wrong(("devices", index, "feeds"), f"'{d.id}' feeds itself, directly or through others; the supply has no loops")

    def _device(self, at: tuple[str | int, ...], d: DeviceFile) -> Device | None:
        profile = self._profile((*at, "profile"), d.profile)
        if profile is None:
            return None
        profile = self._restrict((*at, "points"), profile, d.points)
        connection = self._connection(at, d, profile)
        if connection is None:
            return None
        metering = None if d.metering is None else Metering(d.metering.role, d.metering.item, d.metering.energy)
        name = Text(d.name.zh, d.name.en)
        every_ns = d.every
        return Device(
            d.id, name, System(d.system), d.area, profile, connection, every_ns, tuple(d.feeds), dict(d.params), metering, d.sheet
        )

    def _profile(self, path: tuple[str | int, ...], name: str) -> Profile | None:
        if name not in self.profiles:
            self.profiles[name] = self._load(path, name)
        return self.profiles[name]

    def _load(self, path: tuple[str | int, ...], name: str) -> Profile | None:
        """A name is a profile of the library; with a slash or an ending it is a file beside the site file."""
        is_file = "/" in name or name.endswith((".yaml", ".yml"))
        file = self.folder / name if is_file else LIBRARY / f"{name}.yaml"
        if not file.is_file():
            known = [p.stem for p in LIBRARY.glob("*.yaml")]
            self.wrong(path, f"no profile '{name}'{near(name, known) or '; name one of the library or a .yaml file'}")
            return None
        try:
            return load_profile(file)
        except ConfigError as error:
            self.mistakes += error.mistakes
            return None

    def _restrict(self, path: tuple[str | int, ...], profile: Profile, globs: list[str]) -> Profile:
        if not globs:
            return profile
        for index, glob in enumerate(globs):
            if not fnmatch.filter([p.name for p in profile.points], glob):
                self.wrong((*path, index), f"profile '{profile.id}' has no point that matches '{glob}'")
        return replace(profile, points=tuple(p for p in profile.points if any(fnmatch.fnmatchcase(p.name, g) for g in globs)))

    def _connection(self, at: tuple[str | int, ...], d: DeviceFile, profile: Profile) -> Connection | None:
        if (d.modbus is None) == (d.mqtt is None):
            self.wrong(at, f"'{d.id}' needs exactly one of 'modbus:' and 'mqtt:'")
            return None
        if d.mqtt is not None:
            if profile.mqtt is None:
                self.wrong((*at, "mqtt"), f"profile '{profile.id}' is a modbus profile; write 'modbus: {{host: …, port: …, unit: …}}'")
                return None
            return self._mqtt((*at, "mqtt"), d.mqtt, profile)
        assert d.modbus is not None
        if profile.modbus is None:
            self.wrong((*at, "modbus"), f"profile '{profile.id}' is an mqtt profile; write 'mqtt: {{topic: …}}'")
            return None
        return self._modbus((*at, "modbus"), d.modbus, profile)

    def _modbus(self, path: tuple[str | int, ...], w: ConnectionFile, profile: Profile) -> Connection | None:
        assert profile.modbus is not None
        unit = profile.modbus.unit if w.unit is None else w.unit
        if (w.host is None) == (w.serial is None):
            self.wrong(path, "write exactly one of 'host:' (TCP) and 'serial:' (a serial line)")
            return None
        if w.host is not None:
            return ModbusTcp(w.host, w.port or profile.modbus.port, unit, w.framer, w.timeout)
        serial = profile.modbus.serial
        assert w.serial is not None
        baud, parity, stop = (
            w.baud or int(serial.get("baudrate", 9600)),
            w.parity or str(serial.get("parity", "N")),
            w.stopbits or int(serial.get("stopbits", 1)),
        )
        return ModbusSerial(w.serial, baud, parity, stop, unit, w.timeout)

    def _mqtt(self, path: tuple[str | int, ...], w: MqttFile, profile: Profile) -> Connection | None:
        needed = {
            place for point in profile.points if isinstance(point.wire, TopicPath) for place in re.findall(r"\{(\w+)\}", point.wire.topic)
        }
        given = set(w.values) | ({"topic"} if w.topic else set())
        for place in sorted(needed - given):
            where = "'topic: …'" if place == "topic" else f"'values: {{{place}: …}}'"
            self.wrong(path, f"profile '{profile.id}' has {{{place}}} in its topics; write {where}")
        return Mqtt(w.topic, dict(w.values), w.silent_after)


def _box(written: BoxFile | None) -> Rectangle | None:
    return None if written is None else Rectangle(written.x, written.y, written.width, written.height)
