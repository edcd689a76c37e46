"""An alarm enters the journal after the block it was made of is on disk, and with it how far the blocks have been judged."""

import asyncio
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from guanjia import journal_lane, write_ahead
from guanjia.journal_lane import TOGETHER, JournalLane
from guanjia.journal_record import TicketChange, Told
from guanjia.write_ahead import WriteAhead
from model.alarm import AlarmEvent, AlarmEventKind
from model.ports import JournalWrite, Judged
from model.quality import GOOD
from model.reading import Block, Spooled
from store.history import ledger
from store.history.ledger import Ledger
from store.history.spool import Spool
from store.journal.journal import SqlJournal, open_journal
from tests.journal.builders import raised
from tests.store.bench_site import T0, FixedClock

COLUMNS = {"b01.pump1": ("running",)}


def _no_tickets(tx: JournalWrite, event: AlarmEvent) -> Sequence[TicketChange]:
    return ()


class House:
    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock()
        self.spool = Spool(folder / "spool.sqlite", COLUMNS, self.clock)
        self.journal: SqlJournal = open_journal("sqlite", folder, {})
        self.now_ns = T0
        self.ahead = WriteAhead(self.spool, "w", lambda: self.now_ns)
        self.told: list[str] = []
        self.lane = JournalLane(self.journal, _no_tickets, self._tell, self.clock, self.ahead)

    def _tell(self, told: Told) -> None:
        if told.event is not None and told.event.occurrence is not None:
            self.told.append(told.event.occurrence.id)

    def hear(self, number: int) -> None:
        """A block, and the alarm that it makes."""
        self.now_ns = T0 + number
        self.spool.accept(Block("b01.pump1", T0 + number, T0 + number, array("d", [1.0]), bytes([GOOD])))
        self.lane.put([raised(f"A-260114-{number:03}", rule=f"r{number}", at_ns=T0 + number)])

    async def finish(self) -> None:
        self.lane.stop()
        await self.lane.run()
        self.spool.stop()

    def close(self) -> None:
        self.spool.close()
        self.journal.close()


async def test_an_alarm_waits_for_its_block_and_says_how_far_the_journal_reaches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_ahead, "PATIENCE_S", 60.0)
    house = House(tmp_path)
    running = asyncio.create_task(house.lane.run())
    house.hear(1)
    await asyncio.sleep(0.02)
    assert (house.told, house.journal.judged("w")) == ([], None)
    house.spool.start()
    async with asyncio.timeout(60):
        while not house.told:  # noqa: ASYNC110 -- told on this loop, by no event of its own
            await asyncio.sleep(0.005)
    judged = house.journal.judged("w")
    assert judged is not None
    assert (judged.position, judged.at_ns) == (1, T0 + 1)
    house.lane.stop()
    await running
    house.spool.stop()
    house.close()


async def test_a_spool_that_does_not_write_holds_nobody_up_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_ahead, "PATIENCE_S", 0.02)
    house = House(tmp_path)
    house.hear(1)
    await house.finish()
    assert (house.told, house.ahead.overtaken, house.journal.judged("w")) == (["A-260114-001"], 1, None)
    house.close()


async def test_only_the_first_of_many_waits_for_a_spool_that_does_not_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_ahead, "PATIENCE_S", 0.5)
    monkeypatch.setattr(journal_lane, "TOGETHER", 1)
    house = House(tmp_path)
    async with asyncio.timeout(15):  # 31 times the patience are more
        for number in range(1, 31):
            house.hear(number)
        running = asyncio.create_task(house.lane.run())
        await house.lane.commit([])
        house.hear(31)
        await house.lane.commit([])
    assert len(house.told) == 31
    assert house.journal.judged("w") is None
    monkeypatch.setattr(write_ahead, "PATIENCE_S", 60.0)
    house.spool.flush()
    house.hear(32)
    await asyncio.sleep(0.01)
    assert len(house.told) == 31, "it writes again: what comes now waits for it"
    house.spool.flush()
    house.lane.stop()
    await running
    judged = house.journal.judged("w")
    assert judged is not None
    assert (judged.position, judged.at_ns) == (32, T0 + 32)
    house.spool.stop()
    house.close()


async def test_an_act_says_nothing_of_time_that_has_not_been_let_pass(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.now_ns = T0 + 5
    house.lane.put([raised("A-260114-001", at_ns=T0 + 90)])
    await house.finish()
    assert house.journal.judged("w") == Judged("w", 0, T0 + 5)
    house.close()


async def test_what_waits_together_shares_transactions_and_keeps_its_order(tmp_path: Path) -> None:
    house = House(tmp_path)
    for number in range(1, 2 * TOGETHER + 1):
        house.hear(number)
    acknowledged = asyncio.create_task(house.lane.commit([raised("A-260114-900", rule="last")]))
    worked = asyncio.create_task(house.lane.work(lambda tx: tx.occurrence("A-260114-900") is not None))
    await asyncio.sleep(0)
    house.spool.flush()
    await house.finish()
    assert house.told == [*(f"A-260114-{number:03}" for number in range(1, 2 * TOGETHER + 1)), "A-260114-900"]
    await acknowledged
    assert await worked, "desk work comes after what was put before it"
    assert house.lane.transactions == 4
    judged = house.journal.judged("w")
    assert judged is not None
    assert judged.position == 2 * TOGETHER
    house.close()


async def test_one_event_that_is_refused_takes_none_of_its_transaction_along(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.lane.put([raised("A-260114-001", rule="same")])
    house.lane.put([raised("A-260114-002", rule="same")])
    house.lane.put([raised("A-260114-003", rule="other")])
    await house.finish()
    assert house.told == ["A-260114-001", "A-260114-003"]
    events = [event.kind for id in house.told for event in house.journal.alarm_events(id)]
    assert events == [AlarmEventKind.RAISED] * 2
    assert house.journal.judged("w") is not None
    house.close()


def test_each_block_knows_its_row_though_some_need_none(tmp_path: Path) -> None:
    house = House(tmp_path)
    for number, device in enumerate(("b01.pump1", "unknown", "b01.pump1", "unknown"), 1):
        house.spool.accept(Block(device, T0 + number, T0 + number, array("d", [1.0]), bytes([GOOD])))
    house.spool.flush()
    assert [cast(Spooled, house.spool).position(number) for number in range(5)] == [0, 1, 1, 2, 2]
    house.close()


def test_a_ledger_knows_rows_for_as_long_as_none_is_missing_and_says_so_when_it_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "KEPT", 3)
    known = Ledger(7)
    for first in range(1, 1_001, 100):
        known.note(range(first, first + 100), 7 + first + 99)
    assert [known.row(number) for number in (0, 1, 555, 1_000, 2_000)] == [7, 8, 562, 1_007, 1_007]
    for number in range(2_000, 2_020, 2):  # every other block has left no row
        known.note([number], 1_008 + (number - 2_000) // 2)
    assert [known.row(number) for number in (555, 2_018, 2_019)] == [None, 1_017, 1_017]
