"""How the points of a Modbus profile lie.

Each within its table and the device's longest block, none on another, none where reading is forbidden.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from collectors.modbus.encodings import bit_range, misfit
from guanjia.config.document import Document, Salvaged
from guanjia.config.document import Path as Place
from guanjia.config.profile_points import BIT_TABLES, FLOATS, WIDTH, as_written, expanded, place
from guanjia.config.profile_schema import DefaultsFile, PointFile, ProfileFile, RangeFile
from model.mistake import Mistake
from model.profile import Access, Addressing, Point, Register, Table, WireType

_LAST = 65_535
Wrong = Iterator[tuple[Place, str]]


@dataclass(frozen=True, slots=True)
class _Span:
    """The words of one point; ``index`` is where it stands in the file."""

    table: Table
    first: int
    end: int
    index: int
    point: Point

    @property
    def scale(self) -> int | None:
        """The zero-based address of its scale register."""
        return self.point.wire.scale_register if isinstance(self.point.wire, Register) else None

    def __str__(self) -> str:
        last = self.end - 1
        where = f"{self.first}" if last == self.first else f"{self.first}-{last}"
        return f"'{self.point.name}' ({self.table} {where}, {self.point.type})"


def map_mistakes(document: Document, written: ProfileFile, points: Mapping[int, Salvaged[PointFile]]) -> list[Mistake]:
    """What is wrong with where the points lie; points that are no points yet are left out."""
    spans = [span for index, item in points.items() if item.broken == frozenset() for span in _spans(index, item.value, written)]
    found = [
        *_each(spans, points, written.defaults),
        *_overlaps(spans),
        *_scales(spans, points),
        *_forbidden(spans, written),
        *_walked(written),
    ]
    return [document.mistake(at, message) for at, message in dict.fromkeys(found)]


def _spans(index: int, item: PointFile, written: ProfileFile) -> Iterator[_Span]:
    """Nothing of a point whose address or length is among the mistakes already."""
    if item.address is None or (item.words is None and item.type not in WIDTH):
        return
    try:
        if place(item.address, item.table, written.defaults)[0] is None:
            return
        points = list(expanded(item, written))
    except ValueError:
        return
    for point in points:
        register = point.wire
        assert isinstance(register, Register)
        yield _Span(register.table, register.address, register.address + register.words, index, point)


def _each(spans: list[_Span], points: Mapping[int, Salvaged[PointFile]], defaults: DefaultsFile) -> Wrong:
    """What a point can't be by itself."""
    longest = defaults.max_registers_per_read
    for span in spans:
        at, item = ("points", span.index), points[span.index].value
        if span.end - 1 > _LAST:
            yield (*at, "repeat" if span.first > _LAST else "address"), f"{span} ends after the last address, {_LAST}"
        if span.table not in BIT_TABLES and span.end - span.first > longest and span.point.access is not Access.WRITE:
            message = f"{span.end - span.first} words do not fit a block: the device answers at most {longest} (max_registers_per_read)"
            yield (*at, "words"), message
        if span.table in BIT_TABLES and span.point.type not in (WireType.BOOL, WireType.BITS):
            if item.table is None:
                yield (*at, "address"), _is_no_register(span, item, defaults)
        elif (trouble := misfit(span.point)) is not None:
            yield (*at, _key_of_encoding(item)), trouble
        yield from _never(span)


def _is_no_register(span: _Span, item: PointFile, defaults: DefaultsFile) -> str:
    """Of a reference without the digit of its table, or with one that holds bits."""
    _, wire = place(item.address or 0, None, defaults)
    registers = (as_written(table, wire, Addressing.MODICON, defaults.address_offset) for table in (Table.INPUT, Table.HOLDING))
    counted = "counts as {} {} under 'addressing: modicon', one bit; as an input register it is written {}, as a holding register {}"
    return f"{item.address} " + counted.format(span.table, wire + 1 - defaults.address_offset, *registers)


def _key_of_encoding(item: PointFile) -> str:
    return "bit" if item.bit is not None else "encoding" if item.encoding is not None else "words"


def _never(span: _Span) -> Wrong:
    """Values and bits that the type can never show."""
    bits = (span.end - span.first) * (1 if span.table in BIT_TABLES else 16)
    if span.point.active_low >> bits:
        yield ("points", span.index, "active_low"), f"bit {span.point.active_low.bit_length() - 1} is not among its {bits}, 0 to {bits - 1}"
    for sentinel in span.point.sentinels:
        if span.point.type in FLOATS:
            fits = abs(sentinel) <= 3.4028235e38 or span.point.type is WireType.F64
        else:
            fits = isinstance(sentinel, int) and -(1 << (bits - 1)) <= sentinel < 1 << bits and span.point.type is not WireType.STRING
        if not fits:
            yield ("points", span.index, "sentinel"), f"a {span.point.type} of {bits} bits is never {sentinel}"


def _overlaps(spans: list[_Span]) -> Wrong:
    """Points that read the same words differently. Bits of one word may be many points."""
    ordered = sorted(spans, key=lambda span: (span.table, span.first, span.end))
    told: set[tuple[int, int]] = set()
    for place_, span in enumerate(ordered):
        for other in ordered[place_ + 1 :]:
            if other.table is not span.table or other.first >= span.end:
                break
            earlier, later = sorted((span, other), key=lambda each: each.index)
            reason = _contradiction(earlier.point, later.point)
            if reason is not None and (earlier.index, later.index) not in told:
                told.add((earlier.index, later.index))
                yield ("points", later.index, "address"), f"{later} lies on {earlier}: {reason}"


def _scales(spans: list[_Span], points: Mapping[int, Salvaged[PointFile]]) -> Wrong:
    """Scale registers that are part of a value, or never read."""
    scaled = [(span, scale) for span in spans if (scale := span.scale) is not None]
    blocked = [span for span in spans if scaled and (span.end - span.first > 1 or span.point.access is Access.WRITE)]
    taken = {(span.table, address): span for span in blocked for address in range(span.first, span.end)}
    for span, scale in scaled:
        at, as_said = ("points", span.index, "scale_register"), points[span.index].value.scale_register
        other = taken.get((span.table, scale))
        if span.table in BIT_TABLES:
            yield at, f"a {span.table} holds one bit, which nothing scales; leave it out"
        elif span.first <= scale < span.end:
            yield at, f"{as_said} is part of the value itself, {span}; the scale stands in a register of its own"
        elif other is not None:
            reason = "is never read (access: wo)" if other.point.access is Access.WRITE else "is longer; a scale is one register"
            yield at, f"{as_said} lies on {other}, which {reason}"


def _contradiction(one: Point, other: Point) -> str | None:
    """Why two points can't share words; None when they can."""
    if (one.access is Access.WRITE) is not (other.access is Access.WRITE):
        return "one of them is never read (access: wo)"
    if one.access is Access.WRITE:
        return None
    for point in (one, other):
        if point.type in (*FLOATS, WireType.STRING):
            return f"a {point.type} shares its words with nothing; give each its own address"
    if not any(_takes_bits(point) for point in (one, other)):
        return "both are whole numbers; keep one, or take bits of it ('bit: 0-7')"
    return None


def _takes_bits(point: Point) -> bool:
    return point.type in (WireType.BITS, WireType.BOOL) or bit_range(point.encoding) is not None


def _forbidden(spans: list[_Span], written: ProfileFile) -> Wrong:
    """Ranges that are no ranges, and points and scale registers that lie in one."""
    for number, item in enumerate(written.illegal):
        at = ("illegal", number)
        try:
            table, first, last = _range(item, written)
        except ValueError as error:
            yield at, str(error)
            continue
        message = f"lies in {table} {first}-{last}, which is never to be read ('illegal')"
        for span in spans:
            if span.table is not table or span.point.access is Access.WRITE:
                continue
            if span.first <= last and span.end > first:
                yield ("points", span.index, "address"), f"{span} {message}"
            if span.scale is not None and first <= span.scale <= last:
                yield ("points", span.index, "scale_register"), f"{span.scale} {message}"


def _range(item: RangeFile, written: ProfileFile) -> tuple[Table, int, int]:
    (table, first), (_, last) = (place(address, item.table, written.defaults) for address in (item.first, item.last))
    if table is None:
        raise ValueError("'table' is missing: coil, discrete, holding or input")
    if last < first:
        raise ValueError(f"'last' ({item.last}) comes before 'first' ({item.first})")
    return table, first, last


def _walked(written: ProfileFile) -> Wrong:
    """Models of a chain that can't be where they are said to be."""
    if written.sunspec is None:
        return
    first = written.sunspec.bases[0] + 2
    for model, header in written.sunspec.models.items():
        if header < first:
            message = f"the chain begins at {written.sunspec.bases[0]}, its first model at {first}; model {model} can't stand at {header}"
            yield ("sunspec", "models", str(model)), message
