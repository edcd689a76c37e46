"""The odd ways devices write a value. Pure functions from raw integer to value; None means 'not available'.

Each named encoding and scale mode that a profile may ask for stands here; a name that does not is refused when the decoder is compiled.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

Decode = Callable[[float], float | None]
Exponent = Callable[[int], int | None]

_BIT_RANGE = re.compile(r"bits (\d+)-(\d+) of the (16|32|64)-bit value")


def encoding(name: str) -> Decode | None:
    """The decoder of that name, or None when nothing of that name is known."""
    field = _BIT_RANGE.fullmatch(name)
    if field:
        return bit_range(int(field[1]), int(field[2]))
    return _ENCODINGS.get(name)


def bit_range(lowest: int, highest: int) -> Decode:
    """Bits ``lowest`` to ``highest``, counted from the least significant, as a number of their own."""
    mask = (1 << (highest - lowest + 1)) - 1
    return lambda raw: float(int(raw) >> lowest & mask)


def four_quadrant_power_factor(raw: float) -> float | None:
    """Schneider's float with the quadrant folded in: beyond ±1 the current leads and the factor is what is left to ±2."""
    if abs(raw) > 2:
        return None
    return raw if abs(raw) <= 1 else (2 - raw if raw > 0 else -2 - raw)


def bcd_date(raw: float) -> float | None:
    """Eight packed decimal digits, 0x20190517 → 20190517."""
    digits = f"{int(raw):08x}"
    return float(digits) if digits.isdecimal() else None


def schneider_datetime4(raw: float) -> float | None:
    """Four words: year since 2000 (bits 0–6), month (8–11) and day (0–4), hour (8–12) and minute (0–5), milliseconds.

    Seconds since 1970 of the meter's own wall clock; its time zone is not on the wire.
    """
    year, date, clock, milliseconds = (int(raw) >> shift & 0xFFFF for shift in (48, 32, 16, 0))
    try:
        at = datetime(2000 + (year & 0x7F), date >> 8 & 0xF, date & 0x1F, clock >> 8 & 0x1F, clock & 0x3F, tzinfo=UTC)
    except ValueError:
        return None
    return at.timestamp() + milliseconds / 1000 if milliseconds < 60_000 else None


def ascii_low_byte(raw: float) -> float:
    """The character in the low byte, as its code: 0x0043 → 67, 'C'."""
    return float(int(raw) & 0xFF)


_ENCODINGS: Mapping[str, Decode] = {
    "schneider_4q_fp_pf": four_quadrant_power_factor,
    "bcd_yyyymmdd": bcd_date,
    "schneider_datetime4": schneider_datetime4,
    "ASCII in the low byte": ascii_low_byte,
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
