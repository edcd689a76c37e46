"""The collectors of a whole site, over real sockets on the loopback."""

import asyncio
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from paho.mqtt import publish

from collectors.errors import ProfileError
from collectors.modbus.plan import Break, Request
from collectors.run import Collectors
from model.clock import SECOND, Clock
from model.profile import Profile, Table
from model.reading import Block, Fault
from model.site import BrokerConfig, Connection, Device, ModbusTcp, Mqtt, Site, System
from model.text import Text
from tests.collectors.fault_server import LoopClock, Server, VirtualNetwork, right
from tests.collectors.support import RealClock, Remembered, address_bytes, good, modbus_profile, mqtt_profile, point, topic_point
from tests.ports import HOST, free_ports

METER = modbus_profile(point("a", 100), point("b", 101), point("far", 4000), point("input", 7, table=Table.INPUT))
PERIOD_S = 0.2


class AddressServer(asyncio.Protocol):
    """A device whose every register holds its own address."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        transaction, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", data)
        table = {3: Table.HOLDING, 4: Table.INPUT}[function]
        registers = address_bytes(Request(table, address, count, (), Break.TABLE))
        head = struct.pack(">HHHBBB", transaction, 0, 3 + len(registers), unit, function, len(registers))
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.write(head + registers)


@asynccontextmanager
async def serving(port: int) -> AsyncIterator[None]:
    server = await asyncio.get_running_loop().create_server(AddressServer, HOST, port)
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()


def behind(port: int, unit: int = 1) -> ModbusTcp:
    """A connection on which a busy machine may be slow."""
    return ModbusTcp(HOST, port, unit, timeout_s=60.0)


def site(devices: Mapping[str, tuple[Profile, Connection]]) -> Site:
    built = {
        name: Device(name, Text(name, name), System.POWER, "", profile, connection, int(PERIOD_S * SECOND))
        for name, (profile, connection) in devices.items()
    }
    return Site("test", Text("t", "t"), ZoneInfo("UTC"), {}, built, broker=BrokerConfig(port=0))


@asynccontextmanager
async def collecting(whole: Site, sink: Remembered, clock: Clock | None = None) -> AsyncIterator[Collectors]:
    collectors = Collectors(whole, sink, clock or RealClock())
    task = asyncio.create_task(collectors.run())
    try:
        yield collectors
    finally:
        async with asyncio.timeout(60):
            await collectors.stop()
            await task


async def test_registers_that_hold_their_address_arrive_in_their_columns() -> None:
    (port,), sink = free_ports(1), Remembered()
    async with serving(port), collecting(site({"meter": (METER, behind(port))}), sink):
        await sink.until(lambda blocks: len(blocks) >= 2)
    assert list(sink.blocks[0].values) == [100, 101, 4000, 7]
    assert sink.blocks[0].qualities == good(4)


def test_one_dead_device_of_twenty_does_not_delay_its_neighbours() -> None:
    """In the network's own time, which passes on a busy machine as on an idle one."""

    async def story(network: VirtualNetwork) -> None:
        devices = {f"d{n}": (METER, ModbusTcp(f"meter{n}", 502, 1, timeout_s=0.5)) for n in range(20)}
        for _, wire in devices.values():
            network.servers[wire.host, wire.port] = Server(script=(lambda asked: []) if wire.host == "meter19" else right)
        sink = Remembered()
        async with collecting(site(devices), sink, LoopClock()) as collectors:
            await asyncio.sleep(10 * PERIOD_S)
            metrics = collectors.metrics()
        assert {b.fault for b in sink.of("d19")} == {Fault.TIMEOUT}
        for neighbour in (sink.of(f"d{n}") for n in range(19)):
            assert {b.fault for b in neighbour} == {None}
            assert len(neighbour) >= 9
            gaps = [(after.receive_ns - before.receive_ns) / SECOND for before, after in pairwise(neighbour)]
            assert gaps == pytest.approx([PERIOD_S] * len(gaps), abs=0.05)
        assert metrics["guanjia_exchange_failures_timeout_total"] >= 1

    VirtualNetwork.run(story)


async def test_a_device_that_was_not_there_is_read_once_it_comes() -> None:
    (port,), sink = free_ports(1), Remembered()
    async with collecting(site({"meter": (METER, behind(port))}), sink):
        await sink.until(lambda blocks: bool(blocks))
        assert sink.blocks[0].fault is Fault.REFUSED
        async with serving(port):
            await sink.until(lambda blocks: blocks[-1].fault is None)


async def test_two_units_behind_one_address_share_one_connection() -> None:
    (port,), sink = free_ports(1), Remembered()
    devices = {f"u{unit}": (METER, behind(port, unit)) for unit in (1, 2)}
    async with serving(port), collecting(site(devices), sink) as collectors:
        await sink.until(lambda blocks: {block.device for block in blocks} == {"u1", "u2"})
        assert collectors.counters.connects == 1


async def test_the_embedded_broker_is_started_where_the_site_needs_it_and_says_its_port() -> None:
    gate = mqtt_profile(topic_point("state", "$.state"))
    sink = Remembered()
    async with collecting(site({"gate": (gate, Mqtt("parking/gate"))}), sink) as collectors:
        await sink.until(lambda blocks: bool(blocks))
        assert collectors.broker_port
        tell = partial(publish.single, hostname="127.0.0.1", port=collectors.broker_port, qos=1, retain=True)
        await asyncio.to_thread(tell, "parking/gate/state", b'{"state": 5}')
        await sink.until(lambda blocks: bool(blocks[-1].raw))
    assert sink.blocks[-1].values[0] == 5


async def test_a_mistake_of_ours_in_one_link_is_counted_and_stops_no_other() -> None:
    class Picky(Remembered):
        def accept(self, block: Block) -> None:
            if block.device == "d0":
                raise RuntimeError("a mistake of ours")
            super().accept(block)

    ports, sink = free_ports(2), Picky()
    devices = {f"d{n}": (METER, behind(port)) for n, port in enumerate(ports)}
    async with serving(ports[0]), serving(ports[1]), collecting(site(devices), sink) as collectors:
        await sink.until(lambda blocks: collectors.counters.restarts > 0 and bool(blocks))
        before = len(sink.blocks)
        await sink.until(lambda blocks: len(blocks) >= before + 3)


async def test_every_profile_that_cannot_be_read_is_named_before_anything_starts() -> None:
    broken = modbus_profile(point("x", 0, encoding="rot13"))
    devices: dict[str, tuple[Profile, Connection]] = {name: (broken, ModbusTcp("127.0.0.1", 1, 1)) for name in ("one", "two")}
    with pytest.raises(ProfileError, match=r"(?s)one: .*rot13.*two: .*rot13"):
        Collectors(site(devices), Remembered(), RealClock())


async def test_stopping_what_never_ran_returns_at_once() -> None:
    async with asyncio.timeout(20):
        await Collectors(site({}), Remembered(), RealClock()).stop()
