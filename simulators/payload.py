"""The JSON a device publishes: points of one topic gathered into one document, the way the profile's paths say."""

import base64
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from model.profile import Point, TopicPath, WireType
from model.site import Device, Mqtt, PayloadFormat
from simulators.device_clock import CLOCKS
from simulators.encode import Value
from simulators.machine import Truth
from simulators.nameplate import constants
from simulators.packed_field import Part, part
from simulators.wire_unit import turn

_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d+)\]")
_HAPPENINGS = frozenset({"message_id", "plate_event_time", "io_input_source", "type_flag", "cmd_reply_code"})
"""A topic with one of these tells of something that happened: said once, never repeated."""

Json = float | int | bool | str | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One point within a document."""

    name: str
    path: tuple[str | int, ...]
    constant: Value
    as_json: Callable[[Value], Json]
    is_clock: bool
    part: Part | None
    """Set where the number lies among the bytes of a field."""
    is_measured: bool
    """A quantity that moves all the time, against a state whose every change is news."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of one device with all the points that ride in its payload."""

    name: str
    leaves: tuple[Leaf, ...]
    tells_happenings: bool

    def states(self, truth: Truth) -> tuple[Json, ...]:
        return tuple(
            leaf.as_json(truth.get(leaf.name, leaf.constant)) for leaf in self.leaves if not leaf.is_measured and not leaf.is_clock
        )

    def measures(self, truth: Truth) -> tuple[Json, ...]:
        return tuple(leaf.as_json(truth.get(leaf.name, leaf.constant)) for leaf in self.leaves if leaf.is_measured)

    def payload(self, truth: Truth, now_s: float) -> bytes:
        """The whole document; an object without a time of its own is stamped with ``timestamp`` in whole seconds."""
        document: Any = None
        fields: dict[tuple[str | int, ...], bytearray] = {}
        for leaf in self.leaves:
            said = leaf.as_json(truth.get(leaf.name, now_s if leaf.is_clock else leaf.constant))
            if leaf.part is not None:
                field = fields.setdefault(leaf.path, bytearray())
                leaf.part.put(field, math.nan if said is None else float(said))
                said = leaf.part.digits(bytes(field))
            document = _set(document, leaf.path, said)
        if isinstance(document, dict) and not CLOCKS & document.keys():
            document["timestamp"] = int(now_s)
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def topics(device: Device, units: Mapping[str, str], truth: Truth) -> tuple[Topic, ...]:
    """Every exact topic of the device; none of one that speaks no JSON. Points whose profile only knows a wildcard topic are left out:
    nobody knows where they would go."""
    assert isinstance(device.connection, Mqtt)
    if device.connection.format is not PayloadFormat.JSON:
        return ()
    places = {"topic": device.connection.topic, **device.connection.values}
    plate = constants(device, units)
    gathered: dict[str, list[Leaf]] = {}
    for point in device.profile.points:
        if isinstance(point.wire, TopicPath) and not set(point.wire.topic) & {"#", "+"}:
            gathered.setdefault(point.wire.topic.format_map(places), []).append(_leaf(point, point.wire, plate, truth, units))
    return tuple(Topic(name, _spoken(leaves), any(leaf.name in _HAPPENINGS for leaf in leaves)) for name, leaves in gathered.items())


def _spoken(leaves: list[Leaf]) -> tuple[Leaf, ...]:
    """Without those that show the bytes of a field as a whole, where others say what is in it."""
    packed = {leaf.path for leaf in leaves if leaf.part is not None}
    return tuple(leaf for leaf in leaves if leaf.part is not None or leaf.path not in packed)


def _leaf(point: Point, wire: TopicPath, plate: Mapping[str, Value], truth: Truth, units: Mapping[str, str]) -> Leaf:
    factor, shift = turn(point, {**plate, **truth}, (), units.get(point.name))
    gain, bias = factor / point.scale, (shift - point.offset) / point.scale
    is_clock = point.name in CLOCKS
    measured = bool(point.unit) and point.type not in (WireType.BOOL, WireType.STRING)
    return Leaf(point.name, _path(wire.path), plate[point.name], _json_of(point, gain, bias), is_clock, part(point, wire), measured)


def _json_of(point: Point, gain: float, bias: float) -> Callable[[Value], Json]:
    def as_json(value: Value) -> Json:
        if isinstance(value, str):
            return base64.b64encode(value.encode()).decode() if "base64" in (point.encoding or "") else value
        if math.isnan(value):
            return None
        if point.type is WireType.BOOL:
            return (value != 0) is not bool(point.active_low)
        if point.encoding == "rfc3339":
            return datetime.fromtimestamp(value, UTC).isoformat()
        raw = value * gain + bias
        if point.type is WireType.STRING:
            return f"{value:g}"
        return round(raw, 3) if point.type in (WireType.F32, WireType.F64) else round(raw)

    return as_json


def _path(path: str) -> tuple[str | int, ...]:
    """``$.a.b[0]`` → ("a", "b", 0); the root alone is the empty path."""
    return tuple(name if name else int(index) for name, index in _STEP.findall(path.removeprefix("$")))


def _set(document: Any, path: tuple[str | int, ...], value: Json) -> Any:
    """The document with the value put at the path; objects and arrays grow as needed."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        document = {} if document is None else document
        document[step] = _set(document.get(step), rest, value)
        return document
    document = [] if document is None else document
    document += [None] * (step + 1 - len(document))
    document[step] = _set(document[step], rest, value)
    return document
