"""The lane to the journal: in order, nothing dropped, told only after the commit."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

import pytest

from guanjia.journal_lane import JournalLane
from guanjia.journal_record import TicketChange, Told
from model.alarm import AlarmEvent, AlarmEventKind, Standing
from model.clock import SECOND
from model.people import PLATFORM
from model.ports import Journal, JournalUnavailable, JournalWrite

FAR_AWAY = 1_000_000_000


class _Clock:
    """Time that passes only by being slept."""

    def __init__(self) -> None:
        self.now = 0

    def now_ns(self) -> int:
        return self.now

    def monotonic_ns(self) -> int:
        return self.now

    async def sleep_until(self, monotonic_ns: int) -> None:
        self.now = max(self.now, monotonic_ns)
        await asyncio.sleep(0)


class _Journal:
    """Keeps what was committed; refuses as it is told to."""

    def __init__(self, away: int = 0, bad: str = "", away_at: int = -1) -> None:
        """``away_at``: of the rules kept, refuses once when there are so many."""
        self.away, self.bad, self.away_at = away, bad, away_at
        self.kept: list[str] = []
        self.asked_twice = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    @contextmanager
    def write(self) -> Iterator["_Journal"]:
        if self.away:
            self.away -= 1
            if self.away == FAR_AWAY - 2:
                self._loop.call_soon_threadsafe(self.asked_twice.set)
            raise JournalUnavailable("disk full")
        before = list(self.kept)
        if len(before) == self.away_at:
            self.away_at = -1
            raise JournalUnavailable("disk full")
        try:
            yield self
        except Exception:
            self.kept = before
            raise

    def record(self, event: AlarmEvent) -> None:
        if event.standing.rule == self.bad:
            raise ValueError("a mistake of ours")
        self.kept.append(event.standing.rule)


def _event(rule: str) -> AlarmEvent:
    return AlarmEvent(AlarmEventKind.RAISED, 1, Standing(rule, "d"), None, PLATFORM)


def _no_tickets(tx: JournalWrite, event: AlarmEvent) -> Sequence[TicketChange]:
    return ()


async def _run(journal: _Journal, batches: list[list[str]], chokes_on: str = "") -> list[str]:
    """Rule names in the order they were told."""
    told: list[str] = []

    def tell(one: Told) -> None:
        assert one.event is not None
        assert one.event.standing.rule in journal.kept, "nobody is told before it is on disk"
        told.append(one.event.standing.rule)
        assert one.event.standing.rule != chokes_on

    lane = JournalLane(cast(Journal, journal), _no_tickets, tell, _Clock())
    for batch in batches:
        lane.put([_event(rule) for rule in batch])
    lane.stop()
    await lane.run()
    return told


async def test_batches_are_kept_and_told_in_order() -> None:
    journal = _Journal()
    assert await _run(journal, [["a", "b"], ["c"]]) == ["a", "b", "c"]
    assert journal.kept == ["a", "b", "c"]


async def test_while_the_disk_refuses_the_lane_waits_and_drops_nothing() -> None:
    journal = _Journal(away=6)
    assert await _run(journal, [["a"], ["b"]]) == ["a", "b"]


async def test_a_journal_that_is_away_keeps_nobody_from_stopping_the_platform() -> None:
    lane = JournalLane(cast(Journal, _Journal(away=FAR_AWAY)), _no_tickets, lambda told: None, clock := _Clock())
    lane.put([_event("a")])
    waiting = asyncio.create_task(lane.commit([_event("b")]))
    running = asyncio.create_task(lane.run())
    await asyncio.sleep(0)
    lane.stop()
    await running
    with pytest.raises(JournalUnavailable):
        await waiting
    assert clock.now < 60 * SECOND


async def test_one_refused_event_does_not_take_its_neighbours_along() -> None:
    journal = _Journal(bad="b")
    assert await _run(journal, [["a", "b", "c"], ["d"]]) == ["a", "c", "d"]
    assert journal.kept == ["a", "c", "d"]


async def test_an_alarm_is_kept_and_told_without_a_ticket_where_the_desk_chokes_on_it() -> None:
    def chokes(tx: JournalWrite, event: AlarmEvent) -> None:
        if event.standing.rule == "b":
            raise KeyError("no such area")

    journal, told = _Journal(), list[Told]()
    lane = JournalLane(cast(Journal, journal), chokes, told.append, _Clock())
    lane.put([_event(rule) for rule in "abc"])
    lane.stop()
    await lane.run()
    assert journal.kept == [one.event.standing.rule for one in told if one.event] == ["a", "b", "c"]


async def test_what_is_kept_of_a_batch_is_told_though_the_disk_refuses_in_the_middle_of_it() -> None:
    assert await _run(_Journal(bad="b", away_at=1), [["a", "b", "c"]]) == ["a", "c"]


async def test_a_telling_that_fails_stops_neither_the_others_nor_the_lane() -> None:
    journal = _Journal()
    assert await _run(journal, [["a", "b"], ["c"]], chokes_on="a") == ["a", "b", "c"]
    assert journal.kept == ["a", "b", "c"]


async def test_health_names_the_refusal_while_it_lasts() -> None:
    journal = _Journal(away=FAR_AWAY)
    lane = JournalLane(cast(Journal, journal), _no_tickets, lambda told: None, _Clock())
    lane.put([_event("a")])
    running = asyncio.create_task(lane.run())
    await journal.asked_twice.wait()
    assert "disk full" in lane.health().reason
    journal.away = 0
    lane.stop()
    await running
    assert lane.health().ok
    assert journal.kept == ["a"]


async def test_desk_work_that_is_refused_comes_back_to_whoever_asked() -> None:
    lane = JournalLane(cast(Journal, _Journal()), _no_tickets, lambda told: None, _Clock())
    running = asyncio.create_task(lane.run())

    def refused(tx: JournalWrite) -> None:
        raise KeyError("no such ticket")

    with pytest.raises(KeyError, match="no such ticket"):
        await lane.work(refused)
    assert await lane.work(lambda tx: 7) == 7
    lane.stop()
    await running
