"""The odd ways devices write a value. Pure functions from the raw number to the value; None means 'not available'.

Each named encoding and scale mode that a profile may ask for stands here; a name that does not is refused when the profile is loaded.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from collectors.modbus import clocks
from model.profile import Point, Register, Table, WireType

Decode = Callable[[Any], float | None]
Exponent = Callable[[int], int | None]

ASCII_LOW_BYTE = "ASCII in the low byte"
_BIT_RANGE = re.compile(r"bits (\d+)-(\d+) of the (\d+)-bit value")
_MOST_WORDS = 4
_FLOATS = (WireType.F32, WireType.F64)


@dataclass(frozen=True, slots=True)
class Encoding:
    """A named notation. ``words``: how long its points are, None for any length; ``is_float``: it is written as a float, not as bits."""

    decode: Decode
    words: int | None = None
    is_float: bool = False


@dataclass(frozen=True, slots=True)
class BitRange:
    """Bits ``lowest`` to ``highest`` of a value of ``length`` bits, counted from the least significant."""

    lowest: int
    highest: int
    length: int

    @property
    def mask(self) -> int:
        return (1 << (self.highest - self.lowest + 1)) - 1


def bit_range(name: str | None) -> BitRange | None:
    """What an encoding ``bits 8-14 of the 32-bit value`` speaks of; None for any other."""
    found = _BIT_RANGE.fullmatch(name or "")
    return BitRange(int(found[1]), int(found[2]), int(found[3])) if found else None


def misfit(point: Point) -> str | None:
    """Why the point can't have the encoding that it names, and what to write instead; None when it can."""
    name, register = point.encoding, point.wire
    assert isinstance(register, Register)
    if name is None:
        too_long = point.type is WireType.BITS and register.table in (Table.HOLDING, Table.INPUT) and register.words > _MOST_WORDS
        return f"{register.words} words are more than a number holds: at most {_MOST_WORDS}, or an encoding" if too_long else None
    if register.table in (Table.COIL, Table.DISCRETE):
        return f"a {register.table} takes no encoding"
    bits = bit_range(name)
    if bits is not None:
        return _misfit_of_bits(point, bits, register.words)
    known = ENCODINGS.get(name)
    if known is None:
        return f"encoding '{name}' is not known; write one of {', '.join(ENCODINGS)}, or bits 0-7 of the 16-bit value"
    if point.type in (WireType.STRING, WireType.BOOL):
        return f"a {point.type} takes no encoding '{name}'"
    if known.is_float is not (point.type in _FLOATS):
        return f"encoding '{name}' is for {'f32 and f64' if known.is_float else 'integers and bits'}, not for a {point.type}"
    if known.words is not None and known.words != register.words:
        return f"encoding '{name}' fills {known.words} words, not {register.words}"
    return None


def _misfit_of_bits(point: Point, bits: BitRange, words: int) -> str | None:
    if point.type in (*_FLOATS, WireType.STRING):
        return f"a {point.type} has no bits to take; write the type of the whole value, u16 or u32"
    if bits.length != 16 * words:
        return f"'{point.encoding}' speaks of {bits.length} bits where the point has {16 * words}"
    if not bits.lowest <= bits.highest < bits.length:
        return f"bits {bits.lowest}-{bits.highest} do not lie in {bits.length} bits, 0 to {bits.length - 1}"
    return None


def four_quadrant_power_factor(raw: float) -> float | None:
    """Schneider's float with the quadrant folded in: beyond ±1 the current leads and the factor is what is left to ±2."""
    if abs(raw) > 2:
        return None
    return raw if abs(raw) <= 1 else (2 - raw if raw > 0 else -2 - raw)


def ascii_low_byte(raw: int) -> float:
    """The character in the low byte, as its code: 0x0043 → 67, 'C'."""
    return float(raw & 0xFF)


ENCODINGS: Mapping[str, Encoding] = {
    "schneider_4q_fp_pf": Encoding(four_quadrant_power_factor, is_float=True),
    "bcd": Encoding(clocks.packed_decimal),
    "bcd_yyyymmdd": Encoding(clocks.bcd_yyyymmdd, 2),
    "bcd_yymmddhhmmss": Encoding(clocks.bcd_yymmddhhmmss, 3),
    "datetime_six_words": Encoding(clocks.six_words, 6),
    "datetime_packed32": Encoding(clocks.packed_32, 2),
    "schneider_datetime4": Encoding(clocks.schneider_datetime4, 4),
    ASCII_LOW_BYTE: Encoding(ascii_low_byte),
}


def power_of_ten(register: int) -> int | None:
    """SunSpec scale factor: a signed exponent −10 to 10, 0x8000 not implemented."""
    exponent = register - 0x10000 if register & 0x8000 else register
    return exponent if -10 <= exponent <= 10 else None


def decimal_places(register: int) -> int:
    """Bits 0–2 hold the number of decimal places."""
    return -(register & 0b111)


def resolution_index(register: int) -> int | None:
    """1 → 0.001 up to 8 → 10,000."""
    return register - 4 if 1 <= register <= 8 else None


SCALE_MODES: Mapping[str, Exponent] = {
    "pow10": power_of_ten,
    "div10pow_bits0_2": decimal_places,
    "enum_resolution": resolution_index,
}


def shifted(value: float, exponent: int) -> float:
    """value × 10^exponent; divides for negative exponents so that 2301 and −1 give 230.1 exactly."""
    return value * 10.0**exponent if exponent >= 0 else value / 10.0**-exponent


def words_reversed(raw: bytes) -> bytes:
    """The last register first."""
    return b"".join(raw[at : at + 2] for at in range(len(raw) - 2, -1, -2))


def text(raw: bytes) -> str | None:
    """Characters of a register string: one or two per register, up to the first NUL, UTF-8 or else GB 18030; None when it is neither."""
    packed = raw[1::2] if any(raw) and not any(raw[::2]) else raw
    packed = packed.split(b"\0", 1)[0]
    for charset in ("utf-8", "gb18030"):
        try:
            return packed.decode(charset).strip()
        except UnicodeDecodeError:
            continue
    return None
