"""What one device did over a stretch of time: truths noted row by row while it lives, read out column by column afterwards."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from model.profile import Point, Register
from model.quality import ABSENT, GOOD, Quality
from model.site import Device, Mqtt, PayloadFormat
from simulators.encode import Value
from simulators.machine import Machine, Truth
from simulators.nameplate import constants
from simulators.past_columns import Codes, ColumnReading, Floats, coil_column, json_column, judged, register_column
from simulators.past_words import Words, words_of
from simulators.payload import topics
from simulators.register_image import is_bits
from simulators.unit_table import SAME, Linear, conversion
from simulators.wire_unit import resolution, selected_unit, turn

_STROKING, _STROKES = "parking_barrier", (2.0, 3.0)
"""The arm's ``state`` while it goes up or down."""
_CLOCKS = ("time", "timestamp", "heartbeat")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A device's readings at a number of instants. ``values`` and ``qualities`` have a row per column of the profile, ``texts`` the words
    of text columns. A column the device never speaks of is ABSENT throughout; an instant at which nobody heard it is bad in all columns."""

    device: Device
    at_ns: NDArray[np.int64]
    values: Floats
    qualities: Codes
    texts: dict[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Number:
    column: int
    point: Point
    name: str
    read: ColumnReading
    constant: float


@dataclass(frozen=True, slots=True)
class _Text:
    column: int
    name: str
    words: Words
    constant: Value


@dataclass(slots=True)
class DeviceLog:
    """``note`` after each step; ``stretch`` reads out everything noted and begins anew."""

    device: Device
    machine: Machine
    is_seldom_seen: bool = False
    """Whether between two notes an arm can go up and down. In mid-stroke it is then noted as it stood before: it would seem to stand
    halfway until the next note."""
    _before: Truth | None = None
    _numbers: list[_Number] = field(default_factory=list)
    _texts: list[_Text] = field(default_factory=list)
    _moving: tuple[str, ...] = ()
    _spoken: tuple[str, ...] = ()
    _numbers_of: "Callable[[Truth], Sequence[Value]]" = field(init=False)
    _words_of: "Callable[[Truth], Sequence[Value]]" = field(init=False)
    _rows: "array[float]" = field(default_factory=lambda: array("d"))
    _words: list[Sequence[Value]] = field(default_factory=list)
    _lost: list[int] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        truth, plate = self.machine.truth(), constants(self.device, self.machine.units)
        spoken = _spoken(self.device, self.machine)
        for column, point in enumerate(self.device.points):
            if point.name not in spoken:
                continue
            if point.is_text:
                self._texts.append(_Text(column, point.name, words_of(point), plate[point.name]))
            else:
                self._numbers.append(
                    _Number(column, point, point.name, _column(point, self.device, self.machine), _number(plate[point.name]))
                )
        self._moving = tuple(number.name for number in self._numbers if number.name in truth)
        self._spoken = tuple(text.name for text in self._texts if text.name in truth)
        self._numbers_of, self._words_of = _taker(self._moving), _taker(self._spoken)

    def note(self, *, is_heard: bool = True) -> None:
        """The truth as it is now; ``is_heard`` False: the device is there, but nobody gets an answer from it."""
        truth = self._settled(self.machine.truth())
        if not is_heard:
            self._lost.append(self._count)
        self._count += 1
        try:
            self._rows.extend(self._numbers_of(truth))  # type: ignore[arg-type]
        except TypeError:  # a number told as a letter: rare enough to be sorted out one by one
            del self._rows[(self._count - 1) * len(self._moving) :]
            self._rows.extend(map(_number, self._numbers_of(truth)))
        if self._spoken:
            self._words.append(self._words_of(truth))

    def _settled(self, truth: Truth) -> Truth:
        """The truth, or in mid-stroke the one before the stroke, with the clocks of now."""
        if not self.is_seldom_seen or self.machine.device_class != _STROKING:
            return truth
        if truth["state"] in _STROKES and self._before is not None:
            return {**self._before, **{name: truth[name] for name in _CLOCKS}}
        self._before = truth
        return truth

    def stretch(self, at_ns: NDArray[np.int64]) -> Stretch:
        """Everything noted since the last time, which was at these instants."""
        shape = len(self.device.points), self._count
        values, qualities = np.full(shape, np.nan), np.full(shape, ABSENT, dtype=np.uint8)
        told = np.frombuffer(self._rows, dtype=np.float64).reshape(self._count, len(self._moving)).T if self._moving else np.empty((0, 0))
        truths = dict(zip(self._moving, told, strict=True))
        with np.errstate(invalid="ignore", over="ignore"):
            for number in self._numbers:
                shown = number.read(truths.get(number.name, np.full(self._count, number.constant)))
                values[number.column], qualities[number.column] = shown, judged(number.point, shown)
        texts = self._worded(qualities)
        values[:, self._lost], qualities[:, self._lost] = np.nan, Quality.COMM_FAILURE  # as a collector writes a failed exchange down
        self._rows, self._words, self._lost, self._count = array("d"), [], [], 0
        return Stretch(self.device, at_ns, values, qualities, texts)

    def _worded(self, qualities: Codes) -> dict[int, Sequence[str]]:
        said = {name: [row[place] for row in self._words] for place, name in enumerate(self._spoken)}
        texts: dict[int, Sequence[str]] = {}
        for text in self._texts:
            told = said.get(text.name)
            texts[text.column] = [text.words(text.constant)] * self._count if told is None else list(map(text.words, told))
            qualities[text.column] = GOOD
        return texts


def _spoken(device: Device, machine: Machine) -> frozenset[str]:
    """Names of the points that ever come over the wire: where each has a topic of its own, those whose topic is known."""
    if not isinstance(device.connection, Mqtt) or device.connection.format is not PayloadFormat.JSON:
        return frozenset(point.name for point in device.points)
    return frozenset(leaf.name for topic in topics(device, machine.units, machine.truth()) for leaf in topic.leaves)


def _column(point: Point, device: Device, machine: Machine) -> ColumnReading:
    known = {**constants(device, machine.units), **machine.truth()}
    if not isinstance(point.wire, Register):
        return json_column(point, turn(point, known, (), machine.units.get(point.name)))
    if is_bits(point.wire.table):
        return coil_column(point.wire.words)
    encoded = turn(point, known, device.points, machine.units.get(point.name))
    read = register_column(point, encoded, resolution(point, known, device.points))
    factor, shift = _to_profile_unit(point, selected_unit(point, known, device.points))
    return read if (factor, shift) == SAME else lambda truths: read(truths) * factor + shift


def _to_profile_unit(point: Point, selected: str) -> Linear:
    """From the unit in force on the wire to the one the profile promises; a point without a unit stays in the former."""
    return (conversion(selected, point.unit) or SAME) if point.unit and point.unit_select else SAME


def _number(value: Value) -> float:
    """A letter is told as its code."""
    if isinstance(value, str):
        return float(ord(value[0])) if value else 0.0
    return float(value)


def _taker(names: Sequence[str]) -> Callable[[Truth], Sequence[Value]]:
    """The values of these names as a sequence, whatever their number."""
    if len(names) == 1:
        (name,) = names
        return lambda truth: (truth[name],)
    return itemgetter(*names) if names else lambda truth: ()
