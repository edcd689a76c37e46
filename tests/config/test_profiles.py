"""A profile is tested by existing: each one of the library loads, and its points make sense."""

from pathlib import Path

import pytest

from guanjia.config.profile_file import LIBRARY, load_profile, read_profile
from guanjia.config.site_file import read_site
from model.profile import Register, Table, TopicPath

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
