"""Where machines are broken and mended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import structlog

from simulators.act_log import SCHEDULE, ActLog, LoggedAct, Trouble
from simulators.errors import Unfit, UnknownDevice, UnknownFault
from simulators.machine import Machine
from simulators.network_desk import NetworkDesk, alike
from simulators.schedule import Schedule

log = structlog.get_logger()


@dataclass(slots=True)
class FaultDesk:
    """Every duration is in seconds of site time; ``start_s`` is the instant at which the schedule stood at 0."""

    machines: Mapping[str, Machine]
    network: NetworkDesk
    schedule: Schedule
    acts: ActLog
    start_s: float
    _troubles: dict[tuple[str, str], Trouble] = field(default_factory=dict)
    """By device and kind."""

    def machine(self, device: str) -> Machine:
        if device not in self.machines:
            raise UnknownDevice(f"there is no device '{device}'", alike(device, self.machines))
        return self.machines[device]

    def troubles(self, device: str) -> list[Trouble]:
        """What is the matter with the device just now, its machine first, then its wire."""
        machine = self.machine(device)
        found = [self._troubles.get((device, kind), Trouble(kind, False, self.now_s)) for kind in sorted(machine.active_faults())]
        wire = self.network.trouble(device)
        return found if wire is None else [*found, wire]

    def inject(
        self, device: str, kind: str, for_s: float | None = None, *, severity: float | None = None, onset_s: float = 0.0, by: str = ""
    ) -> None:
        """Break a machine; with ``for_s`` it heals by itself. Done again, the later one counts, its end too."""
        self.require(device, kind, for_s, severity, onset_s)
        self.machines[device].inject(kind, 1.0 if severity is None else severity, onset_s)
        trouble = Trouble(kind, False, self.now_s, severity, None, onset_s, for_s, by)
        self._troubles[device, kind] = trouble
        self.acts.write(self.now_s, LoggedAct.FAULT_INJECTED, kind, device=device, trouble=trouble, by=by)
        log.info("fault_injected", device=device, fault=kind, for_s=for_s)
        if for_s is not None:
            self.schedule.after(for_s, partial(self._expire, device, trouble))

    def heal(self, device: str, kind: str, by: str = "") -> None:
        machine = self._able(device, kind)
        if kind in machine.active_faults():
            machine.heal(kind)
            self._troubles.pop((device, kind), None)
            self.acts.write(self.now_s, LoggedAct.FAULT_HEALED, kind, device=device, by=by)
            log.info("fault_healed", device=device, fault=kind)

    def require(self, device: str, kind: str, for_s: float | None = None, severity: float | None = None, onset_s: float = 0.0) -> None:
        """Raises what ``inject`` raises, and changes nothing."""
        fault = self._able(device, kind).faults[kind]
        for name, objection in (
            ("severity", fault.objection(1.0 if severity is None else severity)),
            ("onset", fault.objection(1.0, onset_s)),
            ("for", "a fault lasts for more than 0 s" if for_s is not None and for_s <= 0 else None),
        ):
            if objection is not None:
                raise Unfit(name, objection)

    @property
    def now_s(self) -> float:
        """Seconds of site time since 1970 UTC."""
        return self.start_s + self.schedule.now_s

    def _expire(self, device: str, trouble: Trouble) -> None:
        if self._troubles.get((device, trouble.kind)) is trouble:
            self.heal(device, trouble.kind, SCHEDULE)

    def _able(self, device: str, kind: str) -> Machine:
        machine = self.machine(device)
        if kind not in machine.faults:
            raise UnknownFault(f"'{device}' has no fault '{kind}'", machine.faults)
        return machine
