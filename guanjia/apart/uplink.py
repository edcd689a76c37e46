"""The edge's spool on its way to the core: a sink of the drain, which moves its cursor once the core has a batch on its disk.

drain's thread                                     loop
deliver(rows) ─ frames ─► publish                  reply(epoch, position) ─┐
      └─ waits ◄───────────────────────────────────────────────────────────┘
"""

import threading
from collections.abc import Callable, Mapping, Sequence

from guanjia.apart.frames import VERSION, Kept, Reply, packed
from guanjia.apart.rows import Series, Table, WireRow, little
from guanjia.apart.window import Progress, Window
from model.clock import SECOND, Clock
from store.history.errors import Unreachable
from store.history.layout import Layout
from store.history.spool import Spool
from store.history.spool_file import Row

FRAME_ROWS = 500
FRAME_BYTES = 256 << 10
"""Unpacked; half of it on the wire. A single row may be longer."""
CORE_SILENT_NS = 10 * SECOND
"""A core that has not said a word for so long is away: it answers every heartbeat."""
ROUNDS = 3
"""How often a batch is sent without a word of progress before the drain is told that it does not get through."""
_NAP_S = 1.0
"""The longest the drain's thread waits without looking whether it should end."""

Publish = Callable[[bytes], None]


class Uplink:
    """``store.history.drain.Sink``. One batch under way at a time; the core's word comes in on another thread."""

    name = "core"

    def __init__(self, spool: Spool, clock: Clock) -> None:
        self._spool, self._clock = spool, clock
        self._word = threading.Condition()
        self._publish: Publish | None = None
        self._window: Window | None = None
        self._acknowledged = spool.file.cursor(self.name)
        self._core_heard_ns: int | None = None
        self._is_closing = False
        self.trouble = ""
        """What only a person can put right; empty otherwise."""
        self.frames = self.frames_again = 0

    # ── the loop's side ──

    def up(self, publish: Publish) -> None:
        with self._word:
            self._publish = publish
            self._word.notify()

    def down(self) -> None:
        with self._word:
            self._publish = self._core_heard_ns = None
            if self._window is not None:
                self._window.broken()
            self._word.notify()

    def reply(self, said: Reply) -> None:
        """The core is there, and this is how far it has got."""
        with self._word:
            now_ns = self._core_heard_ns = self._clock.monotonic_ns()
            if self._window is not None:
                newest = self._spool.file.span()[1]
                if self._window.reply(said.epoch, said.kept, newest, now_ns) is Progress.AHEAD:
                    self.trouble = (
                        f"the core has block {said.kept} of this spool, which ends at {newest}: was {self._spool.file.path.name} "
                        "restored from a copy? Move it away and start again"
                    )
            self._word.notify()

    def close(self) -> None:
        """Let ``deliver`` end without its batch."""
        with self._word:
            self._is_closing = True
            self._word.notify()

    @property
    def core_is_there(self) -> bool:
        heard_ns = self._core_heard_ns
        return heard_ns is not None and self._clock.monotonic_ns() - heard_ns < CORE_SILENT_NS

    # ── the drain's thread ──

    def deliver(self, rows: Sequence[Row]) -> None:
        """Returns once the core has them all. Raises Unreachable when it is away, or does not get on."""
        self._ready()
        epoch, rest = self._spool.file.identity, [row for row in rows if row.id > self._acknowledged]
        frames = kept_frames(rest, self._spool.layouts, epoch, self._acknowledged)
        window, payloads = Window(epoch, self._acknowledged, [frame.last for frame in frames]), [packed(frame) for frame in frames]
        with self._word:
            self._window = window
            try:
                self._carry(window, payloads)
            finally:
                self._acknowledged = window.acknowledged
                self._window = None

    def _carry(self, window: Window, payloads: Sequence[bytes]) -> None:
        fruitless, reached = 0, window.acknowledged
        while not window.is_done:
            publish = self._ready()
            due = window.due(self._clock.monotonic_ns())
            if due and window.acknowledged == reached:
                fruitless += 1
                if fruitless > ROUNDS:
                    raise Unreachable("the core does not acknowledge what is sent")
            elif window.acknowledged != reached:
                fruitless, reached = 0, window.acknowledged
            for place in due:
                publish(payloads[place])
            self.frames += len(due)
            self.frames_again += len(due) if fruitless > 1 else 0
            self._word.wait(min(_NAP_S, window.wait_ns(self._clock.monotonic_ns()) / SECOND))

    def _ready(self) -> Publish:
        if self._is_closing:
            raise Unreachable("this edge is stopping")
        if self.trouble:
            raise Unreachable(self.trouble)
        if self._publish is None:
            raise Unreachable("no connection to the broker")
        if not self.core_is_there:
            raise Unreachable("the core is not heard")
        return self._publish


def kept_frames(rows: Sequence[Row], layouts: Mapping[int, Layout], epoch: str, floor: int) -> list[Kept]:
    """Rows behind ``floor`` in frames of bounded size, in order."""
    frames: list[Kept] = []
    table, carried, size, after = Table(), list[WireRow](), 0, floor

    def close() -> None:
        frames.append(Kept(VERSION, table.columns, table.devices, tuple(carried), epoch, floor, after))

    for row in rows:
        layout = layouts[row.layout]
        place = table.place(Series(layout.device, layout.columns))
        carried.append(
            WireRow(row.id, place, row.source_ns, row.receive_ns, row.qualities, little(row.numbers), row.texts, row.fault, row.raw)
        )
        size += len(row.numbers) + len(row.raw or b"") + len(row.texts or b"")
        if len(carried) == FRAME_ROWS or size >= FRAME_BYTES:
            close()
            table, carried, size, after = Table(), [], 0, row.id
    if carried:
        close()
    return frames
