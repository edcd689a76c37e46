"""A power meter: one branch of the network as an instrument sees it, with the breaker behind it."""

from random import Random

from simulators.machine import Truth
from simulators.physics.chance import Drift
from simulators.physics.electricity import READING_UNITS, readings
from simulators.physics.energy_register import ENERGY_UNITS, EnergyRegister
from simulators.physics.faults import Breakable
from simulators.physics.grid import Supply
from simulators.physics.network import PHASES, Branch
from simulators.physics.outlet import DEAD_VOLTS, NOMINAL_VOLTS, reactive_ratio
from simulators.physics.power_faults import INCOMER_FAULTS, LOADED_FAULTS, METER_FAULTS, feeder_left, grid_left, grid_off_hz
from simulators.physics.quantities import in_units


class PowerMeter(Breakable):
    device_class = "power_meter"
    units = in_units(
        {"%": "thd_voltage_l1 thd_voltage_l2 thd_voltage_l3 thd_current_l1 thd_current_l2 thd_current_l3", "Hz": "frequency"},
        READING_UNITS,
        ENERGY_UNITS,
    )
    faults = METER_FAULTS

    def __init__(self, branch: Branch, supply: Supply, rated_a: float, rng: Random, usual_kw: float, is_incomer: bool = False) -> None:
        """``is_incomer``: right behind a transformer, where the public grid's own faults are felt."""
        super().__init__()
        self.branch = branch
        self.rated_a = rated_a
        self._supply = supply
        self._is_incomer = is_incomer
        if is_incomer:
            self.faults = INCOMER_FAULTS
        elif branch.load is not None:
            self.faults = LOADED_FAULTS
        self._energy = EnergyRegister(rng, usual_kw)
        self._thd_volts = Drift(rng, 0.25, 300.0)
        self._thd_base = rng.uniform(1.2, 2.2)
        self._jitter = Random(rng.getrandbits(32))
        self._gain = 1.0
        self._held: Truth | None = None

    def _pass(self, dt_s: float) -> None:
        if self._broken:
            self._set_switchgear()
            self._press_on_network()
            self._tremble()
        self._thd_volts.step(dt_s)
        self._energy.count(self._metered(self.branch.p_kw), self._metered(self.branch.q_kvar), dt_s)

    def _tremble(self) -> None:
        """What the current transformers make of the current in this step."""
        noise = self._jitter.uniform(-1.0, 1.0) * self.amount("sensor_noise") if self._has("sensor_noise") else 0.0
        self._gain = 1.0 + (self.amount("sensor_drift") + noise) / 100

    def truth(self) -> Truth:
        return self._held or self._live()

    def _live(self) -> dict[str, float | str]:
        branch = self.branch
        found: dict[str, float | str] = {}
        found.update(readings(self._seen_volts(), self._metered(branch.p_kw), self._metered(branch.q_kvar)))
        if self._has("sensor_open"):
            found["current_l2"] = branch.amps[1] * self._gain
        found.update(self._energy.truth())
        found.update(self._distortion())
        found["frequency"] = self._supply.frequency_hz if max(branch.volts) > DEAD_VOLTS else 0.0
        found["phase_rotation"] = 1.0
        return found

    def _seen_volts(self) -> list[float]:
        """Voltages as they reach the meter's terminals."""
        l1, l2, l3 = self.branch.volts
        if self._has("induced_voltage"):
            return [self.amount("induced_voltage") / 100 * NOMINAL_VOLTS] * 3
        return [l1, 0.0, l3] if self._has("sensor_open") else [l1, l2, l3]

    def _metered(self, per_phase: list[float]) -> list[float]:
        """Power as the current transformers and the terminals report it."""
        if not self._broken:
            return per_phase
        l1, l2, l3 = (power * self._gain for power in per_phase)
        return [-l1 if self._has("ct_reversed") else l1, 0.0 if self._has("sensor_open") else l2, l3]

    def _distortion(self) -> dict[str, float]:
        """Voltage distortion grows a little with the load; current distortion is worst at light load, as rectifiers make it."""
        found: dict[str, float] = {}
        kind = self.branch.load.thd_current if self.branch.load else 10.0
        for k, phase in enumerate(("l1", "l2", "l3")):
            is_live = self.branch.volts[k] > DEAD_VOLTS
            loading = min(1.0, abs(self.branch.p_kw[k]) * 1000 / (self.rated_a * NOMINAL_VOLTS))
            volts = max(self._thd_base + loading, self.amount("harmonics")) + self._thd_volts.value
            found[f"thd_voltage_{phase}"] = max(0.3, volts) if is_live else 0.0
            found[f"thd_current_{phase}"] = kind * (1.3 - 0.6 * loading) if is_live and loading > 0 else 0.0
        return found

    def _on_fault(self, kind: str) -> None:
        if kind == "sensor_stuck":
            self._held = self._live()
        self._set_switchgear()
        self._press_on_network()
        self._tremble()

    def _on_heal(self, kind: str) -> None:
        if kind == "sensor_stuck":
            self._held = None
        self._set_switchgear()
        self._press_on_network()
        self._tremble()

    def _set_switchgear(self) -> None:
        self.branch.tripped = bool(self._broken & {"feeder_trip", "induced_voltage"})
        self.branch.defect[:] = feeder_left(self)
        if self.branch.load is not None and "left_on" in self.faults:
            self.branch.load.least_share = self.amount("left_on") / 100
        if self._is_incomer:
            self._supply.disturb(self.branch.id, grid_left(self), grid_off_hz(self))

    def _press_on_network(self) -> None:
        """Set the load a fault adds, from what the network carried without it one step ago."""
        for k in PHASES:
            planned_kw = max(0.0, self.branch.p_kw[k] - self.branch.extra_kw[k])
            planned_kvar = self.branch.q_kvar[k] - self.branch.extra_kvar[k]
            self.branch.extra_kw[k] = self._extra_kw(k, planned_kw)
            self.branch.extra_kvar[k] = self._extra_kvar(planned_kw, planned_kvar) if self._has("low_power_factor") else 0.0

    def _extra_kw(self, phase: int, planned_kw: float) -> float:
        rated_kw = self.rated_a * self.branch.volts[phase] / 1000
        missing_kw = max(0.0, self.amount("overload") * rated_kw - planned_kw)
        return missing_kw + (self.amount("unbalance") * rated_kw if phase == 0 else 0.0)

    def _extra_kvar(self, planned_kw: float, planned_kvar: float) -> float:
        return max(0.0, planned_kw * reactive_ratio(self.amount("low_power_factor")) - planned_kvar)
