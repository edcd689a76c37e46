"""MQTT at QoS 1: 80-byte JSON through Mosquitto, decoded and spooled, beside a bare paho consumer that throws it away.

usage: python -m benchmarks.mqtt_load [SECONDS] [MESSAGES_PER_S]        needs mosquitto
Each consumer is a process of its own, kept on one core; broker and publisher have the other. First at the given rate, then as fast as it
goes. CPU is that of the whole consumer, its threads and its disk included; the platform acknowledges after its commit to disk, the bare
one at once.
"""

import asyncio
import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from benchmarks.mqtt_flood import Flood
from collectors.counters import Counters
from collectors.mqtt.client import MqttLink
from collectors.mqtt.devices import JsonDevices
from collectors.mqtt.dial import Broker
from collectors.mqtt.payload import PayloadDecoder
from guanjia.system_clock import SystemClock
from model.broker import MqttVersion
from model.profile import MqttDefaults, Point, Profile, TopicPath, WireType
from model.site import Mqtt
from model.text import Text
from store.history.spool import Spool

DEVICES = 100
COLUMNS = ("n", "power", "energy", "time")
SETTINGS = (
    "persistence true\nautosave_interval 1\nmax_inflight_messages 2000\nmax_queued_messages 0\nmax_queued_bytes 0\nallow_anonymous true\n"
)


def payload(number: int) -> bytes:
    """80 bytes, as a meter would say it."""
    said = f'{{"n":{number},"power":1234.5,"energy":56789.25,"time":{time.time_ns() // 1_000_000}}}'.encode()
    return said + b" " * (80 - len(said))


def bare(port: int, messages: int, version: MqttVersion) -> tuple[int, float]:
    """paho alone: acknowledged by itself, thrown away."""
    done, subscribed, heard = threading.Event(), threading.Event(), 0

    def on_message(*_: object) -> None:
        nonlocal heard
        heard += 1
        if heard == messages:
            done.set()

    is_v5 = version is MqttVersion.V5
    client = Client(CallbackAPIVersion.VERSION2, "consumer", protocol=MQTTProtocolVersion.MQTTv5 if is_v5 else MQTTProtocolVersion.MQTTv311)
    client.on_message = on_message
    wanted = ("meters/#", SubscribeOptions(1)) if is_v5 else ("meters/#", 1)

    def on_connect(*_: object) -> None:
        client.subscribe(wanted)

    client.on_connect = on_connect
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    subscribed.wait(10)
    print("ready", flush=True)
    before = time.process_time()
    done.wait(120)
    return heard, time.process_time() - before


def platform(port: int, messages: int, version: MqttVersion, folder: Path) -> tuple[int, float]:
    """The collector's way: decoded into columns, into the spool, acknowledged once it is on disk."""
    devices = [f"m{number}" for number in range(DEVICES)]
    points = tuple(
        Point(name, Text(name, name), TopicPath("meters/{device}", f"$.{name}"), WireType.F64, "ms" if name == "time" else "")
        for name in COLUMNS
    )
    profile = Profile("meter", "power_meter", "", "", points, mqtt=MqttDefaults(qos=1))
    decoders = [PayloadDecoder(device, profile, Mqtt(values={"device": device})) for device in devices]
    clock, counters = SystemClock(), Counters()
    spool = Spool(folder / "spool.sqlite", dict.fromkeys(devices, COLUMNS), clock)
    spool.start()

    async def take() -> float:
        voice = JsonDevices(decoders, dict.fromkeys(devices, 1), {}, spool, clock, counters, commits=spool)
        link = MqttLink(Broker("127.0.0.1", port, "platform", version=version), [voice], clock, counters, spool, ["meters/+"])
        running = asyncio.create_task(link.run())
        while not counters.connects:  # noqa: ASYNC110 -- the counter has no event of its own
            await asyncio.sleep(0.01)
        print("ready", flush=True)
        before, given_up = time.process_time(), time.monotonic() + 120
        while spool.committed < messages and time.monotonic() < given_up:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        cpu_s = time.process_time() - before
        running.cancel()
        await asyncio.wait([running])
        return cpu_s

    cpu_s = uvloop.run(take())
    spool.stop()
    return spool.written, cpu_s


def consume(kind: str, port: int, messages: int, version: MqttVersion) -> None:
    """One consumer, on one core: says ``ready``, and when it is over how many messages came and its CPU seconds since it was ready."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory() as folder:
        heard, cpu_s = bare(port, messages, version) if kind == "bare" else platform(port, messages, version, Path(folder))
    print(json.dumps({"heard": heard, "cpu_s": cpu_s}), flush=True)


def measured(port: int, kind: str, version: MqttVersion, messages: int, per_s: float) -> tuple[float, float]:
    """Messages per second and CPU microseconds per message of one consumer."""
    command = [sys.executable, "-m", "benchmarks.mqtt_load", "consume", kind, str(port), str(messages), version]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as consumer:
        assert consumer.stdout is not None
        while consumer.stdout.readline() != "ready\n":
            assert consumer.poll() is None, f"the consumer {kind} ended before it began"
        begun = time.perf_counter()
        with Flood(port) as flood:
            flood.pour(((f"meters/m{number % DEVICES}", payload(number)) for number in range(messages)), per_s)
        result = json.loads(consumer.stdout.readline())
        span_s = time.perf_counter() - begun
    assert result["heard"] >= messages, f"{kind}: {result['heard']} of {messages} messages came"
    return messages / span_s, 1e6 * result["cpu_s"] / messages


@contextmanager
def mosquitto(folder: Path) -> Iterator[int]:
    """The port of a broker with the documented settings."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        sys.exit("no mosquitto on this machine; install Debian's package mosquitto")
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
    config = folder / "mosquitto.conf"
    config.write_text(f"user {getpass.getuser()}\nlistener {port} 127.0.0.1\npersistence_location {folder}/\n{SETTINGS}")
    with subprocess.Popen([program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(0.3)
        try:
            yield port
        finally:
            process.kill()


def main(seconds: float, per_s: float) -> None:
    print(f"{'':44}{'messages/s':>12}{'CPU µs/message':>16}{'ratio':>8}")
    for version in MqttVersion:
        for rate, called in ((per_s, f"{per_s:,.0f}/s"), (0.0, "all at once")):
            costs: dict[str, float] = {}
            for kind in ("bare", "platform"):
                with tempfile.TemporaryDirectory() as folder, mosquitto(Path(folder)) as port:
                    speed, costs[kind] = measured(port, kind, version, round(seconds * per_s), rate)
                name = f"MQTT {version}, {called}, {'thrown away' if kind == 'bare' else 'decoded and spooled'}"
                print(f"{name:44}{speed:12,.0f}{costs[kind]:16.1f}{costs[kind] / costs['bare']:8.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["consume"]:
        consume(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), MqttVersion(sys.argv[5]))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0, float(sys.argv[2]) if len(sys.argv) > 2 else 10_000.0)
