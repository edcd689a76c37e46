"""Blocks of one device gathered into columns and back."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from guanjia.recording.errors import Damaged
from guanjia.recording.layout import KNOWN_QUALITIES, Group
from model.quality import Quality
from model.reading import Block, Fault

_EARLIEST_NS, _LATEST_NS = 0, 1 << 62
_KNOWN = np.zeros(256, dtype=bool)
_KNOWN[list(KNOWN_QUALITIES)] = True


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks of one device, oldest first: a row per column of the device, a place per block. ``texts`` are by place and column."""

    source_ns: NDArray[np.int64]
    receive_ns: NDArray[np.int64]
    values: NDArray[np.float64]
    qualities: NDArray[np.uint8]
    texts: Mapping[tuple[int, int], str]
    faults: Mapping[int, Fault]

    def between(self, first: int, last: int) -> "Columns":
        """The blocks at places first ≤ place < last."""
        return Columns(
            self.source_ns[first:last],
            self.receive_ns[first:last],
            self.values[:, first:last],
            self.qualities[:, first:last],
            {(place - first, column): words for (place, column), words in self.texts.items() if first <= place < last},
            {place - first: fault for place, fault in self.faults.items() if first <= place < last},
        )


def unanswered(qualities: NDArray[np.uint8]) -> dict[int, Fault]:
    """The places of exchanges that brought nothing, told by every column of them being lost. Which fault it was, columns don't say."""
    lost = np.isin(qualities, (Quality.COMM_FAILURE, Quality.NOT_CONNECTED)).all(axis=0)
    return {int(place): Fault.TIMEOUT for place in np.flatnonzero(lost)}


def gathered(blocks: Sequence[Block]) -> Columns:
    """Blocks of one device."""
    width = len(blocks[0].values)
    return Columns(
        np.array([block.source_ns for block in blocks], dtype=np.int64),
        np.array([block.receive_ns for block in blocks], dtype=np.int64),
        np.frombuffer(b"".join(block.values.tobytes() for block in blocks), dtype=np.float64).reshape(-1, width).T,
        np.frombuffer(b"".join(block.qualities for block in blocks), dtype=np.uint8).reshape(-1, width).T,
        {(place, column): words for place, block in enumerate(blocks) for column, words in block.texts.items()},
        {place: block.fault for place, block in enumerate(blocks) if block.fault is not None},
    )


def blocks_of(device: str, columns: Columns) -> Iterator[Block]:
    values = np.ascontiguousarray(columns.values.T, dtype=np.float64)
    qualities = np.ascontiguousarray(columns.qualities.T)
    texts: dict[int, dict[int, str]] = {}
    for (place, column), words in columns.texts.items():
        texts.setdefault(place, {})[column] = words
    for place, (source_ns, receive_ns) in enumerate(zip(columns.source_ns.tolist(), columns.receive_ns.tolist(), strict=True)):
        numbers = array("d", values[place].tobytes())
        yield Block(device, source_ns, receive_ns, numbers, qualities[place].tobytes(), texts.get(place, {}), columns.faults.get(place))


def packed(device: int, columns: Columns, base_ns: int) -> Group:
    count = len(columns.source_ns)
    bytes_of = np.ascontiguousarray(columns.values, dtype="<f8").view(np.uint8).reshape(columns.values.size, 8)
    return Group(
        device,
        (columns.source_ns - base_ns).astype("<i8").tobytes(),
        (columns.receive_ns - base_ns).astype("<i8").tobytes(),
        bytes_of.T.tobytes() if count else b"",
        np.ascontiguousarray(columns.qualities).tobytes(),
        tuple((place, column, words) for (place, column), words in columns.texts.items()),
        tuple(columns.faults.items()),
    )


def unpacked(group: Group, width: int, base_ns: int) -> Columns:
    """Raises Damaged for what no writer writes."""
    count, left = divmod(len(group.source), 8)
    size = count * width
    if left or len(group.receive) != 8 * count or len(group.values) != 8 * size or len(group.qualities) != size:
        raise Damaged("columns of unequal length")
    if any(not (0 <= place < count and 0 <= column < width) for place, column, _ in group.texts):
        raise Damaged("words where no column is")
    if any(not 0 <= place < count for place, _ in group.faults):
        raise Damaged("a fault where no block is")
    qualities = np.frombuffer(group.qualities, dtype=np.uint8).reshape(width, count)
    if not _KNOWN[qualities].all():
        raise Damaged("a quality that does not exist")
    shuffled = np.frombuffer(group.values, dtype=np.uint8).reshape(8, size)
    values = np.ascontiguousarray(shuffled.T).view("<f8").reshape(width, count).astype(np.float64)
    texts = {(place, column): words for place, column, words in group.texts}
    return Columns(_instants(group.source, base_ns), _instants(group.receive, base_ns), values, qualities, texts, dict(group.faults))


def _instants(after: bytes, base_ns: int) -> NDArray[np.int64]:
    found = np.frombuffer(after, dtype="<i8").astype(np.int64)
    if not _EARLIEST_NS <= base_ns <= _LATEST_NS or (abs(found) > _LATEST_NS).any() or (found + base_ns < _EARLIEST_NS).any():
        raise Damaged("an instant out of all time")
    return found + base_ns
