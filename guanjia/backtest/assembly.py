"""Stored readings, in whatever order they lie, as one device's blocks after the other. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from model.past import LOST, REFUSED, DevicePast, Readings
from model.quality import ABSENT, Quality
from model.site import Device

Times = NDArray[np.int64]
N = TypeVar("N", bound=np.generic)
_UNCOUNTED = 100_000
"""Lost readings of one device that wait to be counted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A device with the columns that are read of it. Their readings come under consecutive places, in this order."""

    device: Device
    columns: tuple[int, ...]

    @property
    def points(self) -> list[str]:
        return [self.device.point_id(column) for column in self.columns]


@dataclass(frozen=True, slots=True, eq=False)
class _Track:
    """Readings of one point in order of time."""

    at_ns: Times
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]


def assembled(asked: Sequence[Asked], pieces: Sequence[Readings], failures: Mapping[str, Times]) -> Iterator[DevicePast]:
    """Devices that said nothing are left out. ``failures``: when exchanges with a device brought nothing."""
    if not pieces:
        return
    tracks = _tracks(pieces, sum(len(one.columns) for one in asked))
    words = _words(pieces)
    place = 0
    for one in asked:
        own = tracks[place : place + len(one.columns)]
        told = {column: words.get(place + index, {}) for index, column in enumerate(one.columns) if one.device.points[column].is_text}
        place += len(one.columns)
        if any(len(track.at_ns) for track in own):
            yield _past(one, own, told, failures.get(one.device.id))


def _tracks(pieces: Sequence[Readings], points: int) -> list[_Track]:
    place, at_ns = _joined([piece.place for piece in pieces]), _joined([piece.source_ns for piece in pieces])
    value, quality = _joined([piece.value for piece in pieces]), _joined([piece.quality for piece in pieces])
    if not _is_in_order(place, at_ns):
        order = np.argsort(place.astype(np.uint16) if points <= 1 << 16 else place, kind="stable")
        if not _is_in_order(place[order], at_ns[order]):
            order = np.lexsort((at_ns, place))
        place, at_ns, value, quality = place[order], at_ns[order], value[order], quality[order]
    edges = np.searchsorted(place, np.arange(points + 1))
    return [_without_doubles(at_ns[first:end], value[first:end], quality[first:end]) for first, end in pairwise(edges)]


def _joined(parts: Sequence[NDArray[N]]) -> NDArray[N]:
    return np.concatenate(parts) if len(parts) != 1 else parts[0]


def _is_in_order(place: NDArray[np.int32], at_ns: Times) -> bool:
    step = np.diff(place)
    return bool((step >= 0).all()) and not bool(((step == 0) & (np.diff(at_ns) < 0)).any())


def _without_doubles(at_ns: Times, value: NDArray[np.float64], quality: NDArray[np.uint8]) -> _Track:
    """Of two readings of one instant the later one counts."""
    if len(at_ns) > 1 and not bool((np.diff(at_ns) > 0).all()):
        is_last = np.append(at_ns[1:] != at_ns[:-1], True)
        return _Track(at_ns[is_last], value[is_last], quality[is_last])
    return _Track(at_ns, value, quality)


def _words(pieces: Sequence[Readings]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for piece in pieces:
        for place, at_ns, words in piece.words:
            found.setdefault(place, {})[at_ns] = words
    return found


def _past(asked: Asked, tracks: Sequence[_Track], words: Mapping[int, Mapping[int, str]], failures: Times | None) -> DevicePast:
    axis = _axis([track.at_ns for track in tracks])
    spread = {column: _spread(track, axis) for column, track in zip(asked.columns, tracks, strict=True)}
    qualities = {column: quality for column, (_, quality) in spread.items()}
    texts = {}
    for column, said in words.items():
        texts[column] = np.array([said.get(at_ns, "") for at_ns in axis.tolist()], dtype=np.str_)
        has_words = np.array([at_ns in said for at_ns in axis.tolist()], dtype=np.bool_)
        bad = (qualities[column] >= Quality.UNCERTAIN) & (qualities[column] != ABSENT) & ~has_words
        qualities[column] = np.where(bad, np.uint8(Quality.BAD), qualities[column])
    failed = np.zeros(len(axis), dtype=np.bool_) if failures is None else np.isin(axis, failures)
    return DevicePast(asked.device.id, axis, {column: value for column, (value, _) in spread.items()}, qualities, texts, failed)


def _axis(times: Sequence[Times]) -> Times:
    """Every instant of any point; mostly they are all the same."""
    longest = max(times, key=len)
    others = [one for one in times if len(one) and not (len(one) == len(longest) and np.array_equal(one, longest))]
    return np.unique(np.concatenate((longest, *others))) if others else longest


def _spread(track: _Track, axis: Times) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """ABSENT where the point was not spoken of."""
    if len(track.at_ns) == len(axis):
        return track.value, track.quality
    value, quality = np.full(len(axis), np.nan), np.full(len(axis), ABSENT, dtype=np.uint8)
    place = np.searchsorted(axis, track.at_ns)
    value[place], quality[place] = track.value, track.quality
    return value, quality


class Failures:
    """When exchanges with one device brought nothing: all its points were lost at once, or refused in the same way.

    A device may have been dead for the whole stretch: of what comes, piece by piece, an instant and its count are kept, not every reading.
    """

    def __init__(self, device: Device) -> None:
        self._points = len(device.points)
        self._counted = {kind: _Counted() for kind in (LOST, *((code,) for code in REFUSED if self._points > 1))}

    def add(self, at_ns: Times, quality: NDArray[np.uint8]) -> None:
        for kind, counted in self._counted.items():
            counted.add(at_ns[np.isin(quality, kind)])

    def count(self) -> None:
        """Let go of what was added but for its counts."""
        for counted in self._counted.values():
            counted.count()

    def times(self) -> Times:
        """Those that come as often as there are points. In practice one that comes twice from the store makes up for no missing one."""
        self.count()
        return np.unique(np.concatenate([counted.at_ns[counted.times >= self._points] for counted in self._counted.values()]))


class _Counted:
    """Instants, and how often each has come."""

    def __init__(self) -> None:
        self.at_ns: Times = np.empty(0, dtype=np.int64)
        self.times = np.empty(0, dtype=np.int32)
        self._waiting: list[Times] = []
        self._rows = 0

    def add(self, at_ns: Times) -> None:
        self._waiting.append(at_ns)
        self._rows += len(at_ns)
        if self._rows > max(_UNCOUNTED, len(self.at_ns)):
            self.count()

    def count(self) -> None:
        if not self._rows:
            return
        self.at_ns, place = np.unique(np.concatenate((self.at_ns, *self._waiting)), return_inverse=True)
        self.times = np.bincount(place, np.append(self.times, np.ones(self._rows))).astype(np.int32)
        self._waiting, self._rows = [], 0
