"""From three phases of V, P and Q to every quantity a power meter shows."""

import math
from collections.abc import Sequence

from simulators.physics.outlet import DEAD_VOLTS
from simulators.physics.quantities import in_units

_SQRT3 = math.sqrt(3.0)
_ANGLES = (0.0, -2.0 * math.pi / 3.0, 2.0 * math.pi / 3.0)


def power_factor(p_kw: float, s_kva: float) -> float:
    """P over S with the sign of P; 1 when nothing flows, as meters show it."""
    return p_kw / s_kva if s_kva > 1e-9 else 1.0


def line_voltage(volts_a: float, volts_b: float) -> float:
    """Phase to phase, of two phases 120° apart."""
    return math.sqrt(volts_a * volts_a + volts_b * volts_b + volts_a * volts_b)


def neutral_current(amps: Sequence[float], p_kw: Sequence[float], q_kvar: Sequence[float]) -> float:
    """What the neutral carries: the sum of the three phase currents as arrows. Third harmonics are left out."""
    real = imaginary = 0.0
    for k in range(3):
        angle = _ANGLES[k] - math.atan2(q_kvar[k], p_kw[k])
        real += amps[k] * math.cos(angle)
        imaginary += amps[k] * math.sin(angle)
    return math.hypot(real, imaginary)


def readings(volts: Sequence[float], p_kw: Sequence[float], q_kvar: Sequence[float]) -> dict[str, float]:
    """Voltages, currents, powers and power factors; S² = P² + Q² holds per phase and in total (S total is the vector sum)."""
    s_kva = [math.hypot(p_kw[k], q_kvar[k]) for k in range(3)]
    amps = [s_kva[k] * 1000 / volts[k] if volts[k] > DEAD_VOLTS else 0.0 for k in range(3)]
    p, q = sum(p_kw), sum(q_kvar)
    s = math.hypot(p, q)
    ab, bc, ca = (line_voltage(volts[k], volts[(k + 1) % 3]) for k in range(3))
    found = {
        "voltage_l1_l2": ab,
        "voltage_l2_l3": bc,
        "voltage_l3_l1": ca,
        "voltage_l3_l2": bc,
        "voltage_l1_l3": ca,
        "voltage_ll_avg": (ab + bc + ca) / 3,
        "voltage_ln_avg": sum(volts) / 3,
        "current_avg": sum(amps) / 3,
        "current_sum": sum(amps),
        "current_n": neutral_current(amps, p_kw, q_kvar),
        "active_power_total": p,
        "reactive_power_total": q,
        "apparent_power_total": s,
        "power_factor_total": power_factor(p, s),
        "phase_angle_total": math.degrees(math.atan2(q, p)) if s > 1e-9 else 0.0,
    }
    for k, phase in enumerate(("l1", "l2", "l3")):
        found[f"voltage_{phase}"] = volts[k]
        found[f"current_{phase}"] = amps[k]
        found[f"active_power_{phase}"] = p_kw[k]
        found[f"reactive_power_{phase}"] = q_kvar[k]
        found[f"apparent_power_{phase}"] = s_kva[k]
        found[f"power_factor_{phase}"] = power_factor(p_kw[k], s_kva[k])
    return found


READING_UNITS = in_units(
    {
        "V": "voltage_l1 voltage_l2 voltage_l3 voltage_l1_l2 voltage_l2_l3 voltage_l3_l1 voltage_l3_l2 voltage_l1_l3 "
        "voltage_ll_avg voltage_ln_avg",
        "A": "current_l1 current_l2 current_l3 current_avg current_sum current_n",
        "kW": "active_power_l1 active_power_l2 active_power_l3 active_power_total",
        "kvar": "reactive_power_l1 reactive_power_l2 reactive_power_l3 reactive_power_total",
        "kVA": "apparent_power_l1 apparent_power_l2 apparent_power_l3 apparent_power_total",
        "": "power_factor_l1 power_factor_l2 power_factor_l3 power_factor_total",
        "deg": "phase_angle_total",
    }
)
