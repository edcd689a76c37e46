"""The edge's side of the live topic: blocks as they happen, while the core listens; the newest of every device, when it asks. Pure.

             asked
    muted ──────────► snapshot ──► flowing ──┐ frames, numbered
      ▲                                      │
      └── too many frames unseen, ◄──────────┘
          too many blocks waiting,
          connection lost

Nothing old ever waits here to be sent later: what could not be told at once is told as part of the newest state.
"""

from collections.abc import Callable, Iterable, Sequence

from guanjia.apart.frames import VERSION, Live
from guanjia.apart.rows import Series, Table, WireRow, row_of
from model.reading import Block

UNSEEN = 8
"""Frames on their way at once: 2 s at four a second. A core that is further behind, or away, is told the newest when it asks again."""
WAITING = 5_000
"""Blocks between two frames; beyond that the newest of each device says as much."""
FRAME_BYTES = 256 << 10
"""A frame is cut once it has grown so large, unpacked: brokers refuse messages of a megabyte and more."""

_Part = tuple[Table, list[WireRow]]


class LiveFeed:
    """``newest``: the newest block of every device that has said anything. ``run``: one word per start."""

    def __init__(self, run: str, names: Callable[[str], tuple[str, ...]], newest: Callable[[], Iterable[Block]]) -> None:
        self.run = run
        self.number = 0
        """Of the last frame sent, or of one that was not."""
        self._names = names
        self._newest = newest
        self._waiting: list[Block] = []
        self._seen = 0
        self._is_flowing = self._is_asked = False

    def accept(self, block: Block) -> None:
        """``model.reading.BlockSink``: a block that the core should hear of at once."""
        if self._is_flowing:
            self._waiting.append(block)
            if len(self._waiting) > WAITING:
                self.mute()

    def reply(self, run: str, seen: int, again: bool) -> None:
        """What the core says of the live topic."""
        if run == self.run:
            self._seen = max(self._seen, seen)
        if again:
            self._is_asked = True

    def mute(self) -> None:
        """Nobody listens, as far as can be told. Who does after all misses a number, by the next heartbeat at the latest, and asks."""
        self.number += self._is_flowing
        self._is_flowing = False
        self._waiting.clear()

    def frames(self) -> list[Live]:
        """What to send now."""
        if self._is_asked:
            self._is_asked, self._is_flowing = False, True
            self._waiting.clear()
            snapshot = self._numbered(_cut(self._names, self._newest()) or [(Table(), [])], anew=True)
            self._seen = self.number
            return snapshot
        if self.number - self._seen >= UNSEEN:
            self.mute()
        waiting, self._waiting = self._waiting, []
        return self._numbered(_cut(self._names, waiting), anew=False)

    def _numbered(self, parts: Sequence[_Part], anew: bool) -> list[Live]:
        first = self.number + 1
        self.number += len(parts)
        return [
            Live(VERSION, table.columns, table.devices, tuple(rows), self.run, first + place, anew and not place)
            for place, (table, rows) in enumerate(parts)
        ]


def _cut(names: Callable[[str], tuple[str, ...]], blocks: Iterable[Block]) -> list[_Part]:
    """Blocks in parts of bounded size, none of them empty."""
    parts: list[_Part] = []
    size = FRAME_BYTES
    for block in blocks:
        if size >= FRAME_BYTES:
            parts.append((Table(), []))
            size = 0
        table, rows = parts[-1]
        row = row_of(block, table.place(Series(block.device, names(block.device))))
        rows.append(row)
        size += len(row.qualities) + len(row.numbers) + len(row.raw or b"") + len(row.texts or b"")
    return parts
