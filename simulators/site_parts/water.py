"""Water: booster sets with their tanks, fire pumps, sump pits, water meters."""

from simulators.site_parts.compound import Compound, DevicePart, Words

_BOOSTER = {"rated_current": 22.0, "rated_power": 11.0}
_FIRE_PUMP = {"rated_current": 85.0, "rated_power": 45.0}
_WATER_ROOMS = (1, 2)
_FIRE_ROOM = 3
_MAIN_M3H, _BRANCH_M3H = 38.0, 15.0
"""The largest flow that all tanks filling at once take through one main, and a block or the podium at its peak, with some to spare."""


def water(compound: Compound) -> None:
    for room in _WATER_ROOMS if compound.scope.is_whole else (2,):
        _booster_set(compound, room)
    if compound.scope.is_whole:
        _fire_water(compound)
    _sumps(compound)
    _meters(compound)


def _booster_set(compound: Compound, room: int) -> None:
    area, feeder = f"pr{room}", f"pr{room}-power"
    for pump in (1, 2, 3):
        words = Words(f"{room}#泵房 {pump}#泵", f"Pump room {room} pump {pump}")
        compound.add(DevicePart(f"{area}.pump{pump}", words, "water", area, "booster_set", "1s", params=dict(_BOOSTER)), fed_by=feeder)
    tank = DevicePart(f"{area}.tank", Words(f"{room}#泵房 生活水箱", f"Pump room {room} domestic tank"), "water", area, "tank", "2s")
    tank.params = {"height_m": 3.0, "low_m": 0.8, "high_m": 2.8}
    compound.add(tank, fed_by=feeder)
    _radar(compound, area, f"{room}#泵房 水箱雷达液位计", f"Pump room {room} tank radar", feeder)


def _radar(compound: Compound, area: str, zh: str, en: str, feeder: str) -> None:
    compound.add(DevicePart(f"{area}.radar", Words(zh, en), "water", area, "vega_c21", "5s", unit=246), fed_by=feeder)


def _fire_water(compound: Compound) -> None:
    area, feeder = f"pr{_FIRE_ROOM}", f"pr{_FIRE_ROOM}-power"
    for pump_id, zh, en in (
        ("hydrant1", "1#消火栓泵", "hydrant pump 1"),
        ("hydrant2", "2#消火栓泵", "hydrant pump 2"),
        ("sprinkler1", "1#喷淋泵", "sprinkler pump 1"),
        ("sprinkler2", "2#喷淋泵", "sprinkler pump 2"),
    ):
        words = Words(f"{_FIRE_ROOM}#泵房 {zh}", f"Pump room {_FIRE_ROOM} {en}")
        compound.add(DevicePart(f"{area}.{pump_id}", words, "fire", area, "booster_set", "1s", params=dict(_FIRE_PUMP)), fed_by=feeder)
    _fire_tank(compound, f"{area}.reservoir", Words("3#泵房 消防水池", "Fire-water reservoir"), area, 4.2, 3.0, feeder)
    _fire_tank(compound, "b14.roof-tank", Words("14号楼屋顶 高位消防水箱", "Block 14 roof fire tank"), "b14", 2.4, 1.6, "b14.light-meter")
    _radar(compound, area, "消防水池雷达液位计", "Fire-water reservoir radar", feeder)


def _fire_tank(compound: Compound, tank_id: str, words: Words, area: str, height_m: float, low_m: float, feeder: str) -> None:
    tank = DevicePart(tank_id, words, "fire", area, "tank", "2s")
    tank.params = {"height_m": height_m, "low_m": low_m, "high_m": height_m - 0.1}
    compound.add(tank, fed_by=feeder)


def _sumps(compound: Compound) -> None:
    for zone, count in (("a", 6), ("b", 6)) if compound.scope.is_whole else (("b", 3),):
        for pit in range(1, count + 1):
            words = Words(f"车库{zone.upper()}区{pit}#集水坑", f"Garage {zone.upper()} sump {pit}")
            sump = DevicePart(f"garage-{zone}.sump{pit}", words, "water", f"garage-{zone}", "sump_pit", "1s")
            sump.params = {"height_m": 2.5, "low_m": 0.5, "high_m": 1.8, "rated_current": 8.0}
            compound.add(sump, fed_by=f"garage-{zone}-drain")


def _meters(compound: Compound) -> None:
    """Battery-backed meters of one riser room share a gateway; each block has its own unit on it."""
    if compound.scope.is_whole:
        _meter(compound, "water.main-n", Words("北门市政总水表", "North municipal main"), "gate-n", 1, "incomer", _MAIN_M3H)
        _meter(compound, "water.main-s", Words("南门市政总水表", "South municipal main"), "gate-s", 2, "incomer", _MAIN_M3H)
        _meter(compound, "water.podium", Words("商业裙楼水表", "Podium water meter"), "podium", 3, "use")
    for unit, block in enumerate(compound.scope.blocks, 4):
        _meter(compound, f"b{block:02}.water", Words(f"{block}号楼水表", f"Block {block} water meter"), f"b{block:02}", unit, "use")


def _meter(compound: Compound, meter_id: str, words: Words, area: str, unit: int, role: str, most_m3h: float = _BRANCH_M3H) -> None:
    meter = DevicePart(meter_id, words, "water", area, "arad_octave", "1min", socket="water.gateway", unit=unit)
    meter.params = {"most_flow": most_m3h}
    meter.metering = {"role": role, "energy": "water"}
    compound.add(meter)
