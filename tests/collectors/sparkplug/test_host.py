"""The host as its broker and the field see it: what it listens to, what it says, and that it says nothing else."""

import ast
import json
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import collectors
from collectors.counters import Counters
from collectors.mqtt.voice import Will
from collectors.sparkplug.columns import DeviceColumns
from collectors.sparkplug.device import NodeDevice
from collectors.sparkplug.host import SparkplugHost
from collectors.sparkplug.node import EdgeNode
from collectors.sparkplug.rebirth import Asking
from model.broker import SparkplugConfig
from model.reading import Fault
from tests.collectors.sparkplug.support import (
    BIRTH,
    PAUSE_NS,
    PLACE,
    POINTS,
    REORDER_NS,
    START_MS,
    Fields,
    bd_seq,
    payload,
    shown,
    sparkplug_device,
)
from tests.collectors.support import HandClock, Remembered
from tests.simulators.sparkplug_proto import decode

STATE, NCMD = "spBv1.0/STATE/bms", "spBv1.0/plant/NCMD/edge1"
PUMP = sparkplug_device("pump", *POINTS)


class Hosting:
    """A host whose connection is a list of what it published."""

    def __init__(self, config: SparkplugConfig = SparkplugConfig("bms")) -> None:  # noqa: B008 -- frozen
        self.clock, self.sink, self.counters = HandClock(), Remembered(), Counters()
        node = EdgeNode(PLACE, {"pump": NodeDevice(DeviceColumns(PUMP))}, REORDER_NS, Asking(PAUSE_NS))
        self.host = SparkplugHost(config, [node], self.sink, self.clock, self.counters)
        self.said: list[Will] = []

    def connect(self) -> Will | None:
        will = self.host.will()
        self.host.up(lambda *said: self.said.append(Will(*said)))
        return will

    def hear(self, kind: str, *metrics: Fields, device: str = "", seq: int | None = None, retained: bool = False) -> None:
        topic = "/".join(filter(None, ("spBv1.0", "plant", kind, "edge1", device)))
        self.host.message(topic, payload(*metrics, seq=seq, at_ms=START_MS), self.clock.now_ns(), retained)

    async def later(self, seconds: int) -> None:
        for _ in range(seconds):
            await self.clock.advance(1)
            self.host.watch()


def is_rebirth(said: Will) -> bool:
    read = decode(said.payload)
    (metric,) = read.metrics
    told = (metric.name, metric.datatype, metric.boolean_value, len(metric.ListFields()))
    return (said.topic, said.qos, said.retain, told) == (NCMD, 0, False, ("Node Control/Rebirth", 11, True, 4))


def test_it_listens_to_its_nodes_and_to_its_own_state_alone() -> None:
    assert [*Hosting().host.filters] == [(STATE, 1), ("spBv1.0/plant/+/edge1/#", 1)]


async def test_its_state_is_retained_and_its_will_has_the_same_time_at_every_connection() -> None:
    hosting = Hosting()
    for _ in range(2):
        will = hosting.connect()
        assert will is not None
        online = hosting.said.pop()
        for word, state in ((False, will), (True, online)):
            assert (state.topic, state.qos, state.retain) == (STATE, 1, True)
            assert json.loads(state.payload) == {"online": word, "timestamp": hosting.clock.now_ns() // 1_000_000}
        hosting.host.down("gone")
        await hosting.clock.advance(5)


OFFLINE = b'{"online": false, "timestamp": 1}'


@pytest.mark.parametrize(("told", "answers"), [(OFFLINE, 1), (b'{"online": true}', 0), (b"OFFLINE", 0), (b"[[[", 0)])
def test_it_insists_when_somebody_says_that_it_is_gone(told: bytes, answers: int) -> None:
    hosting = Hosting()
    hosting.connect()
    hosting.host.message(STATE, told, 0, False)
    assert [json.loads(said.payload)["online"] for said in hosting.said[1:]] == [True] * answers


async def test_who_is_not_born_by_itself_is_asked_with_growing_pauses() -> None:
    hosting = Hosting()
    hosting.connect()
    await hosting.later(1)
    assert len(hosting.said) == 1
    await hosting.later(60)
    assert [is_rebirth(said) for said in hosting.said[1:]] == [True] * 3
    assert hosting.counters.metrics(0)["guanjia_sparkplug_rebirths_asked_total"] == 3


async def test_switched_off_it_says_nothing_at_all_and_reads_all_the_same() -> None:
    hosting = Hosting(SparkplugConfig("bms", state=False, rebirth=False))
    assert hosting.connect() is None
    hosting.hear("DDATA", device="pump", seq=9)
    await hosting.later(60)
    hosting.hear("NBIRTH", bd_seq(1), seq=0)
    hosting.hear("DBIRTH", *BIRTH, device="pump", seq=1)
    assert shown(hosting.sink.blocks[-1]) == {0: 2.5, 1: 7.0, 2: "P1"}
    assert hosting.said == []


def test_a_lost_broker_is_told_once_and_what_a_broker_remembers_is_no_birth() -> None:
    hosting = Hosting()
    hosting.connect()
    hosting.hear("NBIRTH", bd_seq(1), seq=0, retained=True)
    hosting.hear("DBIRTH", *BIRTH, device="pump", seq=1, retained=True)
    assert hosting.sink.blocks == []
    hosting.host.down("gone")
    hosting.host.down("gone still")
    assert [block.fault for block in hosting.sink.blocks] == [Fault.BROKER_LOST]


KINDS = st.sampled_from(["NBIRTH", "NBIRTH", "DBIRTH", "DBIRTH", "DBIRTH", "DDATA", "DDATA", "NDATA", "NDEATH", "DDEATH", "NCMD", "DCMD"])
COMMAND = {"name": "Node Control/Rebirth", "datatype": 11, "boolean_value": True}
SAID = (*BIRTH, bd_seq(0), bd_seq(1), {"alias": 1, "double_value": 3.0}, {"alias": 99, "int_value": 1}, COMMAND)
METRICS = st.lists(st.sampled_from(SAID), max_size=4)


class _Oracle:
    """What may be believed of one node and its one device, in the fewest words: who is born, and which bdSeq ends it."""

    def __init__(self) -> None:
        self.is_connected = self.node = self.device = False
        self.bd_seq: int | None = None
        self.next = 0

    def hear(self, kind: str, seq: int, number: int | None) -> None:
        if kind == "NBIRTH":
            self.node, self.device, self.bd_seq, self.next = True, False, number, 1
        elif kind == "NDEATH" and self.node and self.bd_seq in (None, number):
            self.node = self.device = False
        elif kind in ("DBIRTH", "DDATA", "DDEATH", "NDATA") and self.node and seq == self.next:
            self.next = (self.next + 1) % 256
            self.device = {"DBIRTH": True, "DDEATH": False}.get(kind, self.device)


class HostMachine(RuleBasedStateMachine):
    """Whatever is said in whatever order: the device is believed exactly when it may be, and only the two known things are ever said."""

    def __init__(self) -> None:
        super().__init__()
        self.hosting, self.oracle = Hosting(), _Oracle()
        self.connects()

    def connects(self) -> None:
        self.hosting.connect()
        self.oracle.is_connected = True

    @rule(comes_back=st.booleans())
    def loses_its_broker(self, comes_back: bool) -> None:
        self.hosting.host.down("gone")
        self.oracle = _Oracle()
        if comes_back:
            self.connects()

    @rule(said=st.lists(st.tuples(KINDS, METRICS), max_size=6))
    def hears(self, said: list[tuple[str, list[Fields]]]) -> None:
        """In turn, so that what is held back has no part in it."""
        if not self.oracle.is_connected and len(said) > 3:
            self.connects()
        for kind, metrics in said:
            seq = 0 if kind == "NBIRTH" else self.oracle.next
            self.hosting.hear(kind, *metrics, device="pump" if kind.startswith("D") else "", seq=seq)
            numbers = [int(m["long_value"]) for m in metrics if m.get("name") == "bdSeq"]
            if self.oracle.is_connected:
                self.oracle.hear(kind, seq, numbers[0] if numbers else None)
            self.the_device_is_believed_when_it_is_born()

    @rule(noise=st.binary(max_size=12))
    def hears_noise(self, noise: bytes) -> None:
        self.hosting.host.message("spBv1.0/STATE/bms", noise, 0, False)
        self.hosting.host.message("spBv1.0/plant/NCMD/edge1", noise, 0, False)

    @invariant()
    def the_device_is_believed_when_it_is_born(self) -> None:
        node = self.hosting.host._nodes[PLACE]
        assert [device.is_born for device in node.devices] == [self.oracle.device]

    @invariant()
    def a_device_that_is_not_born_shows_no_value_it_said_before(self) -> None:
        blocks = self.hosting.sink.blocks
        if blocks and not self.oracle.device and not self.oracle.node:
            assert blocks[-1].fault is not None

    @invariant()
    def nothing_is_said_but_state_and_rebirth(self) -> None:
        for said in self.hosting.said:
            assert json.loads(said.payload).keys() == {"online", "timestamp"} if said.topic == STATE else is_rebirth(said)


TestHostMachine = HostMachine.TestCase
TestHostMachine.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def test_no_other_line_of_the_collectors_can_say_anything_to_the_field() -> None:
    """Who publishes: the session for whoever was given ``publish``, its last will, and the embedded broker's library not at all. Who was
    given it and calls it: ``speech.say``, with a state or a rebirth."""
    calls: set[tuple[str, str]] = set()
    keeps: set[str] = set()
    root = Path(collectors.__file__).parent
    for file in root.rglob("*.py"):
        name = file.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
                if called in ("publish", "_publish", "will_set"):
                    calls.add((name, called))
            if isinstance(node, ast.Attribute) and node.attr == "_publish" and isinstance(node.ctx, ast.Store):
                keeps.add(name)
    assert calls == {("mqtt/session.py", "publish"), ("mqtt/session.py", "will_set"), ("sparkplug/speech.py", "publish")}
    assert keeps == {"sparkplug/host.py"}
