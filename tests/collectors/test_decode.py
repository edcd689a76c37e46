"""From bytes to columns."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import ProfileError
from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import plan
from model.profile import ByteOrder, Point, Profile, Table, WireType, WordOrder
from model.quality import GOOD, Quality
from model.text import Text
from tests.collectors.support import address_bytes, good, modbus_profile, point

Columns = tuple[list[float], bytes, dict[int, str]]


def decode(profile: Profile, *answers: bytes | None, failures: tuple[int, ...] = ()) -> Columns:
    requests = plan(profile)
    assert [len(a) for a in answers if a is not None] == [r.payload_bytes for r, a in zip(requests, answers, strict=True) if a is not None]
    values, qualities, texts = compile_decoder(profile, requests).decode(answers, failures or good(len(requests)))
    return list(values), qualities, texts


def one(single: Point, answer: bytes) -> tuple[object, Quality]:
    values, qualities, _ = decode(modbus_profile(single), answer)
    return values[0], Quality(qualities[0])


BIG, LITTLE = ByteOrder.BIG, ByteOrder.LITTLE
MSW, LSW = WordOrder.MSW_FIRST, WordOrder.LSW_FIRST


@pytest.mark.parametrize(
    ("byte_order", "word_order", "wire"),
    [
        (BIG, MSW, "42f6e979"),
        (BIG, LSW, "e97942f6"),
        (LITTLE, LSW, "79e9f642"),
        (LITTLE, MSW, "f64279e9"),
    ],
    ids=["ABCD", "CDAB", "DCBA", "BADC"],
)
def test_a_float_arrives_in_each_of_the_four_orders(byte_order: ByteOrder, word_order: WordOrder, wire: str) -> None:
    pv = point("pv", 2002, WireType.F32, byte_order=byte_order, word_order=word_order)
    assert one(pv, bytes.fromhex(wire)) == (pytest.approx(123.456), Quality.GOOD)


@pytest.mark.parametrize(
    ("byte_order", "word_order", "wire"),
    [
        (BIG, MSW, "405edd2f1a9fbe77"),
        (BIG, LSW, "be771a9fdd2f405e"),
        (LITTLE, LSW, "77be9f1a2fdd5e40"),
        (LITTLE, MSW, "5e402fdd9f1a77be"),
    ],
    ids=["ABCDEFGH", "GHEFCDAB", "HGFEDCBA", "BADCFEHG"],
)
def test_a_double_arrives_in_each_of_the_four_orders(byte_order: ByteOrder, word_order: WordOrder, wire: str) -> None:
    volume = point("volume", 24, WireType.F64, byte_order=byte_order, word_order=word_order)
    assert one(volume, bytes.fromhex(wire)) == (pytest.approx(123.456, abs=1e-12), Quality.GOOD)


def test_all_orders_may_stand_in_one_block() -> None:
    orders = [(BIG, MSW, "42f6e979"), (BIG, LSW, "e97942f6"), (LITTLE, LSW, "79e9f642"), (LITTLE, MSW, "f64279e9")]
    points = [point(f"p{n}", 2 * n, WireType.F32, byte_order=b, word_order=w) for n, (b, w, _) in enumerate(orders)]
    values, qualities, _ = decode(modbus_profile(*points), bytes.fromhex("".join(wire for _, _, wire in orders)))
    assert values == [pytest.approx(123.456)] * 4
    assert qualities == good(4)


@pytest.mark.parametrize(
    ("type_", "wire", "value"),
    [
        (WireType.U16, "ffff", 65535),
        (WireType.I16, "ffff", -1),
        (WireType.U32, "80000000", 2**31),
        (WireType.I32, "80000000", -(2**31)),
        (WireType.U64, "0020000000000000", 2**53),
        (WireType.I64, "ffffffffffffffff", -1),
        (WireType.BOOL, "0000", 0),
        (WireType.BOOL, "0100", 1),
        (WireType.BITS, "8001", 32769),
    ],
)
def test_whole_numbers_keep_their_sign_and_width(type_: WireType, wire: str, value: float) -> None:
    assert one(point("x", 0, type_), bytes.fromhex(wire)) == (value, Quality.GOOD)


def test_a_decimal_scale_gives_the_decimal_itself() -> None:
    assert one(point("voltage", 0, scale=0.1), struct.pack(">H", 2301)) == (230.1, Quality.GOOD)


def test_scale_and_offset_are_applied_in_this_order() -> None:
    assert one(point("t", 0, WireType.I16, scale=0.5, offset=-40), struct.pack(">h", -10)) == (-45.0, Quality.GOOD)


@pytest.mark.parametrize(
    ("single", "wire"),
    [
        (point("u", 0, sentinels=(0xFFFF,)), "ffff"),
        (point("i", 0, WireType.I16, sentinels=(0x8000,)), "8000"),
        (point("l", 0, WireType.I64, sentinels=(0x8000000000000000,)), "8000000000000000"),
        (point("nan", 0, WireType.F32), "ffc00000"),
        (point("inf", 0, WireType.F32), "7f800000"),
    ],
    ids=lambda p: p.name if isinstance(p, Point) else "",
)
def test_not_available_is_a_bad_quality_and_never_a_number(single: Point, wire: str) -> None:
    value, quality = one(single, bytes.fromhex(wire))
    assert isinstance(value, float)
    assert math.isnan(value)
    assert quality is Quality.SENSOR_FAILURE


@pytest.mark.parametrize(("raw", "quality"), [(0, Quality.OUT_OF_RANGE), (5, Quality.GOOD), (11, Quality.OUT_OF_RANGE)])
def test_an_unbelievable_value_is_kept_as_uncertain(raw: int, quality: Quality) -> None:
    assert one(point("x", 0, low=1, high=10), struct.pack(">H", raw)) == (raw, quality)


@pytest.mark.parametrize(
    ("raw", "factor"),
    [(0.87, 0.87), (-0.87, -0.87), (1.13, 0.87), (-1.13, -0.87)],
    ids=["lagging import", "lagging export", "leading import", "leading export"],
)
def test_schneider_power_factor_unfolds_into_four_quadrants(raw: float, factor: float) -> None:
    value, quality = one(point("pf", 0, WireType.F32, encoding="schneider_4q_fp_pf"), struct.pack(">f", raw))
    assert (value, quality) == (pytest.approx(factor, abs=1e-6), Quality.GOOD)


def test_a_power_factor_beyond_two_is_not_available() -> None:
    assert one(point("pf", 0, WireType.F32, encoding="schneider_4q_fp_pf"), struct.pack(">f", 2.5))[1] is Quality.SENSOR_FAILURE


@pytest.mark.parametrize(
    ("encoding", "type_", "words", "wire", "value"),
    [
        ("bits 8-14 of the 32-bit value", WireType.U32, 2, "00000400", 4),
        ("bits 8-14 of the 32-bit value", WireType.U32, 2, "ffff84ff", 4),
        ("bcd_yyyymmdd", WireType.U32, 2, "20190517", 20190517),
        ("ASCII in the low byte", WireType.U16, 1, "0043", 67),
        ("schneider_datetime4", WireType.BITS, 4, "0018061e0e2d7530", 1719758730),
    ],
)
def test_the_odd_encodings_of_real_devices(encoding: str, type_: WireType, words: int, wire: str, value: float) -> None:
    assert one(point("x", 0, type_, words=words, encoding=encoding), bytes.fromhex(wire)) == (value, Quality.GOOD)


@pytest.mark.parametrize(
    ("encoding", "type_", "words", "wire"),
    [("bcd_yyyymmdd", WireType.U32, 2, "2019051a"), ("schneider_datetime4", WireType.BITS, 4, "ffffffffffffffff")],
)
def test_an_encoded_value_that_is_none_is_not_available(encoding: str, type_: WireType, words: int, wire: str) -> None:
    assert one(point("x", 0, type_, words=words, encoding=encoding), bytes.fromhex(wire))[1] is Quality.SENSOR_FAILURE


@pytest.mark.parametrize(
    ("mode", "register", "value"),
    [
        ("pow10", 0xFFFE, 23.01),
        ("pow10", 1, 23010),
        ("pow10", 0x8000, None),
        ("pow10", 11, None),
        ("div10pow_bits0_2", 0x0802, 23.01),
        ("enum_resolution", 1, 2.301),
        ("enum_resolution", 8, 23010000),
        ("enum_resolution", 0, None),
    ],
)
def test_a_live_scale_register_scales_its_value(mode: str, register: int, value: float | None) -> None:
    got, quality = one(point("x", 0, scale_register=1, scale_mode=mode), struct.pack(">HH", 2301, register))
    assert (got, quality) == (
        (value, Quality.GOOD) if value is not None else (pytest.approx(math.nan, nan_ok=True), Quality.SENSOR_FAILURE)
    )


def test_a_value_whose_scale_register_was_refused_is_as_bad_as_that() -> None:
    profile = modbus_profile(point("x", 0, scale_register=9, scale_mode="pow10"), point("plain", 1))
    _, qualities, _ = decode(profile, b"\0\1\0\2", None, failures=(GOOD, Quality.CONFIG_ERROR))
    assert qualities == bytes([Quality.CONFIG_ERROR, GOOD])


CELSIUS_OR_NOT = {0: Text("degC", "degC"), 1: Text("degF", "degF"), 2: Text("furlong", "furlong")}


@pytest.mark.parametrize(
    ("code", "value", "quality"),
    [(0, 212, Quality.GOOD), (1, pytest.approx(100), Quality.GOOD), (2, None, Quality.CONFIG_ERROR), (7, None, Quality.CONFIG_ERROR)],
    ids=["own unit", "converted", "does not convert", "unknown code"],
)
def test_the_unit_code_converts_to_the_points_unit(code: int, value: float | None, quality: Quality) -> None:
    temperature = point("winding", 6, unit="degC", unit_select="unit")
    profile = modbus_profile(temperature, point("unit", 101, enum=CELSIUS_OR_NOT))
    values, qualities, _ = decode(profile, struct.pack(">H", 212), struct.pack(">H", code))
    assert qualities[0] == quality
    assert values[0] == value if value is not None else math.isnan(values[0])


def test_a_temperature_whose_unit_is_unknown_is_not_taken_for_celsius() -> None:
    profile = modbus_profile(point("winding", 6, unit="degC", unit_select="unit"), point("unit", 101, enum=CELSIUS_OR_NOT))
    values, qualities, _ = decode(profile, struct.pack(">H", 212), None, failures=(GOOD, Quality.COMM_FAILURE))
    assert math.isnan(values[0])
    assert qualities == bytes([Quality.COMM_FAILURE] * 2)


def test_limits_judge_the_converted_value() -> None:
    profile = modbus_profile(point("winding", 6, unit="degC", unit_select="unit", high=150), point("unit", 7, enum=CELSIUS_OR_NOT))
    assert decode(profile, struct.pack(">HH", 212, 1))[1] == good(2)


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (b"A9MEM3155\0\0\0", "A9MEM3155"),
        (b"\0B\x002" + bytes(8), "B2"),
        ("1号楼".encode() + b"\0\0\0\0\0", "1号楼"),
        ("泵房".encode("gb18030") + bytes(8), "泵房"),
        (bytes(12), ""),
    ],
    ids=["two a register", "one a register", "utf-8", "gb 18030", "empty"],
)
def test_strings_become_words(wire: bytes, words: str) -> None:
    values, qualities, texts = decode(modbus_profile(point("name", 29, WireType.STRING, words=6)), wire)
    assert math.isnan(values[0])
    assert (qualities, texts) == (good(1), {0: words})


def test_bytes_that_spell_nothing_are_not_available() -> None:
    _, qualities, texts = decode(modbus_profile(point("name", 29, WireType.STRING, words=2)), b"\xff\xff\xff\xff")
    assert (qualities, texts) == (bytes([Quality.SENSOR_FAILURE]), {})


def test_coils_are_taken_bit_by_bit_and_as_words() -> None:
    coil = Table.COIL
    profile = modbus_profile(
        point("word", 16, WireType.BITS, words=16, table=coil),
        point("off", 32, WireType.BOOL, table=coil),
        point("on", 33, WireType.BOOL, table=coil),
    )
    assert decode(profile, bytes([0x34, 0x12, 0b10]))[0] == [0x1234, 0, 1]


def test_a_failed_request_spoils_only_its_own_columns() -> None:
    profile = modbus_profile(point("a", 0), point("b", 50), point("c", 1))
    values, qualities, _ = decode(profile, b"\0\7\0\x08", None, failures=(GOOD, Quality.CONFIG_ERROR))
    assert qualities == bytes([GOOD, Quality.CONFIG_ERROR, GOOD])
    assert (values[0], values[2]) == (7, 8)
    assert math.isnan(values[1])


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (point("x", 0, encoding="rot13"), "encoding 'rot13' is not known"),
        (point("x", 0, scale_register=1, scale_mode="log"), "scale_mode 'log' is not known"),
        (point("x", 0, unit="degC", unit_select="nowhere"), "not among the points"),
        (point("x", 0, WireType.U32, words=1), "does not fit 1 words"),
    ],
    ids=["encoding", "scale mode", "unit select", "width"],
)
def test_what_cannot_be_decoded_is_said_before_the_first_poll(broken: Point, words: str) -> None:
    profile = modbus_profile(broken)
    with pytest.raises(ProfileError, match=words):
        compile_decoder(profile, plan(profile))


@given(st.lists(st.integers(0, 300), min_size=1, max_size=40, unique=True), st.booleans(), st.integers(2, 30))
def test_registers_that_hold_their_address_prove_every_offset(addresses: list[int], bridge: bool, limit: int) -> None:
    profile = modbus_profile(*(point(f"p{a}", a) for a in addresses), bridge_gaps=bridge, max_registers=limit)
    values, qualities, _ = decode(profile, *(address_bytes(request) for request in plan(profile)))
    assert values == addresses
    assert qualities == good(len(addresses))


@given(st.data())
def test_no_bytes_of_the_right_length_can_break_a_decoder(data: st.DataObject) -> None:
    profile = modbus_profile(
        point("f", 0, WireType.F32, encoding="schneider_4q_fp_pf"),
        point("clock", 2, WireType.BITS, words=4, encoding="schneider_datetime4"),
        point("date", 6, WireType.U32, encoding="bcd_yyyymmdd"),
        point("scaled", 8, WireType.I64, scale_register=12, scale_mode="pow10", high=10),
        point("name", 13, WireType.STRING, words=3),
        point("double", 16, WireType.F64, byte_order=LITTLE, word_order=LSW),
        point("warm", 20, unit="degC", unit_select="unit"),
        point("unit", 21, enum=CELSIUS_OR_NOT),
    )
    (request,) = plan(profile)
    wire = data.draw(st.binary(min_size=request.payload_bytes, max_size=request.payload_bytes))
    values, qualities, texts = decode(profile, wire)
    for column, quality in enumerate(qualities):
        assert math.isnan(values[column]) is (Quality(quality).severity == "bad" or column in texts)
