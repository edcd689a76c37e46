"""An encoder of its own: engineering values into registers, by arithmetic on words, sharing nothing with the decoder under test."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from struct import pack

from collectors.modbus.plan import Request
from model.profile import ByteOrder, Point, Profile, Register, Table, WireType, WordOrder

EXPONENTS = {"pow10": (0xFFFF, -1), "div10pow_bits0_2": (0x0102, -2), "enum_resolution": (3, -1)}
"""Scale mode → (what the scale register holds, the exponent it means)."""
ENCODED: Mapping[str, tuple[int | float, float]] = {
    "schneider_4q_fp_pf": (1.25, 0.75),
    "bcd": (0x1234, 1234),
    "bcd_yyyymmdd": (0x20240229, 20240229),
    "bcd_yymmddhhmmss": (0x2402_2912_3000, 1709209800),
    "datetime_six_words": (0x07E8_0002_001D_000C_001E_0000, 1709209800),
    "datetime_packed32": ((2024 - 1980) << 25 | 2 << 21 | 29 << 16 | 12 << 11 | 30 << 5, 1709209800),
    "schneider_datetime4": (0x0018_021D_0C1E_01F4, 1709209800.5),
    "ASCII in the low byte": (0x0042, 66),
}
"""Encoding → (raw, value); the moments are all 2024-02-29 12:30."""


@dataclass
class Image:
    """A device's memory, and what each of its points should read as."""

    words: dict[tuple[Table, int], int] = field(default_factory=dict)
    expected: dict[str, float | str] = field(default_factory=dict)

    def answer(self, request: Request) -> bytes:
        cells = [self.words.get((request.table, request.address + n), 0) for n in range(request.count)]
        if request.is_bits:
            return bytes(sum(bit << n for n, bit in enumerate(cells[start : start + 8])) for start in range(0, len(cells), 8))
        return b"".join(bytes(divmod(cell, 256)) for cell in cells)


def image(profile: Profile) -> Image:
    """Every point with a value that its neighbours do not have."""
    memory = Image()
    fixed = _fixed_raws(profile)
    for column, point in enumerate(profile.points):
        register = point.wire
        assert isinstance(register, Register)
        if point.is_text:
            text = f"P{column}"[: 2 * register.words]
            memory.expected[point.name] = text
            padded = text.encode().ljust(2 * register.words, b"\0")
            _put(memory, register, padded, swap_words=register.word_order is WordOrder.LSW_FIRST)
            continue
        raw, value = _raw_and_value(point, register, column, fixed)
        memory.expected[point.name] = value
        _put(memory, register, _big_endian(raw, point, register), swap_words=register.word_order is WordOrder.LSW_FIRST)
    for (table, address), raw in fixed.items():
        memory.words[table, address] = raw
    for point in profile.points:
        for name in point.ratios:
            memory.expected[point.name] = float(memory.expected[point.name]) * float(memory.expected[name])
    return memory


def _fixed_raws(profile: Profile) -> dict[tuple[Table, int], int]:
    """Registers whose content others depend on: scale registers and unit codes."""
    fixed: dict[tuple[Table, int], int] = {}
    for point in profile.points:
        register = point.wire
        assert isinstance(register, Register)
        if register.scale_register is not None:
            fixed[register.table, register.scale_register] = EXPONENTS[register.scale_mode or ""][0]
        column = profile.column(point.unit_select) if point.unit_select and point.unit else None
        if column is not None:
            selector = profile.points[column]
            assert isinstance(selector.wire, Register)
            codes = {text.en: code for code, text in selector.enum.items()}
            fixed[selector.wire.table, selector.wire.address] = int(codes[point.unit])
    return fixed


def _raw_and_value(point: Point, register: Register, column: int, fixed: Mapping[tuple[Table, int], int]) -> tuple[int | float, float]:
    bits = re.fullmatch(r"bits (\d+)-(\d+) of the \d+-bit value", point.encoding or "")
    if bits:
        number = -1 if point.type in (WireType.I16, WireType.I32, WireType.I64) else 1
        width = int(bits[2]) - int(bits[1]) + 1
        is_true = (number != 0) is not bool(point.active_low)
        return number % (1 << width) << int(bits[1]), float(is_true) if point.type is WireType.BOOL else number * point.scale + point.offset
    if point.encoding is not None:
        encoded, value = ENCODED[point.encoding]
        return encoded, value * point.scale + point.offset
    raw: int | float = fixed.get((register.table, register.address), 1 + (37 * column + register.address) % 120)
    if register.table in (Table.COIL, Table.DISCRETE):
        raw = int(raw) % (1 << register.words)
    if point.type is WireType.BOOL:
        raw %= 2
        return raw, float(raw != point.active_low)
    if point.active_low:
        turned = [(int(raw) >> bit & 1) != (point.active_low >> bit & 1) for bit in range(16 * register.words)]
        return raw, float(sum(1 << bit for bit, is_set in enumerate(turned) if is_set))
    if point.type in (WireType.F32, WireType.F64):
        raw = raw + 0.5
    exponent = EXPONENTS[register.scale_mode or ""][1] if register.scale_register is not None else 0
    shown = raw - 0x10000 if point.type is WireType.I16 and raw >= 0x8000 else raw
    exact = Fraction(shown) * Fraction(str(point.scale)) * Fraction(10) ** exponent + Fraction(str(point.offset))
    return raw, float(exact)


def _big_endian(raw: int | float, point: Point, register: Register) -> bytes:
    if point.type is WireType.F32:
        return pack(">f", raw)
    if point.type is WireType.F64:
        return pack(">d", raw)
    size = (register.words + 7) // 8 if register.table in (Table.COIL, Table.DISCRETE) else 2 * register.words
    return int(raw).to_bytes(size, "big")


def _put(memory: Image, register: Register, big_endian: bytes, *, swap_words: bool) -> None:
    if register.table in (Table.COIL, Table.DISCRETE):
        number = int.from_bytes(big_endian, "big")
        for place in range(register.words):
            memory.words[register.table, register.address + place] = number >> place & 1
        return
    words: Sequence[bytes] = [big_endian[n : n + 2] for n in range(0, len(big_endian), 2)]
    for place, word in enumerate(reversed(words) if swap_words else words):
        ordered = word if register.byte_order is ByteOrder.BIG else word[::-1]
        memory.words[register.table, register.address + place] = 256 * ordered[0] + ordered[1]
