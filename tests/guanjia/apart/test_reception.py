"""The core's side of the kept stream, case by case and against any loss, doubling, disorder and restart of either side."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from guanjia.apart.frames import packed
from guanjia.apart.keeper import Keeper
from guanjia.apart.reception import Reception, Verdict
from guanjia.apart.window import PATIENCE_NS, Window
from model.ports import HistoryUnavailable
from store.history.spool_file import NewRow, Origin
from tests.guanjia.apart.support import kept

KNOWN: Origin = ("e1", "spool-1")


@pytest.mark.parametrize(
    ("origin", "floor", "after", "last", "verdict", "position", "skipped"),
    [
        pytest.param(KNOWN, 10, 20, 25, Verdict.NEW, 20, 0, id="the next one"),
        pytest.param(KNOWN, 10, 15, 25, Verdict.NEW, 20, 0, id="half of it known"),
        pytest.param(KNOWN, 10, 10, 20, Verdict.KNOWN, 20, 0, id="said again"),
        pytest.param(KNOWN, 10, 25, 30, Verdict.EARLY, 20, 0, id="one before it is missing"),
        pytest.param(KNOWN, 40, 40, 50, Verdict.NEW, 40, 20, id="acknowledged by a core whose disk was younger"),
        pytest.param(("e1", "spool-2"), 0, 0, 5, Verdict.NEW, 0, 0, id="a new spool"),
        pytest.param(("e1", "spool-2"), 0, 5, 9, Verdict.EARLY, 0, 0, id="a new spool, its first frame lost"),
        pytest.param(("e2", "spool-1"), 70, 70, 75, Verdict.NEW, 70, 0, id="an edge that a former core has served"),
    ],
)
def test_what_a_frame_is_judged_to_be(
    origin: Origin, floor: int, after: int, last: int, verdict: Verdict, position: int, skipped: int
) -> None:
    judged = Reception({KNOWN: 20}).judge(origin, floor, after, last)
    assert (judged.verdict, judged.position, judged.skipped) == (verdict, position, skipped)


class MemoryDisk:
    """``guanjia.apart.keeper.Disk``: what is committed survives a restart."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.origins: dict[Origin, int] = {}
        self.is_full = False

    def positions(self) -> Mapping[Origin, int]:
        return dict(self.origins)

    def layout(self, device: str, columns: tuple[str, ...]) -> int:
        return 1

    def take(self, rows: Sequence[NewRow], origin: Origin, position: int) -> None:
        if self.is_full:
            raise HistoryUnavailable("the disk is full")
        self.rows += [row[1] for row in rows]
        self.origins[origin] = position


class Link(RuleBasedStateMachine):
    """An edge's spool, a wire that loses, doubles and reorders, and a core; either side may die at any moment.

    Block number n carries n: whatever happens, the core's disk holds 1, 2, 3 … without a gap, and at last all of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.written = self.cursor = 0
        self.window: Window | None = None
        self.bounds: list[tuple[int, int]] = []
        self.wire: list[bytes] = []
        self.replies: list[int] = []
        self.disk = MemoryDisk()
        self.keeper = Keeper(self.disk)
        self.now_ns = 0

    @rule(blocks=st.integers(1, 20))
    def gather(self, blocks: int) -> None:
        self.written += blocks

    @precondition(lambda self: self.window is None and self.written > self.cursor)
    @rule(batch=st.integers(1, 20), size=st.integers(1, 4))
    def begin_a_batch(self, batch: int, size: int) -> None:
        end = min(self.written, self.cursor + batch)
        self.bounds = [(start, min(start + size, end)) for start in range(self.cursor, end, size)]
        self.window = Window("spool-1", self.cursor, [last for _, last in self.bounds])
        self.send(0)

    @precondition(lambda self: self.window is not None)
    @rule(waited=st.just(PATIENCE_NS))
    def send(self, waited: int) -> None:
        assert self.window is not None
        self.now_ns += waited
        for place in self.window.due(self.now_ns):
            after, last = self.bounds[place]
            self.wire.append(packed(kept(range(after + 1, last + 1), self.cursor)))

    @precondition(lambda self: self.wire)
    @rule(places=st.lists(st.integers(0, 5), min_size=1, max_size=6), is_doubled=st.booleans())
    def deliver(self, places: list[int], is_doubled: bool) -> None:
        for place in places[: len(self.wire)]:
            payload = self.wire[place % len(self.wire)]
            if not is_doubled:
                self.wire.remove(payload)
            try:
                epoch = self.keeper.keep("e1", payload)
            except HistoryUnavailable:
                continue
            self.replies.append(self.keeper.position("e1", epoch))

    @precondition(lambda self: self.replies)
    @rule(place=st.integers(0, 5), is_lost=st.booleans())
    def hear(self, place: int, is_lost: bool) -> None:
        position = self.replies.pop(place % len(self.replies))
        if self.window is None or is_lost:
            return
        self.window.reply("spool-1", position, self.written, self.now_ns)
        if self.window.is_done:
            self.cursor, self.window = self.window.acknowledged, None

    @precondition(lambda self: self.wire)
    @rule(place=st.integers(0, 5))
    def lose_a_frame(self, place: int) -> None:
        del self.wire[place % len(self.wire)]

    @rule(is_full=st.booleans())
    def fill_or_free_the_disk(self, is_full: bool) -> None:
        self.disk.is_full = is_full

    @rule()
    def kill_the_core(self) -> None:
        self.keeper = Keeper(self.disk)

    @precondition(lambda self: self.window is not None)
    @rule()
    def kill_the_edge(self) -> None:
        self.window = None

    @invariant()
    def nothing_is_doubled_missing_or_out_of_order(self) -> None:
        assert self.disk.rows == list(range(1, len(self.disk.rows) + 1))
        assert self.cursor <= len(self.disk.rows) <= self.written

    def teardown(self) -> None:
        """Once everything works again, everything arrives."""
        self.disk.is_full = False
        self.wire.clear()
        for _ in range(4 * self.written + 4):
            if self.window is None and self.cursor == self.written:
                break
            if self.window is None:
                self.begin_a_batch(10, 4)
            self.send(PATIENCE_NS)
            while self.wire:
                self.deliver([0], False)
            while self.replies:
                self.hear(0, False)
        assert Counter(self.disk.rows) == Counter(range(1, self.written + 1))


TestLink = Link.TestCase
TestLink.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)
