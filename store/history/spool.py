"""The durable spool: takes blocks from the event loop in memory, commits them from its own thread, holds them until every sink has them."""

import sqlite3
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec
import structlog

from model.clock import DAY, SECOND, Clock
from model.ports import PartHealth
from model.reading import Block, Fault
from store.history.layout import Layout
from store.history.spool_file import NewRow, SpoolFile

log = structlog.get_logger()

HEARTBEAT_NS = 60 * SECOND
"""A device that goes on failing in the same way is written down once, and again after this time."""
_IDLE_PAGES = 4096
_DROP_SHARE = 20
"""A bound that is hit takes one part in so many of what is held, so that it is not hit again at once."""


class LossReason(StrEnum):
    """Why blocks left the spool before every sink had them."""

    SIZE = "size"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class SpoolBounds:
    """``buffer_blocks`` in memory (80 s of 250 blocks/s while the disk stalls), the rest on disk."""

    buffer_blocks: int = 20_000
    commit_blocks: int = 1_000
    commit_every_s: float = 0.25
    max_bytes: int = 4 << 30
    max_age_ns: int = 30 * DAY
    trim_every_ns: int = 30 * SECOND


class Spool:
    """``accept`` is O(1) and never blocks. With the buffer full the newest block is refused: what was accepted stays whole, in order."""

    def __init__(self, path: Path, columns: Mapping[str, Sequence[str]], clock: Clock, bounds: SpoolBounds | None = None) -> None:
        self.file = SpoolFile(path)
        self.layouts = self.file.register_layouts(columns)
        self._clock = clock
        self._bounds = bounds or SpoolBounds()
        self._current = _current(self.layouts, columns)
        self._pending: deque[Block] = deque()
        self._unwritten: list[NewRow] = []
        self._failing: dict[str, tuple[Fault, int]] = {}
        self._sinks: list[str] = []
        self._committing = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
        self._droppable = 0
        self._trimmed_ns = clock.monotonic_ns()
        self._trouble = ""
        self._lost = self.file.lost()
        self.written = self.refused = self.thinned = self.unknown = 0

    def accept(self, block: Block) -> None:
        waiting = len(self._pending) + 1
        if waiting > self._bounds.buffer_blocks:
            self.refused += 1
            return
        self._pending.append(block)
        if waiting == self._bounds.commit_blocks:
            self._wake.set()

    def register(self, sink: str) -> None:
        """From now on the spool holds every block until this sink has passed it."""
        if sink not in self._sinks:
            self._sinks.append(sink)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Commit what is pending and end the thread. The file stays open for the sinks' last reads; ``close`` ends it."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self.flush()

    def close(self) -> None:
        self.file.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(self._bounds.commit_every_s)
            self._wake.clear()
            self.flush()
            if self._clock.monotonic_ns() - self._trimmed_ns >= self._bounds.trim_every_ns:
                self.trim()

    def flush(self) -> None:
        """Commit everything accepted so far. A database that refuses keeps the rows waiting here; the next flush tries again."""
        with self._committing:
            if not self._unwritten:
                self._unwritten = self._encode_pending()
            if not self._unwritten:
                return
            try:
                self.file.append(self._unwritten)
            except sqlite3.Error as error:
                self._fell_ill(f"cannot write {self.file.path.name}: {error}")
                return
            self._recovered()
            self.written += len(self._unwritten)
            self._unwritten = []

    def _encode_pending(self) -> list[NewRow]:
        rows = []
        for _ in range(len(self._pending)):
            row = self._encode(self._pending.popleft())
            if row is not None:
                rows.append(row)
        return rows

    def _encode(self, block: Block) -> NewRow | None:
        layout = self._current.get(block.device)
        if layout is None or not _fits(block, layout):
            self.unknown += 1
            return None
        if not self._is_news(block):
            self.thinned += 1
            return None
        texts = msgspec.json.encode(_storable(block.texts)) if block.texts else None
        raw = msgspec.msgpack.encode(block.raw) if block.raw else None
        return layout.id, block.source_ns, block.receive_ns, block.qualities, memoryview(block.values), texts, block.fault, raw

    def _is_news(self, block: Block) -> bool:
        """False for one more failure of the kind already on record."""
        if block.fault is None:
            self._failing.pop(block.device, None)
            return True
        known = self._failing.get(block.device)
        if known and known[0] is block.fault and block.receive_ns - known[1] < HEARTBEAT_NS:
            return False
        self._failing[block.device] = (block.fault, block.receive_ns)
        return True

    def trim(self) -> None:
        """Drop what every sink has passed, then whatever exceeds the bounds.

        What was passed is dropped one round later: a reader that joins a sink's history with the tail of the spool still finds the rows
        that changed sides while it was reading.
        """
        self._trimmed_ns = self._clock.monotonic_ns()
        try:
            if self._sinks:
                self.file.drop_through(self._droppable)
                self._droppable = self.passed()
            self._enforce_bounds()
            self.file.give_back(_IDLE_PAGES)
        except sqlite3.Error as error:
            self._fell_ill(f"cannot trim {self.file.path.name}: {error}")

    def passed(self) -> int:
        """The newest id that every sink has taken."""
        return min((self.file.cursor(sink) for sink in self._sinks), default=0)

    def _enforce_bounds(self) -> None:
        horizon_ns = self._clock.now_ns() - self._bounds.max_age_ns
        while (oldest_ns := self.file.receive_ns(0)) is not None:
            if self.file.used_bytes() > self._bounds.max_bytes:
                self._drop_oldest(LossReason.SIZE)
            elif oldest_ns < horizon_ns:
                self._drop_oldest(LossReason.AGE)
            else:
                return

    def _drop_oldest(self, reason: LossReason) -> None:
        first, newest = self.file.span()
        last = min(first + (newest - first) // _DROP_SHARE, newest)
        unread_from = max(first, self.passed() + 1)
        self.file.drop_through(last)
        lost = max(0, last - unread_from + 1)
        if lost:
            self.file.record_loss(self._clock.now_ns(), unread_from, last, lost, reason)
            self._lost += lost
            log.error("spool_dropped_unread_blocks", blocks=lost, reason=reason.value)

    def _fell_ill(self, trouble: str) -> None:
        if not self._trouble:
            log.error("spool_failing", reason=trouble)
        self._trouble = trouble

    def _recovered(self) -> None:
        if self._trouble:
            log.info("spool_recovered")
        self._trouble = ""

    def health(self) -> PartHealth:
        waiting = len(self._pending) + len(self._unwritten)
        if self._trouble:
            return PartHealth("spool", False, f"{self._trouble}; {waiting} blocks wait in memory")
        if self._thread.ident and not self._thread.is_alive() and not self._stopping.is_set():
            return PartHealth("spool", False, f"its thread has ended; {waiting} blocks wait in memory")
        if waiting >= self._bounds.buffer_blocks:
            return PartHealth("spool", False, f"the buffer of {waiting} blocks is full; new ones are refused")
        return PartHealth("spool", True, f"{self._lost} blocks were dropped unread" if self._lost else "")

    def counters(self) -> dict[str, float]:
        oldest, newest = self.file.span()
        return {
            "guanjia_spool_bytes": float(self.file.used_bytes()),
            "guanjia_spool_blocks": float(newest - oldest + 1),
            "guanjia_spool_buffered_blocks": float(len(self._pending)),
            "guanjia_spool_written_blocks_total": float(self.written),
            "guanjia_spool_refused_blocks_total": float(self.refused),
            "guanjia_spool_dropped_blocks_total": float(self._lost),
            "guanjia_spool_thinned_blocks_total": float(self.thinned),
            "guanjia_spool_unknown_blocks_total": float(self.unknown),
        }


def _fits(block: Block, layout: Layout) -> bool:
    """Whether the block can be stored: as many columns as its device has, and a time that 64 bits can hold."""
    return len(layout.columns) == len(block.values) == len(block.qualities) and 0 <= block.source_ns < 1 << 63


def _storable(texts: Mapping[int, str]) -> dict[int, str]:
    """Words without what UTF-8 can't carry: a JSON payload may hold half of a surrogate pair."""
    return {column: words.encode("utf-8", "replace").decode() for column, words in texts.items()}


def _current(layouts: Mapping[int, Layout], columns: Mapping[str, Sequence[str]]) -> dict[str, Layout]:
    """Device → the layout of its present columns."""
    present = {(device, tuple(names)) for device, names in columns.items()}
    return {layout.device: layout for layout in layouts.values() if (layout.device, layout.columns) in present}
