"""An edge node as tests write it: payloads by Google's protobuf and the definition of Eclipse Tahu, never by an encoder of ours."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from collectors.sparkplug.columns import DeviceColumns
from collectors.sparkplug.device import NodeDevice
from collectors.sparkplug.node import EdgeNode
from collectors.sparkplug.outcome import Outcome
from collectors.sparkplug.rebirth import Asking
from collectors.sparkplug.topics import NodePlace, heading
from model.broker import BrokerConfig
from model.clock import SECOND
from model.profile import Point, Profile, TopicPath, WireType
from model.reading import Block, Fault
from model.site import Area, Device, Mqtt, PayloadFormat, Site, System
from model.text import Text
from tests.collectors.support import START_NS
from tests.simulators.sparkplug_proto import message_class

PLACE = NodePlace("plant", "edge1")
START_MS = START_NS // 1_000_000
REORDER_NS = 2 * SECOND
PAUSE_NS = 10 * SECOND

Fields = Mapping[str, Any]


def payload(*metrics: Fields, seq: int | None = None, at_ms: int | None = None) -> bytes:
    """``metrics`` hold the fields of Metric by their names in sparkplug_b.proto."""
    written = message_class()()
    if seq is not None:
        written.seq = seq
    if at_ms is not None:
        written.timestamp = at_ms
    for fields in metrics:
        metric = written.metrics.add()
        for name, value in fields.items():
            if name == "quality":
                metric.properties.keys.append("Quality")
                metric.properties.values.add(type=3, int_value=value)
            else:
                setattr(metric, name, value)
    found: bytes = written.SerializeToString()
    return found


def bd_seq(number: int) -> Fields:
    return {"name": "bdSeq", "datatype": 4, "long_value": number}


def metric_point(name: str, type_: WireType = WireType.F64, metric: str = "", **more: Any) -> Point:
    return Point(name, Text(name, name), TopicPath("", metric or name), type_, metric=metric, **more)


def sparkplug_device(id: str, *points: Point, topic: str = "", **values: str) -> Device:
    profile = Profile("test", "pump", "", "", points)
    connection = Mqtt(topic or f"spBv1.0/plant/edge1/{id}", values, format=PayloadFormat.SPARKPLUG_B)
    return Device(id, Text(id, id), System.WATER, "room", profile, connection, SECOND)


POINTS = (metric_point("level"), metric_point("starts", WireType.U32), metric_point("plate", WireType.STRING))
BIRTH: tuple[Fields, ...] = (
    {"name": "level", "alias": 1, "datatype": 10, "double_value": 2.5},
    {"name": "starts", "alias": 2, "datatype": 7, "int_value": 7},
    {"name": "plate", "alias": 3, "datatype": 12, "string_value": "P1"},
    {"name": "Other/Thing", "alias": 4, "datatype": 3, "int_value": 1},
)


class Trial:
    """One edge node whose clock a test moves: what it says goes in, blocks come out."""

    def __init__(self, *devices: Device, silent_after_ns: int | None = None) -> None:
        behind = {device.connection.topic.split("/", 3)[3]: device for device in devices if isinstance(device.connection, Mqtt)}
        found = {name: NodeDevice(DeviceColumns(device), silent_after_ns) for name, device in behind.items()}
        self.node = EdgeNode(PLACE, found, REORDER_NS, Asking(PAUSE_NS))
        self.now_ns = 0
        self.node.connected(0, 0)

    def say(self, kind: str, *metrics: Fields, device: str = "", seq: int | None = None, at_ms: int | None = START_MS) -> Outcome:
        return self.say_bytes(kind, payload(*metrics, seq=seq, at_ms=at_ms), device)

    def say_bytes(self, kind: str, written: bytes, device: str = "") -> Outcome:
        topic = "/".join(filter(None, ("spBv1.0", *PLACE[:1], kind, PLACE.node, device)))
        found = heading(topic)
        assert found
        return self.node.hear(found, topic, written, START_NS + self.now_ns, self.now_ns)

    def born(self, *names: str, number: int = 0) -> list[Block]:
        """The node and these devices: numbers 0 to the count of devices."""
        blocks = self.say("NBIRTH", bd_seq(number), seq=0).blocks
        for seq, name in enumerate(names, 1):
            blocks += self.say("DBIRTH", *BIRTH, device=name, seq=seq).blocks
        return blocks

    def later(self, seconds: float) -> Outcome:
        self.now_ns += int(seconds * SECOND)
        return self.node.watch(self.now_ns, START_NS + self.now_ns)

    def asks(self) -> str | None:
        return self.node.asking.due(self.now_ns)


def shown(block: Block) -> dict[int, float | str]:
    """Column → what it says; those it is silent about are left out."""
    return {column: block.texts.get(column, block.values[column]) for column, quality in enumerate(block.qualities) if quality != 255}


def faults(blocks: Sequence[Block]) -> list[tuple[str, Fault | None]]:
    return [(block.device, block.fault) for block in blocks]


def sparkplug_site(*devices: Device, broker: BrokerConfig = BrokerConfig()) -> Site:  # noqa: B008 -- frozen
    room = Area("room", Text("机房", "Room"))
    return Site("site", Text("站", "Site"), ZoneInfo("UTC"), {"room": room}, {device.id: device for device in devices}, broker=broker)
