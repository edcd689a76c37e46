"""Where wires are made to misbehave: a device's, a gateway's with all behind it, and the way to the broker."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

import structlog

from model.site import Device, ModbusTcp
from simulators.act_log import SCHEDULE, ActLog, LoggedAct, Trouble
from simulators.broker_state import BrokerState
from simulators.bus import Bus
from simulators.errors import Unfit, UnknownDevice, UnknownGateway, UnknownNetworkFault
from simulators.network_fault import BROKER_RESTART, MQTT_SLOW, Amount, BrokerFault, NetworkFault
from simulators.schedule import Schedule
from simulators.wire_faults import amount_of, device_faults, gateway_faults

log = structlog.get_logger()
_GROWING_STEPS = 20
_BROKER_AMOUNTS = {BrokerFault.RESTART: BROKER_RESTART, BrokerFault.SLOW: MQTT_SLOW}


class End(Protocol):
    """Whatever can misbehave: a device's end of its wire, or a gateway."""

    fault: NetworkFault
    amount: float


@dataclass(slots=True)
class NetworkDesk:
    """Every duration is in seconds of site time; ``start_s`` is the instant at which the schedule stood at 0."""

    devices: Mapping[str, Device]
    ends: Mapping[str, End]
    gateways: Mapping[str, Bus]
    broker: BrokerState
    schedule: Schedule
    acts: ActLog
    start_s: float
    _troubles: dict[str, Trouble] = field(default_factory=dict)
    """By device, by gateway address, and ``""`` for the broker."""

    def fault(self, device: str) -> NetworkFault:
        return self._end(device).fault

    def faults(self, device: str) -> tuple[NetworkFault, ...]:
        """The ways this device can misbehave on its kind of wire."""
        self._end(device)
        return device_faults(self.devices[device])

    def trouble(self, place: str) -> Trouble | None:
        """What is the matter with a device's wire, a gateway or, at ``""``, the broker."""
        return self._troubles.get(place)

    def misbehave(
        self, device: str, kind: str, for_s: float | None = None, *, amount: float | None = None, onset_s: float = 0.0, by: str = ""
    ) -> None:
        """Let the device misbehave on the wire; ``ok`` ends it, and so does the end of ``for_s``."""
        trouble = self.require(device, kind, for_s, amount, onset_s, by)
        self._note(trouble, device=device)
        self._begin(device, self.ends[device], trouble)

    def misbehave_gateway(
        self, address: str, kind: str, for_s: float | None = None, *, amount: float | None = None, onset_s: float = 0.0, by: str = ""
    ) -> None:
        """The same for everything behind ``host:port``; what its devices do by themselves goes on behind it."""
        bus = self.gateways.get(address)
        if bus is None:
            raise UnknownGateway(f"nothing of this site is behind '{address}'", self.gateways)
        known = gateway_faults("rtu" if bus.framing.silence_ends_frame else "tcp")
        if kind not in known:
            raise UnknownNetworkFault(f"'{address}' can't be '{kind}'", known)
        trouble = self._fit(kind, for_s, amount, onset_s, by, amount_of(kind, ModbusTcp("", 0, 0)))
        self._note(trouble, gateway=address)
        self._begin(address, bus, trouble)

    def misbehave_broker(self, kind: str, for_s: float | None = None, *, amount: float | None = None, by: str = "") -> None:
        """What the devices find at their broker. A restart ends by itself after its seconds."""
        if kind not in tuple(BrokerFault):
            raise UnknownNetworkFault(f"a broker can't be '{kind}'", tuple(BrokerFault))
        trouble = self._fit(kind, for_s, amount, 0.0, by, _BROKER_AMOUNTS.get(BrokerFault(kind)))
        if kind == BrokerFault.RESTART and for_s is None:
            trouble = replace(trouble, for_s=trouble.amount)
        self._note(trouble, broker=True)
        self.broker.fault, self.broker.amount = BrokerFault(kind), trouble.amount or 0.0
        self._keep("", trouble, partial(self.misbehave_broker, BrokerFault.OK, by=SCHEDULE))

    def require(
        self, device: str, kind: str, for_s: float | None = None, amount: float | None = None, onset_s: float = 0.0, by: str = ""
    ) -> Trouble:
        """What would be the matter if the device misbehaved so. Raises what ``misbehave`` raises, and changes nothing."""
        known = self.faults(device)
        if kind not in known:
            raise UnknownNetworkFault(f"'{device}' can't be '{kind}' on its wire", known)
        return self._fit(kind, for_s, amount, onset_s, by, amount_of(kind, self.devices[device].connection))

    def _fit(self, kind: str, for_s: float | None, amount: float | None, onset_s: float, by: str, takes: Amount | None) -> Trouble:
        if takes is None and amount is not None:
            raise Unfit("seconds", f"'{kind}' is there or not: it takes neither seconds nor a share")
        if takes is None and onset_s:
            raise Unfit("onset", f"'{kind}' is there or not: it has no onset")
        if takes is not None and amount is not None and not takes.least <= amount <= takes.most:
            raise Unfit(takes.field, f"{takes.field} {amount:g} is not within {takes.least:g} to {takes.most:g}")
        if for_s is not None and for_s <= 0:
            raise Unfit("for", f"{for_s:g} s is no time to last")
        used = None if takes is None else takes.usual if amount is None else amount
        return Trouble(kind, True, self._now_s, None, used, onset_s, for_s, by)

    def _begin(self, place: str, end: End, trouble: Trouble) -> None:
        end.fault, end.amount = NetworkFault(trouble.kind), (trouble.amount or 0.0) if not trouble.onset_s else 0.0
        self._keep(place, trouble, partial(self._end_by_itself, place, end))
        for step in range(1, _GROWING_STEPS + 1) if trouble.onset_s else ():
            self.schedule.after(trouble.onset_s * step / _GROWING_STEPS, partial(self._grow, place, end, trouble, step / _GROWING_STEPS))

    def _grow(self, place: str, end: End, trouble: Trouble, share: float) -> None:
        if self._troubles.get(place) is trouble:
            end.amount = (trouble.amount or 0.0) * share

    def _keep(self, place: str, trouble: Trouble, over: partial[None]) -> None:
        """Remember it and, where it lasts for a while, its end. A later one takes its place and its end with it."""
        if trouble.kind == NetworkFault.OK:
            self._troubles.pop(place, None)
            return
        self._troubles[place] = trouble
        if trouble.for_s is not None:
            self.schedule.after(trouble.for_s, partial(self._expire, place, trouble, over))

    def _expire(self, place: str, trouble: Trouble, over: partial[None]) -> None:
        if self._troubles.get(place) is trouble:
            over()

    def _end_by_itself(self, place: str, end: End) -> None:
        ok = Trouble(NetworkFault.OK, True, self._now_s, by=SCHEDULE)
        is_gateway = place in self.gateways
        self._note(ok, device="" if is_gateway else place, gateway=place if is_gateway else "")
        self._begin(place, end, ok)

    def _note(self, trouble: Trouble, device: str = "", gateway: str = "", broker: bool = False) -> None:
        """Before it is done: mending what is whole is no act."""
        if trouble.kind == NetworkFault.OK and (device or gateway) not in self._troubles:
            return
        act = LoggedAct.NETWORK_HEALED if trouble.kind == NetworkFault.OK else LoggedAct.NETWORK_FAULT
        told = {"device": device, "gateway": gateway}
        self.acts.write(self._now_s, act, trouble.kind, **told, broker=broker, trouble=trouble, by=trouble.by)
        log.info(act, device=device, gateway=gateway, broker=broker, fault=trouble.kind, for_s=trouble.for_s)

    @property
    def _now_s(self) -> float:
        return self.start_s + self.schedule.now_s

    def _end(self, device: str) -> End:
        if device not in self.ends:
            raise UnknownDevice(f"there is no device '{device}'", alike(device, self.ends))
        return self.ends[device]


def alike(name: str, known: Iterable[str]) -> list[str]:
    """Names that begin alike, or all of them when none does."""
    stem = name.partition(".")[0]
    return [other for other in known if other.startswith(stem)] or list(known)
