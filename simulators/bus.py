"""The units behind one Modbus address, and who answers for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulators.exception_code import ExceptionCode
from simulators.framing import Framing, Request, TcpFraming
from simulators.modbus_pdu import exception
from simulators.network_fault import NetworkFault
from simulators.station import Station
from simulators.wire_reply import NOTHING, Reply, misbehaved

BROADCAST = 0
"""On a serial line every unit takes a request to 0 and none answers (Modbus over Serial Line V1.02 §2.1)."""


@dataclass(slots=True)
class Bus:
    """One device or, as a gateway, several. What the gateway itself does goes before what a device behind it does."""

    units: Mapping[int, Station]
    framing: Framing = field(default_factory=TcpFraming)
    answers_unknown_units: bool = True
    """A gateway answers for a unit it does not have with exception 0x0B; a plain device keeps quiet."""
    name: str = ""
    fault: NetworkFault = NetworkFault.OK
    amount: float = 0.0
    heard: int = 0

    def reply(self, request: Request) -> Reply:
        station = self.units.get(request.unit)
        if station is None:
            return self._for_nobody(request)
        if self.fault is not NetworkFault.OK:
            self.heard += 1
            return misbehaved(self.fault, self.amount, self.heard, self.framing, request, station.answer, self.name)
        if station.fault is not NetworkFault.OK:
            station.heard += 1
            return misbehaved(station.fault, station.amount, station.heard, self.framing, request, station.answer, station.device.id)
        return Reply(self.framing.wrap(request.transaction, request.unit, station.answer(request.pdu)))

    @property
    def refuses(self) -> bool:
        """Whether nobody listens just now: a device's port is its own, so one that refuses closes it for its neighbours too."""
        return self.fault is NetworkFault.REFUSE or any(station.fault is NetworkFault.REFUSE for station in self.units.values())

    def _for_nobody(self, request: Request) -> Reply:
        if request.unit == BROADCAST and self.framing.silence_ends_frame:
            for station in self.units.values():
                station.answer(request.pdu)
            return NOTHING
        if not self.answers_unknown_units or self.fault is not NetworkFault.OK:
            return NOTHING
        refusal = exception(request.pdu[0], ExceptionCode.NO_RESPONSE_BEHIND_GATEWAY)
        return Reply(self.framing.wrap(request.transaction, request.unit, refusal))
