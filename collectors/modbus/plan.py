"""Which blocks to read so that every point of a profile is covered with the fewest requests. Pure.

A value is never split over two requests. Two neighbours share a request when nothing lies between them; across a gap only when the
profile says the device answers there (``bridge_gaps``) and no write-only register lies in it, for reading those fails or acts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from collectors.errors import ProfileError
from model.profile import Point, Profile, Register, Table

MAX_REGISTERS = 125
"""Most registers in one answer (Modbus V1.1b3 §6.3, §6.4)."""
MAX_COILS = 2000
"""Most coils or discrete inputs in one answer (Modbus V1.1b3 §6.1, §6.2)."""

_BIT_TABLES = (Table.COIL, Table.DISCRETE)


class Break(StrEnum):
    """Why a request starts where it does and the one before it was not simply longer."""

    TABLE = "first of its table"
    LIMIT = "the block would exceed what the device answers"
    GAP = "unlisted registers lie between"
    WRITE_ONLY = "write-only registers lie between"
    SINGLE = "the device answers one value per request"


@dataclass(frozen=True, slots=True)
class Request:
    """One block read: ``count`` registers (or coils) of ``table`` from the zero-based ``address``, filling ``columns``."""

    table: Table
    address: int
    count: int
    columns: tuple[int, ...]
    why: Break

    @property
    def end(self) -> int:
        return self.address + self.count

    @property
    def is_bits(self) -> bool:
        return self.table in _BIT_TABLES

    @property
    def payload_bytes(self) -> int:
        """Length of the data in a right answer."""
        return (self.count + 7) // 8 if self.is_bits else 2 * self.count

    def __str__(self) -> str:
        return f"{self.table} {self.address}+{self.count}"


@dataclass(frozen=True, slots=True, order=True)
class _Span:
    """A value on the wire. ``column`` is None for a scale register that no point of its own reads."""

    table: Table
    start: int
    end: int
    column: int | None = None


def plan(profile: Profile) -> tuple[Request, ...]:
    """The fewest block reads that cover the profile, in order of table and address. ProfileError for a value that can't be read whole."""
    spans = sorted(_spans(profile), key=lambda span: (span.table, span.start, span.end))
    forbidden = [_span(profile, point, None) for point in profile.write_only if isinstance(point.wire, Register)]
    requests: list[Request] = []
    group: list[_Span] = []
    why = Break.TABLE
    for span in spans:
        following = _break(profile, group, span, forbidden)
        if following is not None and group:
            requests.append(_request(group, why))
            group = []
        why = why if following is None else following
        group.append(span)
    return (*requests, _request(group, why)) if group else ()


def explain(profile: Profile, requests: Sequence[Request]) -> str:
    """The plan in words, a line per request: what is read, for how many points, and why it starts there."""
    lines = [f"{profile.id}: {len(profile.points)} points in {len(requests)} requests"]
    for request in requests:
        unit = "coils" if request.is_bits else "registers"
        where = f"{request.table} {request.address}-{request.end - 1}"
        lines.append(f"  {where:<22} {request.count:>4} {unit:<9} {len(request.columns):>3} points   ({request.why})")
    return "\n".join(lines)


def _spans(profile: Profile) -> Iterable[_Span]:
    for column, point in enumerate(profile.points):
        span = _span(profile, point, column)
        yield span
        register = point.wire
        if isinstance(register, Register) and register.scale_register is not None:
            yield _Span(register.table, register.scale_register, register.scale_register + 1)


def _span(profile: Profile, point: Point, column: int | None) -> _Span:
    register = point.wire
    where = f"{profile.id}.{point.name}"
    if not isinstance(register, Register):
        raise ProfileError(f"{where}: has a topic where a Modbus address belongs")
    if register.words < 1 or register.address < 0 or register.address + register.words > 0x10000:
        raise ProfileError(f"{where}: address {register.address} + {register.words} lies outside 0–65535")
    if column is not None and register.words > _limit(profile, register.table):
        raise ProfileError(f"{where}: {register.words} words do not fit a block of {_limit(profile, register.table)}")
    return _Span(register.table, register.address, register.address + register.words, column)


def _limit(profile: Profile, table: Table) -> int:
    registers = min(profile.modbus.max_registers if profile.modbus else MAX_REGISTERS, MAX_REGISTERS)
    return min(16 * registers, MAX_COILS) if table in _BIT_TABLES else registers


def _break(profile: Profile, group: Sequence[_Span], span: _Span, forbidden: Sequence[_Span]) -> Break | None:
    """Why the span can't join the group, or None when it can."""
    if not group or group[0].table is not span.table:
        return Break.TABLE
    end = max(member.end for member in group)
    if span.end <= end:
        return None
    if profile.modbus is not None and not profile.modbus.merge_reads:
        return Break.SINGLE
    gap = span.start > end
    if gap and (profile.modbus is None or not profile.modbus.bridge_gaps):
        return Break.GAP
    if gap and any(other.table is span.table and other.start < span.start and other.end > end for other in forbidden):
        return Break.WRITE_ONLY
    return Break.LIMIT if span.end - group[0].start > _limit(profile, span.table) else None


def _request(group: Sequence[_Span], why: Break) -> Request:
    start = min(span.start for span in group)
    columns = tuple(sorted(span.column for span in group if span.column is not None))
    return Request(group[0].table, start, max(span.end for span in group) - start, columns, why)
