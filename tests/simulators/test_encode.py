"""Every expected byte here was worked out by hand from the device's document, never by running the encoder."""

import math

import pytest

from model.profile import ByteOrder, Register, Table, WireType, WordOrder
from simulators.encode import fold_power_factor, point_encoder
from simulators.unit_table import conversion
from tests.simulators.fakes import point


def register(words: int, byte_order: ByteOrder = ByteOrder.BIG, word_order: WordOrder = WordOrder.MSW_FIRST) -> Register:
    return Register(Table.HOLDING, 0, words, byte_order, word_order)


@pytest.mark.parametrize(
    ("wire_type", "words", "more", "value", "expected"),
    [
        pytest.param(WireType.U16, 1, {"scale": 0.1}, 230.4, "0900", id="u16-tenths"),
        pytest.param(WireType.I16, 1, {"scale": 0.1}, -5.0, "ffce", id="i16-negative"),
        pytest.param(WireType.U32, 2, {"scale": 0.001}, 70.0, "00011170", id="u32-thousandths"),
        pytest.param(WireType.I32, 2, {}, -2, "fffffffe", id="i32-negative"),
        pytest.param(WireType.U64, 4, {}, 2**40, "0000010000000000", id="u64"),
        pytest.param(WireType.I64, 4, {"scale": 0.001}, 1.5, "00000000000005dc", id="i64"),
        pytest.param(WireType.F32, 2, {}, 49.98, "4247eb85", id="f32"),
        pytest.param(WireType.F64, 4, {}, 1.0, "3ff0000000000000", id="f64"),
        pytest.param(WireType.BITS, 1, {}, 0b1010, "000a", id="bits"),
        pytest.param(WireType.BOOL, 1, {}, 1.0, "0001", id="bool-in-a-register"),
        pytest.param(WireType.STRING, 3, {}, "C2", "433200000000", id="string-padded-with-nul"),
        pytest.param(WireType.STRING, 2, {}, "中文", "e4b8ad00", id="string-cut-between-characters"),
        pytest.param(WireType.U16, 1, {"offset": -40.0}, 25.0, "0041", id="offset"),
        pytest.param(WireType.U16, 1, {"encoding": "ASCII in the low byte"}, "C", "0043", id="ascii-in-the-low-byte"),
        pytest.param(WireType.U32, 2, {"encoding": "bits 8-14 of the 32-bit value"}, 4.0, "00000400", id="terra-ac-state"),
        pytest.param(WireType.U32, 2, {"encoding": "bcd_yyyymmdd"}, 20240115.0, "20240115", id="packed-decimal-date"),
        # 2026-01-14T22:53:07.250Z: year 26, month 1 day 14, hour 22 minute 53, 7250 ms
        pytest.param(WireType.BITS, 4, {"encoding": "schneider_datetime4"}, 1768431187.25, "001a010e16351c52", id="schneider-clock"),
    ],
)
def test_a_value_becomes_the_bytes_of_its_type(
    wire_type: WireType, words: int, more: dict[str, object], value: float | str, expected: str
) -> None:
    encode = point_encoder(point("x", register(words), type=wire_type, **more))
    assert encode(value).hex() == expected


@pytest.mark.parametrize(
    ("byte_order", "word_order", "expected"),
    [
        pytest.param(ByteOrder.BIG, WordOrder.MSW_FIRST, "4247eb85", id="ABCD"),
        pytest.param(ByteOrder.BIG, WordOrder.LSW_FIRST, "eb854247", id="CDAB"),
        pytest.param(ByteOrder.LITTLE, WordOrder.MSW_FIRST, "474285eb", id="BADC"),
        pytest.param(ByteOrder.LITTLE, WordOrder.LSW_FIRST, "85eb4742", id="DCBA"),
    ],
)
def test_the_four_orders_of_a_float(byte_order: ByteOrder, word_order: WordOrder, expected: str) -> None:
    encode = point_encoder(point("level", register(2, byte_order, word_order), type=WireType.F32))
    assert encode(49.98).hex() == expected


@pytest.mark.parametrize(
    ("wire_type", "words", "sentinels", "expected"),
    [
        pytest.param(WireType.U16, 1, (0xFFFF,), "ffff", id="unsigned-all-ones"),
        pytest.param(WireType.I32, 2, (0x7FFFFFFF,), "7fffffff", id="signed-largest"),
        pytest.param(WireType.I16, 1, (0x8000,), "8000", id="signed-smallest-written-unsigned"),
        pytest.param(WireType.U16, 1, (), "0000", id="no-sentinel-shows-zero"),
        pytest.param(WireType.F32, 2, (), "7fc00000", id="float-nan"),
        pytest.param(WireType.F32, 2, (-9999.0,), "c61c3c00", id="float-sentinel"),
    ],
)
def test_no_value_is_the_sentinel(wire_type: WireType, words: int, sentinels: tuple[float, ...], expected: str) -> None:
    encode = point_encoder(point("x", register(words), type=wire_type, sentinels=sentinels))
    assert encode(math.nan).hex() == expected


@pytest.mark.parametrize(
    ("name", "unit", "wire_type", "value", "expected"),
    [
        pytest.param("current", "A", WireType.U16, 70_000.0, "ffff", id="a-measure-sticks-at-the-top"),
        pytest.param("current", "A", WireType.U16, -1.0, "0000", id="a-measure-sticks-at-the-bottom"),
        pytest.param("power", "kW", WireType.I16, -40_000.0, "8000", id="a-signed-measure-sticks-at-the-bottom"),
        pytest.param("power", "kW", WireType.I16, math.inf, "7fff", id="infinity-sticks"),
        pytest.param("energy", "kWh", WireType.U16, 65_536.0 + 5, "0005", id="a-counter-starts-again-at-zero"),
        pytest.param("energy", "kWh", WireType.I16, 32_768.0 + 5, "0005", id="a-signed-counter-never-turns-negative"),
        pytest.param("heartbeat", "", WireType.U16, 65_537.0, "0001", id="a-heartbeat-wraps"),
    ],
)
def test_the_limits_of_a_type(name: str, unit: str, wire_type: WireType, value: float, expected: str) -> None:
    assert point_encoder(point(name, register(1), type=wire_type, unit=unit))(value).hex() == expected


def test_a_float_saturates_instead_of_overflowing() -> None:
    assert point_encoder(point("x", register(2), type=WireType.F32))(1e300).hex() == "7f7fffff"


@pytest.mark.parametrize(
    ("power_factor", "leading", "folded"),
    [(0.95, False, 0.95), (0.95, True, 1.05), (-0.9, False, -0.9), (-0.9, True, -1.1), (1.0, False, 1.0)],
)
def test_the_four_quadrant_power_factor_folds_beyond_one_when_leading(power_factor: float, leading: bool, folded: float) -> None:
    assert fold_power_factor(power_factor, leading) == pytest.approx(folded)


@pytest.mark.parametrize(
    ("truth_unit", "wire_unit", "truth", "wire"),
    [
        ("kW", "W", 1.5, 1500.0),
        ("W", "kW", 1500.0, 1.5),
        ("kWh", "Wh", 2.0, 2000.0),
        ("MPa", "bar", 0.58, 5.8),
        ("m3/h", "l/s", 36.0, 10.0),
        ("m3", "l", 1.2, 1200.0),
        ("degC", "degF", 100.0, 212.0),
        ("degF", "degC", 32.0, 0.0),
        ("", "%", 0.95, 95.0),
        ("h", "s", 2.0, 7200.0),
    ],
)
def test_units_convert(truth_unit: str, wire_unit: str, truth: float, wire: float) -> None:
    found = conversion(truth_unit, wire_unit)
    assert found is not None
    assert truth * found[0] + found[1] == pytest.approx(wire)


def test_units_of_different_quantities_do_not_convert() -> None:
    assert conversion("kW", "kWh") is None
    assert conversion("furlong", "m") is None


def test_a_scale_register_stands_in_for_the_scale() -> None:
    encode = point_encoder(point("volume", register(2), type=WireType.U32, unit="m3", scale=1.0), resolution=0.01)
    assert encode(12.34).hex() == "000004d2"
