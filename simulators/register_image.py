"""The four Modbus tables of one device, kept in step with its machine at the cost of what has changed.

segments of one table      [2999 ── 3004]        [3009─3010]     [3019 ────── 3036]
a read must lie within one segment; what lies between them is illegal, unless the device lets its gaps be read across
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from operator import itemgetter

from model.profile import Access, Point, Profile, Register, Table
from model.site import Device
from simulators.encode import Encoder, PlainNumber, Value, bit_mask, fold_power_factor, plain_number, point_encoder
from simulators.machine import Truth
from simulators.nameplate import bare_scales, constants
from simulators.register_run import Cell, Run, runs, sharing
from simulators.wire_unit import resolution, turn

_LONGEST_BRIDGE = 125
"""Registers between two points that a device with readable gaps still answers; a longer hole is illegal everywhere."""


def is_bits(table: Table) -> bool:
    return table in (Table.COIL, Table.DISCRETE)


def _width(table: Table) -> int:
    """Bytes kept per address."""
    return 1 if is_bits(table) else 2


@dataclass(slots=True)
class _Segment:
    start: int
    cells: bytearray
    """Two bytes per register, one per coil."""


@dataclass(slots=True)
class RegisterImage:
    """What a master reads. ``refresh`` takes the truth; a written register stays as written until the truth of it changes."""

    profile: Profile
    tables: Mapping[Table, list[_Segment]]
    cells: list[Cell]
    folded: list[Cell]
    """Power factors that carry their quadrant with them."""
    version: int = 0
    """Rises whenever a register may have changed."""
    starts: dict[Table, list[int]] = field(init=False)
    whole_points: frozenset[tuple[Table, int, int]] = field(init=False)
    _shown: Truth | None = field(default=None, repr=False)
    """The truth the registers show; None before the first."""
    _runs: list[tuple[Run, int, int]] = field(default_factory=list, repr=False)
    """Cells the truth speaks of, in one stroke; with the places of their values among the picked ones."""
    _single: list[tuple[Cell, int]] = field(default_factory=list, repr=False)
    """Those that are written one by one. All others have shown their constants from the beginning."""
    _pick: Callable[[Truth], Sequence[Value]] = field(default=lambda _: (), repr=False)
    """Takes the values of the moving cells out of a truth."""
    _values: Sequence[Value | None] = field(default=(), repr=False)
    """What the moving cells show."""

    def __post_init__(self) -> None:
        self.starts = {table: [s.start for s in segments] for table, segments in self.tables.items()}
        wires = [p.wire for p in self.profile.points if isinstance(p.wire, Register)]
        scales = ((w.table, w.scale_register, 1) for w in wires if w.scale_register is not None)
        self.whole_points = frozenset([*((w.table, w.address, w.words) for w in wires), *scales])

    def refresh(self, truth: Truth) -> None:
        """Bring the registers into line with the truth, at the cost of what has changed."""
        if truth == self._shown:
            return
        if self._shown is None or truth.keys() != self._shown.keys():
            self._sort_out(truth)
        values, shown = self._pick(truth), self._values
        for run, first, last in self._runs:
            if values[first:last] != shown[first:last]:
                run.write(values[first:last])
        for cell, place in self._single:
            if values[place] != shown[place]:
                cell.write(values[place])
        self._values = values
        for cell in self.folded:
            value = _four_quadrants(cell.name, truth)
            if value != cell.last:
                cell.write(value)
        self._shown = dict(truth)
        self.version += 1

    def _sort_out(self, truth: Truth) -> None:
        """The truth speaks of other names than before: those it is silent about show their constants."""
        found, single = runs([cell for cell in self.cells if cell.name in truth])
        moving = [*(cell for run in found for cell in run.members), *single]
        ends = [*accumulate((len(run.members) for run in found), initial=0)]
        self._runs = [(run, *span) for run, span in zip(found, pairwise(ends), strict=True)]
        self._single = [(cell, ends[-1] + place) for place, cell in enumerate(single)]
        names = [cell.name for cell in moving]
        # Of a single name an itemgetter makes no sequence.
        self._pick = itemgetter(*names) if len(names) > 1 else lambda truth: tuple(truth[name] for name in names)
        self._values = (*(None for _ in range(ends[-1])), *(cell.last for cell in single))
        for cell in self.cells:
            if cell.name not in truth and (self._shown is None or cell.name in self._shown):
                cell.write(cell.constant)

    def read(self, table: Table, address: int, count: int) -> bytes | None:
        """The registers (two bytes each) or coils (one byte each, 0 or 1); None where the device has none."""
        modbus = self.profile.modbus
        if modbus is not None and not modbus.merge_reads and (table, address, count) not in self.whole_points:
            return None
        found = self._within(table, address, count)
        return None if found is None else bytes(found[0].cells[found[1] : found[2]])

    def place(self, table: Table, address: int, count: int) -> tuple[bytearray, int, int]:
        """Where these registers are kept for good: the bytes from first to last. KeyError where the device has none."""
        found = self._within(table, address, count)
        if found is None:
            raise KeyError(f"{table} {address}+{count}")
        segment, first, last = found
        return segment.cells, first, last

    def write(self, table: Table, address: int, wire: bytes) -> bool:
        """Put bytes where every register belongs to a point that may be written. False: refused, nothing changed."""
        width = _width(table)
        found = self._within(table, address, len(wire) // width)
        if found is None or not self._writable(table, address, len(wire) // width):
            return False
        found[0].cells[found[1] : found[2]] = wire
        self.version += 1
        return True

    def _within(self, table: Table, address: int, count: int) -> tuple[_Segment, int, int] | None:
        index = bisect_right(self.starts.get(table, []), address) - 1
        if index < 0:
            return None
        segment = self.tables[table][index]
        width = _width(table)
        first, last = (address - segment.start) * width, (address - segment.start + count) * width
        return (segment, first, last) if last <= len(segment.cells) else None

    def _writable(self, table: Table, address: int, count: int) -> bool:
        allowed: set[int] = set()
        for point in self.profile.points:
            wire = point.wire
            if isinstance(wire, Register) and wire.table is table and point.access is Access.READ_WRITE:
                allowed.update(range(wire.address, wire.address + wire.words))
        return allowed.issuperset(range(address, address + count))


def register_image(device: Device, truth: Truth, units: Mapping[str, str]) -> RegisterImage:
    """Compile a device's image, already showing ``truth``."""
    profile = device.profile
    bridged = profile.modbus is not None and profile.modbus.bridge_gaps
    placed = [(point, point.wire) for point in profile.points if isinstance(point.wire, Register)]
    scales = {Register(table, address, 1): code for (table, address), code in bare_scales(profile.points).items()}
    wires = [*(wire for _, wire in placed), *scales]
    tables = {table: _segments((w for w in wires if w.table is table), table, bridged) for table in {w.table for w in wires}}
    for wire, code in scales.items():
        segment, at = _place(tables[wire.table], wire)
        segment.cells[at : at + 2] = int(code).to_bytes(2, "big", signed=True)
    plate = constants(device, units)
    known = {**plate, **truth}
    cells: list[Cell] = []
    folded: list[Cell] = []
    for point, wire in placed:
        segment, at = _place(tables[wire.table], wire)
        encode, plain = (_coils(wire.words, point.active_low), None) if is_bits(wire.table) else _encoder(point, known, profile, units)
        kind = folded if point.encoding == "schneider_4q_fp_pf" else cells
        own = None if point.access is Access.READ_WRITE else plain
        mask = None if is_bits(wire.table) else bit_mask(point)
        kind.append(Cell(point.name, encode, segment.cells, at, wire.words * _width(wire.table), plate[point.name], own, mask))
    shared = sharing([*cells, *folded])
    cells = [replace(cell, plain=None) if cell.name in shared else cell for cell in cells]
    image = RegisterImage(profile, tables, cells, folded)
    image.refresh(truth)
    return image


def _encoder(point: Point, known: Mapping[str, Value], profile: Profile, units: Mapping[str, str]) -> tuple[Encoder, PlainNumber | None]:
    turned, worth = turn(point, known, profile.points, units.get(point.name)), resolution(point, known, profile.points)
    return point_encoder(point, turned, worth), plain_number(point, turned, worth)


def _segments(registers: Iterable[Register], table: Table, bridged: bool) -> list[_Segment]:
    reach = _LONGEST_BRIDGE if bridged else 0
    spans: list[list[int]] = []
    for register in sorted(registers, key=lambda r: r.address):
        end = register.address + register.words
        if spans and register.address <= spans[-1][1] + reach:
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([register.address, end])
    width = _width(table)
    return [_Segment(start, bytearray((end - start) * width)) for start, end in spans]


def _place(segments: list[_Segment], wire: Register) -> tuple[_Segment, int]:
    segment = segments[bisect_right([s.start for s in segments], wire.address) - 1]
    return segment, (wire.address - segment.start) * _width(wire.table)


def _coils(words: int, turned: int = 0) -> Encoder:
    """One byte per coil, the least significant bit first; those in the mask ``turned`` say the contrary."""

    def coils(value: Value) -> bytes:
        number = (int(float(value)) if value == value else 0) ^ turned
        return bytes(number >> bit & 1 for bit in range(words))

    return coils


def _four_quadrants(name: str, truth: Truth) -> float:
    """The folded power factor of ``power_factor_l1``: leading where the reactive power of the same phase has the other sign."""
    phase = name.removeprefix("power_factor_")
    power_factor, reactive = truth.get(name), truth.get(f"reactive_power_{phase}")
    if not isinstance(power_factor, float):
        return 1.0
    active = truth.get(f"active_power_{phase}", power_factor)
    leading = isinstance(active, float) and isinstance(reactive, float) and active * reactive < 0
    return fold_power_factor(power_factor, leading)
