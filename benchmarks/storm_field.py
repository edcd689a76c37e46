"""The field of a storm: a broker, meters on Modbus TCP, and a story of what happens there, the same for the same seed at any pace.

What must come out of it follows from the order of readings alone: wires have no delays and say everything at QoS 1; meters stay above or
below their limit for at least ``HOLD`` steps, many times their delays.
"""

import asyncio
import getpass
import json
import random
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.storm_site import StormSite
from collectors.mqtt.broker import EmbeddedBroker

HOLD = 120
"""Steps a meter stays as it is, at least."""
_ACTS = (("turn", 50), ("blip", 20), ("repeat", 10), ("repeat_older", 8), ("late", 7), ("clock", 5))
_CHANCE = 0.03
_SETTINGS = "persistence false\nmax_queued_messages 0\nmax_queued_bytes 0\nallow_anonymous true\n"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def broker(folder: Path) -> Iterator[tuple[int, str]]:
    """A broker's port and its name: Mosquitto where it is installed, else the one that comes with the product."""
    port = free_port()
    mosquitto = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if mosquitto is None:
        with _looped() as loop:
            embedded = EmbeddedBroker(port)
            asyncio.run_coroutine_threadsafe(embedded.start(), loop).result(10)
            yield port, "amqtt"
            asyncio.run_coroutine_threadsafe(embedded.stop(), loop).result(10)
        return
    settings = folder / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nuser {getpass.getuser()}\n{_SETTINGS}", encoding="utf-8")
    with (
        (folder / "mosquitto.log").open("wb") as log,
        subprocess.Popen([mosquitto, "-c", str(settings)], stdout=log, stderr=log) as process,
    ):
        _wait_for(port)
        yield port, "mosquitto"
        process.terminate()


@contextmanager
def _looped() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"nobody listens on port {port}")


class Meters:
    """Modbus TCP (MBAP | function 3): one register per unit, in hundredths of a metre."""

    def __init__(self) -> None:
        self.level: dict[int, int] = {}
        self.port = 0

    async def start(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                transaction, _, _, unit = struct.unpack(">HHHB", await reader.readexactly(7))
                await reader.readexactly(5)
                writer.write(struct.pack(">HHHBBBH", transaction, 0, 5, unit, 3, 2, self.level.get(unit, 0)))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@contextmanager
def meters() -> Iterator[Meters]:
    with _looped() as loop:
        served = Meters()
        asyncio.run_coroutine_threadsafe(served.start(), loop).result(10)
        yield served


class Field:
    """What happens, step by step. Everything said has been taken by the broker when ``settled`` returns."""

    def __init__(self, site: StormSite, seed: int, port: int, served: Meters) -> None:
        self._dice = random.Random(seed)
        self._meters = served
        self._wires = [_Wire(id) for id in site.ids("wire")]
        self._floats = {id: self._dice.randrange(20, 400) for id in site.ids("float")}
        self._turns = {unit: self._dice.randrange(HOLD) for unit, _ in enumerate(site.ids("meter"), 1)}
        self._client = Client(CallbackAPIVersion.VERSION2, "field")
        self._client.max_inflight_messages_set(20)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._last: MQTTMessageInfo | None = None
        self.steps = self.messages = 0

    def step(self) -> None:
        self.steps += 1
        for wire in self._wires:
            if self._dice.random() < _CHANCE:
                for payload in wire.act(self._dice):
                    self._say(f"storm/{wire.id}", payload)
        for id, at in self._floats.items():
            if at <= self.steps < at + 3:
                self._say(f"storm/{id}", b'{"broken":true}', retain=True)
        for unit, at in self._turns.items():
            if at == self.steps:
                self._meters.level[unit] = 0 if self._meters.level.get(unit) else 700
                self._turns[unit] = at + HOLD + self._dice.randrange(HOLD)

    def settled(self) -> None:
        if self._last is not None:
            self._last.wait_for_publish(30)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._last = self._client.publish(topic, payload, qos=1, retain=retain)
        self.messages += 1


class _Wire:
    """One sensor with a clock of its own, which is sometimes set."""

    def __init__(self, id: str) -> None:
        self.id = id
        self._broken = False
        self._offset_s = 0.0
        self._said: list[bytes] = []

    def act(self, dice: random.Random) -> list[bytes]:
        kinds, weights = zip(*_ACTS, strict=True)
        kind = dice.choices(kinds, weights)[0]
        back, age_s, is_broken, offset_s = dice.randrange(2, 6), dice.uniform(30, 600), dice.random() < 0.5, dice.uniform(-1800, 20)
        match kind:
            case "turn":
                return [self._news(not self._broken)]
            case "blip":
                return [self._news(not self._broken), self._news(not self._broken)]
            case "repeat":
                return self._said[-1:]
            case "repeat_older":
                return self._said[-back:][:1]
            case "late":
                return [self._news(is_broken, age_s)]
            case _:
                self._offset_s = offset_s
                return []

    def _news(self, is_broken: bool, age_s: float = 0.0) -> bytes:
        self._broken = is_broken
        said = {"broken": is_broken, "time": round(time.time() + self._offset_s - age_s, 3), "n": len(self._said)}
        self._said.append(json.dumps(said).encode())
        return self._said[-1]
