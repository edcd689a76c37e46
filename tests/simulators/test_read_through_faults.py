"""The platform's own collectors read devices that misbehave on every kind of Modbus wire: nothing wrong passes for good, and all come back.

One device per fault, all at once: each on a port or line of its own, each register holding a number that no other holds.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from model.clock import SECOND
from model.profile import Register, Table, WireType
from model.quality import GOOD
from model.reading import Block
from model.site import Connection, Device, ModbusSerial, ModbusTcp, System
from model.text import Text
from simulators.bus import Bus
from simulators.framing import RtuFraming, TcpFraming
from simulators.modbus_server import ModbusPort
from simulators.network_fault import AMOUNTS, NetworkFault
from simulators.serial_line import SerialLine
from simulators.station import Station
from simulators.wire_faults import device_faults
from tests.collectors.support import Remembered
from tests.collectors.test_run import collecting, site
from tests.simulators.fakes import FakeMachine, point, profile_of

VALUES = {f"p{n}": float(101 * n) for n in range(1, 7)}
PROFILE = profile_of(
    *(point(name, Register(Table.HOLDING, 100 * at, 1), type=WireType.U16) for at, name in enumerate(VALUES)),
    point("long", Register(Table.HOLDING, 9000, 2), type=WireType.U32),
)
TRUTH: dict[str, float | str] = {**VALUES, "long": 65_539.0}
RIGHT = [float(value) for value in TRUTH.values()]
TIMEOUT_S = 0.25
LATE_S = 0.4
"""Later than a collector waits, so that an answer comes while the next one is awaited."""
MISREAD = {NetworkFault.WRONG_WORD_ORDER}
"""The one mistake that no reader can notice on the wire."""


def device(name: str, wire: Connection) -> Device:
    return Device(name, Text(name, name), System.POWER, "", PROFILE, wire, SECOND)


async def _port(station: Station, stack: AsyncExitStack, framer: str) -> Connection:
    framing = TcpFraming() if framer == "tcp" else RtuFraming()
    port = ModbusPort("127.0.0.1", 0, Bus({1: station}, framing, answers_unknown_units=False))
    await port.open()
    stack.push_async_callback(port.close)
    return ModbusTcp("127.0.0.1", port.port, 1, framer, TIMEOUT_S)


async def _line(station: Station, stack: AsyncExitStack, folder: Path) -> Connection:
    line = SerialLine(str(folder / station.device.id), Bus({1: station}, RtuFraming(), answers_unknown_units=False))
    await line.open()
    stack.push_async_callback(line.close)
    return ModbusSerial(line.path, 115_200, "N", 1, 1, TIMEOUT_S)


@asynccontextmanager
async def misbehaving(wire: str, folder: Path) -> AsyncIterator[tuple[dict[str, Station], dict[str, Connection]]]:
    """A device for each fault that this wire can show, by the fault's name; whole at first."""
    sample: Connection = ModbusSerial("", 9600, "N", 1, 1) if wire == "serial" else ModbusTcp("", 0, 1, wire)
    stations, wires = {}, {}
    async with AsyncExitStack() as stack:
        for fault in device_faults(device("sample", sample)):
            stations[fault.value] = Station(device(fault.value, sample), FakeMachine(values=dict(TRUTH)))
            station = stations[fault.value]
            wires[fault.value] = await (_line(station, stack, folder) if wire == "serial" else _port(station, stack, wire))
        yield stations, wires


def _goods(block: Block) -> list[tuple[float, float]]:
    """What passed for good, with what it should be."""
    return [(value, right) for value, right, quality in zip(block.values, RIGHT, block.qualities, strict=True) if quality == GOOD]


def _is_whole(block: Block) -> bool:
    return block.fault is None and list(block.values) == RIGHT


def _wrong(blocks: list[Block]) -> set[str]:
    """The devices of which something wrong passed for good."""
    return {block.device for block in blocks if any(value != right for value, right in _goods(block))}


def _have_shown(blocks: list[Block], names: set[str]) -> bool:
    """Whether every fault has touched a poll: one that strikes by chance may spare some, and a busy machine makes few."""
    touched = {block.device for block in blocks if not _is_whole(block)}
    return touched >= names - {NetworkFault.OK} and _wrong(blocks) >= MISREAD


async def _all_whole_again(sink: Remembered, names: set[str]) -> None:
    begun = len(sink.blocks)
    await sink.until(lambda blocks: {b.device for b in blocks[begun:] if _is_whole(b)} >= names)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "wire", ["tcp", "rtu", pytest.param("serial", marks=pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals"))]
)
async def test_nothing_wrong_passes_for_good_and_every_device_is_read_again_when_it_is_mended(wire: str, tmp_path: Path) -> None:
    async with misbehaving(wire, tmp_path) as (stations, wires):
        sink = Remembered()
        async with collecting(site({name: (PROFILE, connection) for name, connection in wires.items()}), sink):
            await _all_whole_again(sink, set(stations))
            begun = len(sink.blocks)
            for name, station in stations.items():
                takes = AMOUNTS.get(name)
                station.fault, station.amount = NetworkFault(name), 0.5 if takes and takes.field == "share" else LATE_S
            await asyncio.sleep(2.5)  # polls go wrong in real time
            await sink.until(lambda blocks: _have_shown(blocks[begun + len(stations) :], set(stations)))
            ill = sink.blocks[begun + len(stations) :]
            for station in stations.values():
                station.fault = NetworkFault.OK
            await _all_whole_again(sink, set(stations))
    assert _wrong(ill) == MISREAD
