"""The counters of an energy meter."""

import math
from collections.abc import Sequence
from random import Random

from simulators.physics.quantities import in_units


class EnergyRegister:
    """Counts kWh, kvarh and kVAh. Import and export are told apart by the sign of the power, per phase and of the sum, as meters do."""

    __slots__ = ("apparent", "exported", "imported", "phase_exported", "phase_imported", "reactive_exported", "reactive_imported")

    def __init__(self, rng: Random, usual_kw: float) -> None:
        """Start as after one to three years of service at the usual power."""
        hours = rng.uniform(8_000, 26_000)
        self.imported = usual_kw * hours
        self.exported = 0.0
        self.phase_imported = [self.imported / 3] * 3
        self.phase_exported = [0.0] * 3
        self.reactive_imported = self.imported * 0.35
        self.reactive_exported = 0.0
        self.apparent = math.hypot(self.imported, self.reactive_imported)

    def count(self, p_kw: Sequence[float], q_kvar: Sequence[float], dt_s: float) -> None:
        hours = dt_s / 3600
        p, q = sum(p_kw), sum(q_kvar)
        if p >= 0:
            self.imported += p * hours
        else:
            self.exported -= p * hours
        if q >= 0:
            self.reactive_imported += q * hours
        else:
            self.reactive_exported -= q * hours
        self.apparent += math.hypot(p, q) * hours
        for k in range(3):
            if p_kw[k] >= 0:
                self.phase_imported[k] += p_kw[k] * hours
            else:
                self.phase_exported[k] -= p_kw[k] * hours

    def truth(self) -> dict[str, float]:
        found = {
            "energy_import": self.imported,
            "energy_export": self.exported,
            "energy_total": self.imported + self.exported,
            "energy_net": self.imported - self.exported,
            "reactive_energy_import": self.reactive_imported,
            "reactive_energy_export": self.reactive_exported,
            "reactive_energy_capacitive": self.reactive_exported,
            "reactive_energy_total": self.reactive_imported + self.reactive_exported,
            "apparent_energy": self.apparent,
        }
        for k, phase in enumerate(("l1", "l2", "l3")):
            found[f"energy_import_{phase}"] = self.phase_imported[k]
            found[f"energy_export_{phase}"] = self.phase_exported[k]
        return found


ENERGY_UNITS = in_units(
    {
        "kWh": "energy_import energy_export energy_total energy_net energy_import_l1 energy_import_l2 energy_import_l3 "
        "energy_export_l1 energy_export_l2 energy_export_l3",
        "kvarh": "reactive_energy_import reactive_energy_export reactive_energy_capacitive reactive_energy_total",
        "kVAh": "apparent_energy",
    }
)
