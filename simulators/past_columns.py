"""What a point showed over a long time: the register's rounding, limits and 'not available', a column of instants at once.

truth (n instants) ──unit──► wire unit ──offset, scale──► raw number ──type──► what a faithful reader finds, and what it is worth

The same way as ``encode.point_reading`` goes for one value, some hundred times cheaper per value.
"""

import math
import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from model.profile import Point, Register, WireType
from model.quality import GOOD, Quality
from simulators.encode import counts_to, is_counter
from simulators.packed import packing
from simulators.unit_table import SAME, Linear

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]
ColumnReading = Callable[[Floats], Floats]
"""Truths → the values a reader finds, in the profile's unit; NaN: not available."""

_FLOATS = (WireType.F32, WireType.F64)
_LARGEST_F32 = float(np.finfo(np.float32).max)
_SIGNED = frozenset({WireType.I16, WireType.I32, WireType.I64})
_BIT_FIELD = re.compile(r"bits (\d+)-(\d+) of the \d+-bit value")
_DECIMALS = 1000.0
"""Numbers in JSON are said to three decimals."""


def register_column(point: Point, conversion: Linear = SAME, resolution: float | None = None) -> ColumnReading:
    """``conversion`` leads from the truth's unit to the wire's; ``resolution`` stands in for the scale where a scale register gives it."""
    assert isinstance(point.wire, Register)
    factor, shift = conversion
    scale = point.scale if resolution is None else resolution
    gain, bias = factor / scale, (shift - point.offset) / scale
    held, scaled = _held(point, point.wire), _scaled(scale)
    return lambda truths: scaled(held(truths * gain + bias)) + point.offset


def coil_column(words: int) -> ColumnReading:
    """Coils hold whole numbers, one bit each; what is no number leaves them all off."""
    mask = (1 << words) - 1
    return lambda truths: (np.nan_to_num(truths).astype(np.int64) & mask).astype(np.float64)


def json_column(point: Point, conversion: Linear = SAME) -> ColumnReading:
    """A number in a message; NaN is said as null."""
    factor, shift = conversion
    gain, bias = factor / point.scale, (shift - point.offset) / point.scale
    decimals = _DECIMALS if point.type in _FLOATS else 1.0

    def read(truths: Floats) -> Floats:
        if point.type is WireType.BOOL:
            raw = np.where(np.isnan(truths), np.nan, (truths != 0).astype(np.float64))
        else:
            raw = np.rint((truths * gain + bias) * decimals) / decimals
        shown: Floats = raw * point.scale + point.offset
        return shown

    return read


def judged(point: Point, shown: Floats) -> Codes:
    """A quality per value: good, out of the range of belief, or the device's own 'not available'."""
    codes = np.full(len(shown), GOOD, dtype=np.uint8)
    if point.low is not None:
        codes[shown < point.low] = Quality.OUT_OF_RANGE
    if point.high is not None:
        codes[shown > point.high] = Quality.OUT_OF_RANGE
    codes[np.isnan(shown)] = Quality.SENSOR_FAILURE
    return codes


def _scaled(scale: float) -> ColumnReading:
    """2301 tenths are 230.1 to the last bit, 2301 × 0.1 is not."""
    parts = round(1 / scale) if scale else 0
    if abs(parts) > 1 and 1 / parts == scale:
        return lambda raw: raw / parts
    return lambda raw: raw * scale


def _held(point: Point, wire: Register) -> ColumnReading:
    """The raw numbers that are left of others after the registers have held them."""
    packed = packing(point.encoding, wire.words)
    if packed is not None:
        return lambda raw: np.array([packed.held(number) for number in raw], dtype=np.float64)
    if point.type in _FLOATS:
        return _float(point.type)
    whole = _whole(point, _width(point, wire), point.type in _SIGNED)
    if point.type is WireType.BOOL:
        return lambda raw: (whole(raw) != 0).astype(np.float64)
    return whole


def _width(point: Point, wire: Register) -> int:
    """Bits of the number within its registers."""
    found = _BIT_FIELD.match(point.encoding or "")
    return int(found[2]) - int(found[1]) + 1 if found else 16 * wire.words


def _float(type_: WireType) -> ColumnReading:
    if type_ is WireType.F64:
        return lambda raw: raw
    return lambda raw: np.clip(raw, -_LARGEST_F32, _LARGEST_F32).astype(np.float32).astype(np.float64)


def _whole(point: Point, width: int, signed: bool) -> ColumnReading:
    """To the nearest count; what does not fit saturates, a counter starts again at zero; the profile's sentinels are no value."""
    least, most = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
    wraps, turn = is_counter(point), counts_to(point, most)
    absent = math.nan if point.sentinels else 0.0
    sentinels = [float(_as_read(sentinel, width, signed)) for sentinel in point.sentinels]

    def whole(raw: Floats) -> Floats:
        counts = np.rint(raw)
        if wraps:
            over = np.isfinite(counts) & (counts >= turn)
            counts[over] %= float(turn)
        counts = np.clip(counts, float(least), float(most))
        counts[np.isnan(raw)] = absent
        for sentinel in sentinels:
            counts[counts == sentinel] = math.nan
        return counts

    return whole


def _as_read(sentinel: int | float, width: int, signed: bool) -> int | float:
    """A sentinel as a signed register gives it: 0x8000 is −32768."""
    return sentinel - (1 << width) if signed and sentinel >= 1 << (width - 1) else sentinel
