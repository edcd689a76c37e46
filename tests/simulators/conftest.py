"""A real Mosquitto for the tests, and somebody who listens to it."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from model.site import BrokerConfig

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


@dataclass
class Listener:
    """Everything that went over the broker, in order."""

    heard: list[tuple[str, bytes, int]] = field(default_factory=list)

    def on_message(self, _client: object, _data: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload), message.qos))

    def topics(self) -> set[str]:
        return {topic for topic, _, _ in self.heard}


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[BrokerConfig]:
    if MOSQUITTO is None:
        pytest.skip("no mosquitto on this machine; install Debian's package mosquitto")
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    process = await asyncio.create_subprocess_exec(str(MOSQUITTO), "-c", str(config), stderr=asyncio.subprocess.DEVNULL)
    await until(lambda: answers(port))
    yield BrokerConfig(f"mqtt://127.0.0.1:{port}")
    process.terminate()
    await process.wait()


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
    async with asyncio.timeout(30):
        await subscribed.wait()
    yield listening
    client.disconnect()
    await asyncio.to_thread(client.loop_stop)


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


async def until(true: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait for another process or thread: there is no clock of theirs to inject."""
    async with asyncio.timeout(30):
        while True:
            found = true()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.02)
