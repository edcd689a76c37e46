"""A set of pumps on one header: curve, pressure control, staging and turns.

    tank or loop ──suction──► pump 1 ┐
                           ──► pump 2 ├─► header (setpoint) ──► demand
                           ──► pump 3 ┘

Head of one pump at relative speed s and flow q: s²·H0 − k·q², through its rated point (affinity laws).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.physics.chance import approach
from simulators.physics.tank import MPA_PER_METRE, OUTLET_BELOW_M, Vessel

if TYPE_CHECKING:
    from simulators.physics.pumps import Pump

_SHUTOFF = 1.25
"""Head at no flow over rated head, usual for a multistage centrifugal pump."""
_MOST = 1.15
"""Flow at the end of the curve over the rated flow; assumed."""
_SLOWEST, _FASTEST = 0.60, 1.0
_STAGE_UP, _STAGE_DOWN = 0.97, 0.70
"""Relative speed above which the next pump joins, below which the last leaves."""
_SLEEP_FLOW = 0.06
"""Share of the rated flow below which the set sleeps on its pressure vessel."""
_WAKE = 0.92
_WAKES_WITHIN_S = 20.0
"""Between two changes of stage. A step of minutes does not take a header lower than it would have fallen before it was woken."""
_VESSEL_M3 = 0.5
"""Water the pressure vessel gives between setpoint and wake-up."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What a set is for. ``demand_m3h`` is asked once a step with the length of the step."""

    setpoint_mpa: float
    rated_m3h: float
    demand_m3h: Callable[[float], float]
    suction_mpa: float = 0.0
    """Static suction pressure, where no tank gives it."""
    standby: bool = False
    """A fire pump: its main is held by a jockey pump, it runs only when called."""

    @property
    def rated_head_m(self) -> float:
        return (self.setpoint_mpa - self.suction_mpa) / MPA_PER_METRE * 1.08


class PumpSet:
    """The header and its controller. Pumps join by registering; the first in ``order`` leads."""

    def __init__(self, duty: Duty, source: Vessel | None) -> None:
        self.duty = duty
        self.pumps: list[Pump] = []
        self.source = source
        self.header_mpa = duty.setpoint_mpa
        self.flow_m3h = 0.0
        """What leaves the header towards the taps; what runs back through a standing pump does not."""
        self.speed = 0.85
        self._stages = 0 if duty.standby else 1
        self._since_stage_s = 0.0
        self._lead = 0

    @property
    def suction_mpa(self) -> float:
        """Pressure before the pumps: the water standing above them."""
        return (self.source.level_m + OUTLET_BELOW_M) * MPA_PER_METRE if self.source else self.duty.suction_mpa

    def step(self, dt_s: float) -> None:
        back = sum(pump.backflow_m3h for pump in self.pumps) if self.header_mpa > self.suction_mpa else 0.0
        demand = back + self.duty.demand_m3h(dt_s) * max(0.0, self.header_mpa / self.duty.setpoint_mpa) ** 0.5
        self._since_stage_s += dt_s
        self._stage(demand)
        self._call()
        delivering = [pump for pump in self.pumps if pump.delivers]
        flow = min(demand, len(delivering) * self.duty.rated_m3h * _MOST)
        if self.source is not None:
            flow = min(flow, back) + self.source.draw(max(0.0, flow - back) * dt_s / 3600) * 3600 / dt_s
        self.flow_m3h = max(0.0, flow - back)
        self._press(demand, flow, len(delivering), dt_s)
        for pump in self.pumps:
            pump.flow_m3h = flow / len(delivering) if pump.delivers else 0.0

    def _stage(self, demand: float) -> None:
        """Decide how many pumps are wanted; at most one change every 20 s."""
        if self.duty.standby or self._since_stage_s < 20.0:
            return
        wanted = self._stages
        if wanted == 0:
            wanted = 1 if demand > 0 and self.header_mpa < self.duty.setpoint_mpa * _WAKE else 0
        elif wanted == 1 and demand < _SLEEP_FLOW * self.duty.rated_m3h and self.header_mpa > 0.98 * self.duty.setpoint_mpa:
            wanted = 0
            self._lead += 1
        elif self.speed > _STAGE_UP and wanted < len(self.pumps):
            wanted += 1
        elif wanted > 1 and demand < _STAGE_DOWN * (wanted - 1) * self.duty.rated_m3h:
            wanted -= 1
        if wanted != self._stages:
            self._stages = wanted
            self._since_stage_s = 0.0

    def _call(self) -> None:
        """Start and stop: broken pumps are tried first (that is how one learns of it), then the lead, and whole ones fill the number."""
        count = len(self.pumps)
        turn = [self.pumps[(self._lead + n) % count] for n in range(count)]
        whole = [pump for pump in turn if not pump.is_tried and pump.is_able]
        called = {pump.id for pump in whole[: self._stages]} | {pump.id for pump in turn if pump.is_tried}
        for pump in self.pumps:
            pump.command(pump.id in called)

    def _press(self, demand: float, flow: float, delivering: int, dt_s: float) -> None:
        """Speed that holds the setpoint at this flow, and the pressure that comes of it."""
        duty = self.duty
        if duty.standby:
            self.speed = 1.0
            self.header_mpa = approach(self.header_mpa, duty.setpoint_mpa, dt_s, 30.0)
        elif delivering == 0:
            self.speed = 0.85
            fall = demand / 3600 / _VESSEL_M3 * (1 - _WAKE) * duty.setpoint_mpa
            woken_mpa = min(self.header_mpa, _WAKE * duty.setpoint_mpa) - _WAKES_WITHIN_S * fall
            self.header_mpa = max(0.02, woken_mpa, self.header_mpa - dt_s * fall)
        else:
            share = flow / delivering / duty.rated_m3h
            shutoff = _SHUTOFF * duty.rated_head_m
            curve = (_SHUTOFF - 1.0) * duty.rated_head_m * share * share
            need = (duty.setpoint_mpa - self.suction_mpa) / MPA_PER_METRE + curve
            wanted = min(_FASTEST, max(_SLOWEST, (max(0.0, need) / shutoff) ** 0.5))
            self.speed = approach(self.speed, wanted, dt_s, 3.0)
            starved = 1.0 if flow >= 0.98 * demand else max(0.05, flow / demand) ** 2
            head = (self.speed * self.speed * shutoff - curve) * starved
            self.header_mpa = approach(self.header_mpa, self.suction_mpa + max(0.0, head) * MPA_PER_METRE, dt_s, 4.0)
