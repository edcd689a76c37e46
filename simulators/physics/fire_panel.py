"""A fire alarm controller seen as a whole: point by point (Notifier MODBUS-GW) or event by event (GB/T 26875.3)."""

import re
from collections.abc import Iterable
from random import Random

from simulators.machine import Truth
from simulators.physics.faults import Breakable, fault_kinds
from simulators.physics.outlet import Outlet
from simulators.physics.quantities import in_units
from simulators.physics.site_time import SiteTime

_POINT = re.compile(r"loop(\d+)_(detector|module)_(\d+)")
_ENABLED, _DISABLED, _ACTIVE, _TROUBLE = 1 << 10, 1 << 9, 1 << 11, 1 << 13
_FIRE_EVENT, _SUPERVISORY_EVENT, _UNPROGRAMMED = 16, 64, 0xFF
_PROGRAMMED = 120
"""Points of each loop that are fitted; the rest answer as not programmed."""
_SYSTEM_BITS = {
    "fire": 1, "trouble": 2, "disable": 3, "supervisory": 4, "started": 5, "mains_lost": 8, "battery_low": 9, "bus_fault": 10,
    "linkage_manual": 11,
}  # fmt: skip
_COMPONENT_BITS = {"fire": 1, "trouble": 2, "disable": 3, "supervisory": 4}
_SMOKE_DETECTOR, _PANEL = 42.0, 1.0
"""GB/T 26875.3 component types: point photoelectric smoke detector, fire alarm controller."""

_PLACES = {
    "fire": "loop1_detector_7",
    "trouble": "loop1_detector_12",
    "disable": "loop1_detector_20",
    "supervisory": "loop1_module_3",
}


class FirePanel(Breakable):
    device_class = "fire_panel"
    units = in_units({})
    faults = fault_kinds(
        fire="Detector 7 of loop 1 is in fire alarm; it latches until the panel is reset.",
        trouble="Detector 12 of loop 1 does not answer: its trouble bit is set.",
        disable="Detector 20 of loop 1 has been disabled by hand.",
        supervisory="Module 3 of loop 1 reports a closed sprinkler valve.",
        mains_lost="The panel runs on its battery.",
        battery_low="The battery is low.",
        bus_fault="The loop card has failed: the panel reports a bus fault.",
        linkage_manual="Someone has left the linkage control in manual: fans, shutters and pumps will not start by themselves.",
        started="A linked device was started by hand: its started bit is set.",
        silenced="Someone has silenced the sounders.",
    )

    def __init__(self, outlet: Outlet, time: SiteTime, point_names: Iterable[str], rng: Random) -> None:
        """``point_names``: the profile's; only the loop points among them are kept."""
        super().__init__()
        self._outlet = outlet
        self._time = time
        self._draw_kw = rng.uniform(0.1, 0.2)
        self._points: dict[str, float | str] = {}
        for name in point_names:
            found = _POINT.fullmatch(name)
            if found:
                self._points[name] = float(_ENABLED if int(found[3]) <= _PROGRAMMED else _UNPROGRAMMED)
        self._event_time = ""
        self._stamp()

    def _pass(self, dt_s: float) -> None:
        self._outlet.draw_on(0, 0.0 if self._on_battery else self._draw_kw, 0.9)

    @property
    def _on_battery(self) -> bool:
        return self._has("mains_lost") or not self._outlet.is_live

    def _stamp(self) -> None:
        self._event_time = self._time.local.strftime("%Y-%m-%d %H:%M:%S")

    def _on_fault(self, kind: str) -> None:
        self._stamp()
        self._write(kind, {"fire": _ENABLED | _ACTIVE | _FIRE_EVENT, "trouble": _ENABLED | _TROUBLE, "disable": _DISABLED,
                           "supervisory": _ENABLED | _ACTIVE | _SUPERVISORY_EVENT}.get(kind, 0))  # fmt: skip

    def _on_heal(self, kind: str) -> None:
        self._stamp()
        self._write(kind, _ENABLED)

    def _write(self, kind: str, word: int) -> None:
        place = _PLACES.get(kind)
        if place in self._points:
            self._points[place] = float(word)

    def truth(self) -> Truth:
        active = {kind for kind in _SYSTEM_BITS if self._has(kind)} | ({"mains_lost"} if self._on_battery else set())
        component = {kind for kind in _COMPONENT_BITS if kind in active}
        system = sum(1 << _SYSTEM_BITS[kind] for kind in active)
        first = next(iter(sorted(component, key=_COMPONENT_BITS.__getitem__)), "")
        return {
            **self._points,
            "panel_status": float(1 << 1 if self._has("silenced") else 0),
            "bell_circuit_types_1_2": 0.0,
            "bell_circuit_types_3_4": 0.0,
            "type_flag": 2.0 if component else 1.0,
            "system_type": 1.0,
            "system_address": 1.0,
            "component_type": _SMOKE_DETECTOR if component else _PANEL,
            "component_address": _PLACES.get(first, "panel"),
            "component_status": float(sum(1 << _COMPONENT_BITS[kind] for kind in component)),
            "component_description": _PLACES.get(first, "panel").replace("_", " "),
            "system_status": float(system),
            "analog_type": 0.0,
            "analog_value": 0.0,
            "operation_flags": 0.0,
            "transmitter_status": 1.0,
            "event_time": self._event_time,
        }
