"""Serial devices on a real pseudo-terminal, read by pymodbus as any RS-485 port."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pymodbus import FramerType
from pymodbus.client import AsyncModbusSerialClient

from model.profile import Register, Table, WireType
from simulators import framing
from simulators.bus import Bus
from simulators.framing import RtuFraming, checksum
from simulators.network_fault import NetworkFault
from simulators.serial_line import SerialLine
from simulators.station import Station
from tests.simulators.fakes import FakeMachine, device, point, profile_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
METER = profile_of(point("speed", Register(Table.HOLDING, 10, 1), type=WireType.U16))
READ = bytes.fromhex("03000a0001")


def station(speed: float) -> Station:
    return Station(device(METER), FakeMachine(values={"speed": speed}))


@asynccontextmanager
async def line(name: Path, *stations: Station) -> AsyncIterator[SerialLine]:
    opened = SerialLine(str(name), Bus(dict(enumerate(stations, 1)), RtuFraming(), answers_unknown_units=False))
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def master(path: str) -> AsyncIterator[AsyncModbusSerialClient]:
    client = AsyncModbusSerialClient(path, framer=FramerType.RTU, baudrate=9600, timeout=20, retries=0)
    assert await client.connect()
    try:
        yield client
    finally:
        client.close()


async def test_two_meters_on_one_line_are_read_through_the_name_of_the_site_file(tmp_path: Path) -> None:
    name = tmp_path / "ttyRS485"
    async with line(name, station(1450.0), station(700.0)) as opened, master(opened.path) as client:
        assert opened.path == str(name)
        assert (await client.read_holding_registers(10, count=1, device_id=1)).registers == [1450]
        assert (await client.read_holding_registers(10, count=1, device_id=2)).registers == [700]
        assert (await client.read_holding_registers(99, count=1, device_id=2)).exception_code == 2
    assert not name.is_symlink()


async def test_a_name_that_can_not_be_linked_leaves_the_line_under_its_own(tmp_path: Path) -> None:
    taken = tmp_path / "ttyUSB0"
    taken.write_text("a real port")
    async with line(taken, station(1450.0)) as opened, master(opened.path) as client:
        assert opened.path != str(taken)
        assert (await client.read_holding_registers(10, count=1, device_id=1)).registers == [1450]
    assert taken.read_text() == "a real port"


async def test_a_link_left_by_a_fleet_that_was_killed_is_replaced(tmp_path: Path) -> None:
    name = tmp_path / "ttyRS485"
    name.symlink_to("/dev/pts/987654")
    async with line(name, station(1450.0)) as opened, master(opened.path) as client:
        assert (await client.read_holding_registers(10, count=1, device_id=1)).registers == [1450]


async def test_noise_on_the_line_is_over_when_the_line_was_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with line(tmp_path / "tty", station(1450.0)) as opened:
        end = os.open(opened.path, os.O_RDWR | os.O_NOCTTY)
        try:
            os.write(end, b"\x01\x03\x00")
            async with asyncio.timeout(60):
                while opened._inbox is None or len(opened._inbox.received) < 3:  # noqa: ASYNC110 -- no event of ours
                    await asyncio.sleep(0.001)
            await asyncio.sleep(framing.SILENCE_S + 0.05)  # the pause itself is what is tested
            os.write(end, b"\x01" + READ + checksum(b"\x01" + READ))
            assert await asyncio.wait_for(asyncio.to_thread(os.read, end, 99), 30) == bytes.fromhex("01030205aa") + checksum(
                bytes.fromhex("01030205aa")
            )
        finally:
            os.close(end)


async def test_a_silent_unit_leaves_its_neighbour_on_the_line_alone(tmp_path: Path) -> None:
    ill, well = station(1450.0), station(700.0)
    ill.fault = NetworkFault.SILENT
    async with line(tmp_path / "tty", ill, well) as opened, master(opened.path) as client:
        assert (await client.read_holding_registers(10, count=1, device_id=2)).registers == [700]


async def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    async with line(tmp_path / "tty", station(1.0)) as opened:
        await opened.close()
