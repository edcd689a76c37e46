"""The address space of a device: what lies in the gaps between the values that are to be read. Pure."""

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum, auto

from model.profile import Point, Profile, Register, Table

BIT_TABLES = (Table.COIL, Table.DISCRETE)


class Obstacle(Enum):
    """Why a gap may not be read across."""

    ILLEGAL = auto()
    WRITE_ONLY = auto()
    UNLISTED = auto()


@dataclass(frozen=True, slots=True)
class Span:
    """Addresses ``start`` to before ``end`` that the point of column ``point`` needs: its value, or its scale register."""

    table: Table
    start: int
    end: int
    point: int
    is_value: bool = False


class Ground:
    """What a profile says about single addresses. A register that a readable point lists may be read whatever else is said of it."""

    def __init__(self, profile: Profile) -> None:
        limits = profile.modbus
        self._bridges = limits is not None and limits.bridge_gaps
        self._illegal = [(r.table, r.first, r.last + 1) for r in limits.illegal] if limits else []
        self._write_only = _addresses(profile.write_only)
        self._listed = _addresses(profile.points)

    def is_illegal(self, span: Span) -> bool:
        return any(table is span.table and first < span.end and span.start < end for table, first, end in self._illegal)

    def between(self, table: Table, start: int, end: int) -> Obstacle | None:
        """What forbids reading the addresses ``start`` to before ``end``; None when nothing does."""
        if start >= end:
            return None
        if any(t is table and first < end and start < last for t, first, last in self._illegal):
            return Obstacle.ILLEGAL
        gap = set(range(start, end)) - self._listed[table]
        if gap & self._write_only[table]:
            return Obstacle.WRITE_ONLY
        return Obstacle.UNLISTED if gap and not self._bridges else None


def _addresses(points: tuple[Point, ...]) -> dict[Table, set[int]]:
    """Every address that these points occupy, their scale registers included."""
    found: dict[Table, set[int]] = defaultdict(set)
    for point in points:
        register = point.wire
        if isinstance(register, Register):
            found[register.table].update(range(register.address, register.address + register.words))
            if register.scale_register is not None:
                found[register.table].add(register.scale_register)
    return found
