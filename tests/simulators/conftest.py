"""A real Mosquitto for the tests, and somebody who listens to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from model.site import BrokerConfig
from simulators import broker_link
from tests.mosquitto import plain_broker
from tests.ports import HOST


@dataclass
class Listener:
    """Everything that went over the broker, in order."""

    heard: list[tuple[str, bytes, int]] = field(default_factory=list)

    def on_message(self, _client: object, _data: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload), message.qos))

    def topics(self) -> set[str]:
        return {topic for topic, _, _ in self.heard}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Devices look for their broker twenty times a second, and so are soon gone when they are told to."""
    monkeypatch.setattr(broker_link, "RECONNECT_S", (0.05, 0.05))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[BrokerConfig]:
    with plain_broker(tmp_path) as port:
        yield BrokerConfig(f"mqtt://{HOST}:{port}")


@pytest.fixture
async def listener(broker: BrokerConfig) -> AsyncIterator[Listener]:
    listening = Listener()
    client = Client(CallbackAPIVersion.VERSION2)
    subscribed = asyncio.Event()
    loop = asyncio.get_running_loop()
    client.on_message = listening.on_message

    def on_subscribe(*_: object) -> None:
        loop.call_soon_threadsafe(subscribed.set)

    client.on_subscribe = on_subscribe
    client.connect("127.0.0.1", int(broker.url.rpartition(":")[2]))
    client.loop_start()
    client.subscribe([("#", 1)])
    async with asyncio.timeout(60):
        await subscribed.wait()
    yield listening
    client.disconnect()
    await asyncio.to_thread(client.loop_stop)


async def until(true: Callable[[], bool]) -> None:
    """Wait for another process or thread: there is no clock of theirs to inject."""
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 -- another process
            await asyncio.sleep(0.02)
