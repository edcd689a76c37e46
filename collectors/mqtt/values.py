"""One JSON value → number or words with a quality. Pure."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, nan

import msgspec

from collectors.errors import ProfileError
from collectors.plausibility import NOT_AVAILABLE, belief
from model.profile import Point, WireType
from model.quality import Quality


@dataclass(frozen=True, slots=True)
class Taken:
    """A value taken from a message: NaN and a bad quality, or a number, or words (then the number is NaN)."""

    value: float
    quality: Quality
    words: str | None = None


Take = Callable[[object], Taken]

_NOT_AVAILABLE = Taken(nan, NOT_AVAILABLE)
_WRONG_TYPE = Taken(nan, Quality.CONFIG_ERROR)
_BOOL_WORDS = {"true": 1.0, "false": 0.0, "on": 1.0, "off": 0.0, "online": 1.0, "offline": 0.0}


def taker(point: Point) -> Take:
    """How to take that point's value from what stands at its path. ProfileError when the profile asks for what is not known here."""
    if point.unit_select is not None:
        raise ProfileError(f"{point.name}: unit_select is for Modbus points; a message names its own unit")
    if point.is_text:
        if point.encoding not in _TEXTS:
            raise ProfileError(f"{point.name}: encoding '{point.encoding}' is not known for a string")
        return _words(_TEXTS[point.encoding])
    if point.encoding is not None:
        raise ProfileError(f"{point.name}: encoding '{point.encoding}' is not known for a {point.type}")
    return _number(point)


def _number(point: Point) -> Take:
    def take(found: object) -> Taken:
        if found is None:
            return _NOT_AVAILABLE
        raw = _as_number(found, point.type)
        if raw is None:
            return _WRONG_TYPE
        if raw in point.sentinels:
            return _NOT_AVAILABLE
        value = raw * point.scale + point.offset
        return Taken(value, belief(point, value)) if isfinite(value) else _NOT_AVAILABLE

    return take


def _as_number(found: object, type_: WireType) -> float | None:
    """The number meant; None when there is none. Some gateways quote their numbers."""
    if isinstance(found, str):
        known = _BOOL_WORDS.get(found.lower()) if type_ is WireType.BOOL else None
        found = found if known is None else known
    if not isinstance(found, int | float | str):
        return None
    try:
        number = float(found)
    except (ValueError, OverflowError):
        return None
    if not isfinite(number):
        return None
    return float(number != 0) if type_ is WireType.BOOL else number


def _words(decode: Callable[[str], str]) -> Take:
    def take(found: object) -> Taken:
        if found is None:
            return _NOT_AVAILABLE
        written = found if isinstance(found, str) else msgspec.json.encode(found).decode()
        return Taken(nan, Quality.GOOD, decode(written))

    return take


def _base64_hex(written: str) -> str:
    """Bytes in base64 as hexadecimal digits; left as written when it is no base64."""
    unpacked = _unpacked(written)
    return written if unpacked is None else unpacked.hex()


def _base64_text(written: str) -> str:
    """Text in base64; some firmware sends it plain, and then it stays as written."""
    unpacked = _unpacked(written)
    try:
        return written if unpacked is None else unpacked.decode()
    except UnicodeDecodeError:
        return written


def _unpacked(written: str) -> bytes | None:
    try:
        return base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return None


_TEXTS: dict[str | None, Callable[[str], str]] = {None: str, "base64": _base64_hex, "base64 of UTF-8": _base64_text}
