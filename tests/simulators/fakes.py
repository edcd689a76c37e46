"""A machine whose truth the test writes, and devices to put it in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from guanjia.config.profile_file import LIBRARY, load_profile
from model.profile import ModbusDefaults, Point, Profile, Register
from model.site import Connection, Device, ModbusTcp, System
from model.text import Text
from simulators.machine import FaultKind


@dataclass
class FakeMachine:
    device_class: str = "pump"
    values: dict[str, float | str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, FaultKind] = field(default_factory=lambda: {k: FaultKind(k, f"It is {k}.") for k in ("jammed", "leaking")})
    broken: set[str] = field(default_factory=set)
    stepped_s: float = 0.0
    asked: int = 0

    def step(self, dt_s: float) -> None:
        self.stepped_s += dt_s

    def truth(self) -> Mapping[str, float | str]:
        self.asked += 1
        return dict(self.values)

    def inject(self, kind: str, severity: float = 1.0, onset_s: float = 0.0) -> None:
        self.faults[kind]
        self.broken.add(kind)

    def severity(self, kind: str) -> float:
        return float(kind in self.broken)

    def heal(self, kind: str) -> None:
        self.broken.discard(kind)

    def active_faults(self) -> frozenset[str]:
        return frozenset(self.broken)


def library(profile_id: str) -> Profile:
    return load_profile(LIBRARY / f"{profile_id}.yaml")


LOOPBACK = ModbusTcp("127.0.0.1", 0, 1)


def device(profile: Profile, connection: Connection = LOOPBACK, device_id: str = "plant.one") -> Device:
    return Device(device_id, Text("设备", "Device"), System.POWER, "room", profile, connection, 1_000_000_000)


def profile_of(*points: Point, **modbus: int | bool) -> Profile:
    defaults = replace(ModbusDefaults(), **modbus)  # type: ignore[arg-type]
    return Profile("made_up", "pump", "nobody", "none", tuple(points), modbus=defaults)


def point(name: str, wire: Register, **more: object) -> Point:
    return replace(Point(name, Text(name, name), wire, more.pop("type")), **more)  # type: ignore[arg-type]
