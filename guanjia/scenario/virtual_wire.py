"""A Modbus line without a line: the production poller's requests answered by the simulated stations, in no time.

collectors.modbus.client.Link ──read(unit, request)──► VirtualWire ──PDU──► simulators.station.Station
                              ◄── data, or what the collector makes of the frame that a misbehaving station sends
"""

from collections.abc import Mapping

from collectors.errors import BadFrame, Closed, Refused, TimedOut
from collectors.modbus.mbap import take_frame
from collectors.modbus.plan import Request as Read
from collectors.modbus.wire import FUNCTIONS, answer_data
from simulators.framing import Framing, Request, RtuFraming, TcpFraming, checksum
from simulators.network_fault import NetworkFault
from simulators.station import Station
from simulators.wire_reply import misbehaved

_TRANSACTION = 1


class VirtualWire:
    """``collectors.modbus.wire.Wire``. A wait that would end in a timeout is over at once."""

    def __init__(self, stations: Mapping[int, Station], is_rtu: bool) -> None:
        self._stations = stations
        self._framing: Framing = RtuFraming() if is_rtu else TcpFraming()
        self._is_rtu = is_rtu
        self._asked: dict[Read, bytes] = {}
        self.connected = False

    async def connect(self, timeout_s: float) -> None:
        if any(station.fault is NetworkFault.REFUSE for station in self._stations.values()):
            raise Refused("nobody listens")
        self.connected = True

    async def read(self, unit: int, request: Read, timeout_s: float) -> bytes:
        station = self._stations[unit]
        pdu = self._asked.get(request)
        if pdu is None:
            pdu = self._asked[request] = read_pdu(request)
        if station.fault is NetworkFault.OK:
            return answer_data(station.answer(pdu), request)
        return self._through_fault(station, unit, pdu, request, timeout_s)

    def close(self) -> None:
        self.connected = False

    def _through_fault(self, station: Station, unit: int, pdu: bytes, request: Read, timeout_s: float) -> bytes:
        station.heard += 1
        asked = Request(_TRANSACTION, unit, pdu)
        reply = misbehaved(station.fault, station.amount, station.heard, self._framing, asked, station.answer, station.device.id)
        if reply.hangs_up:
            self.connected = False
            raise Closed("the connection was closed")
        if not reply.frame or reply.late_s >= timeout_s:
            raise TimedOut("no answer in time")
        return answer_data((_of_rtu if self._is_rtu else self._of_tcp)(reply.frame, unit), request)

    def _of_tcp(self, frame: bytes, unit: int) -> bytes:
        """The PDU that ``collectors.modbus.mbap`` would take out of the stream."""
        try:
            found = take_frame(bytearray(frame))
        except BadFrame:
            self.connected = False
            raise
        if found is None:
            raise TimedOut("only part of an answer")
        if found.transaction != _TRANSACTION:
            raise BadFrame("only answers to something else")
        if found.unit != unit:
            raise BadFrame(f"unit {found.unit} answered in place of {unit}")
        return found.pdu


def _of_rtu(frame: bytes, unit: int) -> bytes:
    """The PDU of a frame whose checksum fits; any other is dropped, as the library that reads RTU does."""
    if len(frame) < 4 or frame[-2:] != checksum(frame[:-2]):
        raise TimedOut("no answer with a right checksum")
    if frame[0] != unit:
        raise BadFrame(f"unit {frame[0]} answered in place of {unit}")
    return frame[1:-2]


def read_pdu(request: Read) -> bytes:
    """The request as it goes out (Modbus V1.1b3 §6.1–6.4)."""
    return bytes((FUNCTIONS[request.table], *request.address.to_bytes(2, "big"), *request.count.to_bytes(2, "big")))
