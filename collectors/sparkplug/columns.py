"""The metrics of one device → the columns of its blocks. Pure.

A metric belongs to the point that names it, or has its name. A block has one time, so what a message says of several times becomes
several blocks, oldest first; what the node had kept for us goes to history alone.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import NamedTuple

from collectors.errors import ProfileError
from collectors.mqtt.topics import filled
from collectors.mqtt.values import Taken, taker
from collectors.plausibility import NOT_AVAILABLE
from collectors.sparkplug.datatype import DataType, Unread, Value, iso, value_of
from collectors.sparkplug.message import Message
from collectors.sparkplug.payload import Metric
from model.clock import DAY, MINUTE
from model.profile import Point, TopicPath
from model.quality import ABSENT, Quality
from model.reading import Block, Reach
from model.site import Device, Mqtt

OLDEST_NS, NEWEST_NS = DAY, MINUTE
"""A node's own time is believed when it lies at most a day before the receipt or a minute after it …"""
OLDEST_HISTORY_NS = 400 * DAY
"""… and for what it says to be history, as far back as anybody keeps such things."""
_MILLISECOND = 1_000_000
_QUALITIES = {0: Quality.BAD, 500: Quality.LAST_KNOWN}
"""What the property ``Quality`` says (§6.4.9); 192 is good."""


class Told(NamedTuple):
    """A metric, the column it fills and the type its birth gave it."""

    column: int
    metric: Metric
    datatype: int


@dataclass(slots=True)
class Filled:
    blocks: list[Block]
    clocks_implausible: int = 0


class DeviceColumns:
    """``columns`` by metric name. ProfileError for a point that names its metric wrongly."""

    def __init__(self, device: Device) -> None:
        assert isinstance(device.connection, Mqtt)
        self.device, self.width = device.id, len(device.points)
        self.columns: Mapping[str, int] = _by_metric(device.points, device.connection)
        self._points = device.points
        self._takers = [taker(_as_said(point)) for point in device.points]

    def blocks(self, told: Iterable[Told], message: Message, unnamed: Iterable[int] = ()) -> Filled:
        """``unnamed``: columns that a birth should have told of and has not."""
        found = Filled([])
        by_time: dict[tuple[int, Reach], list[Told]] = {}
        for one in told:
            source_ns, believed = _source_time(one.metric, message)
            found.clocks_implausible += not believed
            reach = _reach(one.metric)
            if reach is not None and (believed or reach is not Reach.HISTORY):
                by_time.setdefault((source_ns, reach), []).append(one)
        for (source_ns, reach), group in sorted(by_time.items()):
            raw = message.raw if len(by_time) == 1 else b"".join(one.metric.raw for one in group)
            found.blocks.append(self._block(group, source_ns, reach, message, raw))
        blanks = tuple(unnamed)
        if blanks:
            found.blocks.append(self._blank(blanks, message))
        return found

    def _block(self, group: Sequence[Told], source_ns: int, reach: Reach, message: Message, raw: bytes) -> Block:
        values, qualities, texts = array("d", [nan]) * self.width, bytearray([ABSENT]) * self.width, dict[int, str]()
        for column, metric, datatype in group:
            taken = self._taken(column, metric, datatype)
            values[column], qualities[column] = taken.value, taken.quality
            if taken.words is not None:
                texts[column] = taken.words
        exchange = ((message.topic, raw),)
        return Block(self.device, source_ns, message.receive_ns, values, bytes(qualities), texts, raw=exchange, reach=reach)

    def _blank(self, columns: Iterable[int], message: Message) -> Block:
        qualities = bytearray([ABSENT]) * self.width
        for column in columns:
            qualities[column] = Quality.CONFIG_ERROR
        values = array("d", [nan]) * self.width
        exchange = ((message.topic, message.raw),)
        return Block(self.device, message.receive_ns, message.receive_ns, values, bytes(qualities), raw=exchange)

    def _taken(self, column: int, metric: Metric, datatype: int) -> Taken:
        if metric.is_null:
            return Taken(nan, NOT_AVAILABLE)
        value = value_of(datatype, metric.held)
        if isinstance(value, Unread):
            return Taken(nan, NOT_AVAILABLE if value is Unread.EMPTY else Quality.CONFIG_ERROR)
        if isinstance(value, float) and not isfinite(value):
            return Taken(nan, NOT_AVAILABLE)
        if metric.quality in _QUALITIES:
            return Taken(nan, _QUALITIES[metric.quality])
        return self._takers[column](_dated(value, self._points[column]) if datatype == DataType.DATETIME else value)


def _by_metric(points: Sequence[Point], mqtt: Mqtt) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, point in enumerate(points):
        name = filled(point.metric, mqtt) if point.metric else point.name
        if name in found:
            raise ProfileError(f"{points[found[name]].name} and {point.name} are both the metric '{name}'")
        found[name] = column
    return found


def _as_said(point: Point) -> Point:
    """A profile written for Sparkplug scales what a metric says; that of another wire does not, for a node says finished values."""
    if isinstance(point.wire, TopicPath) and not point.wire.topic:
        return replace(point, unit_select=None)
    plain = replace(point, scale=1.0, offset=0.0, sentinels=(), unit_select=None, encoding=None)
    return replace(plain, ratios=(), active_low=0)


def _dated(milliseconds: Value, point: Point) -> object:
    """A date as words, or as a number in the point's unit: seconds where it has that, else milliseconds."""
    assert isinstance(milliseconds, int)
    if point.is_text:
        words = iso(milliseconds)
        return None if isinstance(words, Unread) else words
    return milliseconds / 1000 if point.unit == "s" else milliseconds


def _reach(metric: Metric) -> Reach | None:
    """None: it wants neither to be kept nor to be taken for the present."""
    if metric.is_historical:
        return None if metric.is_transient else Reach.HISTORY
    return Reach.LIVE if metric.is_transient else Reach.EVERYWHERE


def _source_time(metric: Metric, message: Message) -> tuple[int, bool]:
    """When it was measured, and whether what the node says of it is believed; the time of receipt where it is not, or says nothing."""
    at_ms = metric.timestamp_ms if metric.timestamp_ms is not None else message.read.timestamp_ms
    if at_ms is None:
        return message.receive_ns, True
    source_ns, oldest_ns = at_ms * _MILLISECOND, OLDEST_HISTORY_NS if metric.is_historical else OLDEST_NS
    if message.receive_ns - oldest_ns <= source_ns <= message.receive_ns + NEWEST_NS:
        return source_ns, True
    return message.receive_ns, False
