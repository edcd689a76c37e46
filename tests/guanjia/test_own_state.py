"""The platform's own alarms, all the way from a real spool that nobody drains to the events of the engine."""

import asyncio
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from guanjia.config.configuration import RULE_LIBRARY
from guanjia.config.rule_file import load_rules
from guanjia.hub import Hub
from guanjia.live import LiveTable
from guanjia.own_state import LossWindow, OwnWatch
from model.alarm import AlarmEvent
from model.clock import HOUR, MINUTE, SECOND
from model.own_state import PLATFORM, PROFILE
from model.reading import Block
from model.site import Area
from model.text import Text
from rules.engine import Engine
from store.history.spool import SpoolBounds
from tests.rules.workshop import kinds
from tests.store.bench_site import T0, Bench, FixedClock, meter, site

RULES = tuple(load_rules([RULE_LIBRARY / "platform.yaml"])[0])
SITE = replace(site(), areas={"sub1": Area("sub1", Text("一号变电所", "Substation 1"))})
Usage = namedtuple("Usage", "total used free")  # the shape of shutil.disk_usage


class House:
    """A store whose drain never runs, and what watches it. Bounds so tight that a few hundred blocks fill the spool."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free_gb, self.events = 50.0, list[AlarmEvent]()
        monkeypatch.setattr("guanjia.own_state.shutil.disk_usage", lambda _: Usage(0, 0, self.free_gb * (1 << 30)))
        self.bench = Bench(folder, SITE, bounds=SpoolBounds(max_bytes=300_000))
        self.clock = self.bench.clock
        self.live = LiveTable(SITE)
        numbers = count(1)
        engine = Engine(SITE, RULES, lambda at_ns: f"A{next(numbers)}")
        hub = Hub(self.live, self.bench.spool, self.bench.spool, engine, self.events.extend, lambda device, link: None, self.clock)
        self.watch = OwnWatch(self, folder, hub.observe, self.clock, lambda: 0)
        self._observe = hub.observe

    # guanjia.own_state.Stored, as HistoryStore is it.

    def wait_s(self) -> float:
        return self.bench.drain.lag_s()

    def fill(self) -> float:
        return self.bench.spool.fill()

    def lost(self) -> int:
        return self.bench.spool.lost()

    def passes(self, for_ns: int) -> list[str]:
        """Look every ten seconds, as the platform does; the alarms that came."""
        self.events.clear()
        for _ in range(for_ns // (10 * SECOND)):
            self.clock.at_ns += 10 * SECOND
            self._observe(self.watch.look())
        return kinds(self.events)

    def reads(self, blocks: int) -> None:
        self.bench.take(*(meter(self.clock.at_ns + index, float(index)) for index in range(blocks)))

    def point(self, name: str) -> float | str | None:
        column = PROFILE.column(name)
        assert column is not None
        return self.live.last(PLATFORM, column).value


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    house = House(tmp_path, monkeypatch)
    yield house
    house.bench.close()


def test_a_history_that_takes_nothing_is_an_alarm_after_a_quarter_of_an_hour_and_gone_when_it_is_back(house: House) -> None:
    house.reads(10)
    assert house.passes(15 * MINUTE) == []
    assert house.passes(2 * MINUTE) == ["raised platform.spool_filling@platform"]
    assert house.point("history_wait") == 17 * 60.0
    house.bench.drain.drain()
    assert house.passes(2 * MINUTE) == ["returned platform.spool_filling@platform"]
    assert house.point("history_wait") == 0.0


def test_dropping_the_oldest_is_the_graver_alarm_and_the_other_is_folded_under_it(house: House) -> None:
    house.reads(4000)
    assert house.passes(3 * MINUTE) == ["raised platform.spool_filling@platform"]
    house.bench.spool.trim()
    assert house.lost() > 0
    assert house.passes(3 * MINUTE) == ["raised platform.spool_losing@platform", "suppressed platform.spool_filling@platform"]
    house.bench.drain.drain()
    house.bench.spool.trim()
    assert "returned platform.spool_losing@platform" in house.passes(HOUR + 2 * MINUTE)


def test_little_room_on_the_disk_is_an_alarm(house: House) -> None:
    house.free_gb = 1.5
    assert house.passes(2 * MINUTE) == ["raised platform.disk_low@platform"]
    house.free_gb = 40.0
    assert house.passes(6 * MINUTE) == ["returned platform.disk_low@platform"]


class Sick:
    """A store that can't be looked at the first two times."""

    tries = 0

    def wait_s(self) -> float:
        self.tries += 1
        if self.tries < 3:
            raise OSError("disk I/O error")
        return 7.0

    def fill(self) -> float:
        return 0.0

    def lost(self) -> int:
        return 0


async def test_a_store_that_can_not_be_looked_at_does_not_end_the_watch(tmp_path: Path) -> None:
    seen: asyncio.Queue[Block] = asyncio.Queue()
    watching = asyncio.create_task(OwnWatch(Sick(), tmp_path, seen.put_nowait, FixedClock(), lambda: 0).run())
    async with asyncio.timeout(60):
        assert (await seen.get()).values[0] == 7.0
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching


def test_losses_are_counted_over_the_last_hour_only() -> None:
    window = LossWindow()
    lost = [(0, 7), (10 * MINUTE, 7), (20 * MINUTE, 9), (79 * MINUTE, 9), (80 * MINUTE, 9), (90 * MINUTE, 9)]
    assert [window.within_hour(total, T0 + at_ns) for at_ns, total in lost] == [0, 0, 2, 2, 0, 0]
    assert window.within_hour(12, T0 + 3 * HOUR) == 3
