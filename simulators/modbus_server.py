"""A Modbus port on a real socket, with one device behind it or, as a gateway, several."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import cast

from simulators.bus import Bus
from simulators.inbox import Inbox

_UNREAD_LIMIT = 64 * 1024
"""Bytes a master may leave unread before it is cut off."""
_BACKLOG = 256


@dataclass(slots=True)
class ModbusPort:
    """Listens for the units of a bus. Port 0 takes a free one; ``port`` then says which."""

    host: str
    port: int
    bus: Bus
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
        """Close the port while the gateway or any device behind it refuses connections; open it again when none does."""
        if self.bus.refuses:
            await self.close()
        else:
            with contextlib.suppress(OSError):  # taken by another program meanwhile: tried again at the next call
                await self.open()


class _Connection(asyncio.Protocol):
    """One master. Requests may arrive split or several at once; each is answered in order."""

    def __init__(self, port: ModbusPort) -> None:
        self.port = port
        self.transport: asyncio.Transport
        self.inbox: Inbox

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one by behaviour, not by class
        self.inbox = Inbox(self.port.bus, asyncio.get_running_loop(), self.send, self.abort)
        self.port.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.port.connections.discard(self)

    def abort(self) -> None:
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self.inbox.take(data)

    def send(self, frame: bytes) -> None:
        if self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > _UNREAD_LIMIT:
            self.abort()
            return
        self.transport.write(frame)
