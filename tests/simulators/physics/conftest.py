"""A small site of every kind of machine, built from the product's own profiles."""

from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from guanjia.config.profile_file import LIBRARY, load_profile
from model.profile import Profile
from model.site import Area, AreaKind, Device, Metering, Mqtt, Site, System
from model.text import Text
from simulators.physics.site_physics import SitePhysics, build_machines

MIDNIGHT_NS = 1_767_196_800 * 1_000_000_000
"""2026-01-01 00:00 in Shanghai."""
HOUR_NS = 3600 * 1_000_000_000

DeviceRow = tuple[str, str, System, str]


@cache
def profile(profile_id: str) -> Profile:
    return load_profile(LIBRARY / f"{profile_id}.yaml")


def device(
    device_id: str,
    profile_id: str,
    system: System,
    area: str,
    feeds: tuple[str, ...] = (),
    metering: Metering | None = None,
    params: Mapping[str, float] | None = None,
) -> Device:
    return Device(
        id=device_id,
        name=Text(device_id, device_id),
        system=system,
        area=area,
        profile=profile(profile_id),
        connection=Mqtt(device_id),
        every_ns=1_000_000_000,
        feeds=feeds,
        params=params or {},
        metering=metering,
    )


def site_of(*devices: Device) -> Site:
    areas = [
        Area("sub1", Text("变电所", "Substation"), AreaKind.SUBSTATION),
        Area("b01", Text("1号楼", "Block 1"), AreaKind.BLOCK, households=60, floors=11),
        Area("b02", Text("2号楼", "Block 2"), AreaKind.BLOCK, households=54, floors=10),
        Area("pr1", Text("泵房", "Pump room"), AreaKind.PUMP_ROOM),
        Area("pr2", Text("消防泵房", "Fire pump room"), AreaKind.PUMP_ROOM),
        Area("garage", Text("车库", "Garage"), AreaKind.GARAGE),
        Area("podium", Text("裙楼", "Podium"), AreaKind.PODIUM),
        Area("gate", Text("门", "Gate"), AreaKind.GATE),
    ]
    return Site(
        id="test",
        name=Text("试验", "Test"),
        timezone=ZoneInfo("Asia/Shanghai"),
        areas={area.id: area for area in areas},
        devices={d.id: d for d in devices},
        parking_spaces={"underground": 797, "ground": 15},
    )


def _power() -> list[Device]:
    power = System.POWER
    block1 = ("b01.lifts", "b01.light", "b01.loop")
    others = ("podium.power", "pr1.power", "pr2.power", "garage.power", "gate.power")
    return [
        device("sub1.t1", "eaton_tc100", power, "sub1", ("sub1.incomer1",)),
        device("sub1.t2", "eaton_tc100", power, "sub1"),
        device("sub1.incomer1", "schneider_pm5000", power, "sub1", ("b01.power", "b01.homes"), Metering("incomer")),
        device("sub1.incomer2", "schneider_pm5000", power, "sub1", others, Metering("incomer")),
        device("b01.power", "janitza_umg96rm", power, "sub1", block1, Metering("feeder"), {"rated_current": 250}),
        device("b01.homes", "eastron_sdm630", power, "sub1", (), Metering("use", "A1"), {"rated_current": 400, "households": 60}),
        device("b01.lifts", "abb_b23", power, "b01", ("b01.lift1", "b01.lift2"), Metering("use", "C1"), {"rated_current": 100}),
        device("b01.light", "acrel_adw300", power, "b01", (), Metering("use", "A2"), {"rated_current": 63}),
        device("podium.power", "janitza_umg96rm", power, "sub1", ("podium.chiller", "podium.pump1"), Metering("use", "B1")),
        device("pr1.power", "janitza_umg96rm", power, "sub1", ("pr1.pump1", "pr1.pump2", "pr1.pump3"), Metering("use", "C2")),
        device("pr2.power", "janitza_umg96rm", power, "sub1", ("pr2.pump1",), Metering("use", "C2")),
        device(
            "garage.power", "janitza_umg96rm", power, "sub1",
            ("charge1", "charge2", "charge3", "charge4", "garage.sump1"), Metering("use", "D6"), {"rated_current": 400},
        ),
        device("gate.power", "abb_b23", power, "sub1", ("gate.in", "gate.out", "gate.camera", "fcc.panel"), Metering("use", "D6")),
    ]  # fmt: skip


def _machines() -> list[Device]:
    water, fire = System.WATER, System.FIRE
    return [
        device("b01.lift1", "gbt24476_elevator", System.ELEVATOR, "b01"),
        device("b01.lift2", "eleon_s1", System.ELEVATOR, "b01"),
        device("pr1.pump1", "booster_set", water, "pr1", params={"rated_current": 22}),
        device("pr1.pump2", "grundfos_cim500", water, "pr1", params={"rated_current": 22}),
        device("pr1.pump3", "danfoss_fc202", water, "pr1", params={"rated_current": 22}),
        device("pr1.tank", "tank", water, "pr1", params={"height_m": 3.0, "low_m": 0.8, "high_m": 2.8}),
        device("pr1.radar", "vega_c21", water, "pr1"),
        device("pr2.pump1", "booster_set", fire, "pr2", params={"rated_current": 85}),
        device("pr2.tank", "tank", fire, "pr2", params={"height_m": 4.2, "low_m": 3.0, "high_m": 4.1}),
        device("garage.sump1", "sump_pit", water, "garage"),
        device("b01.water", "arad_octave", water, "b01", metering=Metering("use", energy="water")),
        device("b02.water", "arad_octave", water, "b02", metering=Metering("use", energy="water")),
        device("podium.water", "arad_octave", water, "podium", metering=Metering("use", energy="water")),
        device("main.water", "arad_octave", water, "gate", metering=Metering("incomer", energy="water")),
        device("b01.loop", "fire_loop", fire, "b01"),
        device("fcc.panel", "notifier_modbus_gw", fire, "podium"),
        device("fcc.gateway", "gbt26875_fire", fire, "podium"),
        device("gate.in", "barrier_json", System.PARKING, "gate"),
        device("gate.out", "barrier_json", System.PARKING, "gate"),
        device("gate.camera", "vzenith_barrier", System.PARKING, "gate"),
        device("charge1", "abb_terra_ac", System.CHARGING, "garage"),
        device("charge2", "alfen_eve", System.CHARGING, "garage", params={"phases": 3, "rated_current": 16}),
        device("charge3", "keba_p30", System.CHARGING, "garage"),
        device("charge4", "go_e", System.CHARGING, "garage"),
        device("podium.chiller", "daikin_chiller", System.HVAC, "podium"),
        device("podium.pump1", "grundfos_cim500", System.HVAC, "podium"),
        device("podium.gas", "midas_gas", System.GAS, "podium"),
        device("garage.co", "midas_gas", System.PARKING, "garage"),
    ]


@cache
def full_site() -> Site:
    return site_of(*_power(), *_machines())


def start(hour: float, seed: int = 1, site: Site | None = None) -> SitePhysics:
    """The site at a local hour of the first day of the year."""
    return build_machines(site or full_site(), seed, MIDNIGHT_NS + round(hour * HOUR_NS))


@pytest.fixture
def evening() -> SitePhysics:
    physics = start(19.0)
    for _ in range(30):
        physics.step(1.0)
    return physics


def number(physics: SitePhysics, device_id: str, quantity: str) -> float:
    value = physics.machines[device_id].truth()[quantity]
    assert isinstance(value, float | int), f"{device_id}.{quantity} is {value!r}, not a number"
    return float(value)
