"""A Modbus port on a real socket, with one device behind it or, as a gateway, several."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from simulators.framing import Framing, NoFrame, Request, TcpFraming
from simulators.modbus_pdu import ExceptionCode, exception
from simulators.network_fault import SLOW_S, NetworkFault
from simulators.station import Station

_UNREAD_LIMIT = 64 * 1024
"""Bytes a master may leave unread before it is cut off."""
_BACKLOG = 256


@dataclass(slots=True)
class ModbusPort:
    """Listens for the given units. Port 0 takes a free one; ``port`` then says which."""

    host: str
    port: int
    units: Mapping[int, Station]
    answers_unknown_units: bool = True
    """A gateway answers for a unit it does not have with exception 0x0B; a plain device keeps quiet."""
    framing: Framing = field(default_factory=TcpFraming)
    connections: set["_Connection"] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def open(self) -> None:
        """Start to listen. Raises OSError when the port is taken."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: _Connection(self), self.host, self.port, backlog=_BACKLOG)
            self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for connection in tuple(self.connections):
            connection.abort()
        await server.wait_closed()

    async def follow_fault(self) -> None:
        """Close the port while any device behind it refuses connections; open it again when none does."""
        if any(station.fault is NetworkFault.REFUSE for station in self.units.values()):
            await self.close()
        else:
            with contextlib.suppress(OSError):  # taken by another program meanwhile: tried again at the next call
                await self.open()


class _Connection(asyncio.Protocol):
    """One master. Requests may arrive split or several at once; each is answered in order."""

    def __init__(self, port: ModbusPort) -> None:
        self.port = port
        self.received = bytearray()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one by behaviour, not by class
        self.port.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.port.connections.discard(self)

    def abort(self) -> None:
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self.received += data
        try:
            while (request := self.port.framing.take(self.received)) is not None:
                self.serve(request)
        except NoFrame:
            self.abort()

    def serve(self, request: Request) -> None:
        station = self.port.units.get(request.unit)
        if station is None:
            if self.port.answers_unknown_units:
                self.reply(request, exception(request.pdu[0], ExceptionCode.NO_RESPONSE_BEHIND_GATEWAY))
            return
        match station.fault:
            case NetworkFault.OK:
                self.reply(request, station.answer(request.pdu))
            case NetworkFault.SLOW:
                asyncio.get_running_loop().call_later(SLOW_S, self.reply, request, station.answer(request.pdu))
            case NetworkFault.EXCEPTION:
                self.reply(request, exception(request.pdu[0], ExceptionCode.DEVICE_FAILURE))
            case NetworkFault.GARBAGE:
                self.send(garbage(self.port.framing, request, station.answer(request.pdu), station.requests))
            case NetworkFault.RESET | NetworkFault.REFUSE:
                self.abort()

    def reply(self, request: Request, pdu: bytes) -> None:
        self.send(self.port.framing.wrap(request.transaction, request.unit, pdu))

    def send(self, frame: bytes) -> None:
        if self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > _UNREAD_LIMIT:
            self.abort()
            return
        self.transport.write(frame)


def garbage(framing: Framing, request: Request, pdu: bytes, turn: int) -> bytes:
    """A reply gone wrong, a different way each turn: noise, another request's answer, a function nobody asked for, cut short."""
    right = framing.wrap(request.transaction, request.unit, pdu)
    return (
        bytes((byte * 37 + 11) % 256 for byte in right),
        framing.wrap(request.transaction ^ 0x5A5A, request.unit ^ 1, pdu),
        framing.wrap(request.transaction, request.unit, b"\x2b" + pdu[1:]),
        right[: max(7, len(right) // 2)],
    )[turn % 4]
