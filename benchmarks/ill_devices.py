"""Devices that answer with constant bytes, the last part of them ill. Prints the addresses as JSON, the healthy first, then serves.

usage: python -m benchmarks.ill_devices HEALTHY ILL
The ill ones take turns: silent, slow (2 s), resetting the connection at every request, sending garbage.
"""

import asyncio
import json
import sys
from itertools import cycle, islice
from typing import cast

import uvloop

from benchmarks.thousand_devices import HOST, REGISTERS

SLOW_S = 2.0


class Healthy(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.transport.write(data[:4] + b"\x00\x7b" + data[6:8] + b"\x78" + bytes(2 * REGISTERS))


class Silent(Healthy):
    def data_received(self, data: bytes) -> None:
        """Says nothing."""


class Slow(Healthy):
    def data_received(self, data: bytes) -> None:
        asyncio.get_running_loop().call_later(SLOW_S, super().data_received, data)


class Resetting(Healthy):
    def data_received(self, data: bytes) -> None:
        self.transport.abort()


class Garbage(Healthy):
    def data_received(self, data: bytes) -> None:
        self.transport.write(bytes((byte * 37 + 11) % 256 for byte in data * 4))


async def serve(healthy: int, ill: int) -> None:
    loop = asyncio.get_running_loop()
    kinds = [Healthy] * healthy + list(islice(cycle((Silent, Slow, Resetting, Garbage)), ill))
    servers = [await loop.create_server(kind, HOST, 0, backlog=16) for kind in kinds]
    print(json.dumps([[HOST, server.sockets[0].getsockname()[1]] for server in servers]), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2])))
