"""What the tests of the collectors stand on: a clock that moves by hand, a sink that remembers, profiles in a line, a scripted wire."""

import asyncio
import heapq
import time
from collections.abc import Callable
from typing import Any

from collectors.errors import Closed, ExchangeError, TimedOut
from collectors.modbus.plan import Request
from model.clock import SECOND
from model.profile import ModbusDefaults, MqttDefaults, Point, Profile, Register, Table, TopicPath, WireType
from model.quality import Quality
from model.reading import Block
from model.text import Text

START_NS = 1_800_000_000 * SECOND


class HandClock:
    """A clock that stands still until ``advance`` moves it, waking sleepers in order."""

    def __init__(self) -> None:
        self._elapsed_ns = 0
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now_ns(self) -> int:
        return START_NS + self._elapsed_ns

    def monotonic_ns(self) -> int:
        return self._elapsed_ns

    async def sleep_until(self, monotonic_ns: int) -> None:
        if monotonic_ns <= self._elapsed_ns:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (monotonic_ns, id(future), future))
        await future

    async def advance(self, seconds: float) -> None:
        target_ns = self._elapsed_ns + int(seconds * SECOND)
        await settle()
        while self._sleepers and self._sleepers[0][0] <= target_ns:
            at_ns, _, future = heapq.heappop(self._sleepers)
            self._elapsed_ns = max(self._elapsed_ns, at_ns)
            if not future.done():
                future.set_result(None)
            await settle()
        self._elapsed_ns = target_ns


class RealClock:
    """Time as it passes, where another process or thread has a say in it."""

    def now_ns(self) -> int:
        return time.time_ns()

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    async def sleep_until(self, monotonic_ns: int) -> None:
        await asyncio.sleep(max(0, monotonic_ns - time.monotonic_ns()) / SECOND)


async def settle() -> None:
    """Let everything that can run now, run."""
    for _ in range(10):
        await asyncio.sleep(0)


class Remembered:
    """A sink that keeps what it takes."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._arrived = asyncio.Event()

    def accept(self, block: Block) -> None:
        self.blocks.append(block)
        self._arrived.set()

    def of(self, device: str) -> list[Block]:
        return [block for block in self.blocks if block.device == device]

    async def until(self, enough: Callable[[list[Block]], bool], timeout_s: float = 60.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not enough(self.blocks):
                self._arrived.clear()
                await self._arrived.wait()


Script = Callable[[int, Request], bytes | ExchangeError]


class ScriptedWire:
    """A wire whose answers a test writes. Time passes on the clock: ``takes_s`` per answer (``slow`` units longer), for silence (None) and
    for answers that take too long the whole timeout."""

    def __init__(self, clock: HandClock, script: Callable[[int, Request], bytes | ExchangeError | None], takes_s: float = 0.005) -> None:
        self.clock, self.script, self.takes_s = clock, script, takes_s
        self.slow: dict[int, float] = {}
        self.connected = False
        self.refuses: ExchangeError | None = None
        self.connects: list[int] = []
        self.reads: list[tuple[int, int]] = []
        """(monotonic time, unit) of every request."""

    async def connect(self, timeout_s: float) -> None:
        self.connects.append(self.clock.monotonic_ns())
        if self.refuses is not None:
            raise self.refuses
        self.connected = True

    async def read(self, unit: int, request: Request, timeout_s: float) -> bytes:
        self.reads.append((self.clock.monotonic_ns(), unit))
        takes_s = self.slow.get(unit, self.takes_s)
        answer = self.script(unit, request) if takes_s <= timeout_s else None
        wait_s = timeout_s if answer is None else takes_s
        await self.clock.sleep_until(self.clock.monotonic_ns() + int(wait_s * SECOND))
        if answer is None:
            raise TimedOut("silence")
        if isinstance(answer, Closed):
            self.connected = False
        if isinstance(answer, ExchangeError):
            raise answer
        return answer

    def close(self) -> None:
        self.connected = False


def point(name: str, address: int, type_: WireType = WireType.U16, *, words: int = 0, table: Table = Table.HOLDING, **more: Any) -> Point:
    """A Modbus point; ``words`` follows from the type unless given. Keys of ``Register`` and of ``Point`` may both be given."""
    widths = {WireType.U32: 2, WireType.I32: 2, WireType.F32: 2, WireType.U64: 4, WireType.I64: 4, WireType.F64: 4}
    placing = {k: more.pop(k) for k in ("byte_order", "word_order", "scale_register", "scale_mode") if k in more}
    register = Register(table, address, words or widths.get(type_, 1), **placing)
    return Point(name, Text(name, name), register, type_, **more)


def modbus_profile(*points: Point, write_only: tuple[Point, ...] = (), **limits: Any) -> Profile:
    return Profile("test", "pump", "", "", points, write_only, modbus=ModbusDefaults(**limits))


def topic_point(name: str, path: str, type_: WireType = WireType.F64, topic: str = "{topic}/state", **more: Any) -> Point:
    return Point(name, Text(name, name), TopicPath(topic, path), type_, **more)


def mqtt_profile(*points: Point, silent_after_s: float | None = None) -> Profile:
    return Profile("test", "parking_barrier", "", "", points, mqtt=MqttDefaults(silent_after_s=silent_after_s))


def address_bytes(request: Request) -> bytes:
    """What a device answers whose every register holds its own address (and whose coils are on at odd addresses)."""
    if request.is_bits:
        bits = sum(((request.address + place) & 1) << place for place in range(request.count))
        return bits.to_bytes(request.payload_bytes, "little")
    return b"".join(((request.address + place) & 0xFFFF).to_bytes(2, "big") for place in range(request.count))


def good(count: int) -> bytes:
    return bytes([Quality.GOOD]) * count
