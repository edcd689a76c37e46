"""The durable spool: takes blocks from the event loop in memory, commits them from its own thread, holds them until every sink has them."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import structlog

from model.clock import DAY, SECOND, Clock
from model.ports import PartHealth
from model.reading import Block
from store.history.encoding import USES, Encoder
from store.history.layout import Layout
from store.history.ledger import Ledger
from store.history.spool_file import NewRow, SpoolFile, Use
from store.history.thinning import Thinning

log = structlog.get_logger()

_IDLE_PAGES = 4096
_REPEATABLE = 20_000
"""So many of the newest blocks are looked through for one that the wire calls a repetition: more than a broker sends unacknowledged."""
_DROP_SHARE = 20
"""A bound that is hit takes one part in so many of what is held, so that it is not hit again at once."""


_Numbered = tuple[int, NewRow, Use]
"""(number in the order of ``accept``, row, what for)"""


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
    gather_s: float = 0.015
    """A commit that is hastened takes along what comes within this time; one that is rushed does not wait."""
    max_bytes: int = 4 << 30
    max_age_ns: int = 30 * DAY
    trim_every_ns: int = 30 * SECOND
    held_blocks: int = 1_000_000
    """Blocks kept for the alarm engine alone, should it not get on with its checkpoints because the journal is away: over an hour of 250
    blocks/s, some 250 MB, and within ``max_bytes``. After a crash they are judged again in about a minute."""


class Spool:
    """``accept`` is O(1) and never blocks. With the buffer full the newest block is refused: what was accepted stays whole, in order."""

    def __init__(
        self,
        path: Path,
        columns: Mapping[str, Sequence[str]],
        clock: Clock,
        bounds: SpoolBounds | None = None,
        thinning: Thinning | None = None,
    ) -> None:
        """``thinning``: leaves out what is no news; None keeps everything."""
        self.file = SpoolFile(path)
        self.layouts = self.file.register_layouts(columns)
        self._clock = clock
        self._bounds = bounds or SpoolBounds()
        self.encoder = Encoder(_current(self.layouts, columns), thinning)
        self._pending: deque[Block] = deque()
        self._unwritten: list[_Numbered] = []
        self._ledger = Ledger(self.file.span()[1])
        self._held_from: int | None = None
        self._taken = 0
        self._listeners: list[Callable[[int], None]] = []
        self._sinks: list[str] = []
        self._committing = threading.Lock()
        self._wake, self._rush = threading.Event(), threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
        self._droppable = 0
        self._trimmed_ns = clock.monotonic_ns()
        self._trouble = ""
        self._lost = self.file.lost()
        self.accepted = self.committed = 0
        self.written = self.refused = 0

    def accept(self, block: Block) -> None:
        waiting = len(self._pending) + 1
        if waiting > self._bounds.buffer_blocks:
            self.refused += 1
            return
        self._pending.append(block)
        self.accepted += 1
        if waiting == self._bounds.commit_blocks:
            self._wake.set()

    def on_commit(self, tell: Callable[[int], None]) -> None:
        """See ``model.reading.Commits``, which the spool is."""
        self._listeners.append(tell)

    @property
    def room(self) -> int:
        return self._bounds.buffer_blocks - len(self._pending)

    def hasten(self) -> None:
        if self._pending and not self._wake.is_set():
            self._wake.set()

    def rush(self) -> None:
        """See ``model.reading.Spooled``."""
        if self._pending and not self._rush.is_set():
            self._rush.set()
            self._wake.set()

    def position(self, number: int) -> int | None:
        """See ``model.reading.Spooled``."""
        return self._ledger.row(number)

    def hold(self, position: int) -> None:
        """Rows behind this position are needed by the alarm engine, should the process be killed: they stay, up to ``held_blocks``."""
        self._held_from = position

    def register(self, sink: str) -> None:
        """From now on the spool holds every block until this sink has passed it."""
        if sink not in self._sinks:
            self._sinks.append(sink)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Commit what is pending and end the thread. The file stays open for the sinks' last reads; ``close`` ends it."""
        self._stopping.set()
        self._rush.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self.flush()

    def close(self) -> None:
        self.file.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._wake.wait(self._bounds.commit_every_s) and len(self._pending) < self._bounds.commit_blocks:
                self._rush.wait(self._bounds.gather_s)
            self._wake.clear()
            self._rush.clear()
            self.flush()
            if self._clock.monotonic_ns() - self._trimmed_ns >= self._bounds.trim_every_ns:
                self.trim()

    def flush(self) -> None:
        """Commit everything accepted so far. A database that refuses keeps the rows waiting here; the next flush tries again."""
        with self._committing:
            # What was refused before goes first.
            if self._commit():
                self._encode_pending()
                self._commit()

    def _commit(self) -> bool:
        """Write what is encoded and tell of it; False when the database refuses."""
        if self._unwritten and not self._write(self._unwritten):
            return False
        self._unwritten = []
        self._tell_committed()
        return True

    def _write(self, rows: Sequence["_Numbered"]) -> bool:
        try:
            last = self.file.append([(row, use) for _, row, use in rows])
        except sqlite3.Error as error:
            self._fell_ill(f"cannot write {self.file.path.name}: {error}")
            return False
        self._recovered()
        self._ledger.note([number for number, _, _ in rows], last)
        self.written += len(rows)
        return True

    def _tell_committed(self) -> None:
        if self.committed != self._taken:
            self.committed = self._taken
            for tell in self._listeners:
                tell(self.committed)

    def _encode_pending(self) -> None:
        blocks = [self._pending.popleft() for _ in range(len(self._pending))]
        try:
            rows = self.encoder.rows(blocks, lambda: self.file.newest(_REPEATABLE))
        except sqlite3.Error as error:
            # The look at what was stored failed, before anything was encoded.
            self._pending.extendleft(reversed(blocks))
            self._fell_ill(f"cannot read {self.file.path.name}: {error}")
            return
        numbered = zip(range(self._taken + 1, self._taken + 1 + len(blocks)), blocks, rows, strict=True)
        self._unwritten = [(number, row, USES[block.reach]) for number, block, row in numbered if row is not None]
        self._taken += len(blocks)

    def trim(self) -> None:
        """Drop what every sink has passed, then whatever exceeds the bounds.

        What was passed is dropped one round later: a reader that joins a sink's history with the tail of the spool still finds the rows
        that changed sides while it was reading.
        """
        self._trimmed_ns = self._clock.monotonic_ns()
        try:
            if self._sinks:
                self.file.drop_through(self._droppable)
                self._droppable = min(self.passed(), self._not_held())
            self._enforce_bounds()
            self.file.give_back(_IDLE_PAGES)
        except sqlite3.Error as error:
            self._fell_ill(f"cannot trim {self.file.path.name}: {error}")

    def passed(self) -> int:
        """The newest id that every sink has taken."""
        return min((self.file.cursor(sink) for sink in self._sinks), default=0)

    def _not_held(self) -> int:
        """The newest id that the alarm engine does not need."""
        newest = self.file.span()[1]
        return newest if self._held_from is None else max(self._held_from, newest - self._bounds.held_blocks)

    def _enforce_bounds(self) -> None:
        horizon_ns = self._clock.now_ns() - self._bounds.max_age_ns
        while (oldest_ns := self.file.receive_ns(0)) is not None:
            if self.file.used_bytes() > self._bounds.max_bytes:
                self._drop_oldest(LossReason.SIZE)
            elif oldest_ns < horizon_ns:
                self._drop_oldest(LossReason.AGE, horizon_ns)
            else:
                return

    def _drop_oldest(self, reason: LossReason, before_ns: int | None = None) -> None:
        """One part of what is held; only what was received ``before_ns``, where that is given."""
        first, newest = self.file.span()
        last = min(first + (newest - first) // _DROP_SHARE, newest)
        if before_ns is not None:
            last = self.file.last_before(before_ns, last)
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

    def oldest_s(self) -> float:
        """Age of the oldest block held, in seconds; 0 when there is none."""
        oldest_ns = self.file.receive_ns(0)
        return 0.0 if oldest_ns is None else max(0.0, (self._clock.now_ns() - oldest_ns) / SECOND)

    def fill(self) -> float:
        """Share of its bounds in use, the nearer of bytes and age; above 1 until it is trimmed."""
        return max(self.file.used_bytes() / self._bounds.max_bytes, self.oldest_s() * SECOND / self._bounds.max_age_ns)

    def lost(self) -> int:
        """Blocks refused since the start or dropped before every sink had them, ever."""
        return self.refused + self._lost

    def counters(self) -> dict[str, float]:
        oldest, newest = self.file.span()
        return {
            "guanjia_spool_bytes": float(self.file.used_bytes()),
            "guanjia_spool_limit_bytes": float(self._bounds.max_bytes),
            "guanjia_spool_oldest_seconds": self.oldest_s(),
            "guanjia_spool_blocks": float(newest - oldest + 1),
            "guanjia_spool_buffered_blocks": float(len(self._pending)),
            "guanjia_spool_written_blocks_total": float(self.written),
            "guanjia_spool_refused_blocks_total": float(self.refused),
            "guanjia_spool_dropped_blocks_total": float(self._lost),
            "guanjia_spool_thinned_blocks_total": float(self.encoder.thinned),
            "guanjia_spool_unknown_blocks_total": float(self.encoder.unknown),
        }


def _current(layouts: Mapping[int, Layout], columns: Mapping[str, Sequence[str]]) -> dict[str, Layout]:
    """Device → the layout of its present columns."""
    present = {(device, tuple(names)) for device, names in columns.items()}
    return {layout.device: layout for layout in layouts.values() if (layout.device, layout.columns) in present}
