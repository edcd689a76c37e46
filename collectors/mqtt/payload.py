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
from collectors.mqtt import jsonpath, times
from collectors.mqtt.jsonpath import MISSING
from collectors.mqtt.topics import filled, is_filter, matches, names
from collectors.mqtt.values import Take, taker
from model.profile import Point, Profile, TopicPath, WireType
from model.quality import ABSENT, GOOD, Quality
from model.reading import Block, Fault
from model.site import Mqtt


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
    key: str | None
    """The path's only step, where it is the name of a member: what most are."""
    take: Take
    when: tuple[tuple[jsonpath.Path, tuple[object, ...]], ...]
    """Only a message with one of these values at each of these paths speaks of the point."""
    time_unit_ns: int | None
    """Set for the column that tells when the device measured."""
    takes_words: bool
    """Whether an unquoted word can be its value."""

    def is_meant(self, document: object) -> bool:
        return all(jsonpath.find(document, path) in values for path, values in self.when)


class PayloadDecoder:
    """Decodes the messages of one device. ``filters`` are the topic filters to subscribe to."""

    def __init__(self, device: str, profile: Profile, mqtt: Mqtt) -> None:
        self.device = device
        self.width = len(profile.points)
        self.names = tuple(point.name for point in profile.points)
        columns = [_column(profile, index, point, mqtt) for index, point in enumerate(profile.points)]
        self.filters = tuple(dict.fromkeys(column.topic for column in columns))
        self._absent, self._nan = bytes([ABSENT]) * self.width, array("d", [nan]) * self.width
        self._wild = tuple(column for column in columns if is_filter(column.topic))
        by_topic: dict[str, list[_Column]] = {}
        for column in columns:
            if not is_filter(column.topic):
                by_topic.setdefault(column.topic, []).append(column)
        self._by_topic = {topic: tuple(members) for topic, members in by_topic.items()}

    def decode(self, topic: str, payload: bytes, receive_ns: int) -> tuple[Block, Verdict]:
        """The block of one message. ``fault`` is set only when a bad payload leaves no column of the device untouched."""
        columns = self._by_topic.get(topic)
        if columns is None:
            columns = tuple(column for column in self._wild if names(topic, column.name) and matches(column.topic, topic))
        document = _document(payload, columns)
        if document is MISSING:
            return self._bad(columns, topic, payload, receive_ns)
        values, qualities, texts = self._nan[:], bytearray(self._absent), {}
        source_ns, verdict = receive_ns, Verdict.FINE
        members = document if isinstance(document, dict) else None
        for column in columns:
            if members is not None and column.key is not None:
                found = members.get(column.key, MISSING)
            else:
                found = jsonpath.find(document, column.path)
            if found is MISSING or (column.when and not column.is_meant(document)):
                continue
            value, quality, words = column.take(found)
            values[column.index], qualities[column.index] = value, quality
            if words is not None:
                texts[column.index] = words
            if column.time_unit_ns is not None and quality == GOOD:
                own_ns = times.believed(value, column.time_unit_ns, receive_ns)
                source_ns, verdict = (receive_ns, Verdict.BAD_CLOCK) if own_ns is None else (own_ns, verdict)
        return Block(self.device, source_ns, receive_ns, values, bytes(qualities), texts, raw=((topic, payload),)), verdict

    def _bad(self, columns: Sequence[_Column], topic: str, payload: bytes, receive_ns: int) -> tuple[Block, Verdict]:
        qualities = bytearray(self._absent)
        for column in columns:
            qualities[column.index] = Quality.COMM_FAILURE
        fault = Fault.BAD_PAYLOAD if ABSENT not in qualities else None
        block = Block(self.device, receive_ns, receive_ns, self._nan[:], bytes(qualities), fault=fault, raw=((topic, payload),))
        return block, Verdict.BAD_PAYLOAD


def _column(profile: Profile, index: int, point: Point, mqtt: Mqtt) -> _Column:
    where, wire = f"{profile.id}.{point.name}", point.wire
    if not isinstance(wire, TopicPath):
        raise ProfileError(f"{where}: has a Modbus address where a topic belongs")
    if not wire.topic:
        raise ProfileError(f"{where}: has no topic; only Sparkplug B carries points by their names alone")
    time_unit_ns = times.UNITS_NS.get(point.unit) if point.name in times.TIME_POINTS and not point.is_text else None
    takes_words = point.is_text or point.type is WireType.BOOL
    when = tuple((_path(where, path), values) for path, values in wire.when.items())
    try:
        topic, take = filled(wire.topic, mqtt), taker(point)
    except ProfileError as error:
        raise ProfileError(f"{profile.id}: {error}") from error
    path = _path(where, wire.path)
    key = path[0] if len(path) == 1 and isinstance(path[0], str) else None
    return _Column(index, point.name, topic, path, key, take, when, time_unit_ns, takes_words)


def _path(where: str, written: str) -> jsonpath.Path:
    path = jsonpath.parse(written)
    if path is None:
        raise ProfileError(f"{where}: '{written}' is not a path; write $ or $.name or $.list[0] or $.list[?@.key=='x'].value")
    return path


def _document(payload: bytes, columns: Sequence[_Column]) -> object:
    """The message as JSON; MISSING when it is none that these columns could read. Some firmware puts a NUL byte first."""
    if payload.startswith(b"\0"):
        payload = payload.lstrip(b"\0")
    try:
        document: object = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return _bare_words(payload, columns)
    readable = isinstance(document, dict | list) or not columns or any(column.path == () for column in columns)
    return document if readable else MISSING


def _bare_words(payload: bytes, columns: Sequence[_Column]) -> object:
    """Unquoted words, where a word is all that the topic carries (``Online``)."""
    if not columns or not payload or not all(column.takes_words and column.path == () for column in columns):
        return MISSING
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return MISSING
