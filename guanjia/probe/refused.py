"""Registers the device refuses, and what in the profile hangs on them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from guanjia.config.profile_points import as_written
from guanjia.probe.examination import Findings
from guanjia.probe.strategy import merged
from guanjia.probe.ways import read_by
from model.profile import ModbusDefaults, Point, Profile, Register, RegisterRange, Table

Place = tuple[Table, int]


@dataclass(frozen=True, slots=True)
class RefusedScale:
    """A register without which ``points`` have no value. ``written``: its address as the profile has it."""

    table: Table
    address: int
    written: int
    points: tuple[str, ...]

    def __str__(self) -> str:
        where = f"{self.table} {self.address}" + (f" ({self.written} in the profile)" if self.written != self.address else "")
        return f"{where} is the scale register of {', '.join(self.points)} and is refused; without it there is no value. Check its address"


def refused_scales(findings: Findings) -> Iterator[RefusedScale]:
    hanging = _scales(_there(findings))
    for place in _refused(findings):
        if place in hanging:
            yield RefusedScale(*place, in_profile(findings, *place), tuple(hanging[place]))


def refused_points(findings: Findings) -> list[str]:
    """Points of which a register is refused."""
    refused = set(_refused(findings))
    return [point.name for point in _there(findings).points if refused.intersection(_places(point))]


def never_read(findings: Findings) -> Iterator[RegisterRange]:
    """What the profile may call illegal, in addresses of the wire: a scale register is not among it, a value hangs on it."""
    hanging = _scales(_there(findings))
    for table in Table:
        yield from merged(table, ((at, 1) for other, at in _refused(findings) if other is table and (other, at) not in hanging))


def in_profile(findings: Findings, table: Table, address: int) -> int:
    """An address of the wire as the profile writes it, once its ``address_offset`` is the one that was found."""
    limits = findings.profile.modbus or ModbusDefaults()
    return as_written(table, address, limits.addressing, limits.address_offset + findings.way.placement.shift)


def _there(findings: Findings) -> Profile:
    return read_by(findings.profile, findings.way) or findings.profile


def _refused(findings: Findings) -> Iterator[Place]:
    for found in findings.illegal:
        yield from ((found.table, at) for at in range(found.first, found.last + 1))


def _scales(profile: Profile) -> dict[Place, list[str]]:
    found: dict[Place, list[str]] = {}
    for point in profile.points:
        if isinstance(point.wire, Register) and point.wire.scale_register is not None:
            found.setdefault((point.wire.table, point.wire.scale_register), []).append(point.name)
    return found


def _places(point: Point) -> Iterator[Place]:
    if isinstance(point.wire, Register):
        yield from ((point.wire.table, at) for at in range(point.wire.address, point.wire.address + point.wire.words))
