"""A device behind a Sparkplug edge node, or the node itself: each of its points is a metric, of its own name or the one the profile gives,
in the profile's unit; unscaled where the profile was written for metrics."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from model.profile import Point, Register, TopicPath, WireType
from model.site import Device, Mqtt
from simulators.encode import Value
from simulators.machine import Machine
from simulators.nameplate import constants
from simulators.network_fault import NetworkFault
from simulators.sparkplug_payload import REBIRTH, DataType, Metric, Number
from simulators.wire_unit import turn

_THE_NODE_S_OWN = ("bdSeq", REBIRTH)
_MEASURES_EVERY_S = 5.0
"""Moving quantities are news at most this often."""
_TYPES = {
    WireType.BOOL: DataType.BOOLEAN,
    WireType.U16: DataType.UINT16,
    WireType.I16: DataType.INT16,
    WireType.U32: DataType.UINT32,
    WireType.I32: DataType.INT32,
    WireType.U64: DataType.UINT64,
    WireType.I64: DataType.INT64,
    WireType.F32: DataType.FLOAT,
    WireType.F64: DataType.DOUBLE,
    WireType.STRING: DataType.STRING,
}
_BITS = {1: DataType.UINT16, 2: DataType.UINT32}
_FLOATS = (DataType.FLOAT, DataType.DOUBLE)


class _Source(NamedTuple):
    """Where a metric's value comes from. ``is_measured``: it moves all the time, against a state whose every change is news."""

    point: str
    metric: str
    alias: int
    datatype: DataType
    constant: Value
    show: Callable[[Value], Number]
    is_measured: bool


@dataclass(slots=True)
class EdgeDevice:
    """``first_alias``: aliases are the edge node's, so that no two of its devices share one."""

    device: Device
    machine: Machine
    first_alias: int
    fault: NetworkFault = NetworkFault.OK
    amount: float = 0.0
    published: int = 0
    is_born: bool = False
    _sources: tuple[_Source, ...] = ()
    _said: dict[str, Number] = field(default_factory=dict)
    _measures_at_s: float = -math.inf

    def __post_init__(self) -> None:
        known = {**constants(self.device, self.machine.units), **self.machine.truth()}
        self._sources = tuple(
            _source(point, self.first_alias + place, known, self.device, self.machine)
            for place, point in enumerate(self.device.points)
            if not (self.is_node and metric_name(point, self.device) in _THE_NODE_S_OWN)
        )

    @property
    def is_node(self) -> bool:
        """Whether it is the edge node itself: its topic names no device."""
        return isinstance(self.device.connection, Mqtt) and self.device.connection.topic.count("/") == 2

    @property
    def aliases(self) -> int:
        return len(self.device.points)

    def born(self, now_s: float) -> list[Metric]:
        """All metrics, with names and aliases."""
        shown = self._shown()
        self._said, self._measures_at_s, self.is_born = shown, now_s, True
        at_ms = self.clock_ms(now_s)
        return [Metric(s.datatype, shown[s.point], at_ms, s.metric, s.alias) for s in self._sources]

    def news(self, now_s: float) -> list[Metric]:
        """What has changed since it was said, by alias."""
        if self.fault is NetworkFault.SILENT:
            return []
        shown, measures_too = self._shown(), now_s - self._measures_at_s >= _MEASURES_EVERY_S
        changed = [s for s in self._sources if shown[s.point] != self._said[s.point] and (measures_too or not s.is_measured)]
        if measures_too:
            self._measures_at_s = now_s
        self._said |= {s.point: shown[s.point] for s in changed}
        at_ms = self.clock_ms(now_s)
        return [Metric(s.datatype, shown[s.point], at_ms, alias=s.alias) for s in changed]

    def clock_ms(self, now_s: float) -> int:
        """Its own clock, which may be wrong."""
        return round(1000 * (now_s + (self.amount if self.fault is NetworkFault.CLOCK_ERROR else 0.0)))

    def _shown(self) -> dict[str, Number]:
        truth = self.machine.truth()
        return {s.point: s.show(truth.get(s.point, s.constant)) for s in self._sources}


def _source(point: Point, alias: int, known: dict[str, Value], device: Device, machine: Machine) -> _Source:
    factor, shift = turn(replace(point, unit_select=None), known, device.points, machine.units.get(point.name))
    datatype = _datatype(point)
    measured = bool(point.unit) and datatype not in (DataType.BOOLEAN, DataType.STRING)
    constant = known[point.name] if point.name not in machine.truth() else 0.0
    return _Source(point.name, metric_name(point, device), alias, datatype, constant, _show(point, datatype, factor, shift), measured)


def metric_name(point: Point, device: Device) -> str:
    """Its own, unless the profile names another; that may have places filled by the site."""
    assert isinstance(device.connection, Mqtt)
    return point.metric.format_map({"topic": device.connection.topic, **device.connection.values}) if point.metric else point.name


def _is_raw(point: Point) -> bool:
    """Whether the profile scales what the metric says: it was written for metrics, not for registers or JSON."""
    return isinstance(point.wire, TopicPath) and not point.wire.topic


def _datatype(point: Point) -> DataType:
    """A scaled number is no longer whole; a bit field is as wide as its registers."""
    if point.type is WireType.BITS:
        words = point.wire.words if isinstance(point.wire, Register) else 2
        return _BITS.get(words, DataType.UINT64)
    datatype = _TYPES[point.type]
    scaled = (point.scale, point.offset) != (1.0, 0.0) and not _is_raw(point)
    return DataType.DOUBLE if scaled and datatype not in (*_FLOATS, DataType.BOOLEAN, DataType.STRING) else datatype


def _show(point: Point, datatype: DataType, factor: float, shift: float) -> Callable[[Value], Number]:
    """A truth → the metric, as coarse as the device's own registers are."""
    counted, is_raw = point.type not in (WireType.F32, WireType.F64), _is_raw(point)

    def show(value: Value) -> Number:
        if isinstance(value, str):
            return value if datatype is DataType.STRING else None
        if datatype is DataType.STRING:
            return f"{value:g}"
        if not math.isfinite(value):
            return None
        if datatype is DataType.BOOLEAN:
            return value != 0
        engineering = value * factor + shift
        raw = (engineering - point.offset) / point.scale
        if counted:
            raw = round(raw)
        if is_raw or (counted and datatype not in _FLOATS):
            return raw
        return raw * point.scale + point.offset if counted else engineering

    return show
