"""A profile is tested by existing: each one of the library loads, and its points make sense."""

from pathlib import Path

import pytest

from guanjia.config.profile_file import LIBRARY, load_profile, read_profile
from guanjia.config.site_file import read_site
from model.profile import Register, RegisterRange, SunSpec, Table, TopicPath

PROFILES = sorted(LIBRARY.glob("*.yaml"))
FIRST_CIRCLE = {"power_meter", "pump", "elevator", "fire_panel", "parking_barrier", "ev_charger"}


@pytest.mark.parametrize("file", PROFILES, ids=lambda f: f.stem)
def test_every_profile_of_the_library_loads(file: Path) -> None:
    profile = load_profile(file)
    assert profile.id == file.stem
    assert profile.source, "a profile names where its figures come from"
    assert len({p.name for p in profile.points}) == len(profile.points)
    assert all(p.label.zh and p.label.en for p in profile.points)
    assert (profile.modbus is None) != (profile.mqtt is None)
    assert all(profile.lines[p.name] > 1 for p in profile.points)


def test_the_library_covers_all_six_systems_of_the_first_circle() -> None:
    assert {load_profile(f).device_class for f in PROFILES} >= FIRST_CIRCLE
    assert len(PROFILES) >= 10


def test_write_only_registers_are_never_among_the_points() -> None:
    charger = load_profile(LIBRARY / "abb_terra_ac.yaml")
    assert {p.name for p in charger.write_only} == {"set_current_limit", "set_phases", "start_stop_session", "communication_timeout"}
    assert not {p.name for p in charger.write_only} & {p.name for p in charger.points}


def test_a_repeated_point_counts_up_in_name_label_and_address() -> None:
    panel = load_profile(LIBRARY / "notifier_modbus_gw.yaml")
    column = panel.column("loop2_detector_159")
    assert column is not None
    point = panel.points[column]
    assert isinstance(point.wire, Register)
    assert (point.wire.table, point.wire.address, point.label.zh) == (Table.HOLDING, 400 + 158, "回路2探测器159")


def test_sentinels_are_taken_by_type_and_sign() -> None:
    by_name = {p.name: p for p in load_profile(LIBRARY / "abb_b23.yaml").points}
    signed = [p for p in by_name.values() if p.type.value == "i32"]
    assert signed
    assert all(p.sentinels == (0x7FFFFFFF,) for p in signed)
    pump = {p.name: p for p in load_profile(LIBRARY / "grundfos_cim500.yaml").points}
    assert pump["head"].sentinels == (0xFFFF,)
    assert pump["power"].sentinels == (0xFFFFFFFF,)


def test_both_languages_of_an_enumeration_may_be_given() -> None:
    gate = load_profile(LIBRARY / "barrier_json.yaml")
    state = gate.points[0]
    assert isinstance(state.wire, TopicPath)
    assert (state.enum[4].zh, state.enum[4].en) == ("停在半途", "stopped midway")


def test_a_profile_file_is_taken_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text((LIBRARY / "acrel_adw300.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    site = read_site(
        """
site: {id: s, name: {zh: 站, en: Site}, timezone: Asia/Shanghai}
areas: [{id: a, name: {zh: 区, en: Area}}]
devices:
  - {id: m1, name: {zh: 表, en: Meter}, system: power, area: a, profile: ./mine.yaml, modbus: {host: 127.0.0.1}, every: 500ms,
     points: ["voltage_l?", energy_import]}
""",
        "site.yaml",
        tmp_path,
    )
    meter = site.devices["m1"]
    assert [p.name for p in meter.points] == ["voltage_l1", "voltage_l2", "voltage_l3", "energy_import"]
    assert meter.every_ns == 500_000_000
    assert site.point("m1.voltage_l2") == (meter, 1)
    assert site.point("m1.nothing") is None


def test_a_signed_sentinel_is_not_applied_to_floats() -> None:
    text = (LIBRARY / "schneider_pm5000.yaml").read_text(encoding="utf-8")
    profile = read_profile(text, "pm", "pm.yaml")
    assert all(not p.sentinels for p in profile.points if p.type.value == "f32")


HEAD = "manufacturer: m\nmodel: m\nclass: power_meter\nprotocol: modbus_tcp\n"


def wires(points: str, defaults: str = "{}", more: str = "") -> dict[str, Register]:
    """Where the points of a small profile lie."""
    profile = read_profile(f"{HEAD}defaults: {defaults}\npoints:\n{points}\n{more}", "small", "small.yaml")
    return {p.name: p.wire for p in (*profile.points, *profile.write_only) if isinstance(p.wire, Register)}


@pytest.mark.parametrize(
    ("defaults", "written", "table", "address"),
    [
        ("{}", "address: 107, table: holding", Table.HOLDING, 107),
        ("{addressing: one_based}", "address: 108, table: holding", Table.HOLDING, 107),
        ("{address_offset: -1}", "address: 108, table: input", Table.INPUT, 107),
        ("{addressing: modicon}", "address: 1", Table.COIL, 0),
        ("{addressing: modicon}", "address: 10197", Table.DISCRETE, 196),
        ("{addressing: modicon}", "address: 30001", Table.INPUT, 0),
        ("{addressing: modicon}", "address: 40108, table: holding", Table.HOLDING, 107),
        ("{addressing: modicon}", "address: 400108", Table.HOLDING, 107),
        ("{addressing: modicon}", "address: 465536", Table.HOLDING, 65535),
        ("{addressing: modicon, address_offset: 1}", "address: 300001", Table.INPUT, 1),
    ],
)
def test_addresses_are_taken_as_the_manual_counts_them(defaults: str, written: str, table: Table, address: int) -> None:
    found = wires(f"- {{name: x, label_zh: 点, type: bool, {written}}}", defaults)["x"]
    assert (found.table, found.address) == (table, address)


def test_scale_registers_and_illegal_ranges_are_counted_like_the_points() -> None:
    points = "- {name: x, label_zh: 点, type: u16, address: 40001, scale_register: 40010, scale_mode: pow10}"
    profile = read_profile(
        f"{HEAD}defaults: {{addressing: modicon}}\npoints:\n{points}\nillegal: [{{first: 40101, last: 40110}}]\n", "small", "small.yaml"
    )
    wire = profile.points[0].wire
    assert isinstance(wire, Register)
    assert wire.scale_register == 9
    assert profile.modbus is not None
    assert profile.modbus.illegal == (RegisterRange(Table.HOLDING, 100, 109),)


def test_the_word_order_of_numbers_does_not_turn_a_text() -> None:
    points = """
- {name: number, label_zh: 数, type: u32, address: 0, table: holding}
- {name: name, label_zh: 名, type: string, words: 4, address: 2, table: holding}
- {name: turned, label_zh: 名, type: string, words: 4, address: 6, table: holding, word_order: lsw_first}
"""
    found = wires(points, "{word_order: lsw_first}")
    assert [found[name].word_order for name in ("number", "name", "turned")] == ["lsw_first", "msw_first", "lsw_first"]


def test_what_others_depend_on_is_read_as_often_as_they_are() -> None:
    """Rhythms by name or as a duration; a ratio, a unit and a scale are never slower than what needs them."""
    points = """
- {name: power, label_zh: 功率, type: u16, address: 0, table: holding, ratio: ct, scale_register: 9, scale_mode: pow10}
- {name: ct, label_zh: 变比, type: u16, address: 1, table: holding, every: slow}
- {name: exponent, label_zh: 指数, type: i16, address: 9, table: holding, every: 1h}
- {name: warmth, label_zh: 温度, type: u16, address: 2, table: holding, unit: degC, unit_select: shown, every: 10s}
- {name: shown, label_zh: 单位, type: u16, address: 3, table: holding, enum_ref: unit, every: slow}
- {name: hours, label_zh: 小时, type: u16, address: 4, table: holding, every: slow}
"""
    text = f"{HEAD}points:\n{points}rhythms: {{slow: 60s}}\nenums: {{unit: {{0: degC, 1: degF}}}}\n"
    every = {p.name: p.every_ns // 1_000_000_000 for p in read_profile(text, "small", "small.yaml").points}
    assert every == {"power": 0, "ct": 0, "exponent": 0, "warmth": 10, "shown": 10, "hours": 60}


def test_one_line_of_an_enumeration_may_stand_for_several_codes() -> None:
    evlink = load_profile(LIBRARY / "schneider_evlink_pro.yaml").points[0]
    assert {code for code, words in evlink.enum.items() if words.en == "connected"} == {3, 4, 5, 7}
    phoenix = load_profile(LIBRARY / "phoenix_em_cp_pp_eth.yaml").points[0]
    assert phoenix.enum[ord("C")].en == "charging"


def test_sentinels_of_a_profile_may_be_numbers_and_those_of_a_point_several() -> None:
    points = """
- {name: level, label_zh: 液位, type: f32, address: 0, table: holding}
- {name: state, label_zh: 状态, type: u16, address: 2, table: holding, sentinel: [65534, 65535]}
- {name: flags, label_zh: 标志, type: bits, words: 2, address: 3, table: holding}
"""
    text = f"{HEAD}points:\n{points}sentinels: {{f32: -9999.0, u16: 0x8000, bitfield32: '0xFFFFFFFF'}}\n"
    level, state, flags = read_profile(text, "small", "small.yaml").points
    assert (level.sentinels, state.sentinels, flags.sentinels) == ((-9999.0,), (65534, 65535, 0x8000), (0xFFFFFFFF,))


def test_the_sunspec_meter_says_where_its_models_are_written() -> None:
    meter = load_profile(LIBRARY / "sunspec_203.yaml")
    assert meter.modbus is not None
    assert meter.modbus.sunspec == SunSpec((40_000, 0, 50_000), {1: 40_002, 203: 40_070})
