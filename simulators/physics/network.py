"""The low-voltage network: transformers → incomers → feeders → machines, per phase.

Each branch is measured at its sending end, where a meter sits::

    supply.bus ──defect/breaker──► volts ──r + jx──► bus ──► children
                                     ▲                        own load, outlet, extra
                                     └── p_kw, q_kvar of everything behind, its own losses included

A step runs down once for the voltages (with the currents of the step before) and up once for the powers, so at every branch
P = Σ children + own + losses holds exactly, and I = S / V holds with the voltage shown beside it.
"""

from collections.abc import Iterable
from graphlib import TopologicalSorter

from simulators.physics.loads import Load
from simulators.physics.outlet import DEAD_VOLTS, HEALTHY_VOLTS, NOMINAL_VOLTS, Outlet

PHASES = (0, 1, 2)


class Branch:
    """One breaker with what hangs behind it. The first supply in order that is healthy feeds it (automatic transfer)."""

    __slots__ = (
        "below_kvar", "below_kw", "bus", "defect", "extra_kvar", "extra_kw", "grid_left", "id", "idle_kw", "load", "loss_kw", "outlet",
        "own_kvar", "own_kw", "p_kw", "q_kvar", "reactance_ohm", "resistance_ohm", "supplies", "supply", "tripped", "volts",
    )  # fmt: skip

    def __init__(self, branch_id: str, resistance_ohm: float = 0.0, reactance_ohm: float = 0.0) -> None:
        self.id = branch_id
        self.resistance_ohm = resistance_ohm
        self.reactance_ohm = reactance_ohm
        self.supplies: list[Branch] = []
        self.supply: Branch | None = None
        self.load: Load | None = None
        self.outlet: Outlet | None = None
        self.tripped = False
        self.defect = [1.0, 1.0, 1.0]
        """What arrives of the supply's voltage, per phase: 0 for a blown fuse."""
        self.grid_left = [1.0, 1.0, 1.0]
        """What arrives of the public grid's voltage at the top of the network, per phase."""
        self.extra_kw = [0.0, 0.0, 0.0]
        self.extra_kvar = [0.0, 0.0, 0.0]
        """Load nobody planned: a fault's."""
        self.idle_kw = 0.0
        """What a transformer's core takes at nominal voltage, loaded or not."""
        self.volts = [0.0, 0.0, 0.0]
        self.bus = [0.0, 0.0, 0.0]
        self.p_kw = [0.0, 0.0, 0.0]
        self.q_kvar = [0.0, 0.0, 0.0]
        self.own_kw = [0.0, 0.0, 0.0]
        self.own_kvar = [0.0, 0.0, 0.0]
        self.below_kw = [0.0, 0.0, 0.0]
        self.below_kvar = [0.0, 0.0, 0.0]
        self.loss_kw = [0.0, 0.0, 0.0]
        """Turned to heat in its own copper."""

    def plug(self) -> Outlet:
        """The outlet at the end of this branch, made on first use."""
        if self.outlet is None:
            self.outlet = Outlet(volts=self.bus)
        return self.outlet

    @property
    def root(self) -> "Branch":
        """The branch at the top of this one's way, by its first supplies."""
        return self.supplies[0].root if self.supplies else self

    @property
    def amps(self) -> tuple[float, float, float]:
        a, b, c = (self._amps(k) for k in PHASES)
        return a, b, c

    def _amps(self, phase: int) -> float:
        volts = self.volts[phase]
        if volts <= DEAD_VOLTS:
            return 0.0
        p, q = self.p_kw[phase], self.q_kvar[phase]
        return float((p * p + q * q) ** 0.5) * 1000 / volts

    def energise(self, grid_volts: list[float]) -> None:
        """Take the voltage that arrives and drop some of it over the own impedance."""
        self.supply = self._choose_supply() if self.supplies else None
        if self.supply is not None:
            arriving = self.supply.bus
        else:
            arriving = _DARK if self.supplies else [grid_volts[k] * self.grid_left[k] for k in PHASES]
        for k in PHASES:
            volts = 0.0 if self.tripped else arriving[k] * self.defect[k]
            self.volts[k] = volts
            if volts > DEAD_VOLTS:
                drop = (self.resistance_ohm * self.p_kw[k] + self.reactance_ohm * self.q_kvar[k]) * 1000 / volts
                self.bus[k] = volts - drop
            else:
                self.bus[k] = 0.0
            self.below_kw[k] = 0.0
            self.below_kvar[k] = 0.0

    def _choose_supply(self) -> "Branch | None":
        for wanted in (HEALTHY_VOLTS, DEAD_VOLTS):
            for supply in self.supplies:
                volts = min(supply.bus) if wanted is HEALTHY_VOLTS else max(supply.bus)
                if volts > wanted:
                    return supply
        return None

    def settle(self, dt_s: float, hour: float, month: float) -> None:
        """Add up what flows through this branch, and hand it to the supply. Children must have settled before."""
        if self.load is not None:
            self.load.step(dt_s, hour, month)
        for k in PHASES:
            self._settle_phase(k)
        if self.supply is not None:
            for k in PHASES:
                self.supply.below_kw[k] += self.p_kw[k]
                self.supply.below_kvar[k] += self.q_kvar[k]

    def _settle_phase(self, k: int) -> None:
        volts = self.volts[k]
        if self.bus[k] <= DEAD_VOLTS:
            self.own_kw[k] = self.own_kvar[k] = self.loss_kw[k] = self.p_kw[k] = self.q_kvar[k] = 0.0
            return
        p, q = self.extra_kw[k], self.extra_kvar[k]
        if self.idle_kw:
            p += self.idle_kw / 3 * (volts / NOMINAL_VOLTS) ** 2
        if self.outlet is not None:
            p += self.outlet.p_kw[k]
            q += self.outlet.q_kvar[k]
        if self.load is not None:
            share = self.load.at_volts(k, volts)
            p += share
            q += share * self.load.kvar_per_kw
        self.own_kw[k], self.own_kvar[k] = p, q
        p += self.below_kw[k]
        q += self.below_kvar[k]
        squared_ka = (p * p + q * q) / (volts * volts)
        self.loss_kw[k] = self.resistance_ohm * squared_ka * 1000
        self.p_kw[k] = p + self.loss_kw[k]
        self.q_kvar[k] = q + self.reactance_ohm * squared_ka * 1000


_DARK = [0.0, 0.0, 0.0]


class Network:
    """All branches, stepped together."""

    def __init__(self, branches: Iterable[Branch]) -> None:
        self.branches = {branch.id: branch for branch in branches}
        order = TopologicalSorter({b.id: [s.id for s in b.supplies] for b in self.branches.values()}).static_order()
        self._down = [self.branches[branch_id] for branch_id in order]
        self._up = self._down[::-1]

    def step(self, dt_s: float, hour: float, month: float, grid_volts: list[float]) -> None:
        """Advance the loads by ``dt_s`` seconds to this local hour and month, and solve the network below the grid's phase voltages."""
        for branch in self._down:
            branch.energise(grid_volts)
        for branch in self._up:
            branch.settle(dt_s, hour, month)
