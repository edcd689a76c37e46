"""MQTT over a real broker: the embedded one, on the loopback."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from paho.mqtt import publish

from collectors.counters import Counters
from collectors.mqtt import dial
from collectors.mqtt.broker import EmbeddedBroker
from collectors.mqtt.client import MqttLink
from collectors.mqtt.devices import JsonDevices
from collectors.mqtt.dial import Broker
from collectors.mqtt.payload import PayloadDecoder
from model.clock import SECOND
from model.quality import GOOD
from model.reading import Block, Fault, Reach
from model.site import Mqtt
from tests.collectors.support import HandClock, Remembered, mqtt_profile, topic_point
from tests.ports import free_ports

PROFILE = mqtt_profile(topic_point("state", "$.state"))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks for a lost broker twenty times a second; the embedded one drops its clients as quickly."""
    monkeypatch.setattr(dial, "RECONNECT_S", (0.05, 0.05))
    monkeypatch.setattr("collectors.mqtt.broker._PATIENCE_S", 0.05)


class Gates:
    """A link with some barriers behind a broker."""

    def __init__(self, port: int, gates: Sequence[str], silent_after_s: int | None = None, password: str = "") -> None:
        self.clock, self.sink, self.counters = HandClock(), Remembered(), Counters()
        decoders = [PayloadDecoder(gate, PROFILE, Mqtt(f"parking/{gate}")) for gate in gates]
        silences = {} if silent_after_s is None else dict.fromkeys(gates, silent_after_s * SECOND)
        broker = Broker("127.0.0.1", port, "test", "collector" if password else "", password)
        voice = JsonDevices(decoders, dict.fromkeys(gates, 1), silences, self.sink, self.clock, self.counters)
        self.link = MqttLink(broker, [voice], self.clock, self.counters)
        self.port = port

    @asynccontextmanager
    async def listening(self, *, connected: bool = True) -> AsyncIterator[None]:
        task = asyncio.create_task(self.link.run())
        try:
            if connected:
                await self.connected()
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def connected(self, times: int = 1) -> None:
        """Return when it has connected, and subscribed, so many times."""
        async with asyncio.timeout(60):
            while self.counters.connects < times:  # noqa: ASYNC110 -- the counter has no event of its own
                await asyncio.sleep(0.01)

    async def publish(self, gate: str, payload: bytes | dict[str, object]) -> None:
        """Publish once, and return when the sink has it."""
        before = len(self.readings())
        await say(self.port, gate, payload)
        await self.sink.until(lambda _: len(self.readings()) > before)

    def readings(self) -> list[Block]:
        return [block for block in self.sink.blocks if block.raw and block.reach is Reach.EVERYWHERE]

    def faults(self) -> list[tuple[str, Fault]]:
        return [(block.device, block.fault) for block in self.sink.blocks if block.fault is not None]


async def say(port: int, gate: str, payload: bytes | dict[str, object], *, retain: bool = False) -> None:
    written = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    await asyncio.to_thread(publish.single, f"parking/{gate}/state", written, qos=1, retain=retain, hostname="127.0.0.1", port=port)


@asynccontextmanager
async def broker(port: int = 0, username: str = "", password: str = "") -> AsyncIterator[EmbeddedBroker]:
    embedded = EmbeddedBroker(port or free_ports(1)[0], username, password)
    await embedded.start()
    try:
        yield embedded
    finally:
        await embedded.stop()


async def test_a_message_becomes_a_block_of_its_device_alone() -> None:
    async with broker() as embedded:
        gates = Gates(embedded.port, ["north", "south"])
        async with gates.listening():
            await gates.publish("south", {"state": 2})
    block = gates.readings()[0]
    assert (block.device, list(block.values), block.qualities) == ("south", [2], bytes([GOOD]))
    assert {block.device for block in gates.readings()} == {"south"}


async def test_a_garbage_payload_is_counted_and_bad_and_the_next_one_is_read() -> None:
    async with broker() as embedded:
        gates = Gates(embedded.port, ["north"])
        async with gates.listening():
            await gates.publish("north", b"\xff{")
            await gates.publish("north", {"state": 1})
    assert math.isnan(gates.readings()[0].values[0])
    assert gates.readings()[0].fault is Fault.BAD_PAYLOAD
    assert gates.counters.payloads_bad == gates.counters.failures[Fault.BAD_PAYLOAD] == 1
    assert gates.readings()[-1].values[0] == 1


async def test_silence_is_told_once_and_ends_with_the_next_message() -> None:
    async with broker() as embedded:
        gates = Gates(embedded.port, ["north"], silent_after_s=35)
        async with gates.listening():
            await gates.publish("north", {"state": 0})
            await gates.clock.advance(36)
            await gates.clock.advance(100)
            assert gates.faults() == [("north", Fault.SILENT)]
            await gates.publish("north", {"state": 0})
            await gates.clock.advance(20)
            assert gates.faults() == [("north", Fault.SILENT)]


async def test_what_the_broker_remembers_does_not_prove_that_the_device_lives() -> None:
    async with broker() as embedded:
        gates = Gates(embedded.port, ["north"], silent_after_s=35)
        await say(embedded.port, "north", {"state": 1}, retain=True)
        async with gates.listening():
            await gates.clock.advance(30)
            await gates.sink.until(lambda blocks: any(block.raw for block in blocks))
            await gates.clock.advance(6)
    assert gates.readings()[0].values[0] == 1
    assert gates.faults() == [("north", Fault.SILENT)]


async def test_a_lost_broker_fails_each_device_once_and_its_return_is_listened_to() -> None:
    async with broker() as embedded:
        gates = Gates(embedded.port, ["north", "south"])
        async with gates.listening():
            await gates.publish("north", {"state": 1})
            await embedded.stop()
            await gates.sink.until(lambda blocks: any(block.fault for block in blocks))
            await asyncio.sleep(0.3)
            assert gates.faults() == [("north", Fault.BROKER_LOST), ("south", Fault.BROKER_LOST)]
            async with broker(embedded.port):
                await gates.connected(times=2)
                await gates.publish("north", {"state": 3})
    assert gates.readings()[-1].values[0] == 3


async def test_a_broker_that_is_not_there_is_told_once() -> None:
    async with broker() as embedded:
        port = embedded.port
    gates = Gates(port, ["north"])
    async with gates.listening(connected=False):
        await gates.sink.until(lambda blocks: bool(blocks))
        await asyncio.sleep(0.3)  # some attempts
    assert gates.faults() == [("north", Fault.BROKER_LOST)]


@pytest.mark.parametrize(("password", "let_in"), [("right", True), ("wrong", False)])
async def test_the_embedded_broker_asks_for_the_password_it_was_given(password: str, let_in: bool) -> None:
    async with broker(username="collector", password="right") as embedded:
        gates = Gates(embedded.port, ["north"], password=password)
        async with gates.listening(connected=let_in):
            await gates.sink.until(lambda blocks: bool(blocks))
    assert (gates.sink.blocks[0].fault is None) is let_in


async def test_a_dead_network_thread_is_noticed_and_replaced() -> None:
    async with broker() as embedded:
        gates = Gates(embedded.port, ["north"])
        async with gates.listening():
            client = gates.link._session._client
            assert client is not None
            client.disconnect()
            async with asyncio.timeout(60):
                while client.is_working:  # noqa: ASYNC110 -- a thread's end has no event
                    await asyncio.sleep(0.01)
            await gates.clock.advance(1.1)
            await gates.connected(times=2)
            await gates.publish("north", {"state": 4})
    assert gates.counters.restarts == 1


async def test_the_broker_stops_though_a_packet_comes_in_the_moment_in_which_it_does() -> None:
    """Some of these moments are the one in which Python 3.11 loses the cancellation of a reader."""
    connect, ping = bytes.fromhex("100d 0004 4d515454 04 02 003c 0001 61"), bytes.fromhex("c000")
    for turns in range(6):
        async with broker() as embedded:
            reader, writer = await asyncio.open_connection("127.0.0.1", embedded.port)
            writer.write(connect)
            await reader.readexactly(4)
            writer.write(ping)
            for _ in range(turns):
                await asyncio.sleep(0)
            async with asyncio.timeout(60):
                await embedded.stop()
            writer.close()


async def test_the_broker_stops_twice_as_once_and_says_when_its_port_is_taken() -> None:
    async with broker() as embedded:
        with pytest.raises(OSError, match="address already in use"):
            await EmbeddedBroker(embedded.port).start()
        await embedded.stop()
        await embedded.stop()
