"""Blocks as rows of the spool, and which of them are worth one. Used by the spool's thread alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from model.clock import SECOND
from model.reading import Block, Fault, Reach
from store.history.layout import Layout
from store.history.spool_file import NewRow, Use
from store.history.thinning import Thinning

HEARTBEAT_NS = 60 * SECOND
"""A device that goes on failing in the same way is written down once, and again after this time."""

USES = {Reach.EVERYWHERE: Use.HISTORY | Use.JUDGED, Reach.HISTORY: Use.HISTORY, Reach.LIVE: Use.JUDGED}
"""What the row of a block is for."""

Newest = Callable[[], set[tuple[int, int, bytes | None]]]
"""Layout, source time and raw bytes of what was written last."""


class Encoder:
    """``layouts``: device → where its blocks' columns belong. ``thinned`` counts what is no news, ``unknown`` what can't be kept."""

    def __init__(self, layouts: Mapping[str, Layout], thinning: Thinning | None) -> None:
        self._layouts = layouts
        self._thinning = thinning
        self._failing: dict[str, tuple[Fault, int]] = {}
        self.thinned = self.unknown = 0

    def rows(self, blocks: Sequence[Block], newest: Newest) -> list[NewRow | None]:
        """One per block; None for a block that needs none. ``newest`` is asked for only when the wire calls one of them a repetition."""
        if any(block.repeated for block in blocks):
            return list(self._first_time(blocks, newest()))
        return [self._row(block) for block in blocks]

    def _first_time(self, blocks: Sequence[Block], held: set[tuple[int, int, bytes | None]]) -> Iterator[NewRow | None]:
        """Without those that repeat the very same message with its source time."""
        for block in blocks:
            layout = self._layouts.get(block.device)
            if block.repeated and layout and (layout.id, block.source_ns, _raw(block)) in held:
                self.thinned += 1
                yield None
            else:
                row = self._row(block)
                if row is not None:
                    held.add((row[0], row[1], row[7]))
                yield row

    def _row(self, block: Block) -> NewRow | None:
        layout = self._layouts.get(block.device)
        if layout is None or not _fits(block, layout):
            self.unknown += 1
            return None
        qualities = self._news(block)
        if qualities is None:
            self.thinned += 1
            return None
        texts = msgspec.json.encode(_storable(block.texts)) if block.texts else None
        return layout.id, block.source_ns, block.receive_ns, qualities, memoryview(block.values), texts, block.fault, _raw(block)

    def _news(self, block: Block) -> bytes | None:
        """The block's qualities, ABSENT where a column is not worth storing; None when none is."""
        if self._is_known_failure(block):
            return None
        # What comes late tells of a time in which other things were stored, and what is only judged is not: whole, and it moves nothing.
        return block.qualities if self._thinning is None or block.reach is not Reach.EVERYWHERE else self._thinning.news(block)

    def _is_known_failure(self, block: Block) -> bool:
        """One more failure of the kind already on record."""
        if block.fault is None or block.reach is Reach.LIVE:
            self._failing.pop(block.device, None)
            return False
        known = self._failing.get(block.device)
        if known and known[0] is block.fault and abs(block.receive_ns - known[1]) < HEARTBEAT_NS:
            return True
        self._failing[block.device] = (block.fault, block.receive_ns)
        return False


def _fits(block: Block, layout: Layout) -> bool:
    """Whether the block can be stored: as many columns as its device has, and a time that 64 bits can hold."""
    return len(layout.columns) == len(block.values) == len(block.qualities) and 0 <= block.source_ns < 1 << 63


def _raw(block: Block) -> bytes | None:
    return msgspec.msgpack.encode(block.raw) if block.raw else None


def _storable(texts: Mapping[int, str]) -> dict[int, str]:
    """Words without what UTF-8 can't carry: a JSON payload may hold half of a surrogate pair."""
    return {column: words.encode("utf-8", "replace").decode() for column, words in texts.items()}
