"""One connection and its devices, on a clock that stands still unless moved."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from collectors.counters import Counters
from collectors.errors import BadFrame, Closed, DeviceException, ExchangeError, Refused
from collectors.modbus.client import SHORTEST_PROBE_S, Link
from collectors.modbus.decode import Decoder, compile_decoder
from collectors.modbus.plan import Break, Request, plan
from collectors.modbus.schedule import Schedule
from collectors.modbus.station import Station
from model.clock import SECOND
from model.profile import Profile, Table, WireType
from model.quality import Quality
from model.reading import Fault
from tests.collectors.support import START_NS, HandClock, Remembered, ScriptedWire, address_bytes, good, modbus_profile, point

PROFILE = modbus_profile(point("a", 10), point("b", 50))


class Rig:
    def __init__(self, units: int, script: Callable[[int, Request], bytes | ExchangeError | None], profile: Profile = PROFILE) -> None:
        self.clock, self.sink, self.counters = HandClock(), Remembered(), Counters()
        self.wire = ScriptedWire(self.clock, script)
        requests = plan(profile, SECOND)
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
        await clock.advance(9.99)
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
    assert len(rig.faults()) <= 7
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


@pytest.mark.parametrize("away_s", [2, 17, 300])
@pytest.mark.parametrize(("units", "dead"), [(1, {1}), (20, {7}), (40, set(range(1, 31)))], ids=["alone", "one of 20", "30 of 40"])
async def test_a_returning_device_is_read_again_within_ten_seconds(units: int, dead: set[int], away_s: float) -> None:
    away = False
    rig = Rig(units, lambda unit, request: None if away and unit in dead else address_bytes(request))
    async with rig.running() as clock:
        await clock.advance(5)
        away = True
        await clock.advance(away_s)
        away, before = False, len(rig.sink.blocks)
        await clock.advance(10)
        assert {block.device for block in rig.sink.blocks[before:] if block.fault is None} == {f"d{n}" for n in range(1, units + 1)}
        seen = len(rig.sink.blocks)
        await clock.advance(10)
    assert len(rig.sink.blocks) - seen == 10 * units


async def test_a_device_never_seen_is_found_among_forty_that_stay_away() -> None:
    there: set[int] = set()
    rig = Rig(40, lambda unit, request: address_bytes(request) if unit in there else None)
    async with rig.running() as clock:
        await clock.advance(60)
        there.add(23)
        await clock.advance(10)
    assert rig.faults("d23")[-1] is None


async def test_a_whole_line_that_was_away_is_back_within_ten_seconds_however_slow_its_devices() -> None:
    """Two requests of 0.18 s for each of twelve devices every 5 s: nearly what the line carries, and slower than the shortest try."""
    away = False
    rig = Rig(12, lambda unit, request: None if away else address_bytes(request))
    rig.wire.takes_s = 0.18
    for station in rig.link.stations:
        station.schedule = Schedule(station.device, 5 * SECOND, 0)
    async with rig.running() as clock:
        await clock.advance(30)
        away = True
        await clock.advance(120)
        away, before = False, len(rig.sink.blocks)
        await clock.advance(10)
    assert {block.device for block in rig.sink.blocks[before:] if block.fault is None} == {f"d{n}" for n in range(1, 13)}


async def test_a_silent_device_is_probed_with_its_shortest_block() -> None:
    asked: list[Request] = []

    def script(unit: int, request: Request) -> bytes | None:
        asked.append(request)
        return None if clock.monotonic_ns() < 10 * SECOND else address_bytes(request)

    rig = Rig(1, script, modbus_profile(point("long", 10, words=20, type_=WireType.STRING), point("short", 50)))
    async with rig.running() as clock:
        await clock.advance(9)
        assert {str(request) for request in asked[1:]} == {"holding 50+1"}
        await clock.advance(6)
    assert rig.sink.blocks[-1].qualities == good(2)


async def test_a_poll_that_fails_in_its_middle_sends_no_more_requests() -> None:
    rig = Rig(1, lambda unit, request: None)
    async with rig.running() as clock:
        await clock.advance(1.9)
    assert len(rig.wire.reads) <= 2


async def test_devices_on_a_line_that_carries_half_of_what_is_asked_get_equal_shares() -> None:
    rig = Rig(8, healthy)
    rig.wire.takes_s = 0.125
    async with rig.running() as clock:
        await clock.advance(120)
    shares = [len(rig.sink.of(f"d{unit}")) for unit in range(1, 9)]
    assert max(shares) - min(shares) <= 3
    assert sum(shares) == pytest.approx(480, abs=5)
    assert rig.counters.polls_skipped + sum(shares) == pytest.approx(8 * 120, abs=16)


async def test_a_device_polled_once_a_minute_is_not_starved_by_fast_neighbours_that_fill_the_line() -> None:
    rig = Rig(8, healthy)
    rig.wire.takes_s = 0.125
    rig.link.stations[3].schedule = Schedule("seldom", 60 * SECOND, 0)
    async with rig.running() as clock:
        await clock.advance(300)
    assert len(rig.sink.of("d4")) in (5, 6)


async def test_what_answers_never_waits_for_more_than_one_try_at_what_does_not() -> None:
    dead = False
    rig = Rig(20, lambda unit, request: None if dead and unit > 4 else address_bytes(request))
    async with rig.running() as clock:
        await clock.advance(30)
        dead = True
        await clock.advance(60)
        before = len(rig.sink.of("d1"))
        await clock.advance(60)
        lateness_s = rig.counters.lateness.percentile_s(1.0, clock.monotonic_ns())
    assert len(rig.sink.of("d1")) - before == 60
    assert lateness_s <= SHORTEST_PROBE_S + 4 * 2 * rig.wire.takes_s + 0.001


async def test_points_wanted_more_seldom_are_read_more_seldom_and_absent_from_the_blocks_between() -> None:
    rig = Rig(1, healthy, modbus_profile(point("often", 10), point("seldom", 50, every_ns=5 * SECOND)))
    async with rig.running() as clock:
        await clock.advance(30)
    blocks = rig.sink.blocks
    assert blocks[0].qualities == good(2)
    assert all(block.qualities[0] == Quality.GOOD for block in blocks)
    read = [block for block in blocks if block.qualities[1] != Quality.ABSENT]
    assert {block.qualities[1] for block in read} == {Quality.GOOD}
    assert len(read) in (6, 7)
    assert [label for label, _ in blocks[-1].raw] in (["holding 10+1"], ["holding 10+1", "holding 50+1"])


async def test_a_device_that_was_lost_is_read_whole_when_it_is_back() -> None:
    dead = False
    rig = Rig(
        1,
        lambda unit, request: None if dead else address_bytes(request),
        modbus_profile(point("a", 1), point("s", 9, every_ns=SECOND * 3600)),
    )
    async with rig.running() as clock:
        await clock.advance(10)
        dead = True
        await clock.advance(10)
        dead, before = False, len(rig.sink.blocks)
        await clock.advance(10)
    first = next(block for block in rig.sink.blocks[before:] if block.fault is None)
    assert first.qualities == good(2)


async def test_a_device_that_refused_everything_once_is_read_whole_next_time() -> None:
    refusing = False
    profile = modbus_profile(point("a", 1), point("s", 9, every_ns=SECOND * 3600))
    rig = Rig(1, lambda unit, request: DeviceException(4) if refusing else address_bytes(request), profile)
    async with rig.running() as clock:
        await clock.advance(10)
        refusing = True
        await clock.advance(2.05)
        refusing, before = False, len(rig.sink.blocks)
        await clock.advance(2)
    assert rig.sink.blocks[before - 1].fault is Fault.EXCEPTION
    assert rig.sink.blocks[before].qualities == good(2)


async def test_a_device_that_says_itself_where_its_registers_lie_is_looked_for_first_and_after_every_loss() -> None:
    moved, dead, walks = modbus_profile(point("a", 110), point("b", 150)), False, 0

    async def find(read: Callable[[Request], Awaitable[bytes | None]]) -> tuple[Sequence[Request], Decoder]:
        nonlocal walks
        walks += 1
        assert await read(Request(Table.HOLDING, 50_000, 2, (), Break.TABLE)) is None
        return plan(moved), compile_decoder(moved, plan(moved))

    def script(unit: int, request: Request) -> bytes | ExchangeError | None:
        return None if dead else DeviceException(2) if request.address == 50_000 else address_bytes(request)

    rig = Rig(1, script)
    rig.link.stations[0].find, rig.link.stations[0].is_found = find, False
    async with rig.running() as clock:
        await clock.advance(5)
        assert walks == 1
        dead = True
        await clock.advance(5)
        dead = False
        await clock.advance(10)
    assert walks >= 2
    assert list(rig.sink.blocks[0].values) == list(rig.sink.blocks[-1].values) == [110, 150]


async def test_a_slow_device_among_fast_neighbours_is_found_again() -> None:
    dead = True
    rig = Rig(2, lambda unit, request: None if dead and unit == 2 else address_bytes(request))
    rig.wire.slow[2] = 0.45
    async with rig.running() as clock:
        await clock.advance(300)
        dead, before = False, len(rig.sink.of("d2"))
        await clock.advance(200)
    assert None in rig.faults("d2")[before:]


@pytest.mark.parametrize("dead", [{2}, {1, 2, 3}], ids=["one of three", "the whole line"])
async def test_what_comes_back_slower_than_it_went_is_found_again(dead: set[int]) -> None:
    away = False
    rig = Rig(3, lambda unit, request: None if away and unit in dead else address_bytes(request))
    async with rig.running() as clock:
        await clock.advance(10)
        away = True
        await clock.advance(30)
        away, rig.wire.slow, before = False, dict.fromkeys(dead, 0.3), len(rig.sink.blocks)
        await clock.advance(400)
    assert {block.device for block in rig.sink.blocks[before:] if block.fault is None} == {"d1", "d2", "d3"}


async def test_a_part_that_is_always_refused_does_not_fail_the_device_between_the_turns_of_the_rest() -> None:
    profile = modbus_profile(point("refused", 1), point("seldom", 900, every_ns=10 * SECOND))
    rig = Rig(1, lambda unit, request: DeviceException(2) if request.address == 1 else address_bytes(request), profile)
    async with rig.running() as clock:
        await clock.advance(30)
    assert set(rig.faults()) == {None}
    assert {block.qualities[0] for block in rig.sink.blocks} == {Quality.CONFIG_ERROR}
    assert sum(block.qualities[1] == Quality.GOOD for block in rig.sink.blocks) in (3, 4)


async def test_a_device_that_breaks_us_is_failed_and_its_neighbours_are_read() -> None:
    rig = Rig(3, healthy)

    def choke(*_: object) -> None:
        raise ZeroDivisionError

    rig.link.stations[0].decoder = Decoder("", 2, choke)
    async with rig.running() as clock:
        await clock.advance(30)
    assert set(rig.faults("d1")) == {Fault.BAD_FRAME}
    assert (len(rig.sink.of("d2")), set(rig.faults("d3"))) == (30, {None})
    assert rig.counters.restarts == len(rig.sink.of("d1"))


async def test_a_refused_connection_fails_every_device_and_is_tried_again_with_growing_pauses() -> None:
    rig = Rig(2, healthy)
    rig.wire.refuses = Refused("nobody")
    async with rig.running() as clock:
        await clock.advance(40)
        attempts = list(rig.wire.connects)
        pauses = [(b - a) / SECOND for a, b in pairwise(attempts)]
        assert rig.faults("d1") == rig.faults("d2") == [Fault.REFUSED] * len(attempts)
        assert pauses[0] <= 1
        assert all(3.7 <= pause <= 5 for pause in pauses[3:])
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
