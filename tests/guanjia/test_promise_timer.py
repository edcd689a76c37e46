"""The promises of open tickets run out in time, once, whoever lets time pass; through the lane, told after the commit."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from guanjia.journal_lane import JournalLane
from guanjia.journal_record import Told
from guanjia.promise_timer import TICK_NS, PromiseTimer
from model.clock import MINUTE
from model.ports import NoticeFilter
from store.journal import SqlJournal
from tests.journal.builders import raised
from tests.tickets.house import DAY_NS, journal_in
from tests.tickets.test_escalation import DESK


class _Clock:
    """Time that passes only by being slept; it stops the test's patience at ``end_ns``."""

    def __init__(self, end_ns: int) -> None:
        self.now = DAY_NS
        self.end_ns = end_ns

    def now_ns(self) -> int:
        return self.now

    def monotonic_ns(self) -> int:
        return self.now

    async def sleep_until(self, monotonic_ns: int) -> None:
        if monotonic_ns > self.end_ns:
            raise asyncio.CancelledError
        self.now = monotonic_ns
        await asyncio.sleep(0)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    opened = journal_in(tmp_path)
    event = raised("o1", rule="lift.entrapment", device="b02.lift1", at_ns=DAY_NS)
    with opened.write() as tx:
        tx.record(event)
        DESK.on_alarm(tx, event, DAY_NS)
    yield opened
    opened.close()


async def _lived(journal: SqlJournal, minutes: int) -> list[tuple[str, int]]:
    """Who was told, and how many seconds after the start, while a platform lived so long."""
    told: list[tuple[str, int]] = []

    def tell(one: Told) -> None:
        told.extend((notice.recipient, (notice.created_at_ns - DAY_NS) // 1_000_000_000) for notice in one.notices)

    clock = _Clock(DAY_NS + minutes * MINUTE)
    lane = JournalLane(journal, lambda tx, event: None, tell, clock)
    running = asyncio.create_task(lane.run())
    with pytest.raises(asyncio.CancelledError):
        await PromiseTimer(DESK, lane, journal).run(clock)
    lane.stop()
    await running
    return told


async def test_each_step_is_told_within_a_second_of_its_time(journal: SqlJournal) -> None:
    assert TICK_NS == 1_000_000_000
    assert await _lived(journal, 15) == [("sun", 181), ("he", 481), ("wu", 781)]


async def test_the_next_start_tells_what_was_broken_meanwhile_and_nothing_twice(journal: SqlJournal) -> None:
    assert await _lived(journal, 4) == [("sun", 181)]
    late = _Clock(DAY_NS + 10 * MINUTE + TICK_NS)
    late.now = DAY_NS + 10 * MINUTE
    lane = JournalLane(journal, lambda tx, event: None, lambda told: None, late)
    running = asyncio.create_task(lane.run())
    timer = PromiseTimer(DESK, lane, journal)
    assert timer.next_due_ns == DAY_NS + 3 * MINUTE + 1, "after a start every open ticket is looked at"
    await timer.lapse(late.now)
    assert timer.next_due_ns == DAY_NS + 13 * MINUTE + 1
    lane.stop()
    await running
    late_ones = [n.recipient for n in journal.notices(NoticeFilter()) if n.kind.value == "arrive_late"]
    assert sorted(late_ones) == ["he", "sun"]


async def test_one_tickets_mistake_does_not_silence_the_others(journal: SqlJournal) -> None:
    class Broken:
        async def work(self, work: object) -> None:
            raise ValueError("a mistake of ours")

    timer = PromiseTimer(DESK, Broken(), journal)  # type: ignore[arg-type]
    await timer.lapse(DAY_NS + 5 * MINUTE)
    assert timer.next_due_ns == DAY_NS + 8 * MINUTE + 1, "whoever is told next of the same ticket is told"
