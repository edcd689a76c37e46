"""Where a machine is plugged in: the network gives volts, the machine takes power."""

from dataclasses import dataclass, field

NOMINAL_VOLTS = 220.0
"""Phase to neutral, of a 220/380 V network (GB/T 156)."""
DEAD_VOLTS = 90.0
"""Below this nothing runs: contactors and electronics have dropped out."""
HEALTHY_VOLTS = 0.75 * NOMINAL_VOLTS
"""Below this on any phase the phase monitor of a three-phase motor keeps it off."""


@dataclass(slots=True)
class Outlet:
    """``volts`` are the network's to write, ``p_kw`` and ``q_kvar`` (per phase) the machine's. Alone, it is a perfect supply."""

    volts: list[float] = field(default_factory=lambda: [NOMINAL_VOLTS] * 3)
    p_kw: list[float] = field(default_factory=lambda: [0.0] * 3)
    q_kvar: list[float] = field(default_factory=lambda: [0.0] * 3)

    @property
    def is_live(self) -> bool:
        """Whether anything at all can run: some phase carries voltage."""
        return max(self.volts) > DEAD_VOLTS

    @property
    def is_healthy(self) -> bool:
        """Whether a three-phase motor may run."""
        return min(self.volts) > HEALTHY_VOLTS

    def has_phase(self, phase: int) -> bool:
        """Whether a single-phase machine on this phase (0 to 2) can run."""
        return self.volts[phase] > HEALTHY_VOLTS

    def draw(self, power_kw: float, power_factor: float) -> None:
        """Take balanced three-phase power."""
        p = power_kw / 3
        q = p * reactive_ratio(power_factor)
        self.p_kw[:] = (p, p, p)
        self.q_kvar[:] = (q, q, q)

    def draw_on(self, phase: int, power_kw: float, power_factor: float) -> None:
        """Take single-phase power; the other phases carry none."""
        self.p_kw[:] = (0.0, 0.0, 0.0)
        self.q_kvar[:] = (0.0, 0.0, 0.0)
        self.p_kw[phase] = power_kw
        self.q_kvar[phase] = power_kw * reactive_ratio(power_factor)


def reactive_ratio(power_factor: float) -> float:
    """kvar per kW at a lagging power factor."""
    return float((1.0 / (power_factor * power_factor) - 1.0) ** 0.5)
