"""What points may ask of a register beside its number: ratios, bits, packed decimals, clocks, turned bits, swapped texts."""

import math
import struct

import pytest

from collectors.errors import ProfileError
from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import plan
from model.profile import ByteOrder, Point, WireType, WordOrder
from model.quality import ABSENT, GOOD, Quality
from tests.collectors.support import good, modbus_profile, point

LEAP_DAY_NOON_S = 1709209800
"""2024-02-29 12:30:00 UTC."""


def decode(*points: Point, wire: str) -> tuple[list[float], list[Quality], dict[int, str]]:
    """One block through the decoder of these points."""
    profile = modbus_profile(*points)
    (request,) = plan(profile)
    values, qualities, texts = compile_decoder(profile, [request]).decode([bytes.fromhex(wire)], good(1))
    return list(values), [Quality(code) for code in qualities], texts


def one(single: Point, wire: str) -> tuple[float, Quality]:
    values, qualities, _ = decode(single, wire=wire)
    return values[0], qualities[0]


@pytest.mark.parametrize(
    ("encoding", "type_", "words", "wire", "value"),
    [
        ("bcd", WireType.U16, 1, "1234", 1234),
        ("bcd", WireType.U64, 4, "0000000012345678", 12345678),
        ("bcd_yymmddhhmmss", WireType.BITS, 3, "240229123000", LEAP_DAY_NOON_S),
        ("datetime_six_words", WireType.BITS, 6, "07e80002001d000c001e0000", LEAP_DAY_NOON_S),
        ("datetime_six_words", WireType.BITS, 6, "00180002001d000c001e0000", LEAP_DAY_NOON_S),
        ("datetime_packed32", WireType.U32, 2, "585d63c0", LEAP_DAY_NOON_S),
        ("bits 0-7 of the 16-bit value", WireType.U16, 1, "12fe", 0xFE),
        ("bits 0-7 of the 16-bit value", WireType.I16, 1, "12fe", -2),
        ("bits 8-15 of the 16-bit value", WireType.I16, 1, "fe12", -2),
        ("bits 3-3 of the 16-bit value", WireType.BOOL, 1, "0008", 1),
    ],
)
def test_packed_decimals_clocks_and_bits(encoding: str, type_: WireType, words: int, wire: str, value: float) -> None:
    assert one(point("x", 0, type_, words=words, encoding=encoding), wire) == (value, Quality.GOOD)


@pytest.mark.parametrize(
    ("encoding", "type_", "words", "wire"),
    [
        ("bcd", WireType.U16, 1, "12a4"),
        ("bcd_yyyymmdd", WireType.U32, 2, "20240230"),
        ("bcd_yymmddhhmmss", WireType.BITS, 3, "241329123000"),
        ("datetime_six_words", WireType.BITS, 6, "07e80002001e000c001e0000"),
        ("datetime_packed32", WireType.U32, 2, "00000000"),
    ],
    ids=["a digit above 9", "30 February", "month 13", "30 February in words", "month 0"],
)
def test_a_date_that_is_none_is_not_available(encoding: str, type_: WireType, words: int, wire: str) -> None:
    value, quality = one(point("x", 0, type_, words=words, encoding=encoding), wire)
    assert math.isnan(value)
    assert quality is Quality.SENSOR_FAILURE


def test_active_low_turns_all_bits_or_those_that_are_named() -> None:
    values, _, _ = decode(
        point("contact", 0, WireType.BOOL, active_low=1),
        point("some", 1, WireType.BITS, words=1, active_low=0b110),
        point("bit", 2, WireType.BOOL, encoding="bits 4-4 of the 16-bit value", active_low=1),
        wire="0000 0003 0010",
    )
    assert values == [1, 0b101, 0]


@pytest.mark.parametrize(
    ("byte_order", "word_order", "wire"),
    [
        (ByteOrder.BIG, WordOrder.MSW_FIRST, b"METER-01"),
        (ByteOrder.LITTLE, WordOrder.MSW_FIRST, b"EMET-R10"),
        (ByteOrder.BIG, WordOrder.LSW_FIRST, b"01R-TEME"),
        (ByteOrder.LITTLE, WordOrder.LSW_FIRST, b"10-RETEM"),
    ],
)
def test_a_text_may_be_swapped_in_bytes_words_or_both(byte_order: ByteOrder, word_order: WordOrder, wire: bytes) -> None:
    name = point("name", 0, WireType.STRING, words=4, byte_order=byte_order, word_order=word_order)
    assert decode(name, wire=wire.hex())[2] == {0: "METER-01"}


def test_power_is_multiplied_by_the_transformer_ratios_that_stand_elsewhere() -> None:
    """40 (current) and 10.0 (voltage) times 123.4 W; the ratios come after what they scale, in the block and in the profile."""
    values, qualities, _ = decode(
        point("power", 0, WireType.I16, scale=0.1, ratios=("ct", "pt"), high=50_000),
        point("ct", 1, low=1),
        point("pt", 2, scale=0.1),
        wire="04d2 0028 0064",
    )
    assert values == [pytest.approx(49_360), 40, 10]
    assert qualities == [Quality.GOOD] * 3


def test_by_a_ratio_that_is_doubted_there_is_no_value() -> None:
    """A ratio of 0, which its limits call unbelievable, leaves no power of 0 but none at all."""
    values, qualities, _ = decode(point("power", 0, ratios=("ct",)), point("ct", 1, low=1), wire="04d2 0000")
    assert math.isnan(values[0])
    assert qualities == [Quality.SENSOR_FAILURE, Quality.OUT_OF_RANGE]


def test_a_ratio_in_another_request_that_failed_or_is_not_due_takes_its_values_along() -> None:
    profile = modbus_profile(point("power", 0, ratios=("ct",)), point("ct", 50))
    decoder = compile_decoder(profile, plan(profile))
    for failure in (ABSENT, int(Quality.COMM_FAILURE)):
        values, qualities, _ = decoder.decode([b"\x04\xd2", None], [GOOD, failure])
        assert qualities == bytes([failure, failure])
        assert math.isnan(values[0])


def test_a_double_that_grows_beyond_all_numbers_is_not_available() -> None:
    value, quality = one(point("x", 0, WireType.F64, scale=1000.0, high=1e9), struct.pack(">d", 1e307).hex())
    assert math.isnan(value)
    assert quality is Quality.SENSOR_FAILURE


@pytest.mark.parametrize("sentinels", [(-9999.0,), (1e20,)])
def test_a_float_may_have_a_number_for_not_available(sentinels: tuple[float, ...]) -> None:
    absent = point("x", 0, WireType.F32, sentinels=sentinels)
    assert one(absent, struct.pack(">f", sentinels[0]).hex())[1] is Quality.SENSOR_FAILURE
    assert one(absent, struct.pack(">f", 20.5).hex()) == (20.5, Quality.GOOD)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (point("x", 0, ratios=("y",)), "'y', which is not among the points read"),
        (point("x", 0, ratios=("x",)), "has a ratio itself"),
        (point("x", 0, WireType.F32, encoding="bcd"), "is for integers"),
        (point("x", 0, WireType.BITS, words=5), "more than a number holds"),
        (point("x", 0, encoding="bits 3-20 of the 16-bit value"), "do not lie in 16 bits"),
    ],
)
def test_what_no_decoder_can_do_is_said_before_the_first_poll(broken: Point, words: str) -> None:
    profile = modbus_profile(broken)
    with pytest.raises(ProfileError, match=words):
        compile_decoder(profile, plan(profile))
