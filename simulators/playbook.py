"""What can be played on the site: the built-in scripts, and the device side of scenario files."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from model.clock import SECOND
from model.scenario import Act, Breakdown, BrokerOutage, Repair, Scenario, WireFault
from simulators.act_log import LoggedAct
from simulators.errors import UnknownScenario
from simulators.fault_desk import FaultDesk
from simulators.incidents import Incident, Script
from simulators.network_fault import BrokerFault


@dataclass(slots=True)
class Playbook:
    """Where a file and a script have the same name, the file is played: it was written for this site."""

    desk: FaultDesk
    scripts: Mapping[str, Script]
    scenarios: Mapping[str, Scenario]

    def names(self) -> list[str]:
        return list({**self.scripts, **self.scenarios})

    def play(self, name: str, by: str = "") -> Script | Scenario:
        """Begin it now; its acts follow in site time. Raises what its acts would raise, before any of them is done."""
        found = self.named(name)
        if isinstance(found, Script):
            self.run(found, by or name)
        else:
            self._run_file(found, by or name)
        self.desk.acts.write(self.desk.now_s, LoggedAct.SCENARIO_PLAYED, name, by=by)
        return found

    def named(self, name: str) -> Script | Scenario:
        found = self.scenarios.get(name) or self.scripts.get(name)
        if found is None:
            raise UnknownScenario(f"there is no scenario '{name}'", self.names())
        return found

    def run(self, script: Script, by: str = "") -> None:
        """Let its incidents follow from now on."""
        for incident in script.incidents:
            self.desk.schedule.after(incident.at_s, partial(self._happen, incident, by))

    def _happen(self, incident: Incident, by: str) -> None:
        if incident.network:
            self.desk.network.misbehave(incident.device, incident.kind, incident.for_s, by=by)
        else:
            self.desk.inject(incident.device, incident.kind, incident.for_s, by=by)

    def _run_file(self, scenario: Scenario, by: str) -> None:
        for act in scenario.timeline:
            for check in self._checks(act):
                check()
        for act in scenario.timeline:
            for do in self._deeds(act, by):
                self.desk.schedule.after(act.at_ns / SECOND, do)

    def _checks(self, act: Act) -> Iterable[Callable[[], object]]:
        match act:
            case Breakdown(devices=devices, fault=fault, severity=severity):
                return [
                    partial(self.desk.require, d, fault, _seconds(act.for_ns), severity, _seconds(act.onset_ns) or 0.0) for d in devices
                ]
            case Repair(devices=devices, fault=fault):
                return [partial(self.desk.require, d, fault) for d in devices]
            case WireFault(devices=devices, network=kind, amount=amount):
                return [partial(self.desk.network.require, d, kind, _seconds(act.for_ns), amount) for d in devices]
        return []

    def _deeds(self, act: Act, by: str) -> Iterable[Callable[[], None]]:
        """What devices and networks do; what people and the platform do is not theirs."""
        desk = self.desk
        match act:
            case Breakdown(devices=devices, fault=fault, severity=severity):
                lasts_s, onset_s = _seconds(act.for_ns), _seconds(act.onset_ns) or 0.0
                return [partial(desk.inject, d, fault, lasts_s, severity=severity, onset_s=onset_s, by=by) for d in devices]
            case Repair(devices=devices, fault=fault):
                return [partial(desk.heal, d, fault, by) for d in devices]
            case WireFault(devices=devices, network=kind, amount=amount):
                return [partial(desk.network.misbehave, d, kind, _seconds(act.for_ns), amount=amount, by=by) for d in devices]
            case BrokerOutage(for_ns=for_ns):
                return [partial(desk.network.misbehave_broker, BrokerFault.DOWN, _seconds(for_ns), by=by)]
        return []


def _seconds(nanoseconds: int | None) -> float | None:
    return None if nanoseconds is None else nanoseconds / SECOND
