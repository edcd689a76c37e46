"""One JSON value → number or words with a quality. Pure."""

from collections.abc import Callable, Mapping
from math import isfinite, nan
from typing import NamedTuple

import msgspec

from collectors.errors import ProfileError
from collectors.mqtt.octets import NOT_THERE, number_in, unpacked
from collectors.mqtt.times import seconds_of
from collectors.plausibility import NOT_AVAILABLE, belief, is_limited
from model.profile import Point, TopicPath, WireType
from model.quality import Quality


class Taken(NamedTuple):
    """A value taken from a message: NaN and a bad quality, or a number, or words (then the number is NaN)."""

    value: float
    quality: Quality
    words: str | None = None


Take = Callable[[object], Taken]

_NOT_AVAILABLE = Taken(nan, NOT_AVAILABLE)
_NOT_SAID = Taken(nan, Quality.ABSENT)
_WRONG_TYPE = Taken(nan, Quality.CONFIG_ERROR)
_BOOL_WORDS = {"true": 1.0, "false": 0.0, "on": 1.0, "off": 0.0, "online": 1.0, "offline": 0.0, "yes": 1.0, "no": 0.0}
_TIME_UNITS = {"s": 1.0, "ms": 0.001}


def taker(point: Point) -> Take:
    """How to take that point's value from what stands at its path. ProfileError when the profile asks for what is not known here."""
    if point.unit_select is not None:
        raise ProfileError(f"{point.name}: unit_select is for Modbus points; a message names its own unit")
    known = TEXT_ENCODINGS if point.is_text else NUMBER_ENCODINGS
    if point.encoding not in known:
        raise ProfileError(f"{point.name}: encoding '{point.encoding}' is not known for a {point.type}")
    if point.is_text:
        return _words(TEXT_ENCODINGS[point.encoding])
    return _number(point, _reader(point))


def _reader(point: Point) -> "Read":
    """What makes a raw number of that which stands at the point's path: None when it can't be one, ``NOT_THERE`` when it holds none."""
    if point.encoding == "rfc3339":
        unit_s = _TIME_UNITS.get(point.unit)
        if unit_s is None:
            raise ProfileError(f"{point.name}: a time in rfc3339 becomes a number of s or ms since 1970; its unit is '{point.unit}'")
        return lambda found: seconds_of(found, unit_s)
    if point.encoding is not None:
        assert isinstance(point.wire, TopicPath)
        if point.wire.octets is None:
            raise ProfileError(f"{point.name}: say which bytes of the {point.encoding} field make the number, such as 'octets: 0-1'")
        return number_in(point.encoding, point.wire, point.type)
    return _as_boolean if point.type is WireType.BOOL else _as_number


Read = Callable[[object], float | None]


def _number(point: Point, read: Read) -> Take:
    scale, offset, sentinels = point.scale, point.offset, frozenset(point.sentinels)
    is_inverted = point.type is WireType.BOOL and bool(point.active_low)
    limited, is_plain = is_limited(point), read is _as_number

    def take(found: object) -> Taken:
        if found is None:
            return _NOT_AVAILABLE
        raw = found if is_plain and type(found) is float else read(found)
        if raw is None:
            return _WRONG_TYPE
        if raw is NOT_THERE:
            return _NOT_SAID
        if raw in sentinels:
            return _NOT_AVAILABLE
        if is_inverted:
            raw = 1.0 - raw
        value = raw * scale + offset
        if not isfinite(value):
            return _NOT_AVAILABLE
        return Taken(value, belief(point, value) if limited else Quality.GOOD)

    return take


def _as_number(found: object) -> float | None:
    """The number meant; None when there is none. Some gateways quote their numbers."""
    if not isinstance(found, int | float | str):
        return None
    try:
        number = float(found)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def _as_boolean(found: object) -> float | None:
    number = _as_number(_BOOL_WORDS.get(found.lower(), found) if isinstance(found, str) else found)
    return None if number is None else float(number != 0)


def _words(decode: Callable[[str], str]) -> Take:
    def take(found: object) -> Taken:
        if found is None:
            return _NOT_AVAILABLE
        written = found if isinstance(found, str) else msgspec.json.encode(found).decode()
        return Taken(nan, Quality.GOOD, decode(written))

    return take


def _base64_hex(written: str) -> str:
    """Bytes in base64 as hexadecimal digits; left as written when it is no base64."""
    inside = unpacked("base64", written)
    return written if inside is None else inside.hex()


def _base64_text(written: str) -> str:
    """Text in base64; some firmware sends it plain, and then it stays as written."""
    inside = unpacked("base64", written)
    try:
        return written if inside is None else inside.decode()
    except UnicodeDecodeError:
        return written


TEXT_ENCODINGS: Mapping[str | None, Callable[[str], str]] = {None: str, "base64": _base64_hex, "base64 of UTF-8": _base64_text}
NUMBER_ENCODINGS = frozenset({None, "base64", "hex", "rfc3339"})
"""What a profile may write as ``encoding`` of a point that is read from a message."""
