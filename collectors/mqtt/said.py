"""What a device's messages have said and what of it still stands. Pure.

A message need not speak of everything its topic carries; what it leaves out stands as an earlier one said it:

{"t": 20, "rh": 44} ──► {"t": 21}        standing: rh 44 of the first, t 21 of the second, each with its own time
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import nan

from model.quality import ABSENT
from model.reading import Block

TOPICS = 1_000
"""Topics of one device whose messages are kept; only one that hangs on a wildcard may have more."""

_SPOKEN = bytes(code != ABSENT for code in range(256))


class Said:
    """One device's. Of a topic the last message is kept, and those before it that still stand for a column."""

    def __init__(self) -> None:
        self._by_topic: dict[str, list[tuple[Block, int]]] = {}
        """Per topic the messages, oldest first, each with the columns it stands for: a number with one byte per column, 0 or 1."""
        self._spoilt: set[str] = set()

    def take(self, topic: str, block: Block) -> None:
        spoken = _spoken(block)
        older = self._by_topic.pop(topic, ())
        self._by_topic[topic] = [*((said, left) for said, columns in older if (left := columns & ~spoken)), (block, spoken)]
        if len(self._by_topic) > TOPICS:
            oldest = next(iter(self._by_topic))
            self._spoilt.discard(oldest)
            del self._by_topic[oldest]

    def spoil(self, topic: str) -> None:
        """What came there can't be read: nothing it said stands, until it can again."""
        if topic in self._by_topic:
            self._spoilt.add(topic)

    def knows(self, topic: str, block: Block) -> bool:
        """Whether this very message still stands."""
        return any(said.raw == block.raw for said, _ in self._by_topic.get(topic, ()))

    def mended(self, topic: str, newer: Block | None) -> Sequence[Block]:
        """What a spoilt topic said stands again, but for what a newer message says anew; nothing of one that is not spoilt."""
        if topic not in self._spoilt:
            return ()
        self._spoilt.discard(topic)
        return _standing(self._by_topic[topic], newer)

    def revived(self, newer: Block | None) -> Sequence[Block]:
        """Everything stands again, but for what a newer message says anew."""
        self._spoilt.clear()
        return [block for messages in self._by_topic.values() for block in _standing(messages, newer)]


def _standing(messages: Iterable[tuple[Block, int]], newer: Block | None) -> Sequence[Block]:
    anew = 0 if newer is None else _spoken(newer)
    return [_only(block, left) for block, columns in messages if (left := columns & ~anew)]


def _spoken(block: Block) -> int:
    return int.from_bytes(block.qualities.translate(_SPOKEN), "little")


def _only(block: Block, columns: int) -> Block:
    """The block as if it had spoken of these columns alone."""
    if columns == _spoken(block):
        return block
    values, qualities = array("d", block.values), bytearray(block.qualities)
    kept = columns.to_bytes(len(qualities), "little")
    for column, is_kept in enumerate(kept):
        if not is_kept:
            values[column], qualities[column] = nan, ABSENT
    texts = {column: words for column, words in block.texts.items() if kept[column]}
    return replace(block, values=values, qualities=bytes(qualities), texts=texts)
