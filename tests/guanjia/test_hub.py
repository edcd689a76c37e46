"""Where each kind of block goes on its way through the hub."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from guanjia.clock_steps import ClockStep
from guanjia.hub import Hub
from guanjia.live import LiveTable
from model.alarm import AlarmEvent
from model.clock import HOUR
from model.own_state import PLATFORM, PROFILE, OwnState, own_block
from model.quality import GOOD
from model.reading import Block, Reach
from model.site import Area, Site
from model.text import Text
from tests.collectors.support import HandClock
from tests.rules import workshop as w
from tests.store.bench_site import T0, FixedClock, block, site

SITE: Site = replace(site(), areas={"sub1": Area("sub1", Text("一号变电所", "Substation 1"))})
READING = block(T0, [230.0, 5.0, 100.0, 0.0])


class Part:
    """Store, stream or engine: notes what comes by."""

    next_due_ns: int | None = None

    def __init__(self) -> None:
        self.taken: list[str] = []

    def accept(self, block: Block) -> None:
        self.taken.append(block.device)

    def observe(self, block: Block, now_ns: int | None = None) -> Sequence[AlarmEvent]:
        self.taken.append(block.device)
        return ()

    def advance(self, now_ns: int) -> Sequence[AlarmEvent]:
        return ()

    def resume(self, now_ns: int) -> None:
        raise NotImplementedError


class Choking(Part):
    next_due_ns = 0

    def advance(self, now_ns: int) -> Sequence[AlarmEvent]:
        raise ZeroDivisionError


class House:
    def __init__(self) -> None:
        self.live, self.store, self.stream, self.engine = LiveTable(SITE), Part(), Part(), Part()
        self.hub = Hub(self.live, self.store, self.stream, self.engine, lambda events: None, lambda device, link: None, FixedClock())

    def reached(self) -> set[str]:
        """The parts that have had something."""
        parts = {"store": self.store, "stream": self.stream, "engine": self.engine}
        return {name for name, part in parts.items() if part.taken}


@pytest.mark.parametrize(
    ("reach", "parts", "is_live"),
    [
        (Reach.EVERYWHERE, {"store", "stream", "engine"}, True),
        (Reach.HISTORY, {"store"}, False),
        (Reach.LIVE, {"stream", "engine"}, True),
    ],
)
def test_a_block_goes_as_far_as_it_says(reach: Reach, parts: set[str], is_live: bool) -> None:
    house = House()
    house.hub.accept(replace(READING, reach=reach))
    assert house.reached() == parts
    assert (house.live.qualities("sub1.m1")[0] == GOOD) is is_live


async def test_an_engine_that_chokes_on_time_passing_is_asked_again_and_still_hears_the_field() -> None:
    house, clock = House(), HandClock()
    house.engine = Choking()
    hub = Hub(house.live, house.store, house.stream, house.engine, lambda events: None, lambda device, link: None, clock)
    task = asyncio.create_task(hub.run())
    await clock.advance(5)
    hub.accept(READING)
    assert not task.done()
    assert 3 <= hub.counters["guanjia_hub_errors_total"] <= 6
    assert house.engine.taken == ["sub1.m1"]
    task.cancel()
    await asyncio.wait([task])


def test_what_the_platform_says_of_itself_is_judged_and_shown_but_neither_stored_nor_counted_among_the_devices() -> None:
    house = House()
    house.hub.observe(own_block(OwnState(history_wait=4.0, spool_fill=1.0, blocks_lost=0.0, disk_free=80.0, alarms_10min=3.0), T0))
    assert house.reached() == {"engine"}
    assert [house.live.last(PLATFORM, column).value for column in range(len(PROFILE.points))] == [4.0, 1.0, 0.0, 80.0, 3.0]
    assert (house.live.connected(), house.live.quality_counts()["good"]) == (0, 0)


class Jumping(HandClock):
    """Can be set."""

    ahead_ns = 0

    def now_ns(self) -> int:
        return super().now_ns() + self.ahead_ns


@pytest.mark.parametrize("first", ["block", "tick", "checkpoint"])
async def test_a_clock_that_is_set_forward_makes_no_delay_shorter_and_is_noted(first: str) -> None:
    house, clock, raised = House(), Jumping(), list[int]()
    tank = w.device("tank", [w.point("level", "m")])
    engine = w.engine(w.site(tank), w.rule("slow", "level > 2", on_delay_s=60), w.rule("quiet", "stale(level, 2min)"))
    put = lambda events: raised.extend(event.at_ns for event in events)  # noqa: E731
    noted: list[ClockStep] = []
    tells = put, lambda device, link: None
    hub = Hub(LiveTable(w.site(tank)), house.store, house.stream, engine, *tells, clock, on_step=noted.append)
    task = asyncio.create_task(hub.run())

    def say() -> None:
        hub.accept(replace(w.block(tank, 0, level=3.0), source_ns=clock.now_ns(), receive_ns=clock.now_ns()))

    say()
    await clock.advance(20)
    clock.ahead_ns = HOUR
    if first == "tick":
        await clock.advance(1)
    elif first == "checkpoint":
        assert hub.let_pass()
    say()
    await clock.advance(19)
    assert raised == []
    assert [step.to_ns - step.from_ns for step in noted] == [HOUR]
    await clock.advance(61)
    assert len(raised) == 1
    task.cancel()
    await asyncio.wait([task])
