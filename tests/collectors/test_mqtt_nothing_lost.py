"""What a publisher was told had arrived is in the spool, once, whoever is killed on the way. Against a real Mosquitto."""

import asyncio
import json
from array import array
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from collectors.counters import Counters
from collectors.mqtt import dial
from collectors.mqtt.client import MqttLink
from collectors.mqtt.devices import JsonDevices
from collectors.mqtt.dial import Broker
from collectors.mqtt.intake import ROOM
from collectors.mqtt.payload import PayloadDecoder
from collectors.mqtt.receipts import Receipts
from model.broker import MqttVersion
from model.reading import Block, Reach
from model.site import Mqtt
from store.history.spool import Spool, SpoolBounds
from tests.collectors.mosquitto import DOCUMENTED, Mosquitto, mosquitto
from tests.collectors.support import RealClock, mqtt_profile, topic_point
from tests.mosquitto import needs_mosquitto

pytestmark = needs_mosquitto

PROFILE = mqtt_profile(topic_point("n", "$.n"), topic_point("time", "$.time", unit="ms"))
COLUMNS = {"meter": ["n", "time"]}
MESSAGES = 1_000
SETTINGS = f"{DOCUMENTED}allow_anonymous true\n"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reconnects at once, so that the test is soon over."""
    monkeypatch.setattr(dial, "RECONNECT_S", (0.05, 0.05))


class Publisher:
    """Says 0, 1, 2 … at QoS 1, each with its own time; ``acknowledged`` has what the broker took, by message id."""

    def __init__(self, port: int) -> None:
        self.acknowledged: set[int] = set()
        self._client = Client(CallbackAPIVersion.VERSION2, "publisher", clean_session=False)
        self._client.reconnect_delay_set(0.05, 0.05)  # type: ignore[arg-type]
        self._client.on_publish = lambda _client, _data, mid, *_: self.acknowledged.add(mid)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def say(self, number: int) -> None:
        self._client.publish("parking/meter/state", json.dumps({"n": number, "time": RealClock().now_ns() // 1_000_000}), qos=1)

    async def close(self) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)


class Platform:
    """The collector's end: from the broker into a spool, as the hub would, acknowledged after the commit."""

    def __init__(self, port: int, folder: Path, version: MqttVersion = MqttVersion.V3_1_1, bounds: SpoolBounds | None = None) -> None:
        self.is_dead = False
        self.spool = Spool(folder / "spool.sqlite", COLUMNS, RealClock(), bounds)
        self.counters = Counters()
        broker = Broker("127.0.0.1", port, "platform", version=version)
        decoder = PayloadDecoder("meter", PROFILE, Mqtt("parking/meter"))
        voice = JsonDevices([decoder], {"meter": 1}, {}, self, RealClock(), self.counters)
        self.link = MqttLink(broker, [voice], RealClock(), self.counters, self.spool)

    def accept(self, block: Block) -> None:
        if block.reach is not Reach.LIVE and not self.is_dead:
            self.spool.accept(block)

    def numbers(self) -> list[int]:
        """What the spool has on disk."""
        rows = self.spool.file.after(0, 10 * MESSAGES)
        return [int(array("d", row.numbers)[0]) for row in rows if row.raw]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.link.run())
        try:
            await until(lambda: self.counters.connects > 0)
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    def die(self) -> None:
        """The process is gone: no word to the broker, nothing more to disk."""
        self.is_dead = True
        session = self.link._session
        assert session._client is not None
        session._intake.receipts = Receipts(0)
        session._client._reconnect_on_failure = False
        session._client._sock_close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 -- other threads and processes have no event of ours
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("version", list(MqttVersion))
async def test_a_broker_killed_and_restarted_under_load_loses_nothing(tmp_path: Path, version: MqttVersion) -> None:
    async with mosquitto(tmp_path, SETTINGS) as broker:
        platform = Platform(broker.port, tmp_path, version)
        platform.spool.start()
        async with platform.listening():
            publisher = Publisher(broker.port)
            await until(lambda: broker.knows("platform", "publisher"))
            for number in range(MESSAGES):
                publisher.say(number)
                if number in (300, 600):
                    # What the broker takes while nobody listens, it may forget when it is killed.
                    await until(lambda times=1 + number // 600: platform.counters.connects >= times)  # type: ignore[misc]
                    await restart(broker)
                if number % 10 == 0:
                    await asyncio.sleep(0.005)
            await until(lambda: len(publisher.acknowledged) == MESSAGES)
            await until(lambda: len(set(platform.numbers())) == MESSAGES)
            await publisher.close()
        platform.spool.stop()
        stored = platform.numbers()
        platform.spool.close()
    assert sorted(stored) == list(range(MESSAGES))
    assert platform.counters.connects >= 3


async def restart(broker: Mosquitto) -> None:
    await broker.kill()
    await broker.start()


@pytest.mark.parametrize("is_on_disk", [False, True], ids=["before the commit", "after the commit"])
async def test_a_platform_killed_before_it_acknowledged_gets_the_message_again_and_keeps_it_once(tmp_path: Path, is_on_disk: bool) -> None:
    async with mosquitto(tmp_path, SETTINGS) as broker:
        publisher = Publisher(broker.port)
        first = Platform(broker.port, tmp_path)
        async with first.listening():
            for number in range(20):
                publisher.say(number)
            await until(lambda: first.spool.accepted >= 20)
            if is_on_disk:
                first.link._session._intake._committed = lambda: None  # type: ignore[method-assign] # killed before it hears of it
                first.spool.flush()
            first.die()
        assert len(first.numbers()) == (20 if is_on_disk else 0)
        first.spool.close()
        second = Platform(broker.port, tmp_path)
        second.spool.start()
        async with second.listening():
            publisher.say(20)
            await until(lambda: 20 in second.numbers())
        assert second.counters.messages == 21
        await publisher.close()
        second.spool.stop()
        assert second.numbers() == list(range(21))
        second.spool.close()


async def test_a_spool_without_room_holds_messages_back_and_takes_them_when_it_has_some(tmp_path: Path) -> None:
    async with mosquitto(tmp_path, SETTINGS) as broker:
        platform = Platform(broker.port, tmp_path, bounds=SpoolBounds(buffer_blocks=ROOM + 50))
        publisher = Publisher(broker.port)
        async with platform.listening():
            for number in range(300):
                publisher.say(number)
            await until(lambda: platform.link._session._intake.held > 200)
            assert (platform.numbers(), platform.spool.refused) == ([], 0)
            platform.spool.start()
            await until(lambda: len(platform.numbers()) == 300)
        await publisher.close()
        platform.spool.stop()
        assert platform.numbers() == list(range(300))
        platform.spool.close()
