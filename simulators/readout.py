"""What a device shows to whoever reads it: every column of its profile at once, without a wire between."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from math import nan

from model.profile import Point, Register
from model.quality import ABSENT, GOOD
from model.site import Device, Mqtt
from simulators.encode import Value, point_reading
from simulators.machine import Machine
from simulators.nameplate import constants
from simulators.payload import Leaf, topics
from simulators.register_image import is_bits
from simulators.unit_table import SAME, Linear, conversion
from simulators.wire_unit import resolution, selected_unit, turn

Show = Callable[[Value], float]
"""A truth → the value a reader finds, in the profile's unit; NaN: not available."""


@dataclass(frozen=True, slots=True)
class _Column:
    index: int
    name: str
    show: Show


class Readout:
    """One device's columns. Words, and what the device says nothing about, are ABSENT."""

    def __init__(self, device: Device, machine: Machine) -> None:
        self._machine = machine
        self._still = array("d", [nan]) * len(device.points)
        self._moving: list[_Column] = []
        truth, plate = machine.truth(), constants(device, machine.units)
        for column in _columns(device, machine):
            if column.name in truth:
                self._moving.append(column)
            else:
                self._still[column.index] = column.show(plate[column.name])

    def read(self) -> tuple["array[float]", bytes]:
        """Values and qualities as of the machine's last step."""
        truth = self._machine.truth()
        values = array("d", self._still)
        for column in self._moving:
            values[column.index] = column.show(truth[column.name])
        return values, bytes(GOOD if value == value else ABSENT for value in values)


def _columns(device: Device, machine: Machine) -> list[_Column]:
    points = {point.name: (index, point) for index, point in enumerate(device.points) if not point.is_text}
    if isinstance(device.connection, Mqtt):
        leaves = [leaf for topic in topics(device, machine.units, machine.truth()) for leaf in topic.leaves if leaf.name in points]
        return [_Column(points[leaf.name][0], leaf.name, _from_json(points[leaf.name][1], leaf)) for leaf in leaves]
    return [_Column(index, name, _from_register(point, device, machine)) for name, (index, point) in points.items()]


def _from_register(point: Point, device: Device, machine: Machine) -> Show:
    assert isinstance(point.wire, Register)
    if is_bits(point.wire.table):
        return _from_coils(point.wire)
    known = {**constants(device, machine.units), **machine.truth()}
    encoded = turn(point, known, device.points, machine.units.get(point.name))
    read = point_reading(point, encoded, resolution(point, known, device.points))
    factor, shift = _to_profile_unit(point, selected_unit(point, known, device.points))
    return read if (factor, shift) == SAME else lambda value: read(value) * factor + shift


def _to_profile_unit(point: Point, selected: str) -> Linear:
    """From the unit in force on the wire to the one the profile promises; a point without a unit stays in the former."""
    return (conversion(selected, point.unit) or SAME) if point.unit and point.unit_select else SAME


def _from_coils(wire: Register) -> Show:
    return lambda value: float(int(float(value)) & ((1 << wire.words) - 1)) if value == value else 0.0


def _from_json(point: Point, leaf: Leaf) -> Show:
    def show(value: Value) -> float:
        said = leaf.as_json(value)
        return nan if said is None or isinstance(said, str) else float(said) * point.scale + point.offset

    return show
