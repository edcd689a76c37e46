"""A bare Modbus master: one connection per address, its requests one after another, every period or as fast as they are answered.

usage: python -m benchmarks.modbus_load SECONDS PERIOD_S < addresses.json        PERIOD_S 0: without a pause
addresses.json: [[host, port, [[unit, pdu in hex], …]], …]. Asks everybody twice to warm up, prints "ready", and when it is over
{"asked", "answered", "per_s", "late_p99_ms"} as JSON.
"""

import asyncio
import json
import struct
import sys
import time
from typing import cast

import uvloop

_HEADER = struct.Struct(">HHHB")


class Master(asyncio.Protocol):
    def __init__(self, requests: list[tuple[int, bytes]], period_s: float, late: list[float]) -> None:
        self.frames = [_HEADER.pack(0, 0, len(pdu) + 1, unit) + pdu for unit, pdu in requests]
        self.period_s = period_s
        self.asked = self.answered = self.turn = 0
        self.late = late
        self.asked_at = 0.0
        self.received = bytearray()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def ask(self) -> None:
        self.asked += 1
        self.asked_at = time.perf_counter()
        self.transport.write(self.frames[self.turn])

    def data_received(self, data: bytes) -> None:
        self.received += data
        while len(self.received) >= 6 and len(self.received) >= 6 + (length := self.received[4] << 8 | self.received[5]):
            del self.received[: 6 + length]
            self.answered += 1
            self.late.append(time.perf_counter() - self.asked_at)
            self.turn = (self.turn + 1) % len(self.frames)
            if self.turn or not self.period_s:
                self.ask()


async def load(addresses: list[tuple[str, int, list[tuple[int, str]]]], seconds: float, period_s: float) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    late: list[float] = []
    masters: list[Master] = []
    for host, port, requests in addresses:
        decoded = [(unit, bytes.fromhex(pdu)) for unit, pdu in requests]
        _, master = await loop.create_connection(lambda found=decoded: Master(found, period_s or 1.0, late), host, port)  # type: ignore[misc]
        masters.append(master)
    await _pace(masters, 2, period_s or 1.0)
    print("ready", flush=True)
    late.clear()
    before, begun = sum(m.answered for m in masters), time.perf_counter()
    asked = sum(m.asked for m in masters)
    if period_s:
        await _pace(masters, round(seconds / period_s), period_s)
    else:
        await _flood(masters, seconds)
    span = time.perf_counter() - begun
    answered, asked = sum(m.answered for m in masters) - before, sum(m.asked for m in masters) - asked
    late.sort()
    p99_ms = 1000 * late[int(len(late) * 0.99)] if late else 0.0
    return {"asked": asked, "answered": answered, "per_s": answered / span, "late_p99_ms": p99_ms}


async def _flood(masters: list[Master], seconds: float) -> None:
    for master in masters:
        master.period_s = 0.0
        master.ask()
    await asyncio.sleep(seconds)


async def _pace(masters: list[Master], turns: int, period_s: float) -> None:
    """Every master once a period, spread over it; a period more for the last answers."""
    begun, gap_s = time.perf_counter(), period_s / len(masters)
    for turn in range(turns):
        for place, master in enumerate(masters):
            due = begun + turn * period_s + place * gap_s
            if (pause := due - time.perf_counter()) > 0.001:
                await asyncio.sleep(pause)
            master.ask()
    await asyncio.sleep(period_s)


if __name__ == "__main__":
    print(json.dumps(uvloop.run(load(json.load(sys.stdin), float(sys.argv[1]), float(sys.argv[2])))))
