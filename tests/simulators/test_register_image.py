import math
import struct

import pytest

from model.profile import Access, Register, Table, WireType
from simulators.register_image import register_image
from tests.simulators.fakes import device, library, point, profile_of

HOLDING, COIL = Table.HOLDING, Table.COIL


def word(address: int, table: Table = HOLDING) -> Register:
    return Register(table, address, 1)


LEVEL = point("level", word(10), type=WireType.U16, scale=0.01, unit="m")
SPEED = point("speed", word(11), type=WireType.U16, unit="rpm", access=Access.READ_WRITE)
ALARM = point("alarm", word(14), type=WireType.U16)


def test_a_read_within_neighbouring_points_is_answered_and_one_across_a_gap_is_not() -> None:
    image = register_image(device(profile_of(LEVEL, SPEED, ALARM)), {"level": 2.31, "speed": 1450.0, "alarm": 3.0}, {"level": "m"})
    assert image.read(HOLDING, 10, 2) == struct.pack(">2H", 231, 1450)
    assert image.read(HOLDING, 10, 5) is None
    assert image.read(HOLDING, 9, 2) is None
    assert image.read(Table.INPUT, 10, 1) is None


def test_a_device_with_readable_gaps_answers_zero_in_them() -> None:
    image = register_image(device(profile_of(LEVEL, ALARM, bridge_gaps=True)), {"level": 1.0, "alarm": 7.0}, {})
    assert image.read(HOLDING, 10, 5) == struct.pack(">5H", 100, 0, 0, 0, 7)


def test_a_device_that_never_merges_gives_one_whole_point_a_request() -> None:
    image = register_image(device(profile_of(LEVEL, SPEED, merge_reads=False)), {"level": 1.0, "speed": 5.0}, {})
    assert image.read(HOLDING, 11, 1) == b"\x00\x05"
    assert image.read(HOLDING, 10, 2) is None


def test_refresh_follows_the_truth_and_a_written_register_stays_until_its_truth_changes() -> None:
    image = register_image(device(profile_of(LEVEL, SPEED)), {"level": 1.0, "speed": 5.0}, {})
    assert image.write(HOLDING, 11, b"\x00\x2a")
    image.refresh({"level": 2.0, "speed": 5.0})
    assert image.read(HOLDING, 10, 2) == struct.pack(">2H", 200, 42)
    image.refresh({"level": 2.0, "speed": 6.0})
    assert image.read(HOLDING, 11, 1) == b"\x00\x06"


def test_a_write_that_touches_a_read_only_register_changes_nothing() -> None:
    image = register_image(device(profile_of(LEVEL, SPEED)), {"level": 1.0, "speed": 5.0}, {})
    assert not image.write(HOLDING, 10, b"\x00\x01\x00\x02")
    assert image.read(HOLDING, 10, 2) == struct.pack(">2H", 100, 5)


def test_a_truth_in_another_unit_is_converted() -> None:
    image = register_image(device(profile_of(LEVEL)), {"level": 231.0}, {"level": "cm"})
    assert image.read(HOLDING, 10, 1) == struct.pack(">H", 231)


def test_a_truth_that_measures_something_else_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="level: a truth in 'kW' can't be written in 'm'"):
        register_image(device(profile_of(LEVEL)), {"level": 1.0}, {"level": "kW"})


def test_sixteen_coils_are_one_word_least_significant_first() -> None:
    coils = point("reference", Register(COIL, 16, 16), type=WireType.BITS)
    image = register_image(device(profile_of(coils)), {"reference": 0b101.__float__()}, {})
    assert image.read(COIL, 16, 4) == b"\x01\x00\x01\x00"


def test_schneider_power_factor_is_folded_when_the_phase_leads() -> None:
    meter = device(library("schneider_pm5000"))
    truth = {"power_factor_total": 0.95, "active_power_total": 100.0, "reactive_power_total": -30.0}
    image = register_image(meter, truth, {"active_power_total": "kW", "reactive_power_total": "kvar"})
    assert image.read(HOLDING, 3083, 2) == struct.pack(">f", 1.05)
    image.refresh({**truth, "reactive_power_total": 30.0})
    assert image.read(HOLDING, 3083, 2) == struct.pack(">f", 0.95)


def test_schneider_energy_counts_watt_hours_in_64_bits_and_identity_is_text() -> None:
    image = register_image(device(library("schneider_pm5000")), {"energy_import": 1234.5}, {"energy_import": "kWh"})
    assert image.read(HOLDING, 3203, 4) == struct.pack(">q", 1_234_500)
    assert (image.read(HOLDING, 29, 20) or b"").rstrip(b"\0") == b"plant.one"


def test_abb_says_not_available_with_all_ones() -> None:
    image = register_image(device(library("abb_b23")), {"voltage_l1": math.nan, "active_power_total": math.nan}, {})
    assert image.read(HOLDING, 23296, 2) == b"\xff\xff\xff\xff"
    assert image.read(HOLDING, 23316, 2) == b"\x7f\xff\xff\xff"


def test_an_octave_writes_volumes_in_the_resolution_its_index_register_names() -> None:
    truth = {"forward_volume": 12.34, "volume_resolution": 2.0, "forward_volume_f64": 12.34}
    image = register_image(device(library("arad_octave")), truth, {"forward_volume": "m3", "forward_volume_f64": "m3"})
    assert image.read(Table.INPUT, 54, 2) == struct.pack(">I", 1234)
    assert image.read(Table.INPUT, 24, 4) == struct.pack("<d", 12.34)
    assert image.read(Table.INPUT, 54, 4) is None


@pytest.mark.parametrize("merge_reads", [True, False])
def test_a_scale_register_that_is_no_point_is_served_with_the_scale_the_value_is_written_in(merge_reads: bool) -> None:
    wire = Register(HOLDING, 83, 1, scale_register=84, scale_mode="pow10")
    current = point("current", wire, type=WireType.I16, unit="A", scale=0.01)
    image = register_image(device(profile_of(current, merge_reads=merge_reads)), {"current": 1.5}, {"current": "A"})
    assert image.read(HOLDING, 84, 1) == struct.pack(">h", -1)
    assert image.read(HOLDING, 83, 1) == struct.pack(">h", 1500), "1.5 A in steps of 0.01 × 0.1 A"
    assert not image.write(HOLDING, 84, b"\0\0")


def test_a_transformer_controller_in_fahrenheit_writes_fahrenheit() -> None:
    truth = {"winding1_temp": 100.0, "temp_display_unit": 1.0}
    image = register_image(device(library("eaton_tc100")), truth, {"winding1_temp": "degC"})
    assert image.read(HOLDING, 6, 1) == struct.pack(">H", 212)
    celsius = register_image(device(library("eaton_tc100")), {"winding1_temp": 100.0}, {"winding1_temp": "degC"})
    assert celsius.read(HOLDING, 6, 1) == struct.pack(">H", 100)


def test_a_radar_offers_one_level_in_four_orders() -> None:
    names = ("pv_cdab", "pv", "pv_dcba", "pv_badc")
    image = register_image(device(library("vega_c21")), dict.fromkeys(names, 49.98), dict.fromkeys(names, "m"))
    found = {name: image.read(Table.INPUT, at, 2) for name, at in zip(names, (106, 2002, 2102, 2202), strict=True)}
    assert {name: wire.hex() for name, wire in found.items() if wire} == {
        "pv_cdab": "eb854247", "pv": "4247eb85", "pv_dcba": "85eb4742", "pv_badc": "474285eb",
    }  # fmt: skip
    assert image.read(Table.INPUT, 104, 1) == struct.pack(">H", 45)


@pytest.mark.parametrize(
    "profile_id",
    ["abb_terra_ac", "acrel_adw300", "alfen_eve", "booster_set", "daikin_chiller", "danfoss_fc202", "eastron_sdm630", "fire_loop",
     "gbt24476_elevator", "grundfos_cim500", "janitza_umg96rm", "keba_p30", "midas_gas", "notifier_modbus_gw", "sump_pit", "tank"],
)  # fmt: skip
def test_every_modbus_profile_shows_constants_where_no_truth_speaks(profile_id: str) -> None:
    profile = library(profile_id)
    image = register_image(device(profile), {}, {})
    for placed in profile.points:
        assert isinstance(placed.wire, Register)
        assert image.read(placed.wire.table, placed.wire.address, placed.wire.words) is not None, placed.name
