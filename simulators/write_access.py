"""What a device lets be written, and with which exception it refuses the rest."""

from model.profile import Access, Point, Profile, Register, Table, WireType
from simulators.exception_code import ExceptionCode

_READS = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
_WRITES = {Table.COIL: (5, 15), Table.HOLDING: (6, 16)}
_WHOLE = {WireType.U16: False, WireType.I16: True}
"""Types of one register whose number can be judged → whether it is signed."""


def functions(profile: Profile) -> frozenset[int]:
    """The function codes a device knows: those its profile lists, else the ones its tables and writable points call for."""
    listed = profile.modbus.functions if profile.modbus is not None else ()
    if listed:
        return frozenset(listed)
    tables = {point.wire.table for point in profile.points if isinstance(point.wire, Register)}
    written = {point.wire.table for point in writable(profile) if isinstance(point.wire, Register)}
    known = {_READS[table] for table in tables} | {code for table in written for code in _WRITES.get(table, ())}
    return frozenset(known)


def writable(profile: Profile) -> tuple[Point, ...]:
    return (*(point for point in profile.points if point.access is Access.READ_WRITE), *profile.write_only)


def objection(profile: Profile, table: Table, address: int, cells: bytes) -> ExceptionCode | None:
    """Why these registers (two bytes each) or coils (one byte each) can't be written there; None when they can.

    A value of several registers is written whole or not at all; coils one by one.
    """
    if table is Table.COIL:
        allowed = {place for wire in _wires(profile, table) for place in range(wire.address, wire.address + wire.words)}
        return None if allowed.issuperset(range(address, address + len(cells))) else ExceptionCode.ILLEGAL_ADDRESS
    end = address + len(cells) // 2
    while address < end:
        point = _longest_at(profile, table, address, end)
        if point is None:
            half = any(wire.address <= address < wire.address + wire.words for wire in _wires(profile, table))
            return ExceptionCode.ILLEGAL_VALUE if half else ExceptionCode.ILLEGAL_ADDRESS
        assert isinstance(point.wire, Register)
        value, cells = cells[: 2 * point.wire.words], cells[2 * point.wire.words :]
        if not _possible(point, value):
            return ExceptionCode.ILLEGAL_VALUE
        address += point.wire.words
    return None


def _wires(profile: Profile, table: Table) -> list[Register]:
    return [point.wire for point in writable(profile) if isinstance(point.wire, Register) and point.wire.table is table]


def _longest_at(profile: Profile, table: Table, address: int, end: int) -> Point | None:
    """The longest writable point that begins there and ends in time."""
    found: tuple[int, Point] | None = None
    for point in writable(profile):
        wire = point.wire
        fits = isinstance(wire, Register) and wire.table is table and wire.address == address and address + wire.words <= end
        if fits and isinstance(wire, Register) and (found is None or wire.words > found[0]):
            found = wire.words, point
    return None if found is None else found[1]


def _possible(point: Point, value: bytes) -> bool:
    """Whether a device would take the number: one of its codes, within its limits. Long and packed values are taken as they come."""
    if point.type not in _WHOLE or point.encoding is not None:
        return True
    raw = int.from_bytes(value, "big", signed=_WHOLE[point.type])
    if raw in point.sentinels or (point.enum and raw in point.enum):
        return True
    number = raw * point.scale + point.offset
    within = (point.low is None or number >= point.low) and (point.high is None or number <= point.high)
    return within and not point.enum
