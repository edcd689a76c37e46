"""How devices write dates and times. Pure functions from the raw integer to a number; None when it is no date.

Moments become seconds since 1970 of the device's own wall clock: its time zone is not on the wire. Seconds and milliseconds since an epoch
need no encoding, a scale and an offset do (946,684,800 s lie between 1970 and 2000).
"""

from datetime import UTC, datetime


def schneider_datetime4(raw: int) -> float | None:
    """Four words: year since 2000 (bits 0–6), month (8–11) and day (0–4), hour (8–12) and minute (0–5), milliseconds of the minute."""
    year, date, clock, milliseconds = _words(raw, 4)
    if milliseconds >= 60_000:
        return None
    at = _moment(2000 + (year & 0x7F), date >> 8 & 0xF, date & 0x1F, clock >> 8 & 0x1F, clock & 0x3F, 0)
    return None if at is None else at + milliseconds / 1000


def six_words(raw: int) -> float | None:
    """Six words: year (whole, or since 2000), month, day, hour, minute, second."""
    year, *rest = _words(raw, 6)
    return _moment(year + 2000 if year < 100 else year, *rest)


def bcd_yymmddhhmmss(raw: int) -> float | None:
    """Three words of packed decimal digits: 0x2402 0x2912 0x3000 is 2024-02-29 12:30:00."""
    digits = f"{raw:012x}"
    if not digits.isdecimal():
        return None
    year, month, day, hour, minute, second = (int(digits[n : n + 2]) for n in range(0, 12, 2))
    return _moment(2000 + year, month, day, hour, minute, second)


def bcd_yyyymmdd(raw: int) -> float | None:
    """Two words of packed decimal digits, 0x20190517 → 20190517."""
    number = packed_decimal(raw)
    if number is None:
        return None
    year, month, day = int(number) // 10_000, int(number) // 100 % 100, int(number) % 100
    return None if number and _moment(year, month, day, 0, 0, 0) is None else number


def packed_32(raw: int) -> float | None:
    """The FAT file system's two words: years since 1980 (bits 25–31), month (21), day (16), hour (11), minute (5), seconds by two (0)."""
    return _moment(1980 + (raw >> 25 & 0x7F), raw >> 21 & 0xF, raw >> 16 & 0x1F, raw >> 11 & 0x1F, raw >> 5 & 0x3F, 2 * (raw & 0x1F))


def packed_decimal(raw: int) -> float | None:
    """Four bits per decimal digit, as many as the point is long."""
    digits = f"{raw:x}"
    return float(digits) if digits.isdecimal() else None


def _words(raw: int, count: int) -> list[int]:
    return [raw >> 16 * place & 0xFFFF for place in reversed(range(count))]


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int) -> float | None:
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None
