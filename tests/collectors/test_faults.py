"""Every way a Modbus server can misbehave, over both framings: what a read makes of it, and what it does to its neighbours on a gateway.

Every register holds its own address, so an answer that landed on the wrong question would show.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.counters import Counters
from collectors.errors import BadFrame, Closed, DeviceException, ExchangeError, TimedOut
from collectors.links import modbus_links
from collectors.modbus.dialling import wire_to
from collectors.modbus.plan import Break, Request
from collectors.modbus.schedule import BACK_WITHIN_NS
from model.clock import SECOND
from model.profile import Table
from model.reading import Block, Fault
from model.site import Device, ModbusTcp, Site, System
from model.text import Text
from tests.collectors.fault_server import HANG_UP, Asked, LoopClock, Reply, Server, VirtualNetwork, right
from tests.collectors.support import Remembered, address_bytes, modbus_profile, point

FIRST = Request(Table.HOLDING, 100, 4, (0,), Break.TABLE)
SECOND_ = replace(FIRST, address=300)
"""As long as the first: a late answer to that would fit."""
UNIT = 7
WHERE = ("gateway", 502)
TIMEOUT_S = 1.0


@dataclass(frozen=True)
class Misdeed:
    """``reply`` to every request; ``gives``: what becomes of a read, known ``within_s``; ``only``: the framing it can happen to."""

    reply: Callable[[Asked], Reply]
    gives: type[ExchangeError] | None = None
    within_s: float = 0.1
    only: str = ""


def _bytewise(asked: Asked) -> Reply:
    return [(0.001 * n, asked.reply()[n : n + 1]) for n in range(len(asked.reply()))]


MISDEEDS: Mapping[str, Misdeed] = {
    "silence": Misdeed(lambda asked: [], TimedOut, TIMEOUT_S),
    "byte by byte": Misdeed(_bytewise),
    "in two pieces": Misdeed(lambda asked: [(0.01, asked.reply()[:5]), (0.09, asked.reply()[5:])]),
    "cut short": Misdeed(lambda asked: [(0.01, asked.reply()[:-3])], TimedOut, TIMEOUT_S),
    "fewer registers": Misdeed(lambda asked: [(0.01, asked.reply(count=asked.count - 1))], BadFrame),
    "more registers": Misdeed(lambda asked: [(0.01, asked.reply(count=asked.count + 1))], BadFrame),
    "a length that lies": Misdeed(lambda asked: [(0.01, asked.reply(length=7))], BadFrame, only="tcp"),
    "other function": Misdeed(lambda asked: [(0.01, asked.reply(function=4))], BadFrame),
    "other function's exception": Misdeed(lambda asked: [(0.01, asked.wrap(b"\x84\x02"))], BadFrame),
    "other unit": Misdeed(lambda asked: [(0.01, asked.reply(unit=asked.unit + 100))], BadFrame),
    "other transaction": Misdeed(lambda asked: [(0.01, asked.reply(transaction=9))], BadFrame, TIMEOUT_S, only="tcp"),
    "wrong checksum": Misdeed(lambda asked: [(0.01, asked.reply()[:-1] + b"\0")], TimedOut, TIMEOUT_S, only="rtu"),
    "illegal address": Misdeed(lambda asked: [(0.01, asked.exception(2))], DeviceException),
    "device failure": Misdeed(lambda asked: [(0.01, asked.exception(4))], DeviceException),
    "busy": Misdeed(lambda asked: [(0.01, asked.exception(6))], DeviceException),
    "gateway: target silent": Misdeed(lambda asked: [(0.01, asked.exception(11))], DeviceException),
    "hangs up": Misdeed(lambda asked: [(0.01, HANG_UP)], Closed),
    "hangs up in mid-answer": Misdeed(lambda asked: [(0.01, asked.reply()[:6]), (0.02, HANG_UP)], Closed),
    "stalls 30 s": Misdeed(lambda asked: [(30.0, asked.reply())], TimedOut, TIMEOUT_S),
    "a little late": Misdeed(lambda asked: [(1.02, asked.reply())], TimedOut, TIMEOUT_S),
    "another's answer before": Misdeed(lambda asked: [(0.01, asked.reply(transaction=9) + asked.reply())], only="tcp"),
    "another's answer behind": Misdeed(lambda asked: [(0.01, asked.reply() + asked.reply(transaction=9, unit=9))]),
    "noise before": Misdeed(lambda asked: [(0.01, b"\xff\x00\x07\x03" + asked.reply())], only="rtu"),
    "noise": Misdeed(lambda asked: [(0.01, b"HTTP/1.1 400 Bad Request\r\n")], BadFrame, only="tcp"),
    "noise on the line": Misdeed(lambda asked: [(0.01, b"\x55" * 600)], TimedOut, TIMEOUT_S, only="rtu"),
}
CASES = [
    pytest.param(framing, misdeed, id=f"{framing}: {name}")
    for framing in ("tcp", "rtu")
    for name, misdeed in MISDEEDS.items()
    if misdeed.only in ("", framing)
]


@pytest.mark.parametrize(("framing", "misdeed"), CASES)
def test_a_misdeed_is_told_for_what_it_is_in_time_and_never_lands_on_the_next_question(framing: str, misdeed: Misdeed) -> None:
    async def story(network: VirtualNetwork) -> None:
        server = network.servers[WHERE] = Server(framing, misdeed.reply)
        wire = wire_to(ModbusTcp(*WHERE, UNIT, framing), lambda: None)
        await wire.connect(1)
        begun = network.time()
        if misdeed.gives is None:
            assert await wire.read(UNIT, FIRST, TIMEOUT_S) == address_bytes(FIRST)
        else:
            with pytest.raises(misdeed.gives):
                await wire.read(UNIT, FIRST, TIMEOUT_S)
        assert network.time() - begun <= misdeed.within_s + 1e-6
        server.script = right
        read = 0
        for _ in range(4):
            with suppress(ExchangeError):
                if not wire.connected:
                    await wire.connect(1)
                assert await wire.read(UNIT, SECOND_, TIMEOUT_S) == address_bytes(SECOND_)
                read += 1
        assert read >= 2

    VirtualNetwork.run(story)


def test_late_rtu_answers_of_the_same_length_are_dropped_one_for_one() -> None:
    """The first answer comes while the second question waits, which it would fit; the second's own comes behind it."""

    async def story(network: VirtualNetwork) -> None:
        delays = iter([1.2, 0.4])
        network.servers[WHERE] = Server("rtu", lambda asked: [(next(delays), asked.reply())])
        garbage: list[str] = []
        wire = wire_to(ModbusTcp(*WHERE, UNIT, "rtu"), lambda: garbage.append("late"))
        await wire.connect(1)
        with pytest.raises(TimedOut):
            await wire.read(UNIT, FIRST, TIMEOUT_S)
        assert await wire.read(UNIT, SECOND_, TIMEOUT_S) == address_bytes(SECOND_)
        assert garbage == ["late"]

    VirtualNetwork.run(story)


def test_the_second_of_two_answers_to_one_question_asked_twice_is_not_the_answer_to_the_next() -> None:
    async def story(network: VirtualNetwork) -> None:
        delays = iter([1.3, 0.27, 0.2])
        network.servers[WHERE] = Server("rtu", lambda asked: [(next(delays), asked.reply())])
        wire = wire_to(ModbusTcp(*WHERE, UNIT, "rtu"), lambda: None)
        await wire.connect(1)
        with pytest.raises(TimedOut):
            await wire.read(UNIT, FIRST, TIMEOUT_S)
        assert await wire.read(UNIT, FIRST, TIMEOUT_S) == address_bytes(FIRST)
        assert await wire.read(UNIT, SECOND_, TIMEOUT_S) == address_bytes(SECOND_)

    VirtualNetwork.run(story)


def test_a_line_that_never_falls_silent_is_given_up_for_now() -> None:
    async def story(network: VirtualNetwork) -> None:
        network.servers[WHERE] = Server("rtu", lambda asked: [(0.01 * n, b"\x55") for n in range(10_000)])
        wire = wire_to(ModbusTcp(*WHERE, UNIT, "rtu"), lambda: None)
        await wire.connect(1)
        with pytest.raises(TimedOut):
            await wire.read(UNIT, FIRST, TIMEOUT_S)
        begun = network.time()
        with pytest.raises(BadFrame, match="silent"):
            await wire.read(UNIT, FIRST, TIMEOUT_S)
        assert network.time() - begun <= TIMEOUT_S + 0.1

    VirtualNetwork.run(story)


@pytest.mark.parametrize("framing", ["tcp", "rtu"])
@given(st.lists(st.tuples(st.floats(0, 0.4), st.binary(min_size=1, max_size=40)), max_size=6))
def test_no_babble_is_believed_or_breaks_a_wire(framing: str, pieces: list[tuple[float, bytes]]) -> None:
    async def story(network: VirtualNetwork) -> None:
        server = network.servers[WHERE] = Server(framing, lambda asked: pieces)
        wire = wire_to(ModbusTcp(*WHERE, UNIT, framing), lambda: None)
        await wire.connect(1)
        with pytest.raises(ExchangeError):
            await wire.read(UNIT, FIRST, 0.2)
        server.script = right
        if not wire.connected:
            await wire.connect(1)
        with suppress(ExchangeError):
            assert await wire.read(UNIT, SECOND_, TIMEOUT_S) == address_bytes(SECOND_)

    VirtualNetwork.run(story)


# ── behind one gateway ──

PROFILE = modbus_profile(point("a", 10), point("long", 200), point("b", 50), bridge_gaps=False)
UNITS = (1, UNIT, 20)


def _site(framing: str) -> Site:
    devices = {
        f"d{unit}": Device(f"d{unit}", Text("d", "d"), System.POWER, "", PROFILE, ModbusTcp(*WHERE, unit, framing), SECOND)
        for unit in UNITS
    }
    return Site("s", Text("s", "s"), ZoneInfo("UTC"), {}, devices)


async def _collect(site: Site, sink: Remembered, counters: Counters, story: Coroutine[None, None, None]) -> None:
    """Read the site while the story goes on."""
    links = [asyncio.create_task(link.run()) for link in modbus_links(site, sink, LoopClock(), counters)]
    try:
        await story
    finally:
        for link in links:
            link.cancel()
        await asyncio.wait(links)


def _right(block: Block) -> bool:
    return block.fault is None and list(block.values) == [10, 200, 50]


LINE_LOST = (MISDEEDS["hangs up"], MISDEEDS["hangs up in mid-answer"], MISDEEDS["noise"])
"""What takes the gateway's connection along may cost the neighbours a poll each time; all else is not to touch them."""


@pytest.mark.parametrize(("framing", "misdeed"), CASES)
def test_one_misbehaving_unit_leaves_its_neighbours_rhythm_alone_and_is_read_again_soon_after(framing: str, misdeed: Misdeed) -> None:
    ill = False

    def script(asked: Asked) -> Reply:
        return misdeed.reply(asked) if ill and asked.unit == UNIT else right(asked)

    async def story(network: VirtualNetwork) -> None:
        nonlocal ill
        network.servers[WHERE] = Server(framing, script)
        sink, counters = Remembered(), Counters()

        async def illness() -> None:
            nonlocal ill
            await asyncio.sleep(20)
            ill = True
            await asyncio.sleep(60)
            ill, healed_ns = False, LoopClock().now_ns()
            await asyncio.sleep(20)
            back = [b.receive_ns for b in sink.of("d7") if b.receive_ns > healed_ns and _right(b)]
            assert back[0] - healed_ns <= BACK_WITHIN_NS

        await _collect(_site(framing), sink, counters, illness())
        for neighbour in ("d1", "d20"):
            good = [block for block in sink.of(neighbour) if _right(block)]
            assert len(good) >= (80 if misdeed in LINE_LOST else 99)
        late_s = counters.lateness.percentile_s(0.99, LoopClock().monotonic_ns())
        assert late_s <= 0.3
        assert all(_right(block) or block.fault is not None for block in sink.of("d1"))

    VirtualNetwork.run(story)


@pytest.mark.parametrize(
    ("outage", "fault"), [("nobody listens", Fault.REFUSED), ("connecting never ends", Fault.TIMEOUT)], ids=["refused", "unreachable"]
)
@pytest.mark.parametrize("away_s", [0.5, 3, 31, 601])
def test_a_gateway_that_comes_back_is_read_within_ten_seconds(outage: str, fault: Fault, away_s: float) -> None:
    async def story(network: VirtualNetwork) -> None:
        sink = Remembered()

        async def restart() -> None:
            if outage != "nobody listens":
                network.servers[WHERE] = Server(accepts=False)
            await asyncio.sleep(away_s)
            network.servers[WHERE] = Server()
            before, back_ns = len(sink.blocks), LoopClock().now_ns()
            await asyncio.sleep(10)
            for unit in UNITS:
                first = next(b for b in sink.blocks[before:] if b.device == f"d{unit}" and _right(b))
                assert first.receive_ns - back_ns <= BACK_WITHIN_NS
            assert {block.fault for block in sink.blocks[:before]} <= {fault}

        await _collect(_site("tcp"), sink, Counters(), restart())

    VirtualNetwork.run(story)
