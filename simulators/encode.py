"""One value of a machine's truth → the bytes a register holds. Independent of the collectors: it shares no line with their decoder.

truth ──unit──► wire unit ──offset, scale──► raw number ──type──► big-endian bytes ──word, byte order──► registers
"""

import math
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

from model.profile import ByteOrder, Point, Register, WireType, WordOrder
from simulators.packed import packing
from simulators.unit_table import SAME, Linear

Value = float | str
Encoder = Callable[[Value], bytes]
"""A truth → the register bytes, always ``2 × words`` long (coils: one byte per coil)."""

_INTEGER_BITS = {
    WireType.U16: (16, False),
    WireType.I16: (16, True),
    WireType.U32: (32, False),
    WireType.I32: (32, True),
    WireType.U64: (64, False),
    WireType.I64: (64, True),
}
_INTEGER_CODES = {16: "h", 32: "i", 64: "q"}
_FLOAT_FORMATS = {WireType.F32: ">f", WireType.F64: ">d"}
_FLOAT_LARGEST = {WireType.F32: 3.4028234663852886e38, WireType.F64: math.inf}
_COUNTED = frozenset({"Wh", "kWh", "MWh", "varh", "kvarh", "VAh", "kVAh", "m3", "l"})
_COUNTER_NAME = re.compile(r"(heartbeat|counter|count|starts|entries|exits|uptime)$|^heartbeat")
_BIT_FIELD = re.compile(r"bits (\d+)-(\d+) of the (\d+)-bit value")


def point_encoder(point: Point, conversion: Linear = SAME, resolution: float | None = None) -> Encoder:
    """Compile a Modbus point. ``conversion`` leads from the truth's unit to the wire's; ``resolution`` is what one count is worth
    when a scale register says so, and then stands in for the profile's scale."""
    if not isinstance(point.wire, Register):
        raise TypeError(f"{point.name} is not a Modbus point")
    ordered = _orderer(point.wire)
    as_bytes = _bytes_of(point, point.wire)
    raw = _raw_number(point, conversion, resolution)
    if point.type is WireType.STRING:
        return lambda value: ordered(_text(value, point.wire.words))  # type: ignore[union-attr]
    plain = plain_number(point, conversion, resolution)
    careful: Encoder = lambda value: ordered(as_bytes(raw(value)))  # noqa: E731 - one of two, chosen below
    return careful if plain is None else _shortcut(plain, careful)


def point_reading(point: Point, conversion: Linear = SAME, resolution: float | None = None) -> Callable[[Value], float]:
    """Compile what a faithful reader finds where ``point_encoder`` wrote: the truth as the wire rounds, limits and scales it.

    In the wire's own unit; NaN where the wire says 'not available'.
    """
    raw, held = _raw_number(point, conversion, resolution), _held(point)
    scale = point.scale if resolution is None else resolution
    parts = round(1 / scale) if scale else 0
    if abs(parts) > 1 and 1 / parts == scale:  # 2301 tenths are 230.1 to the last bit, 2301 × 0.1 is not
        return lambda value: held(raw(value)) / parts + point.offset
    return lambda value: held(raw(value)) * scale + point.offset


def is_counter(point: Point) -> bool:
    """Whether the value only grows, so that at the end of its type it starts again at zero instead of sticking."""
    return point.rollover is not None or point.unit in _COUNTED or _COUNTER_NAME.search(point.name) is not None


def counts_to(point: Point, most: int) -> int:
    """How many counts a counter has before it starts again; ``most`` is the last its registers hold."""
    return most + 1 if point.rollover is None else min(most + 1, round((point.rollover - point.offset) / point.scale))


def fold_power_factor(power_factor: float, leading: bool) -> float:
    """Schneider's four-quadrant float: lagging is itself, leading is folded beyond ±1 (register list PM5000, ``schneider_4q_fp_pf``)."""
    if not leading:
        return power_factor
    return 2.0 - power_factor if power_factor >= 0 else -2.0 - power_factor


@dataclass(frozen=True, slots=True)
class PlainNumber:
    """A number that fills its registers in network order: ``value × gain + bias`` as the struct ``code``, rounded when ``is_whole``.

    Outside ``least`` … ``most`` it needs the encoder's care, and so does what is no number.
    """

    code: str
    gain: float
    bias: float
    least: float
    most: float
    is_whole: bool


def plain_number(point: Point, conversion: Linear = SAME, resolution: float | None = None) -> PlainNumber | None:
    """None for whatever is not so plain: text, bits, other orders of words or bytes, counters that start again early."""
    register = point.wire
    if not isinstance(register, Register) or point.encoding is not None or point.type is WireType.STRING:
        return None
    if point.active_low or point.rollover is not None:
        return None
    if register.word_order is not WordOrder.MSW_FIRST or register.byte_order is not ByteOrder.BIG:
        return None
    gain, bias = _gain(point, conversion, resolution)
    if point.type in _FLOAT_FORMATS:
        largest = _FLOAT_LARGEST[point.type]
        return PlainNumber(_FLOAT_FORMATS[point.type][-1], gain, bias, -largest, largest, False)
    bits, signed = _INTEGER_BITS.get(point.type, (16 * register.words, False))
    if bits != 16 * register.words or bits not in _INTEGER_CODES:
        return None
    code = _INTEGER_CODES[bits] if signed else _INTEGER_CODES[bits].upper()
    # A float holds the limits of 64 bits only roughly: there the careful way rounds first.
    most = (1 << (bits - signed)) - 1 if bits < 64 else 1 << 53
    return PlainNumber(code, gain, bias, -most if signed else 0, most, True)


def _shortcut(plain: PlainNumber, careful: Encoder) -> Encoder:
    """The ordinary case in one step, since it happens thousands of times a second; everything else the careful way."""
    pack, gain, bias, least, most = struct.Struct(f">{plain.code}").pack, plain.gain, plain.bias, plain.least, plain.most

    def whole(value: Value) -> bytes:
        if value.__class__ is float and least <= (raw := value * gain + bias) <= most:
            return pack(round(raw))
        return careful(value)

    def broken(value: Value) -> bytes:
        if value.__class__ is float and least <= (raw := value * gain + bias) <= most:
            return pack(raw)
        return careful(value)

    return whole if plain.is_whole else broken


def _gain(point: Point, conversion: Linear, resolution: float | None) -> Linear:
    """Factor and shift from a truth to the raw number."""
    factor, shift = conversion
    scale = point.scale if resolution is None else resolution
    return factor / scale, (shift - point.offset) / scale


def _raw_number(point: Point, conversion: Linear, resolution: float | None) -> Callable[[Value], float]:
    gain, bias = _gain(point, conversion, resolution)

    def raw(value: Value) -> float:
        if isinstance(value, str):
            return float(ord(value[0])) if value else 0.0
        return value * gain + bias

    return raw


def _bytes_of(point: Point, register: Register) -> Callable[[float], bytes]:
    packed = packing(point.encoding, register.words)
    if packed is not None:
        return packed.pack
    if point.type in _FLOAT_FORMATS:
        return _float_bytes(point)
    bits, signed = _INTEGER_BITS.get(point.type, (16 * register.words, False))
    shift, width = _field(point.encoding, bits)
    whole, field, turned = _whole_number(point, width, signed), (1 << width) - 1, point.active_low
    return lambda raw: (((whole(raw) ^ turned) & field) << shift).to_bytes(bits // 8, "big")


def bit_mask(point: Point) -> bytes | None:
    """Which bits of its registers a point fills that takes only some of them, as they stand on the wire; None for all others."""
    assert isinstance(point.wire, Register)
    if _BIT_FIELD.match(point.encoding or "") is None:
        return None
    bits = 16 * point.wire.words
    shift, width = _field(point.encoding, bits)
    return _orderer(point.wire)((((1 << width) - 1) << shift).to_bytes(bits // 8, "big"))


def _held(point: Point) -> Callable[[float], float]:
    """The raw number that is left of another after the registers have held it."""
    assert isinstance(point.wire, Register)
    packed = packing(point.encoding, point.wire.words)
    if packed is not None:
        return packed.held
    if point.type in _FLOAT_FORMATS:
        layout, largest = struct.Struct(_FLOAT_FORMATS[point.type]), _FLOAT_LARGEST[point.type]
        return lambda raw: float(layout.unpack(layout.pack(min(max(raw, -largest), largest)))[0]) if raw == raw else raw
    bits, signed = _INTEGER_BITS.get(point.type, (16 * point.wire.words, False))
    whole = _whole_number(point, _field(point.encoding, bits)[1], signed)
    if point.type is WireType.BOOL:
        return lambda raw: float(whole(raw) != 0)
    return lambda raw: math.nan if raw != raw and point.sentinels else float(whole(raw))


def _field(encoding: str | None, bits: int) -> tuple[int, int]:
    """Lowest bit and width of the number within its registers."""
    found = _BIT_FIELD.match(encoding or "")
    if found is None:
        return 0, bits
    low, high = int(found[1]), int(found[2])
    return low, high - low + 1


def _whole_number(point: Point, width: int, signed: bool) -> Callable[[float], int]:
    """Rounded to the nearest count; what does not fit saturates, a counter starts again at zero; no value is the profile's sentinel.

    A device without a sentinel has no way to say 'not available' and shows zero.
    """
    least, most = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
    absent = int(point.sentinels[0]) if point.sentinels else 0
    wraps, turn = is_counter(point), counts_to(point, most)

    def whole(raw: float) -> int:
        if not math.isfinite(raw):
            return absent if math.isnan(raw) else most if raw > 0 else least
        number = round(raw)
        if wraps and number >= turn:
            return number % turn
        return min(max(number, least), most)

    return whole


def _float_bytes(point: Point) -> Callable[[float], bytes]:
    layout = struct.Struct(_FLOAT_FORMATS[point.type])
    largest = _FLOAT_LARGEST[point.type]
    absent = layout.pack(point.sentinels[0] if point.sentinels else math.nan)

    def float_bytes(raw: float) -> bytes:
        if math.isnan(raw):
            return absent
        return layout.pack(min(max(raw, -largest), largest))

    return float_bytes


def _text(value: Value, words: int) -> bytes:
    """UTF-8, cut between characters, padded with NUL."""
    text = value if isinstance(value, str) else f"{value:g}"
    return text.encode()[: 2 * words].decode(errors="ignore").encode().ljust(2 * words, b"\0")


def _orderer(register: Register) -> Callable[[bytes], bytes]:
    """ABCD → CDAB (least significant word first), BADC (little-endian bytes), DCBA (both)."""
    places = [[2 * word, 2 * word + 1] for word in range(register.words)]
    if register.word_order is WordOrder.LSW_FIRST:
        places.reverse()
    if register.byte_order is ByteOrder.LITTLE:
        places = [[low, high] for high, low in places]
    order = [place for word in places for place in word]
    if order == sorted(order):
        return lambda wire: wire
    return lambda wire: bytes(wire[place] for place in order)
