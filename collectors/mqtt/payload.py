"""Messages of one device → columns. Pure: (topic, payload, receive time) in, a block and what there was to say about it out.

A message fills the columns whose topic it came on and whose path leads somewhere in it; every other column is ABSENT, its last value
stands. A point whose topic is a wildcard ('the exact sub-topic is not known') takes messages whose last level is its own name.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import nan

import msgspec

from collectors.errors import ProfileError
from collectors.mqtt import jsonpath
from collectors.mqtt.jsonpath import MISSING
from collectors.mqtt.topics import filled, is_filter, matches, names
from collectors.mqtt.values import Take, taker
from model.clock import DAY, MINUTE
from model.profile import Point, Profile, TopicPath
from model.quality import ABSENT, GOOD, Quality
from model.reading import Block, Fault
from model.site import Mqtt

MAX_PAYLOAD = 256 * 1024
"""Bytes. Cameras inline pictures in their messages; what is longer than this is not a reading."""
KEPT_OF_OVERSIZE = 256
OLDEST_NS, NEWEST_NS = DAY, MINUTE
"""A device's own time is believed when it lies at most a day before the receipt (it may have been offline) or a minute after it."""

_TIME_POINTS = ("time", "timestamp", "heartbeat")
_TIME_UNITS = {"s": 1_000_000_000, "ms": 1_000_000}


class Verdict(StrEnum):
    """What there is to say about a message beside its block."""

    FINE = "fine"
    BAD_PAYLOAD = "bad payload"
    BAD_CLOCK = "the device's own time is implausible; the time of receipt stands instead"


@dataclass(frozen=True, slots=True)
class _Column:
    index: int
    name: str
    topic: str
    path: jsonpath.Path
    take: Take
    time_unit_ns: int | None
    """Set for the column that tells when the device measured."""
    is_text: bool


class PayloadDecoder:
    """Decodes the messages of one device. ``filters`` are the topic filters to subscribe to."""

    def __init__(self, device: str, profile: Profile, mqtt: Mqtt) -> None:
        self.device = device
        self.width = len(profile.points)
        columns = [_column(profile, index, point, mqtt) for index, point in enumerate(profile.points)]
        self.filters = tuple(dict.fromkeys(column.topic for column in columns))
        self._by_topic: dict[str, list[_Column]] = {}
        self._wild = [column for column in columns if is_filter(column.topic)]
        for column in columns:
            if not is_filter(column.topic):
                self._by_topic.setdefault(column.topic, []).append(column)

    def decode(self, topic: str, payload: bytes, receive_ns: int) -> tuple[Block, Verdict]:
        """The block of one message. ``fault`` is set only when a bad payload leaves no column of the device untouched."""
        columns = self._columns(topic)
        if len(payload) > MAX_PAYLOAD:
            return self._bad(columns, topic, payload[:KEPT_OF_OVERSIZE], receive_ns)
        document = _document(payload, columns)
        if document is MISSING:
            return self._bad(columns, topic, payload, receive_ns)
        values, qualities, texts = array("d", [nan]) * self.width, bytearray([ABSENT]) * self.width, {}
        for column in columns:
            found = jsonpath.find(document, column.path)
            if found is not MISSING:
                taken = column.take(found)
                values[column.index], qualities[column.index] = taken.value, taken.quality
                if taken.words is not None:
                    texts[column.index] = taken.words
        source_ns, verdict = _source_time(columns, values, qualities, receive_ns)
        block = Block(self.device, source_ns, receive_ns, values, bytes(qualities), texts, raw=((topic, payload),))
        return block, verdict

    def _columns(self, topic: str) -> Sequence[_Column]:
        exact = self._by_topic.get(topic)
        if exact is not None:
            return exact
        return [column for column in self._wild if names(topic, column.name) and matches(column.topic, topic)]

    def _bad(self, columns: Sequence[_Column], topic: str, payload: bytes, receive_ns: int) -> tuple[Block, Verdict]:
        qualities = bytearray([ABSENT]) * self.width
        for column in columns:
            qualities[column.index] = Quality.COMM_FAILURE
        fault = Fault.BAD_PAYLOAD if ABSENT not in qualities else None
        values = array("d", [nan]) * self.width
        block = Block(self.device, receive_ns, receive_ns, values, bytes(qualities), fault=fault, raw=((topic, payload),))
        return block, Verdict.BAD_PAYLOAD


def _column(profile: Profile, index: int, point: Point, mqtt: Mqtt) -> _Column:
    where = f"{profile.id}.{point.name}"
    if not isinstance(point.wire, TopicPath):
        raise ProfileError(f"{where}: has a Modbus address where a topic belongs")
    path = jsonpath.parse(point.wire.path)
    if path is None:
        raise ProfileError(f"{where}: '{point.wire.path}' is not a path; write $ or $.name or $.list[0]")
    time_unit_ns = _TIME_UNITS.get(point.unit) if point.name in _TIME_POINTS else None
    try:
        return _Column(index, point.name, filled(point.wire.topic, mqtt), path, taker(point), time_unit_ns, point.is_text)
    except ProfileError as error:
        raise ProfileError(f"{profile.id}: {error}") from error


def _document(payload: bytes, columns: Sequence[_Column]) -> object:
    """The message as JSON; MISSING when it is none that these columns could read. Some firmware puts a NUL byte first."""
    payload = payload.lstrip(b"\0")
    try:
        document: object = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return _bare_words(payload, columns)
    readable = isinstance(document, dict | list) or not columns or any(column.path == () for column in columns)
    return document if readable else MISSING


def _bare_words(payload: bytes, columns: Sequence[_Column]) -> object:
    """Unquoted words, where a word is all that the topic carries (``Online``)."""
    if not columns or not payload or not all(column.is_text and column.path == () for column in columns):
        return MISSING
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return MISSING


def _source_time(columns: Sequence[_Column], values: "array[float]", qualities: bytearray, receive_ns: int) -> tuple[int, Verdict]:
    for column in columns:
        if column.time_unit_ns is not None and qualities[column.index] == GOOD:
            # Whole units and the rest apart: a float holds today's nanoseconds only to some hundreds.
            whole, rest = divmod(values[column.index], 1)
            source_ns = int(whole) * column.time_unit_ns + int(rest * column.time_unit_ns)
            if receive_ns - OLDEST_NS <= source_ns <= receive_ns + NEWEST_NS:
                return source_ns, Verdict.FINE
            return receive_ns, Verdict.BAD_CLOCK
    return receive_ns, Verdict.FINE
