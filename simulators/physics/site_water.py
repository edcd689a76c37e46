"""The site's water: street main → tanks → booster sets → blocks, and what the meters on the way see."""

from model.site import Device, Site, System
from simulators.physics.chance import Drift, generator
from simulators.physics.outlet import NOMINAL_VOLTS
from simulators.physics.pump_set import Duty, PumpSet
from simulators.physics.site_time import SiteTime
from simulators.physics.tank import MPA_PER_METRE, OUTLET_BELOW_M, Tank, Vessel
from simulators.physics.water_use import WaterUse

PUMPS = frozenset({"pump", "vfd"})
_BOOSTER_MPA, _FIRE_MPA, _CHILLED_MPA, _LOOP_MPA = 0.55, 0.70, 0.45, 0.25
"""Setpoints for 10 to 11 floors, of the fire main, of the chilled water, and the static pressure of its closed loop; assumed."""
_FIRE_TANK_ABOVE_M = 12.0
"""Static head that a fire tank, or the unit holding its pressure, keeps on the highest hydrant; at least 7 to 10 m (GB 50974)."""
_RATED_A = 22.0
_CIRCULATION = (6.5, 22.0)
"""Hours between which the chilled water is pumped."""
_ELECTRIC_TO_WATER = 0.80 * 3 * NOMINAL_VOLTS * 0.86 * 0.62 / 1000
"""kW of water per ampere of nameplate current: loading, three phases, power factor, efficiency as in ``pumps``."""


class SiteWater:
    """Shared water. ``step`` before the machines."""

    def __init__(self, site: Site, seed: int, time: SiteTime) -> None:
        self._site = site
        self._seed = seed
        self._time = time
        self._pumps = [d for d in site.devices.values() if d.device_class in PUMPS]
        self._uses = {
            area.id: WaterUse(generator(seed, f"{area.id} water"), area.households) for area in site.areas.values() if area.households
        }
        self.tanks = {d.id: self._tank(d) for d in site.devices.values() if d.device_class == "tank"}
        self.sets: dict[tuple[str, System], PumpSet] = {}
        self._served: dict[tuple[str, System], list[WaterUse]] = {}
        for device in self._pumps:
            key = (device.area, device.system)
            if key not in self.sets:
                self.sets[key] = self._set(key)
        self._mains: list[WaterUse] = []
        self._street: list[WaterUse] = []

    def pump_set(self, device: Device) -> PumpSet:
        return self.sets[device.area, device.system]

    def vessel_at(self, area: str) -> Vessel | None:
        """The water a level sensor in this area looks at."""
        return next((self.tanks[d.id].vessel for d in self._site.devices.values() if d.id in self.tanks and d.area == area), None)

    def use_behind(self, meter: Device) -> WaterUse:
        """What a water meter measures: a block's households, the street main as an incomer, else a shop on the street main."""
        if meter.metering is not None and meter.metering.role == "incomer":
            self._mains.append(WaterUse(generator(self._seed, f"{meter.id} main")))
            return self._mains[-1]
        if meter.area in self._uses:
            return self._uses[meter.area]
        self._street.append(WaterUse(generator(self._seed, f"{meter.id} shops"), shops=True))
        return self._street[-1]

    def step(self, dt_s: float) -> None:
        hour = self._time.hour
        for tank in self.tanks.values():
            tank.work_inlet()
        for use in (*self._uses.values(), *self._street):
            use.step(dt_s, hour)
        for key, pump_set in self.sets.items():
            pump_set.step(dt_s)
            _share_out(self._served[key], pump_set.flow_m3h)
        drawn = sum(tank.inlet_flow_m3h for tank in self.tanks.values()) + sum(use.delivered_m3h for use in self._street)
        for use in self._mains:
            use.delivered_m3h = drawn / len(self._mains) + use.leak_m3h

    def _tank(self, device: Device) -> Tank:
        height = device.params.get("height_m", 3.0)
        low, high = device.params.get("low_m", 0.25 * height), device.params.get("high_m", 0.95 * height)
        peak = self._peak_m3h() if device.system is System.WATER else 5.0
        rng = generator(self._seed, f"{device.id} tank")
        vessel = Vessel(max(8.0, 2.5 * peak / (high - low)), height, rng.uniform(low + 0.62 * (high - low), low + 0.88 * (high - low)))
        above = OUTLET_BELOW_M if device.system is System.WATER else _FIRE_TANK_ABOVE_M
        return Tank(vessel, low, high, 1.4 * peak, rng, above)

    def _booster_areas(self) -> list[str]:
        return sorted({d.area for d in self._pumps if d.system is System.WATER})

    def _peak_m3h(self) -> float:
        """What one booster set has to deliver at the worst hour."""
        return sum(use.peak_m3h for use in self._uses.values()) / max(1, len(self._booster_areas()))

    def _set(self, key: tuple[str, System]) -> PumpSet:
        area, system = key
        pumps = [d for d in self._pumps if (d.area, d.system) == key]
        self._served[key] = self._blocks_of(area) if system is System.WATER else []
        if system is System.FIRE:
            return PumpSet(Duty(_FIRE_MPA, _rated_m3h(pumps[0], _FIRE_MPA), lambda _: 0.0, standby=True), self.vessel_at(area))
        if system is System.WATER:
            served = self._served[key]
            rated = _rated_m3h(pumps[0], _BOOSTER_MPA)
            return PumpSet(Duty(_BOOSTER_MPA, rated, lambda _: sum(use.wanted_m3h for use in served)), self.vessel_at(area))
        return PumpSet(self._circulation(area, pumps), None)

    def _circulation(self, area: str, pumps: list[Device]) -> Duty:
        rated = _rated_m3h(pumps[0], _CHILLED_MPA - _LOOP_MPA)
        wanted = 0.8 * rated * max(1, len(pumps) - 1)
        noise = Drift(generator(self._seed, f"{area} circulation"), 0.03, 600.0)

        def demand(dt_s: float) -> float:
            wander = noise.step(dt_s)
            return wanted * (1.0 + wander) if _CIRCULATION[0] <= self._time.hour < _CIRCULATION[1] else 0.0

        return Duty(_CHILLED_MPA, rated, demand, suction_mpa=_LOOP_MPA)

    def _blocks_of(self, area: str) -> list[WaterUse]:
        """The blocks of a booster set: the sets take them in equal runs."""
        areas, uses = self._booster_areas(), list(self._uses.values())
        place, share = areas.index(area), -(-len(uses) // len(areas))
        return uses[place * share : (place + 1) * share]


def _rated_m3h(pump: Device, lift_mpa: float) -> float:
    """Flow at the rated point, from the nameplate current and the lift."""
    head_m = lift_mpa / MPA_PER_METRE * 1.08
    return pump.params.get("rated_current", _RATED_A) * _ELECTRIC_TO_WATER / (head_m * MPA_PER_METRE * 1000) * 3600


def _share_out(uses: list[WaterUse], flow_m3h: float) -> None:
    """Everyone behind a set gets the same share of what was asked for."""
    wanted = sum(use.wanted_m3h for use in uses)
    for use in uses:
        use.delivered_m3h = use.wanted_m3h * flow_m3h / wanted if wanted > 0 else 0.0
