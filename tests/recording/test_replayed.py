"""A replay hands every block on at its instant in the recording's own time, at any speed, and never lets time run past what was said."""

import asyncio
import io
from array import array
from collections.abc import Sequence
from dataclasses import replace

import pytest

from guanjia.recording.reader import RecordingReader
from guanjia.recording.replayed import Replay, ReplayClock
from model.clock import MINUTE, SECOND
from model.quality import GOOD
from model.reading import Block
from tests.recording.samples import HEADER, START_NS, recorded, sample_blocks, told
from tests.simulators.fake_time import StandingClock


class Heard:
    """A hub that notes what came, and when by its clock."""

    def __init__(self, clock: ReplayClock) -> None:
        self._clock = clock
        self.blocks: list[Block] = []
        self.at_ns: list[int] = []
        self.anything = asyncio.Event()

    def accept(self, block: Block) -> None:
        self.anything.set()
        self.blocks.append(block)
        self.at_ns.append(self._clock.now_ns())


class Bench:
    def __init__(self, blocks: Sequence[Block], speed: float = 1.0) -> None:
        self.real = StandingClock()
        self.clock = ReplayClock(self.real, START_NS, speed)
        self.heard = Heard(self.clock)
        self.replay = Replay(RecordingReader(io.BytesIO(recorded(blocks))), self.heard, self.clock)

    async def begin(self) -> "asyncio.Task[None]":
        running = asyncio.create_task(self.replay.run())
        await self.heard.anything.wait()
        return running


def every_minute(count: int) -> list[Block]:
    first = sample_blocks()[0]
    return [
        replace(
            first,
            source_ns=START_NS + n * MINUTE,
            receive_ns=START_NS + n * MINUTE,
            values=array("d", [n, 1.0]),
            qualities=bytes([GOOD] * 2),
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("speed", [0.5, 1.0, 10.0])
async def test_blocks_come_at_their_own_time_at_any_speed(speed: float) -> None:
    bench = Bench(every_minute(3), speed)
    running = await bench.begin()
    assert len(bench.heard.blocks) == 1
    await bench.real.move(59 / speed)
    assert len(bench.heard.blocks) == 1
    await bench.real.move(1 / speed)
    assert len(bench.heard.blocks) == 2
    await bench.real.move(60 / speed)
    await running
    assert bench.heard.at_ns == [block.receive_ns for block in bench.heard.blocks]
    assert told(bench.heard.blocks) == told(every_minute(3))
    assert bench.replay.metrics() == {"guanjia_replayed_blocks_total": 3.0}


async def test_time_stands_still_at_the_end_and_whoever_sleeps_is_woken_all_the_same() -> None:
    bench = Bench(every_minute(1))
    await (await bench.begin())
    sleeping = asyncio.create_task(bench.clock.sleep_until(bench.clock.monotonic_ns() + SECOND))
    await bench.real.move(3600)
    await asyncio.wait_for(sleeping, 30)
    assert bench.clock.now_ns() == START_NS


async def test_a_machine_too_slow_for_the_speed_lets_time_go_slower() -> None:
    """An hour passes at once: every block still finds the clock at its own time."""
    bench = Bench(every_minute(60))
    running = await bench.begin()
    await bench.real.move(3600)
    await running
    assert bench.heard.at_ns == [block.receive_ns for block in every_minute(60)]


async def test_before_it_begins_the_clock_stands_at_the_start() -> None:
    bench = Bench(every_minute(2))
    await bench.real.move(600)
    assert bench.clock.now_ns() == START_NS
    running = await bench.begin()
    assert bench.heard.at_ns == [START_NS]
    await bench.replay.stop()
    await running


async def test_it_can_be_stopped_while_it_waits() -> None:
    bench = Bench(every_minute(2))
    running = await bench.begin()
    await bench.replay.stop()
    await asyncio.wait_for(running, 30)
    assert len(bench.heard.blocks) == 1


async def test_a_recording_that_breaks_off_ends_the_replay_after_what_there_is() -> None:
    data = recorded(sample_blocks())[:-20]
    real = StandingClock()
    clock = ReplayClock(real, START_NS, 1.0)
    heard = Heard(clock)
    replay = Replay(RecordingReader(io.BytesIO(data)), heard, clock)
    running = asyncio.create_task(replay.run())
    await real.move(HEADER.end_ns / SECOND - START_NS / SECOND)
    await asyncio.wait_for(running, 30)
    assert len(heard.blocks) in (0, len(sample_blocks()))
