"""A hundred Modbus TCP devices of 60 registers each in one process, with a way to set a register. Stands in where no leaner fleet is given.

usage: python -m benchmarks.register_fleet FIRST_PORT CONTROL_PORT [how many, if not a hundred]

Registers 0 to 5 stay below 300 unless they are set; the others change every second. UDP control, one text a datagram:
``set DEVICE REGISTER VALUE`` and ``unset DEVICE REGISTER`` answer the time in microseconds, ``stats`` the number of answers so far.
"""

import asyncio
import struct
import sys
import time
from typing import cast

import uvloop

HOST, REGISTERS, CALM = "127.0.0.1", 60, 6


class Registers:
    """Of the whole fleet."""

    def __init__(self) -> None:
        self.pinned: dict[tuple[int, int], int] = {}
        self.answers = 0

    def answer(self, device: int, first: int, count: int) -> bytes:
        second = int(time.time())
        words = [self._word(device, register, second) for register in range(first, first + count)]
        self.answers += 1
        return struct.pack(f">{count}H", *words)

    def _word(self, device: int, register: int, second: int) -> int:
        pinned = self.pinned.get((device, register))
        if pinned is not None:
            return pinned
        return 200 + (second + 7 * device + register) % 100 if register < CALM else (3 * second + 60 * device + register) % 1000


class Device(asyncio.Protocol):
    """Answers reads of holding registers; one request a segment is what masters send."""

    def __init__(self, registers: Registers, number: int) -> None:
        self._registers = registers
        self._number = number

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        first, count = struct.unpack_from(">HH", data, 8)
        words = self._registers.answer(self._number, first, count)
        self._transport.write(data[:4] + struct.pack(">HBBB", len(words) + 3, data[6], 3, len(words)) + words)


class Control(asyncio.DatagramProtocol):
    def __init__(self, registers: Registers) -> None:
        self._registers = registers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        match data.decode().split():
            case ["set", device, register, value]:
                self._registers.pinned[int(device), int(register)] = int(value)
            case ["unset", device, register]:
                self._registers.pinned.pop((int(device), int(register)), None)
            case ["stats"]:
                self._transport.sendto(str(self._registers.answers).encode(), addr)
                return
        self._transport.sendto(str(time.time_ns() // 1000).encode(), addr)


async def main(first_port: int, control_port: int, devices: int) -> None:
    loop, registers = asyncio.get_running_loop(), Registers()
    for number in range(devices):
        await loop.create_server(lambda number=number: Device(registers, number), HOST, first_port + number)  # type: ignore[misc]
    await loop.create_datagram_endpoint(lambda: Control(registers), (HOST, control_port))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 100))
