"""One reader of a fleet, ours or a baseline's: a process that reads 60 registers of every device once a second and says what that cost.

usage: python -m benchmarks.fleet_reader KIND SECONDS [HEALTHY] < addresses.json
KIND: ours        collectors to the spool on disk: decoded to 60 scaled points, each with its quality, committed
      block       a naive asyncio script: pymodbus, one block read a device, the last values in a dict
      single      the same, register by register
      libmodbus   a bare loop over libmodbus, one block read a device, nothing kept; only where that library is installed
addresses.json: [[host, port, …], …], as benchmarks.thousand_devices prints them; the first HEALTHY of them are those counted.
The due polls of ours are those done, failed and skipped for being late.
Warms up for some seconds, prints "ready", and after SECONDS {"polls", "due", "late_p99_ms", "cpu_s", "memory_mib"} as JSON.
"""

import asyncio
import ctypes
import ctypes.util
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
import uvloop
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from benchmarks.thousand_devices import REGISTERS
from collectors.counters import Lateness
from collectors.run import Collectors
from guanjia.system_clock import SystemClock
from model.clock import SECOND
from model.profile import ModbusDefaults, Point, Profile, Register, Table, WireType
from model.reading import Block, BlockSink
from model.site import BrokerConfig, Device, ModbusTcp, Site, System
from model.text import Text
from store.history.layout import columns_of
from store.history.spool import Spool

WARM_S = 5.0
Addresses = list[tuple[str, int]]


def memory_mib() -> float:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def site_of(addresses: Addresses) -> Site:
    """Devices of sixty points, each a register in tenths with limits of belief."""
    points = tuple(
        Point(
            f"p{n}", Text("量", "quantity"), Register(Table.HOLDING, n, 1), WireType.U16, scale=0.1, sentinels=(0xFFFF,), low=0, high=6553.5
        )
        for n in range(REGISTERS)
    )
    profile = Profile("sixty", "power_meter", "nobody", "none", points, modbus=ModbusDefaults())
    one = Device("d", Text("表", "Meter"), System.POWER, "room", profile, ModbusTcp("", 0, 1), SECOND)
    devices = {f"d{n}": replace(one, id=f"d{n}", connection=ModbusTcp(host, port, 1)) for n, (host, port) in enumerate(addresses)}
    return Site("fleet", Text("队", "Fleet"), ZoneInfo("UTC"), {}, devices, broker=BrokerConfig("mqtt://127.0.0.1:9"))


class Counted:
    """A sink before the spool that counts the blocks of some devices."""

    def __init__(self, sink: BlockSink, healthy: set[str]) -> None:
        self.sink, self.healthy, self.good, self.failed = sink, healthy, 0, 0

    def accept(self, block: Block) -> None:
        if block.device in self.healthy:
            self.good += block.fault is None
            self.failed += block.fault is not None
        self.sink.accept(block)


async def ours(addresses: Addresses, seconds: float, healthy: int) -> dict[str, float]:
    site, clock = site_of(addresses), SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        spool = Spool(Path(folder) / "spool.db", columns_of(site), clock)
        spool.register("history")
        spool.start()
        sink = Counted(spool, {f"d{n}" for n in range(healthy)})
        collectors = Collectors(site, sink, clock)
        running = asyncio.create_task(collectors.run())
        await asyncio.sleep(WARM_S)
        print("ready", flush=True)
        collectors.counters.lateness = Lateness()
        good, lost, cpu = sink.good, sink.failed + collectors.counters.polls_skipped, time.process_time()
        await asyncio.sleep(seconds)
        used, polls = time.process_time() - cpu, sink.good - good
        due = polls + sink.failed + collectors.counters.polls_skipped - lost
        late_s, memory = collectors.counters.lateness.percentile_s(0.99, clock.monotonic_ns()), memory_mib()
        await collectors.stop()
        await running
        spool.stop()
        spool.close()
    return {"polls": polls, "due": due, "late_p99_ms": 1000 * late_s, "cpu_s": used, "memory_mib": memory}


class Naive:
    """What one writes in an afternoon."""

    def __init__(self, registers_a_read: int) -> None:
        self.step = registers_a_read
        self.latest: dict[tuple[int, int], int] = {}
        self.polls = 0

    async def read(self, number: int, host: str, port: int, of: int) -> None:
        client = AsyncModbusTcpClient(host, port=port, timeout=1, retries=0)
        await asyncio.sleep(number / of)
        due = time.monotonic()
        while True:
            try:
                if not client.connected:
                    await client.connect()
                for start in range(0, REGISTERS, self.step):
                    answer = await client.read_holding_registers(start, count=self.step)
                    for place, value in enumerate(answer.registers, start):
                        self.latest[number, place] = value
                self.polls += 1
            except ModbusException:
                pass  # an afternoon's script goes on
            due = max(due + 1, time.monotonic())
            await asyncio.sleep(max(0.0, due - time.monotonic()))


async def naive(addresses: Addresses, seconds: float, registers_a_read: int) -> dict[str, float]:
    script = Naive(registers_a_read)
    tasks = [asyncio.create_task(script.read(n, host, port, len(addresses))) for n, (host, port) in enumerate(addresses)]
    await asyncio.sleep(WARM_S)
    print("ready", flush=True)
    polls, cpu = script.polls, time.process_time()
    await asyncio.sleep(seconds)
    used, polls = time.process_time() - cpu, script.polls - polls
    for task in tasks:
        task.cancel()
    return {"polls": polls, "due": len(addresses) * seconds, "late_p99_ms": 0.0, "cpu_s": used, "memory_mib": memory_mib()}


def libmodbus() -> ctypes.CDLL | None:
    name = ctypes.util.find_library("modbus")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    library.modbus_new_tcp.restype = ctypes.c_void_p
    library.modbus_new_tcp.argtypes = [ctypes.c_char_p, ctypes.c_int]
    library.modbus_set_slave.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.modbus_connect.argtypes = [ctypes.c_void_p]
    library.modbus_read_registers.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_void_p]
    return library


def bare(addresses: Addresses, seconds: float) -> dict[str, float]:
    """Every device once a second, one after the other."""
    library = libmodbus()
    if library is None:
        return {}
    registers = (ctypes.c_uint16 * REGISTERS)()
    contexts = [library.modbus_new_tcp(host.encode(), port) for host, port in addresses]
    for context in contexts:
        library.modbus_set_slave(context, 1)
        library.modbus_connect(context)
    print("ready", flush=True)
    polls, cpu, begun = 0, time.process_time(), time.monotonic()
    for second in range(round(seconds)):
        for context in contexts:
            polls += library.modbus_read_registers(context, 0, REGISTERS, registers) == REGISTERS
        time.sleep(max(0.0, begun + second + 1 - time.monotonic()))
    return {
        "polls": polls,
        "due": len(addresses) * seconds,
        "late_p99_ms": 0.0,
        "cpu_s": time.process_time() - cpu,
        "memory_mib": memory_mib(),
    }


def main(kind: str, seconds: float, healthy: int | None) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    addresses = [(host, port) for host, port, *_ in json.load(sys.stdin)]
    readers: dict[str, Callable[[], dict[str, float]]] = {
        "ours": lambda: uvloop.run(ours(addresses, seconds, len(addresses) if healthy is None else healthy)),
        "block": lambda: asyncio.run(naive(addresses, seconds, REGISTERS)),
        "single": lambda: asyncio.run(naive(addresses, seconds, 1)),
        "libmodbus": lambda: bare(addresses, seconds),
    }
    print(json.dumps(readers[kind]()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
