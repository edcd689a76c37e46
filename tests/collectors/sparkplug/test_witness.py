"""Eclipse Tahu's own edge node (npm sparkplug-client) behind a real Mosquitto: born, asked to be born again, heard by alias, killed.

Nothing of it is ours: its encoder, its sequence numbers, its last will and its understanding of our NCMD are Eclipse's.
"""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import subscribe

from collectors.counters import Counters
from collectors.links import sparkplug_link
from collectors.sparkplug.edge_nodes import edge_nodes
from collectors.sparkplug.outcome import REBIRTHS
from model.broker import BrokerConfig
from model.profile import Point, WireType
from model.quality import ABSENT, Quality
from model.reading import Block, Fault
from tests.collectors.sparkplug.support import START_MS, metric_point, shown, sparkplug_device, sparkplug_site
from tests.collectors.support import HandClock, Remembered
from tests.ports import HOST
from tests.system.witnesses import NODE, install

EDGE_JS = r"""
const [port] = process.argv.slice(1)
const births = JSON.parse(process.argv[2])
const edge = require('sparkplug-client').newClient({
  serverUrl: `mqtt://127.0.0.1:${port}`, username: '', password: '', clientId: 'edge1', groupId: 'plant', edgeNode: 'edge1',
})
const say = word => console.log(word)
edge.on('birth', () => {
  edge.publishNodeBirth({timestamp: Date.now(), metrics: [{name: 'Node Control/Rebirth', type: 'Boolean', value: false}]})
  edge.publishDeviceBirth('pump', {timestamp: Date.now(), metrics: births})
  edge.client.publish('born', '', {qos: 1}, () => say('born'))  // once the broker has taken what was said before it
})
edge.on('ncmd', asked => {
  const [metric] = asked.metrics
  if (asked.metrics.length === 1 && metric.name === 'Node Control/Rebirth' && metric.value === true) edge.emit('birth')
  else say(JSON.stringify(asked))
})
require('readline').createInterface({input: process.stdin}).on('line', line => {
  const [what, ...words] = JSON.parse(line)
  if (what === 'skip') edge.seq++
  else edge[what](...words)
})
"""
BIRTHS: list[tuple[str, str, Any, WireType, float | str]] = [
    ("i8", "Int8", -2, WireType.I16, -2.0),
    ("i16", "Int16", -32768, WireType.I16, -32768.0),
    ("i32", "Int32", -(2**31), WireType.I32, -(2.0**31)),
    ("i64", "Int64", -5, WireType.I64, -5.0),
    ("u8", "UInt8", 255, WireType.U16, 255.0),
    ("u16", "UInt16", 65535, WireType.U16, 65535.0),
    ("u32", "UInt32", 2**32 - 1, WireType.U32, 2.0**32 - 1),
    ("u64", "UInt64", 2**53, WireType.U64, 2.0**53),
    ("single", "Float", 1.5, WireType.F32, 1.5),
    ("level", "Double", -0.1, WireType.F64, -0.1),
    ("running", "Boolean", True, WireType.BOOL, 1.0),
    ("plate", "String", "1号泵", WireType.STRING, "1号泵"),
    ("note", "Text", "fine", WireType.STRING, "fine"),
    ("key", "UUID", "6ab1-77", WireType.STRING, "6ab1-77"),
    ("since", "DateTime", START_MS, WireType.U64, float(START_MS)),
]
"""Metric, Sparkplug type and value, the point's type and what has to come of it; the alias is the place in this list."""
POINTS: list[Point] = [metric_point(name, type_) for name, _, _, type_, _ in BIRTHS]
LEVEL = 9


pytestmark = pytest.mark.timeout(300)  # a registry may take its time


@pytest.fixture(scope="module")
def tahu(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("tahu"), "sparkplug-client@3")


class Edge:
    def __init__(self, process: Process) -> None:
        self.process = process

    async def birth(self) -> None:
        """Return when it has been born (again), and the broker has heard it."""
        assert self.process.stdout
        assert await asyncio.wait_for(self.process.stdout.readline(), 60) == b"born\n"

    def do(self, *words: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(words).encode() + b"\n")

    def data(self, *metrics: dict[str, Any]) -> None:
        self.do("publishDeviceData", "pump", {"timestamp": START_MS, "metrics": metrics})


@asynccontextmanager
async def edge_node(folder: Path, port: int) -> AsyncIterator[Edge]:
    births = [{"name": name, "alias": n, "type": type_, "value": value} for n, (name, type_, value, _, _) in enumerate(BIRTHS)]
    words = [str(NODE), "-e", EDGE_JS, str(port), json.dumps(births)]
    process = await asyncio.create_subprocess_exec(*words, cwd=folder, stdin=PIPE, stdout=PIPE)
    try:
        yield Edge(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class Hosting:
    def __init__(self, port: int) -> None:
        self.clock, self.sink, self.counters = HandClock(), Remembered(), Counters()
        site = sparkplug_site(sparkplug_device("pump", *POINTS), broker=BrokerConfig(f"mqtt://{HOST}:{port}"))
        self.link = sparkplug_link(site, None, edge_nodes(site), self.sink, self.clock, self.counters)
        self.state_topic, self._port = "spBv1.0/STATE/guanjia-site", port

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.link.run())
        try:
            async with asyncio.timeout(60):
                while not self.counters.connects:  # noqa: ASYNC110 -- the counter has no event of its own
                    await asyncio.sleep(0.01)
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def asks_for_rebirth(self, times: int) -> None:
        """Let time pass until it has been asked so often, and then no more: a slow answer is not to be asked for again."""
        async with asyncio.timeout(60):
            while self.counters.sparkplug[REBIRTHS] < times:
                await self.clock.advance(1)
                await asyncio.sleep(0.02)

    async def until(self, what: Callable[[Block], bool]) -> Block:
        """The newest block, once it is such a one."""
        await self.sink.until(lambda blocks: bool(blocks) and what(blocks[-1]))
        return self.sink.blocks[-1]

    async def state(self, *, online: bool) -> Any:
        """What the broker keeps of us, once that is so. Whoever asks too early hears the word itself, which is not yet the kept one."""
        async with asyncio.timeout(60):
            while True:
                message = await asyncio.to_thread(subscribe.simple, self.state_topic, hostname=HOST, port=self._port)
                kept = json.loads(message.payload)
                if message.retain and kept["online"] is online:
                    return kept


async def test_eclipse_s_own_edge_node_is_read_from_its_birth_to_its_death(broker: int, tahu: Path) -> None:
    hosting = Hosting(broker)
    async with edge_node(tahu, broker) as edge:
        await edge.birth()  # nobody hears it: births are not kept by the broker
        async with hosting.running():
            assert await hosting.state(online=True) == {"online": True, "timestamp": START_MS}
            await hosting.asks_for_rebirth(1)
            await edge.birth()
            birth = await hosting.until(lambda block: block.fault is None)
            assert shown(birth) == {n: said for n, (*_, said) in enumerate(BIRTHS)}
            assert set(birth.qualities) == {Quality.GOOD}

            edge.data({"alias": LEVEL, "type": "Double", "value": 2.5, "timestamp": START_MS - 250})
            data = await hosting.until(lambda block: ABSENT in block.qualities)
            assert (shown(data), data.source_ns) == ({LEVEL: 2.5}, (START_MS - 250) * 1_000_000)
            edge.data({"alias": LEVEL, "type": "Double", "value": None})
            null = await hosting.until(lambda block: block is not data)
            assert null.qualities[LEVEL] == Quality.SENSOR_FAILURE

            edge.do("skip")  # a number is lost, and the next message is held back for it
            edge.data({"alias": LEVEL, "type": "Double", "value": 3.5})
            await hosting.asks_for_rebirth(2)
            await edge.birth()
            await hosting.until(lambda block: ABSENT not in block.qualities)

            edge.do("publishDeviceDeath", "pump", {"timestamp": START_MS})
            await hosting.until(lambda block: block.fault is Fault.LAST_WILL)
            edge.process.kill()
            dead = await hosting.until(lambda block: block.fault is Fault.NODE_LOST)
            assert set(dead.qualities) == {Quality.NOT_CONNECTED}
    await hosting.state(online=False)
    told = hosting.counters.sparkplug
    assert (told["births"], told["deaths"], told["gaps"], told["rebirths_asked"]) == (2, 1, 1, 2)
