"""Random pasts: blocks of all qualities, gaps, words, failures; as an engine hears them, and as columns."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from guanjia.backtest.assembly import Asked
from model.clock import SECOND
from model.past import LOST, REFUSED, DevicePast, Readings
from model.quality import Quality
from model.reading import Block, Fault, failed_block
from model.site import Device, Site

T0 = 1_768_400_000 * SECOND
END = T0 + 260 * SECOND
"""Some time after the last block of a random past."""
_GRID = (0.0, 1.0, 1.9, 2.0, 2.1, 3.0, 7.0, -1.0, float(1 << 53))
_CODES = (Quality.GOOD,) * 6 + (Quality.LAST_USABLE, Quality.OUT_OF_RANGE, Quality.SENSOR_FAILURE, Quality.ABSENT, Quality.ABSENT)
_WORDS = ("A", "E", "", "idle state")


@st.composite
def pasts(draw: st.DrawFn, devices: Sequence[Device], most: int = 40) -> list[Block]:
    """In order of time, no two blocks at the same instant."""
    times = sorted(draw(st.sets(st.integers(0, 400), min_size=1, max_size=most)))
    return [_block(draw, draw(st.sampled_from(devices)), T0 + half * SECOND // 2) for half in times]


def _block(draw: st.DrawFn, device: Device, at_ns: int) -> Block:
    if draw(st.integers(0, 9)) == 0:
        return failed_block(device.id, len(device.points), at_ns, Fault.TIMEOUT)
    values, qualities, texts = array("d"), bytearray(), {}
    for column, point in enumerate(device.points):
        quality = draw(st.sampled_from(_CODES))
        usable = quality >= Quality.UNCERTAIN and quality != Quality.ABSENT
        if point.is_text and usable:
            texts[column] = draw(st.sampled_from(_WORDS))
        values.append(draw(st.sampled_from(_GRID)) if usable and not point.is_text else float("nan"))
        qualities.append(quality)
    if all(quality == Quality.ABSENT for quality in qualities):
        qualities[0] = Quality.SENSOR_FAILURE
    return Block(device.id, at_ns, at_ns, values, bytes(qualities), texts)


def columns(blocks: Sequence[Block], devices: Sequence[Device], start_ns: int, end_ns: int) -> list[DevicePast]:
    """What the devices said in a stretch."""
    said: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        if start_ns <= block.source_ns < end_ns:
            said[block.device].append(block)
    return [_past(device, said[device.id]) for device in devices if said[device.id]]


def _past(device: Device, blocks: Sequence[Block]) -> DevicePast:
    texts = [column for column, point in enumerate(device.points) if point.is_text]
    names: Any = range(len(device.points))
    return DevicePast(
        device.id,
        np.array([block.source_ns for block in blocks], dtype=np.int64),
        {column: np.array([block.values[column] for block in blocks]) for column in names},
        {column: np.array([block.qualities[column] for block in blocks], dtype=np.uint8) for column in names},
        {column: np.array([block.texts.get(column, "") for block in blocks], dtype=np.str_) for column in texts},
        np.array([block.fault is not None for block in blocks]),
    )


def readings_of(blocks: Sequence[Block], asked: Sequence[Asked]) -> Readings:
    """As a store gives them, of the points asked for."""
    places = {(one.device.id, column): place for place, (one, column) in enumerate((one, c) for one in asked for c in one.columns)}
    rows, words = [], []
    for block in blocks:
        for column, quality in enumerate(block.qualities):
            place = places.get((block.device, column))
            if place is None or quality == Quality.ABSENT:
                continue
            rows.append((place, block.source_ns, block.values[column], quality))
            if column in block.texts:
                words.append((place, block.source_ns, block.texts[column]))
    return Readings(
        np.array([row[0] for row in rows], dtype=np.int32),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
        np.array([row[3] for row in rows], dtype=np.uint8),
        words,
    )


class Remembered:
    """A ``ColumnHistory`` of blocks in memory. ``wait``: called before each answer."""

    def __init__(self, site: Site, blocks: Sequence[Block], wait: Callable[[], object] = lambda: None) -> None:
        self._site, self._blocks, self._wait = site, blocks, wait

    def readings(self, points: Sequence[str], start_ns: int, end_ns: int, *, lost_only: bool = False) -> Iterator[Readings]:
        self._wait()
        found = [self._site.point(point) for point in points]
        asked = [Asked(device, (column,)) for device, column in filter(None, found)]
        piece = readings_of([block for block in self._blocks if start_ns <= block.source_ns < end_ns], asked)
        if lost_only:
            bad = np.isin(piece.quality, (*LOST, *REFUSED))
            piece = Readings(piece.place[bad], piece.source_ns[bad], piece.value[bad], piece.quality[bad])
        yield piece
