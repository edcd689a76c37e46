"""Builds a site's machines from what they share: time, grid, water, car park."""

from collections.abc import Callable
from random import Random

from model.site import Device, Site, System
from simulators.machine import Machine
from simulators.physics.barrier import Barrier
from simulators.physics.chance import generator
from simulators.physics.charge_park import ChargePark
from simulators.physics.charger import Charger
from simulators.physics.chiller import Chiller
from simulators.physics.elevator import Elevator
from simulators.physics.fire import FireLoop
from simulators.physics.fire_panel import FirePanel
from simulators.physics.gas import CARBON_MONOXIDE, METHANE, GasDetector
from simulators.physics.grid import Grid, Supply
from simulators.physics.level_sensor import LevelSensor
from simulators.physics.outlet import NOMINAL_VOLTS
from simulators.physics.parking import Parking
from simulators.physics.power import PowerMeter
from simulators.physics.pumps import Pump
from simulators.physics.room_sensor import RoomSensor
from simulators.physics.site_network import SiteNetwork, rated_current
from simulators.physics.site_time import SiteTime
from simulators.physics.site_water import PUMPS, SiteWater
from simulators.physics.sump import Sump
from simulators.physics.tank import Vessel
from simulators.physics.transformer import RATED_A, RATED_KVA, Transformer
from simulators.physics.water_meter import WaterMeter

_DEFAULT_SPACES = 812
_DEFAULT_FLOORS = 11
_UNKNOWN_FEEDER_A = 1000.0
_CHILLER_LOADING = 0.85
"""Full load over nameplate current."""


class Workshop:
    def __init__(self, site: Site, seed: int, start_ns: int) -> None:
        self._site = site
        self._seed = seed
        self.time = SiteTime(start_ns, site.timezone)
        self.grid = Grid(generator(seed, "grid"))
        self._supplies: dict[str, Supply] = {}
        self.parks: dict[str, ChargePark] = {}
        self.electric = SiteNetwork(site, seed)
        self.water = SiteWater(site, seed, self.time)
        gates = [_is_entry(d) for d in site.devices.values() if d.device_class == "parking_barrier"]
        self.parking = Parking(sum(site.parking_spaces.values()) or _DEFAULT_SPACES, gates.count(True), gates.count(False))
        self._builders: dict[str, Callable[[Device], Machine]] = {
            "power_meter": self._meter,
            "transformer_monitor": self._transformer,
            "tank": lambda device: self.water.tanks[device.id],
            "level_sensor": self._level_sensor,
            "sump": self._sump,
            "elevator": self._elevator,
            "fire_loop": self._fire_loop,
            "fire_panel": self._fire_panel,
            "parking_barrier": self._barrier,
            "ev_charger": self._charger,
            "water_meter": self._water_meter,
            "hvac": self._chiller,
            "gas_detector": self._gas_detector,
            **dict.fromkeys(PUMPS, self._pump),
        }

    def build(self, device: Device) -> Machine:
        """The machine of the device's class; a room sensor stands in for a class without one."""
        return self._builders.get(device.device_class, self._room_sensor)(device)

    def _rng(self, device: Device) -> Random:
        return generator(self._seed, device.id)

    def _floors(self, device: Device) -> int:
        return int(device.params.get("floors", self._site.areas[device.area].floors or _DEFAULT_FLOORS))

    def _meter(self, device: Device) -> Machine:
        branch = self.electric.branches[device.id]
        supply = self._supplies.setdefault(branch.root.id, Supply(self.grid, branch.root))
        is_incomer = device.metering is not None and device.metering.role == "incomer"
        usual_kw = self.electric.usual_kw(device.id)
        return PowerMeter(branch, supply, rated_current(device), self._rng(device), usual_kw, is_incomer)

    def _transformer(self, device: Device) -> Machine:
        rated_a = RATED_A * device.params.get("capacity_kva", RATED_KVA) / RATED_KVA
        return Transformer(self.electric.branches[device.id], self.time, self._rng(device), rated_a)

    def _level_sensor(self, device: Device) -> Machine:
        rng = self._rng(device)
        vessel = self.water.vessel_at(device.area) or Vessel(10.0, 3.0, rng.uniform(1.5, 2.5))
        return LevelSensor(vessel, rng)

    def _sump(self, device: Device) -> Machine:
        depth = device.params.get("height_m", 2.5)
        low, high = device.params.get("low_m", 0.2 * depth), device.params.get("high_m", 0.72 * depth)
        return Sump(self.electric.outlet(device.id), self._rng(device), low, high, depth)

    def _pump(self, device: Device) -> Machine:
        return Pump(
            device.id,
            device.device_class,
            self.water.pump_set(device),
            self.electric.outlet(device.id),
            self._rng(device),
            device.params.get("rated_current"),
        )

    def _elevator(self, device: Device) -> Machine:
        speed = device.params.get("rated_speed", 1.75)
        has_gateway = device.profile.column("connected_to_controller") is not None
        outlet = self.electric.outlet(device.id)
        return Elevator(outlet, self.time, self._rng(device), self._floors(device), speed, device.id, has_gateway)

    def _fire_loop(self, device: Device) -> Machine:
        return FireLoop(self.electric.outlet(device.id), self._rng(device), self._floors(device))

    def _fire_panel(self, device: Device) -> Machine:
        names = [point.name for point in device.points]
        return FirePanel(self.electric.outlet(device.id), self.time, names, self._rng(device))

    def _barrier(self, device: Device) -> Machine:
        if device.profile.column("occupied") is not None:
            return self._room_sensor(device)
        rated_a = device.params.get("rated_current", 2.0)
        outlet = self.electric.outlet(device.id)
        has_camera = device.profile.column("gate_connect_status") is not None
        return Barrier(outlet, self.time, self.parking, self._rng(device), _is_entry(device), rated_a, device.id, has_camera)

    def _charger(self, device: Device) -> Machine:
        return Charger(
            device.profile.id,
            self.electric.outlet(device.id),
            self.time,
            self._rng(device),
            self._park(device),
            device.params.get("rated_current", 32.0),
            3 if device.params.get("phases") == 3 else 1,
            device.id,
        )

    def _park(self, charger: Device) -> ChargePark:
        """What shares its feeder; points fed by nothing known share a large one."""
        feeder = next(iter(self._site.fed_by(charger.id)), "")
        rated_a = rated_current(self._site.devices[feeder]) if feeder else _UNKNOWN_FEEDER_A
        return self.parks.setdefault(feeder, ChargePark(rated_a))

    def _water_meter(self, device: Device) -> Machine:
        return WaterMeter(self.water.use_behind(device), self.time, self._rng(device), device.id)

    def _chiller(self, device: Device) -> Machine:
        rated_a = device.params.get("rated_current", 200.0)
        rated_kw = _CHILLER_LOADING * rated_a * 3 * NOMINAL_VOLTS * 0.88 / 1000
        return Chiller(self.electric.outlet(device.id), self.time, self._rng(device), rated_kw)

    def _gas_detector(self, device: Device) -> Machine:
        """Carbon monoxide in the garage, kitchen gas everywhere else."""
        return GasDetector(CARBON_MONOXIDE if device.system is System.PARKING else METHANE, self._rng(device))

    def _room_sensor(self, device: Device) -> Machine:
        return RoomSensor(device.device_class, self.electric.outlet(device.id), self.time, self._rng(device))


def _is_entry(device: Device) -> bool:
    """By ``params.direction`` (1 in, 2 out), else by the words of its id."""
    if "direction" in device.params:
        return device.params["direction"] == 1
    words = device.id.replace("-", ".").replace("_", ".").split(".")
    return not {"out", "exit"} & set(words)
