"""One connection and its devices, on a clock that stands still unless moved."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from collectors.counters import Counters
from collectors.errors import BadFrame, Closed, DeviceException, ExchangeError, Refused
from collectors.modbus.client import Link, Station
from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import Request, plan
from collectors.modbus.schedule import Schedule
from model.clock import SECOND
from model.profile import Profile
from model.quality import Quality
from model.reading import Fault
from tests.collectors.support import START_NS, HandClock, Remembered, ScriptedWire, address_bytes, good, modbus_profile, point

PROFILE = modbus_profile(point("a", 10), point("b", 50))


class Rig:
    def __init__(self, units: int, script: Callable[[int, Request], bytes | ExchangeError | None], profile: Profile = PROFILE) -> None:
        self.clock, self.sink, self.counters = HandClock(), Remembered(), Counters()
        self.wire = ScriptedWire(self.clock, script)
        requests = plan(profile)
        stations = [
            Station(f"d{unit}", unit, 1.0, 0, requests, compile_decoder(profile, requests), Schedule(f"d{unit}", SECOND, 0))
            for unit in range(1, units + 1)
        ]
        self.link = Link("line", self.wire, stations, self.sink, self.clock, self.counters)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[HandClock]:
        task = asyncio.create_task(self.link.run())
        try:
            yield self.clock
        finally:
            task.cancel()
            await asyncio.wait([task])

    def faults(self, device: str = "d1") -> list[Fault | None]:
        return [block.fault for block in self.sink.of(device)]


def healthy(unit: int, request: Request) -> bytes:
    return address_bytes(request)


async def test_every_poll_gives_exactly_one_block() -> None:
    rig = Rig(3, healthy)
    rig.wire.takes_s = 0
    async with rig.running() as clock:
        await clock.advance(10)
    assert [len(rig.sink.of(f"d{unit}")) for unit in (1, 2, 3)] == [10, 10, 10]
    assert rig.counters.polls == 30
    assert rig.counters.polls_skipped == rig.counters.polls_paused == 0


async def test_a_block_carries_values_times_and_the_bytes_they_came_from() -> None:
    rig = Rig(1, healthy)
    async with rig.running() as clock:
        await clock.advance(1)
    (block,) = rig.sink.blocks
    assert list(block.values) == [10, 50]
    assert block.qualities == good(2)
    assert block.raw == (("holding 10+1", b"\0\x0a"), ("holding 50+1", b"\0\x32"))
    assert START_NS < block.source_ns == block.receive_ns <= START_NS + SECOND


async def test_a_refused_request_costs_its_own_columns_only() -> None:
    rig = Rig(1, lambda unit, request: DeviceException(2) if request.address == 50 else address_bytes(request))
    async with rig.running() as clock:
        await clock.advance(2)
    block = rig.sink.blocks[0]
    assert block.fault is None
    assert block.qualities == bytes([Quality.GOOD, Quality.CONFIG_ERROR])
    assert math.isnan(block.values[1])
    assert block.raw[1] == ("holding 50+1", b"\x83\x02")
    assert len(rig.sink.blocks) == 2


async def test_a_device_that_refuses_everything_keeps_its_rhythm_and_is_a_fault() -> None:
    rig = Rig(1, lambda unit, request: DeviceException(4))
    async with rig.running() as clock:
        await clock.advance(5)
    assert rig.faults() == [Fault.EXCEPTION] * 5
    assert rig.sink.blocks[0].qualities == bytes([Quality.DEVICE_FAILURE] * 2)


async def test_a_gateway_that_answers_for_a_missing_device_counts_as_its_silence() -> None:
    rig = Rig(1, lambda unit, request: DeviceException(11))
    async with rig.running() as clock:
        await clock.advance(20)
    assert set(rig.faults()) == {Fault.EXCEPTION}
    assert len(rig.faults()) <= 6
    assert rig.sink.blocks[0].qualities == bytes([Quality.NOT_CONNECTED] * 2)


@pytest.mark.parametrize(("answer", "fault"), [(None, Fault.TIMEOUT), (Closed("gone"), Fault.CLOSED), (BadFrame("junk"), Fault.BAD_FRAME)])
async def test_a_failed_poll_gives_one_failed_block_with_its_fault(answer: ExchangeError | None, fault: Fault) -> None:
    rig = Rig(1, lambda unit, request: answer)
    async with rig.running() as clock:
        await clock.advance(1.9)
    assert rig.faults()[0] is fault
    block = rig.sink.blocks[0]
    assert block.qualities == bytes([Quality.COMM_FAILURE] * 2)
    assert all(math.isnan(value) for value in block.values)
    assert rig.counters.failures[fault] == len(rig.sink.blocks)


async def test_one_dead_device_of_twenty_on_a_line_delays_its_neighbours_by_little() -> None:
    dead = False
    rig = Rig(20, lambda unit, request: None if dead and unit == 7 else address_bytes(request))
    async with rig.running() as clock:
        await clock.advance(60)
        dead = True
        await clock.advance(20)
        before = {f"d{unit}": len(rig.sink.of(f"d{unit}")) for unit in range(1, 21)}
        await clock.advance(120)
    for unit in (n for n in range(1, 21) if n != 7):
        assert len(rig.sink.of(f"d{unit}")) - before[f"d{unit}"] == 120
    assert rig.counters.polls_skipped == 0
    assert rig.counters.lateness.percentile_s(0.99, clock.monotonic_ns()) < 0.15
    assert set(rig.faults("d7")[before["d7"] :]) == {Fault.TIMEOUT}


async def test_a_returning_device_is_read_again_within_ten_seconds() -> None:
    dead = True
    rig = Rig(20, lambda unit, request: None if dead and unit == 7 else address_bytes(request))
    async with rig.running() as clock:
        await clock.advance(300)
        dead, before = False, len(rig.sink.of("d7"))
        await clock.advance(10)
        assert None in rig.faults("d7")[before:]
        seen = len(rig.sink.of("d7"))
        await clock.advance(10)
    assert len(rig.sink.of("d7")) - seen == 10


async def test_a_slow_device_among_fast_neighbours_is_found_again() -> None:
    dead = True
    rig = Rig(2, lambda unit, request: None if dead and unit == 2 else address_bytes(request))
    rig.wire.slow[2] = 0.45
    async with rig.running() as clock:
        await clock.advance(300)
        dead, before = False, len(rig.sink.of("d2"))
        await clock.advance(200)
    assert None in rig.faults("d2")[before:]


async def test_a_refused_connection_fails_every_device_and_is_tried_again_with_growing_pauses() -> None:
    rig = Rig(2, healthy)
    rig.wire.refuses = Refused("nobody")
    async with rig.running() as clock:
        await clock.advance(40)
        attempts = list(rig.wire.connects)
        pauses = [(b - a) / SECOND for a, b in pairwise(attempts)]
        assert rig.faults("d1") == rig.faults("d2") == [Fault.REFUSED] * len(attempts)
        assert pauses[0] <= 1
        assert all(6 <= pause <= 8 for pause in pauses[3:])
        rig.wire.refuses = None
        await clock.advance(10)
    assert None in rig.faults("d1")
    assert None in rig.faults("d2")
    assert rig.counters.connects == 1


async def test_a_connection_that_only_looks_alive_is_opened_anew() -> None:
    rig = Rig(1, lambda unit, request: None)
    async with rig.running() as clock:
        await clock.advance(60)
    assert rig.counters.connects >= 2


async def test_a_connection_closed_between_polls_costs_nothing() -> None:
    rig = Rig(1, healthy)
    async with rig.running() as clock:
        await clock.advance(2)
        rig.wire.connected = False
        await clock.advance(2)
    assert rig.faults() == [None] * 4
    assert rig.counters.connects == 2


async def test_late_polls_are_skipped_and_counted() -> None:
    rig = Rig(1, healthy)
    rig.wire.takes_s = 0.6
    async with rig.running() as clock:
        await clock.advance(30)
    assert len(rig.sink.blocks) + rig.counters.polls_skipped == pytest.approx(30, abs=3)
    assert rig.counters.polls_skipped > 10


async def test_the_line_rests_between_requests_where_the_device_needs_it() -> None:
    rig = Rig(1, healthy)
    rig.link.stations[0].gap_ns = SECOND // 20
    async with rig.running() as clock:
        await clock.advance(3)
    starts = [at for at, _ in rig.wire.reads]
    assert min(b - a for a, b in pairwise(starts)) >= SECOND // 20 + SECOND // 200


async def test_stopping_closes_the_connection() -> None:
    rig = Rig(1, healthy)
    async with rig.running() as clock:
        await clock.advance(2)
    assert not rig.wire.connected
