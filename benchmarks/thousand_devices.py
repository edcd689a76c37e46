"""A thousand Modbus devices of 60 registers in one process, ours or a baseline's. Prints its ports as JSON, then serves until stopped.

usage: python -m benchmarks.thousand_devices ours | pymodbus | constant [how many, if not a thousand]
"""

import asyncio
import json
import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import cast
from zoneinfo import ZoneInfo

import uvloop
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from guanjia.process import use_logs
from guanjia.system_clock import SystemClock
from model.clock import SECOND
from model.profile import ModbusDefaults, Point, Profile, Register, Table, WireType
from model.site import BrokerConfig, Device, ModbusTcp, Site, System
from model.text import Text
from simulators.fleet import Fleet
from simulators.machine import FaultKind

DEVICES, POINTS, REGISTERS = 1000, 30, 60
HOST = "127.0.0.1"
NAMES = tuple(f"quantity_{n}" for n in range(POINTS))


class Waving:
    """Thirty quantities of which every one changes at every step: nothing can be left as it was encoded."""

    device_class = "power_meter"
    units: Mapping[str, str] = MappingProxyType({})
    faults: Mapping[str, FaultKind] = MappingProxyType({})

    def __init__(self, phase: float) -> None:
        self._at_s = phase

    def step(self, dt_s: float) -> None:
        self._at_s += dt_s

    def truth(self) -> dict[str, float | str]:
        wave = 230 + math.sin(self._at_s)
        return {name: wave + place for place, name in enumerate(NAMES)}

    def inject(self, kind: str, severity: float = 1.0, onset_s: float = 0.0) -> None:
        raise KeyError(kind)

    def heal(self, kind: str) -> None:
        raise KeyError(kind)

    def severity(self, kind: str) -> float:
        return 0.0

    def active_faults(self) -> frozenset[str]:
        return frozenset()


class Sea:
    def __init__(self, machines: Mapping[str, Waving]) -> None:
        self.machines = machines

    def step(self, dt_s: float) -> None:
        for machine in self.machines.values():
            machine.step(dt_s)


def site(count: int) -> Site:
    points = tuple(Point(n, Text(n, n), Register(Table.HOLDING, 2 * at, 2), WireType.F32) for at, n in enumerate(NAMES))
    profile = Profile("thirty_floats", "power_meter", "nobody", "none", points, modbus=ModbusDefaults())
    one = Device("d", Text("表", "Meter"), System.POWER, "room", profile, ModbusTcp(HOST, 0, 1), SECOND)
    devices = {f"d{n}": replace(one, id=f"d{n}", connection=ModbusTcp(f"127.0.{n // 250}.{n % 250 + 1}", 0, 1)) for n in range(count)}
    return Site("sea", Text("海", "Sea"), ZoneInfo("UTC"), {}, devices, broker=BrokerConfig(f"mqtt://{HOST}:9"))


async def ours(count: int) -> None:
    """The fleet as it is, stepped at 1 Hz; addresses differ so that each device has a listener of its own."""
    made = site(count)
    fleet = Fleet(made, SystemClock(), control_port=None, physics=Sea({name: Waving(float(n)) for n, name in enumerate(made.devices)}))
    await fleet.start()
    _tell([(port.host, port.port) for port in fleet.ports])
    await fleet.run()


async def pymodbus(count: int) -> None:
    """Its server for each device, the registers holding still."""
    found = []
    for _ in range(count):
        data = SimData(0, count=REGISTERS, values=17242, datatype=DataType.UINT16)
        server = ModbusTcpServer(SimDevice(1, simdata=[data]), address=(HOST, 0))
        await server.serve_forever(background=True)
        listening = cast(asyncio.Server, server.transport)
        found.append((HOST, listening.sockets[0].getsockname()[1]))
    _tell(found)
    await asyncio.Event().wait()


class _Constant(asyncio.Protocol):
    """The floor: the same bytes for whatever comes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.transport.write(data[:4] + b"\x00\x7b" + data[6:8] + b"\x78" + bytes(2 * REGISTERS))


async def constant(count: int) -> None:
    servers = [await asyncio.get_running_loop().create_server(_Constant, HOST, 0, backlog=16) for _ in range(count)]
    _tell([(HOST, server.sockets[0].getsockname()[1]) for server in servers])
    await asyncio.Event().wait()


def _tell(addresses: list[tuple[str, int]]) -> None:
    request = [[1, f"030000{REGISTERS:04x}"]]
    print(json.dumps([[host, port, request] for host, port in addresses]), flush=True)


if __name__ == "__main__":
    use_logs()
    uvloop.run({"ours": ours, "pymodbus": pymodbus, "constant": constant}[sys.argv[1]](int(sys.argv[2]) if len(sys.argv) > 2 else DEVICES))
