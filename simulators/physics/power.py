"""A power meter: one branch of the network as an instrument sees it, with the breaker behind it."""

from random import Random

from simulators.machine import Truth
from simulators.physics.chance import Drift
from simulators.physics.electricity import READING_UNITS, readings
from simulators.physics.energy_register import ENERGY_UNITS, EnergyRegister
from simulators.physics.faults import Breakable, fault_kinds
from simulators.physics.grid import Grid
from simulators.physics.network import PHASES, Branch
from simulators.physics.outlet import DEAD_VOLTS, NOMINAL_VOLTS
from simulators.physics.quantities import in_units

_DEFECTS = {"undervoltage": (0.80, 0.80, 0.80), "overvoltage": (1.13, 1.13, 1.13), "phase_loss": (1.0, 1.0, 0.0),
            "loose_contact": (0.955, 1.0, 1.0)}  # fmt: skip
"""What each supply fault leaves of the voltage, per phase."""
_OVERLOAD = 1.25
"""Times the rated current."""


class PowerMeter(Breakable):
    device_class = "power_meter"
    units = in_units(
        {"%": "thd_voltage_l1 thd_voltage_l2 thd_voltage_l3 thd_current_l1 thd_current_l2 thd_current_l3", "Hz": "frequency"},
        READING_UNITS,
        ENERGY_UNITS,
    )
    faults = fault_kinds(
        feeder_trip="The breaker opens: no voltage and no current here, and everything fed from here is dead.",
        undervoltage="A bad joint upstream leaves 80 % of the voltage on all phases, here and below.",
        overvoltage="A wrong transformer tap raises all phases to 113 %, here and below.",
        phase_loss="The fuse of phase L3 has blown: no voltage and no current on L3, here and below.",
        loose_contact="A loose contact upstream leaves 95.5 % of the voltage on phase L1, here and below.",
        overload="Unplanned load raises the current of every phase to 125 % of the rated current.",
        unbalance="Single-phase load on L1 alone takes half the rated current more than the other phases.",
        low_power_factor="The capacitor bank has failed: reactive power rises until the power factor is about 0.7.",
        harmonics="A capacitor resonates: voltage distortion rises to about 9 %.",
        sensor_stuck="The meter's measuring board hangs: every value stays as it was, counters too.",
        ct_reversed="The current transformer of L1 is wired backwards: L1 power is negative and the total counts too little.",
    )

    def __init__(self, branch: Branch, grid: Grid, rated_a: float, rng: Random, usual_kw: float) -> None:
        super().__init__()
        self.branch = branch
        self.rated_a = rated_a
        self._grid = grid
        self._energy = EnergyRegister(rng, usual_kw)
        self._thd_volts = Drift(rng, 0.25, 300.0)
        self._thd_base = rng.uniform(1.2, 2.2)
        self._held: Truth | None = None

    def step(self, dt_s: float) -> None:
        self._press_on_network()
        self._thd_volts.step(dt_s)
        self._energy.count(self._metered(self.branch.p_kw), self._metered(self.branch.q_kvar), dt_s)

    def truth(self) -> Truth:
        return self._held or self._live()

    def _live(self) -> dict[str, float | str]:
        branch = self.branch
        found: dict[str, float | str] = {}
        found.update(readings(branch.volts, self._metered(branch.p_kw), self._metered(branch.q_kvar)))
        found.update(self._energy.truth())
        found.update(self._distortion())
        found["frequency"] = self._grid.frequency_hz if max(branch.volts) > DEAD_VOLTS else 0.0
        found["phase_rotation"] = 1.0
        return found

    def _metered(self, per_phase: list[float]) -> list[float]:
        """Power as the current transformers report it."""
        if self._has("ct_reversed"):
            return [-per_phase[0], per_phase[1], per_phase[2]]
        return per_phase

    def _distortion(self) -> dict[str, float]:
        """Voltage distortion grows a little with the load; current distortion is worst at light load, as rectifiers make it."""
        found: dict[str, float] = {}
        kind = self.branch.load.thd_current if self.branch.load else 10.0
        for k, phase in enumerate(("l1", "l2", "l3")):
            is_live = self.branch.volts[k] > DEAD_VOLTS
            loading = min(1.0, abs(self.branch.p_kw[k]) * 1000 / (self.rated_a * NOMINAL_VOLTS))
            volts = 9.0 + self._thd_volts.value if self._has("harmonics") else self._thd_base + loading + self._thd_volts.value
            found[f"thd_voltage_{phase}"] = max(0.3, volts) if is_live else 0.0
            found[f"thd_current_{phase}"] = kind * (1.3 - 0.6 * loading) if is_live and loading > 0 else 0.0
        return found

    def _on_fault(self, kind: str) -> None:
        if kind == "sensor_stuck":
            self._held = self._live()
        self._set_switchgear()

    def _on_heal(self, kind: str) -> None:
        if kind == "sensor_stuck":
            self._held = None
        self._set_switchgear()

    def _set_switchgear(self) -> None:
        self.branch.tripped = self._has("feeder_trip")
        self.branch.defect[:] = (1.0, 1.0, 1.0)
        for kind, left in _DEFECTS.items():
            if self._has(kind):
                self.branch.defect[:] = [self.branch.defect[k] * left[k] for k in PHASES]
        self._press_on_network()

    def _press_on_network(self) -> None:
        """Set the load a fault adds, from what the network carried without it one step ago."""
        for k in PHASES:
            planned_kw = self.branch.p_kw[k] - self.branch.extra_kw[k]
            planned_kvar = self.branch.q_kvar[k] - self.branch.extra_kvar[k]
            self.branch.extra_kw[k] = self._extra_kw(k, max(0.0, planned_kw))
            wanted_kvar = planned_kw * 1.02 if self._has("low_power_factor") else planned_kvar
            self.branch.extra_kvar[k] = max(0.0, wanted_kvar - planned_kvar)

    def _extra_kw(self, phase: int, planned_kw: float) -> float:
        rated_kw = self.rated_a * self.branch.volts[phase] / 1000
        if self._has("overload"):
            return max(0.0, _OVERLOAD * rated_kw - planned_kw)
        if self._has("unbalance") and phase == 0:
            return 0.5 * rated_kw
        return 0.0
