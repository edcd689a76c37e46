"""Where things are broken and mended: machines, wires, and scripts of both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog

from simulators.errors import UnknownDevice, UnknownFault, UnknownNetworkFault, UnknownScenario
from simulators.incidents import Incident, Script
from simulators.machine import Machine
from simulators.mqtt_publisher import Speaker
from simulators.network_fault import MODBUS_FAULTS, MQTT_FAULTS, NetworkFault
from simulators.schedule import Schedule
from simulators.station import Station

log = structlog.get_logger()


@dataclass(slots=True)
class FaultDesk:
    """Every duration is in seconds of site time."""

    machines: Mapping[str, Machine]
    stations: Mapping[str, Station]
    speakers: Mapping[str, Speaker]
    scripts: Mapping[str, Script]
    schedule: Schedule

    def machine(self, device: str) -> Machine:
        if device not in self.machines:
            raise UnknownDevice(f"there is no device '{device}'", _alike(device, self.machines))
        return self.machines[device]

    def inject(self, device: str, kind: str, for_s: float | None = None) -> None:
        """Break a machine; with ``for_s`` it heals by itself."""
        self._able(device, kind).inject(kind)
        log.info("fault injected", device=device, fault=kind, for_s=for_s)
        if for_s is not None:
            self.schedule.after(for_s, partial(self.heal, device, kind))

    def heal(self, device: str, kind: str) -> None:
        machine = self._able(device, kind)
        if kind in machine.active_faults():
            machine.heal(kind)
            log.info("fault healed", device=device, fault=kind)

    def network_fault(self, device: str) -> NetworkFault:
        return self._end(device).fault

    def network_faults(self, device: str) -> tuple[NetworkFault, ...]:
        """The ways this device can misbehave on its kind of wire; none on a serial line, which is not simulated."""
        return MODBUS_FAULTS if device in self.stations else MQTT_FAULTS if device in self.speakers else ()

    def misbehave(self, device: str, kind: str, for_s: float | None = None) -> None:
        """Let the device misbehave on the wire; ``ok`` ends it, and so does the end of ``for_s``."""
        end = self.require_wire(device, kind)
        end.fault = NetworkFault(kind)
        log.info("network fault", device=device, fault=kind, for_s=for_s)
        if for_s is not None and end.fault is not NetworkFault.OK:
            self.schedule.after(for_s, partial(self.misbehave, device, NetworkFault.OK))

    def require_wire(self, device: str, kind: str) -> Station | Speaker:
        """The device's end of the wire, if it can misbehave in this way there."""
        end = self._end(device)
        if kind not in self.network_faults(device):
            raise UnknownNetworkFault(f"'{device}' can't be '{kind}' on its wire", self.network_faults(device))
        return end

    def play(self, name: str) -> Script:
        """Start a script now; its incidents follow in site time."""
        if name not in self.scripts:
            raise UnknownScenario(f"there is no scenario '{name}'", self.scripts)
        self.run(self.scripts[name])
        return self.scripts[name]

    def run(self, script: Script) -> None:
        """Let its incidents follow from now on."""
        for incident in script.incidents:
            self.schedule.after(incident.at_s, partial(self._happen, incident))

    def _happen(self, incident: Incident) -> None:
        begin = self.misbehave if incident.network else self.inject
        begin(incident.device, incident.kind, incident.for_s)

    def _able(self, device: str, kind: str) -> Machine:
        machine = self.machine(device)
        if kind not in machine.faults:
            raise UnknownFault(f"'{device}' has no fault '{kind}'", machine.faults)
        return machine

    def _end(self, device: str) -> Station | Speaker:
        self.machine(device)
        end = self.stations.get(device) or self.speakers.get(device)
        if end is None:
            raise UnknownNetworkFault(f"'{device}' is on a serial line, which is not simulated")
        return end


def _alike(name: str, known: Iterable[str]) -> list[str]:
    """Names that begin alike, or all of them when none does."""
    stem = name.partition(".")[0]
    return [other for other in known if other.startswith(stem)] or list(known)
