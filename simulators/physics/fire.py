"""One loop of the fire alarm controller (`fire_loop` points)."""

from random import Random

from simulators.machine import Truth
from simulators.physics.faults import Breakable, fault_kinds, growing
from simulators.physics.outlet import Outlet
from simulators.physics.quantities import in_units

DETECTORS_PER_FLOOR = 12
_FULL_V, _EMPTY_V, _CHARGED_V = 25.6, 21.0, 27.3
"""A 24 V lead-acid set: on charge, and from full to empty when it carries the panel."""
_LOW_V = 21.6
"""90 % of 24 V, below which the panel reports its battery; assumed."""
_ENDURANCE_S = 24 * 3600.0
"""How long it carries the panel: a day, more than the 8 h of GB 4717 that every panel meets; assumed."""
_BITS = {"fire": 1, "fault": 2, "disabled": 3, "supervisory": 4, "started": 5, "feedback": 6, "mains": 8, "battery": 9, "bus": 10}
"""System status bits as in GB/T 26875.3."""


class FireLoop(Breakable):
    device_class = "fire_loop"
    units = in_units({"V": "battery_voltage"})
    faults = fault_kinds(
        smoke="A smoke detector is in alarm on one floor: fire bit, zone bit and address; it latches until the panel is reset.",
        smoke_two_floors="Smoke on two floors: two detectors and two zone bits, the first address stays.",
        detector_fault="One detector does not answer: fault count 1 and the fault bit.",
        loop_open="The loop is broken: the devices behind the break are lost, bus and fault bits set.",
        loop_short="The loop is shorted: isolators cut out two floors, bus and fault bits set.",
        mains_lost="The panel has lost its mains and lives on its battery, whose voltage slowly falls.",
        module_fault="One input/output module does not answer: fault count 1 and the fault bit.",
        earth_fault="A wire of the loop touches the building: fault count 1 and the fault bit, every device still answers.",
        battery_low=growing(
            "The battery holds 20.5 V only: battery fault bit below 21.6 V.", "voltage of the battery", 20.5, "V", none=27.3
        ),
        shield="A technician has disabled two detectors: disabled count 2 and its bit.",
        supervisory="A sprinkler valve is closed: supervisory count 1 and its bit.",
        feedback="A smoke fan was started and reports back: started and feedback bits, feedback count 1.",
    )

    def __init__(self, outlet: Outlet, rng: Random, floors: int = 11) -> None:
        super().__init__()
        self._outlet = outlet
        self._floors = min(16, max(1, floors))
        self._floor = rng.randrange(self._floors)
        self._detector = rng.randrange(1, DETECTORS_PER_FLOOR + 1)
        self._discharged_s = 0.0
        self._draw_kw = 0.08

    @property
    def on_battery(self) -> bool:
        return self._has("mains_lost") or not self._outlet.is_live

    def _pass(self, dt_s: float) -> None:
        if self.on_battery:
            self._discharged_s = min(_ENDURANCE_S, self._discharged_s + dt_s)
        else:
            self._discharged_s = max(0.0, self._discharged_s - dt_s)
        self._outlet.draw_on(0, 0.0 if self.on_battery else self._draw_kw, 0.9)

    def _on_heal(self, kind: str) -> None:
        """A healed mains fault comes with a charged battery, as after the service visit."""
        if kind == "mains_lost":
            self._discharged_s = 0.0

    def _battery_v(self) -> float:
        on_load = _FULL_V - (_FULL_V - _EMPTY_V) * self._discharged_s / _ENDURANCE_S
        return min(on_load if self.on_battery else _CHARGED_V, self.amount("battery_low"))

    def _fire_floors(self) -> list[int]:
        if self._has("smoke_two_floors"):
            return [self._floor, (self._floor + 1) % self._floors]
        return [self._floor] if self._has("smoke") else []

    def _faults(self) -> int:
        """Devices the panel cannot speak to."""
        lost = 0
        if self._has("loop_open"):
            lost = max(1, self._floors // 2) * DETECTORS_PER_FLOOR
        elif self._has("loop_short"):
            lost = min(2, self._floors) * DETECTORS_PER_FLOOR
        return lost + sum(self._has(kind) for kind in ("detector_fault", "module_fault", "earth_fault"))

    def truth(self) -> Truth:
        fires, faults = self._fire_floors(), self._faults()
        disabled = 2 if self._has("shield") else 0
        status = {
            "fire": bool(fires),
            "fault": faults > 0,
            "disabled": disabled > 0,
            "supervisory": self._has("supervisory"),
            "started": self._has("feedback"),
            "feedback": self._has("feedback"),
            "mains": self.on_battery,
            "battery": self._battery_v() < _LOW_V,
            "bus": self._has("loop_open") or self._has("loop_short"),
        }
        return {
            "system_status": float(sum(1 << _BITS[name] for name, is_set in status.items() if is_set)),
            "fire_count": float(len(fires)),
            "fault_count": float(faults),
            "disabled_count": float(disabled),
            "supervisory_count": float(self._has("supervisory")),
            "feedback_count": float(self._has("feedback")),
            "zone_fire": float(sum(1 << floor for floor in fires)),
            "first_fire_address": float(self._floor * DETECTORS_PER_FLOOR + self._detector) if fires else 0.0,
            "battery_voltage": self._battery_v(),
            "loop_open": float(self._has("loop_open")),
            "loop_short": float(self._has("loop_short")),
        }
