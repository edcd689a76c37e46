"""Decimal digits, dates and times as devices pack them into registers, the highest byte first.

Moments are seconds since 1970 of the device's own clock; one that is not set shows all bits.
"""

import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Packing:
    """``pack``: a number → its bytes. ``held``: what of the number is left in them."""

    pack: Callable[[float], bytes]
    held: Callable[[float], float]


def packing(encoding: str | None, words: int) -> Packing | None:
    """The packing of that name for points of that length, None for any other encoding."""
    if encoding in _DECIMALS:
        return _decimals(words)
    found = _MOMENTS.get(encoding or "")
    return None if found is None else _moments(*found, words)


def is_clock(encoding: str | None) -> bool:
    """Whether points of that encoding tell the time of day."""
    return encoding in _MOMENTS


def _decimals(words: int) -> Packing:
    """Each decimal digit in four bits: 20240115 is 0x20240115. No number is 0."""
    digits = 4 * words

    def held(raw: float) -> float:
        return 0.0 if math.isnan(raw) else float(int(raw) % 10**digits)

    return Packing(lambda raw: bytes.fromhex(f"{int(held(raw)):0{digits}d}"), held)


def _moments(fields: Callable[[datetime], bytes], step_s: float, words: int) -> Packing:
    def pack(epoch_s: float) -> bytes:
        return b"\xff" * (2 * words) if math.isnan(epoch_s) else fields(datetime.fromtimestamp(epoch_s, UTC))

    per_s = 1 / step_s
    return Packing(pack, lambda raw: raw if math.isnan(raw) else math.floor(raw * per_s) / per_s)


def _schneider(at: datetime) -> bytes:
    """Four words: year since 2000 · month (bits 8-11) and day · hour (bits 8-12) and minute · milliseconds of the minute."""
    milliseconds = at.second * 1000 + at.microsecond // 1000
    return struct.pack(">4H", at.year - 2000, at.month << 8 | at.day, at.hour << 8 | at.minute, milliseconds)


def _six_words(at: datetime) -> bytes:
    return struct.pack(">6H", at.year, at.month, at.day, at.hour, at.minute, at.second)


def _digits(at: datetime) -> bytes:
    return bytes.fromhex(at.strftime("%y%m%d%H%M%S"))


def _fat(at: datetime) -> bytes:
    """Years since 1980 (bits 25 up), month (21), day (16), hour (11), minute (5), seconds by two."""
    number = (at.year - 1980) << 25 | at.month << 21 | at.day << 16 | at.hour << 11 | at.minute << 5 | at.second // 2
    return number.to_bytes(4, "big")


_DECIMALS = frozenset({"bcd", "bcd_yyyymmdd"})
_MOMENTS: Mapping[str, tuple[Callable[[datetime], bytes], float]] = {
    "schneider_datetime4": (_schneider, 0.001),
    "datetime_six_words": (_six_words, 1.0),
    "bcd_yymmddhhmmss": (_digits, 1.0),
    "datetime_packed32": (_fat, 2.0),
}
"""Encoding → its fields, and the shortest time it tells apart."""
