from collections import Counter
from pathlib import Path

import pytest
import yaml

from guanjia.config.site_file import load_site, read_site
from model.site import AreaKind, ModbusTcp, Site, System
from simulators.reference_site import FIRST_PORT, Size, ports_needed, reference_site

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "talent-apartments"


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(EXAMPLES / "site.yaml", {})


@pytest.mark.parametrize(("file", "size"), [("site.yaml", "reference"), ("small.yaml", "small")])
def test_the_example_is_what_the_generator_writes(file: str, size: Size) -> None:
    assert (EXAMPLES / file).read_text(encoding="utf-8") == reference_site(size)


def test_the_reference_site_has_the_facts_of_the_compound(site: Site) -> None:
    blocks = [area for area in site.areas.values() if area.kind is AreaKind.BLOCK]
    assert len(blocks) == 14
    assert sum(block.households for block in blocks) == 828
    assert {block.floors for block in blocks} == {10, 11}
    assert site.parking_spaces == {"underground": 797, "ground": 15}
    assert site.declared_demand_kw == 1900
    assert Counter(area.kind for area in site.areas.values())[AreaKind.PUMP_ROOM] == 3


def test_the_reference_site_is_about_250_devices_and_6000_points(site: Site) -> None:
    assert 240 <= len(site.devices) <= 260
    assert 5_700 <= sum(len(device.points) for device in site.devices.values()) <= 6_500
    profiles = Counter(device.profile.id for device in site.devices.values())
    assert profiles["gbt24476_elevator"] == 28
    assert profiles["barrier_json"] == 4
    assert sum(profiles[make] for make in ("abb_terra_ac", "alfen_eve", "keba_p30", "go_e")) == 60
    assert 80 <= sum(1 for device in site.devices.values() if device.device_class == "power_meter") <= 95
    assert {device.system for device in site.devices.values()} == set(System)


def test_the_small_site_is_about_40_devices_of_every_system() -> None:
    small = load_site(EXAMPLES / "small.yaml", {})
    assert 35 <= len(small.devices) <= 50
    assert {device.system for device in small.devices.values()} == set(System)


def test_the_large_site_is_four_districts_without_a_clash() -> None:
    large = yaml.load(reference_site("large"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    devices = {device["id"]: device for device in large["devices"]}
    assert len(devices) == len(large["devices"]) == 4 * 251
    serials = [d["mqtt"]["values"]["serial"] for d in devices.values() if d["profile"] == "go_e"]
    assert len(set(serials)) == len(serials) == 24
    assert devices["d3.b07.lift1"]["name"]["zh"] == "三区7号楼1#梯"
    assert {device["area"] for device in devices.values()} <= {area["id"] for area in large["areas"]}


@pytest.mark.parametrize("size", ["small", "reference"])
def test_power_reaches_everything_exactly_once_and_batteries_excepted(size: Size, tmp_path: Path) -> None:
    site = read_site(reference_site(size), "site.yaml", tmp_path, {})
    supplies = Counter(fed for device in site.devices.values() for fed in device.feeds)
    roots = {d.id for d in site.devices.values() if d.device_class in ("transformer_monitor", "water_meter")}
    assert set(supplies) == set(site.devices) - roots
    assert set(supplies.values()) == {1}


def test_the_feeder_of_block_7_is_2d5_and_carries_its_lifts_lights_and_fire_loop(site: Site) -> None:
    assert site.devices["sub2.d5"].name.zh == "2#变电所 2D5 7号楼动力"
    assert site.devices["sub2.d5"].feeds == ("b07.lift-meter", "b07.light-meter", "fcc.loop07")
    assert site.devices["b07.lift-meter"].feeds == ("b07.lift1", "b07.lift2")
    assert site.devices["b07.lift1"].name.zh == "7号楼1#梯"
    assert site.devices["charge.b17"].name.zh == "充电桩 B-17"


def test_no_two_devices_share_an_address_but_gateways_have_several_units(site: Site) -> None:
    wires = [d.connection for d in site.devices.values() if isinstance(d.connection, ModbusTcp)]
    assert len({(w.host, w.port, w.unit) for w in wires}) == len(wires)
    shared = Counter(w.port for w in wires)
    assert len(shared) == ports_needed("reference")
    assert max(shared.values()) == 17


def test_every_electricity_use_carries_its_item_of_the_sub_metering_guideline(site: Site) -> None:
    metered = [d.metering for d in site.devices.values() if d.metering and d.metering.energy == "electricity"]
    assert Counter(m.role for m in metered)["incomer"] == 4
    assert {m.item for m in metered if m.role == "use"} == {"A1", "A2", "A3", "B1", "B2", "C1", "C2", "C3", "D1", "D2", "D3", "D5", "D6"}


def test_ports_can_be_given_one_by_one() -> None:
    ports = [40_000 + 3 * n for n in range(ports_needed("small"))]
    written = yaml.safe_load(reference_site("small", host="10.0.0.9", ports=ports, broker="mqtt://10.0.0.1:1883"))
    wires = [device["modbus"] for device in written["devices"] if "modbus" in device]
    assert {wire["port"] for wire in wires} == set(ports)
    assert {wire["host"] for wire in wires} == {"10.0.0.9"}
    assert written["mqtt"]["broker"] == "mqtt://10.0.0.1:1883"


def test_too_few_ports_are_refused() -> None:
    with pytest.raises(ValueError, match="needs 42 ports, 3 were given"):
        reference_site("small", ports=[1, 2, 3])


def test_ports_run_from_the_first(site: Site) -> None:
    ports = {d.connection.port for d in site.devices.values() if isinstance(d.connection, ModbusTcp)}
    assert ports == set(range(FIRST_PORT, FIRST_PORT + len(ports)))
