"""A Modbus server that misbehaves as told, on a network without sockets, in a time that passes as fast as it can be computed.

VirtualNetwork.run(story)      the loop's time jumps to the next timer; thirty seconds of silence take none
network.servers[host, port]    who listens there; nobody: the connection is refused
Server.script                  request → pieces of the reply, each after its seconds, or HANG_UP
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from struct import pack, unpack_from
from typing import Any, Final, TypeVar

from collectors.modbus.plan import Break, Request
from model.clock import SECOND
from model.profile import Table
from tests.collectors.support import START_NS, address_bytes

T = TypeVar("T")
HANG_UP: Final = b"\0hang up"
Reply = Sequence[tuple[float, bytes]]
"""(seconds after the request, piece) in order."""
TABLES = {1: Table.COIL, 2: Table.DISCRETE, 3: Table.HOLDING, 4: Table.INPUT}


@dataclass
class Asked:
    """A request as the server reads it. ``reply`` is the right answer but for the parts named."""

    framing: str
    frame: bytes

    def __post_init__(self) -> None:
        at = 6 if self.framing == "tcp" else 0
        self.unit, self.function, self.address, self.count = unpack_from(">BBHH", self.frame, at)
        self.transaction = unpack_from(">H", self.frame)[0] if self.framing == "tcp" else 0

    def reply(self, **wrong: int) -> bytes:
        count = wrong.get("count", self.count)
        data = address_bytes(Request(TABLES[self.function], wrong.get("address", self.address), count, (), Break.TABLE))
        return self.wrap(bytes([wrong.get("function", self.function), wrong.get("length", len(data))]) + data, **wrong)

    def exception(self, code: int) -> bytes:
        return self.wrap(bytes([self.function | 0x80, code]))

    def wrap(self, pdu: bytes, **wrong: int) -> bytes:
        unit = wrong.get("unit", self.unit)
        if self.framing == "tcp":
            return pack(">HHHB", wrong.get("transaction", self.transaction), 0, len(pdu) + 1, unit) + pdu
        frame = bytes([unit]) + pdu
        return frame + crc(frame)


def crc(frame: bytes) -> bytes:
    """CRC-16 bit by bit, as Modbus over serial line V1.02 §6.2.2 tells it; low byte first."""
    register = 0xFFFF
    for byte in frame:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ 0xA001 if register & 1 else register >> 1
    return pack("<H", register)


def right(asked: Asked) -> Reply:
    return [(0.005, asked.reply())]


@dataclass
class Server:
    framing: str = "tcp"
    script: Callable[[Asked], Reply] = right
    accepts: bool = True
    """False: the host is there, and connecting to it never ends."""
    asked: list[tuple[float, Asked]] = field(default_factory=list)
    """(time, request) of everything that was asked."""


class _Ends(asyncio.Transport):
    """Both ends of a connection to a server."""

    def __init__(self, loop: asyncio.AbstractEventLoop, server: Server, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._loop, self._server, self._protocol = loop, server, protocol
        self._open = True

    def write(self, data: Any) -> None:
        asked = Asked(self._server.framing, bytes(data))
        self._server.asked.append((self._loop.time(), asked))
        for after_s, piece in self._server.script(asked):
            self._loop.call_later(after_s, self._deliver, piece)

    def _deliver(self, piece: bytes) -> None:
        if self._open and piece is HANG_UP:
            self._open = False
            self._protocol.connection_lost(None)
        elif self._open:
            self._protocol.data_received(piece)

    def abort(self) -> None:
        if self._open:
            self._open = False
            self._loop.call_soon(self._protocol.connection_lost, None)


class VirtualNetwork(asyncio.SelectorEventLoop):
    """An event loop whose time and network are its own."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self.servers: dict[tuple[str, int], Server] = {}
        super().__init__(_Jump(self))

    def time(self) -> float:
        return self._now_s

    def jump(self, seconds: float) -> None:
        self._now_s += seconds

    async def create_connection(self, protocol_factory: Any, host: Any = None, port: Any = None, **_: Any) -> Any:
        server = self.servers.get((host, port))
        if server is None:
            raise ConnectionRefusedError(f"nobody listens on {host}:{port}")
        if not server.accepts:
            await asyncio.sleep(1e9)
        protocol = protocol_factory()
        ends = _Ends(self, server, protocol)
        protocol.connection_made(ends)
        return ends, protocol

    @classmethod
    def run(cls, story: Callable[["VirtualNetwork"], Coroutine[Any, Any, T]]) -> T:
        with asyncio.Runner(loop_factory=cls) as runner:
            loop = runner.get_loop()
            assert isinstance(loop, cls)
            return runner.run(story(loop))


class _Jump(selectors.SelectSelector):
    """Never waits: where others sleep until the next timer it makes it that late."""

    def __init__(self, loop: VirtualNetwork) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for something that will never come")
        self._loop.jump(max(0.0, timeout))
        return super().select(0)


class LoopClock:
    """``model.clock.Clock`` in the time of the running loop."""

    def now_ns(self) -> int:
        return START_NS + self.monotonic_ns()

    def monotonic_ns(self) -> int:
        return round(asyncio.get_running_loop().time() * SECOND)

    async def sleep_until(self, monotonic_ns: int) -> None:
        await asyncio.sleep(max(0, monotonic_ns - self.monotonic_ns()) / SECOND)
