"""From the points as written to the points of the model: addresses, repetitions, sentinels, codes, rhythms."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from collectors.modbus.encodings import ASCII_LOW_BYTE
from guanjia.config.profile_schema import NO_PERIOD, DefaultsFile, PointFile, ProfileFile
from guanjia.config.site_schema import duration_ns
from model.profile import Addressing, ByteOrder, Point, Register, Table, TopicPath, WireType, WordOrder
from model.text import Text

WIDTH = {WireType.BOOL: 1, WireType.U16: 1, WireType.I16: 1, WireType.U32: 2, WireType.I32: 2, WireType.F32: 2}
WIDTH |= {WireType.U64: 4, WireType.I64: 4, WireType.F64: 4}
FLOATS = (WireType.F32, WireType.F64)
BIT_TABLES = (Table.COIL, Table.DISCRETE)

_MODICON = {0: Table.COIL, 1: Table.DISCRETE, 3: Table.INPUT, 4: Table.HOLDING}
"""First digit of a reference such as 40001 or 400001 → its table."""
_DURATION = re.compile(r"\s*\d")
_RANGE = re.compile(r"(\d+)-(\d+)")
_LONGEST_RANGE = 1000
"""Codes a range such as 1-99 may stand for; more are not codes."""


def place(address: int, table: Table | None, defaults: DefaultsFile) -> tuple[Table | None, int]:
    """The table and the zero-based address on the wire of one as written. ValueError says why there is none."""
    if defaults.addressing == "modicon":
        digit, number = divmod(address, 100_000 if address >= 100_000 else 10_000)
        said = _MODICON.get(digit)
        if said is None or number == 0:
            raise ValueError(f"{address} is no reference: write 1 (coil), 10001 (discrete), 30001 (input) or 40001 (holding) and up")
        if table not in (None, said):
            raise ValueError(f"{address} is in the {said} table, not in '{table}'")
        table, address = said, number
    wire = address - (defaults.addressing != "zero_based") + defaults.address_offset
    if not 0 <= wire <= 65_535:
        limit = "at least" if wire < 0 else "at most"
        shift = address - wire
        raise ValueError(f"must be {limit} {(0 if wire < 0 else 65_535) + shift} (found {address})")
    return table, wire


def as_written(table: Table, wire: int, addressing: Addressing, offset: int) -> int:
    """``place`` undone: how a profile writes a zero-based address of the wire; references have six digits."""
    address = wire - offset + (addressing is not Addressing.ZERO_BASED)
    digit = next(digit for digit, said in _MODICON.items() if said is table)
    return digit * 100_000 + address if addressing is Addressing.MODICON else address


def expanded(item: PointFile, written: ProfileFile) -> Iterator[Point]:
    """The point, or all of its repetitions: the number at the end of the name and label counts up."""
    first = _point(item, written)
    if item.repeat is None or not isinstance(first.wire, Register):
        yield first
        return
    counted = re.search(r"\d+$", item.name)
    number = int(counted[0]) if counted else 1
    stem, zh = item.name.removesuffix(counted[0] if counted else ""), re.sub(r"\d+$", "", item.label_zh)
    for n in range(item.repeat.count):
        name = f"{stem}{number + n}"
        wire = replace(first.wire, address=first.wire.address + n * item.repeat.stride)
        yield replace(first, name=name, label=_label(item, name, f"{zh}{number + n}"), wire=wire)


def in_rhythm(points: Sequence[Point]) -> list[Point]:
    """The points, none of them read more seldom than one that depends on it."""
    at = {(p.wire.table, p.wire.address): p.name for p in points if isinstance(p.wire, Register) and p.wire.words == 1}
    every = {point.name: point.every_ns for point in points}
    for point in points:
        scale = at.get((point.wire.table, point.wire.scale_register or -1)) if isinstance(point.wire, Register) else None
        for name in (*point.ratios, point.unit_select, scale):
            if name in every:
                every[name] = min(every[name], point.every_ns)
    return [p if p.every_ns == every[p.name] else replace(p, every_ns=every[p.name]) for p in points]


def every_ns(every: str | None, rhythms: Mapping[str, int]) -> int:
    """A duration, or the name of one under ``rhythms``. ValueError when it is neither."""
    if every is None:
        return 0
    if every in rhythms:
        return rhythms[every]
    if not _DURATION.match(every):
        known = f"; known: {', '.join(rhythms)}" if rhythms else ""
        raise ValueError(f"'{every}' is not under 'rhythms:'{known}, and is no duration such as 60s")
    try:
        return duration_ns(every)
    except ValueError:
        raise ValueError(NO_PERIOD) from None


def _label(item: PointFile, name: str, label_zh: str) -> Text:
    return Text(label_zh, item.label_en or name.replace("_", " ").capitalize())


def _point(item: PointFile, written: ProfileFile) -> Point:
    stale_ns = item.stale_after or written.defaults.stale_after
    return Point(
        name=item.name,
        label=_label(item, item.name, item.label_zh),
        wire=_topic_path(item) if written.protocol == "mqtt" else _register(item, written),
        type=item.type,
        unit=item.unit,
        scale=item.scale,
        offset=item.offset,
        access=item.access,
        encoding=item.encoding if written.protocol == "mqtt" else _encoding(item),
        sentinels=_sentinels(item, written.sentinels),
        enum=_enum(item, written),
        bits={str(code): Text(text.zh, text.en) for code, text in written.bits.get(item.bits_ref or "", {}).items()},
        unit_select=item.unit_select,
        ratios=tuple(item.ratio),
        active_low=_active_low(item),
        rollover=item.rollover,
        toggles_within_ns=item.toggles_within,
        metric=item.metric or "",
        every_ns=every_ns(item.every, written.rhythms),
        low=item.low,
        high=item.high,
        max_rate=item.max_rate,
        deadband=item.deadband,
        stale_after_ns=stale_ns,
        source_time=item.source_time,
    )


def _topic_path(item: PointFile) -> TopicPath:
    """A point that only names its metric has no topic: Sparkplug B knows where it comes."""
    bit = None if item.bit is None else item.bit[0]
    when = {path: tuple(values) for path, values in item.when.items()}
    return TopicPath(item.topic or "", item.path or item.metric or "$", item.octets, bit, item.byte_order or ByteOrder.BIG, when)


def _register(item: PointFile, written: ProfileFile) -> Register:
    """Word order is a matter of numbers: a text has it only where the point itself says so."""
    d = written.defaults
    table, address = place(item.address or 0, item.table, d)
    scale = None if item.scale_register is None else place(item.scale_register, item.table, d)[1]
    return Register(
        table or Table.HOLDING,
        address,
        item.words or WIDTH[item.type],
        item.byte_order or d.byte_order,
        item.word_order or (WordOrder.MSW_FIRST if item.type is WireType.STRING else d.word_order),
        scale,
        item.scale_mode,
    )


def _encoding(item: PointFile) -> str | None:
    if item.bit is None:
        return item.encoding
    return f"bits {item.bit[0]}-{item.bit[1]} of the {16 * (item.words or WIDTH[item.type])}-bit value"


def _active_low(item: PointFile) -> int:
    """All the bits of a point that are, or those that are listed."""
    if isinstance(item.active_low, list):
        return sum(1 << bit for bit in set(item.active_low))
    if not item.active_low or item.type is WireType.BOOL:
        return int(item.active_low)
    return (1 << (item.words or 1) * (1 if item.table in BIT_TABLES else 16)) - 1


def _enum(item: PointFile, written: ProfileFile) -> dict[int | str, Text]:
    """Code → words. ``1,2,6`` and ``3-5`` are several codes with the same words, ``A`` is the code of that letter."""
    words: dict[int | str, Text] = {}
    for key, text in written.enums.get(item.enum_ref or "", {}).items():
        codes = (key,) if item.type is WireType.STRING else codes_of(key, is_letter=item.encoding == ASCII_LOW_BYTE)
        words |= dict.fromkeys(codes, Text(text.zh, text.en))
    return words


def codes_of(key: int | str, *, is_letter: bool = False) -> tuple[int | str, ...]:
    """The codes a key of an enumeration stands for; a word stays a word."""
    if isinstance(key, int):
        return (key,)
    if is_letter and len(key) == 1:
        return (ord(key),)
    codes: list[int | str] = []
    for part in key.split(","):
        several = _RANGE.fullmatch(part.strip())
        if several and int(several[2]) - int(several[1]) < _LONGEST_RANGE:
            codes += range(int(several[1]), int(several[2]) + 1)
        elif part.strip().isdecimal():
            codes.append(int(part))
        else:
            return (key,)
    return tuple(codes)


def _sentinels(item: PointFile, by_type: Mapping[str, str | float]) -> tuple[int | float, ...]:
    """Raw 'not available' values: the point's own, then those the profile lists for its type by name, sign or both."""
    found = list(item.sentinel)
    words = item.words or WIDTH.get(item.type, 0)
    sign = {"u": "unsigned", "i": "signed"}.get(item.type.value[0], "")
    for key in (item.type.value, sign, f"bitfield{16 * words}" if item.type is WireType.BITS else ""):
        said = by_type.get(key, "")
        if not isinstance(said, str):
            found.append(said)
        elif item.type not in FLOATS:
            found += [int(digits, 16) for digits in re.findall(r"0x([0-9A-Fa-f]+)", said) if len(digits) == 4 * words]
    return tuple(dict.fromkeys(found))
