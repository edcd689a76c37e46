"""Edge and core over a broker in memory: real spools on disk, real threads, a clock that runs as fast as the test wants."""

import asyncio
import json
from array import array
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from guanjia.apart.core_voice import SILENT_NS, CoreVoice
from guanjia.apart.edge_voice import EdgeVoice
from guanjia.apart.keeper import Keeper
from guanjia.apart.live_feed import UNSEEN, LiveFeed
from guanjia.apart.topics import Topics
from guanjia.apart.uplink import Uplink
from guanjia.live import LiveTable
from model.clock import HOUR, SECOND
from model.reading import Block, Fault, Reach
from model.site import Edge, Site
from model.text import Text
from store.history.drain import Drain
from store.history.intake import Intake
from store.history.layout import columns_of
from store.history.spool import Spool
from store.history.tail import Tail
from tests.guanjia.apart.support import MemoryBroker
from tests.rules.workshop import T0, block, device, point, site

METERS = [replace(device(f"m{n}", [point("volts", "V"), point("amps", "A")], "meter"), edge="e1") for n in (1, 2, 3)]
SITE = replace(site(*METERS), edges={"e1": Edge("e1", Text("一号采集机", "edge 1"))})
TOPICS = Topics(SITE.link_prefix, "e1")


@dataclass
class HandClock:
    at_ns: int = 0

    def now_ns(self) -> int:
        return T0 + self.at_ns

    def monotonic_ns(self) -> int:
        return self.at_ns

    async def sleep_until(self, monotonic_ns: int) -> None:
        self.at_ns = max(self.at_ns, monotonic_ns)
        await asyncio.sleep(0)


@dataclass
class Hub:
    """Remembers what the core would show and judge."""

    told: list[Block] = field(default_factory=list)

    def accept(self, block: Block) -> None:
        self.told.append(block)

    relay = accept

    def heard(self) -> list[tuple[str, float | None, Fault | None]]:
        told, self.told[:] = [*self.told], []
        assert all(one.reach is Reach.LIVE for one in told)
        return [(one.device, None if one.fault else one.values[0], one.fault) for one in told]


class EdgeSide:
    """The edge but for its collectors: what they read is said by the test."""

    def __init__(self, folder: Path, clock: HandClock, run: str = "run-1", known: Site = SITE) -> None:
        names = columns_of(known)
        self.live = LiveTable(known)
        self.spool = Spool(folder / "edge.sqlite", names, clock)
        self.uplink = Uplink(self.spool, clock)
        self.drain = Drain(self.spool, self.uplink, clock)
        self.feed = LiveFeed(run, names.__getitem__, self.live.newest)
        self.voice = EdgeVoice(TOPICS, self.feed, self.uplink, lambda state: state, clock)

    def read(self, *blocks: Block) -> None:
        for one in blocks:
            self.live.take(one)
            self.spool.accept(one)
            self.feed.accept(one)

    def close(self) -> None:
        self.spool.flush()
        self.spool.close()


class CoreSide:
    def __init__(self, folder: Path, clock: HandClock, known: Site = SITE) -> None:
        self.spool = Spool(folder / "core.sqlite", columns_of(known), clock)
        self.keeper = Keeper(Intake(self.spool))
        self.hub = Hub()
        self.voice = CoreVoice(known, self.hub, self.keeper, clock)

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.voice.keep())
        yield
        task.cancel()


def rows(spool: Spool) -> list[tuple[object, ...]]:
    """What a spool holds, in its order, without its own numbers."""
    return [(spool.layouts[row.layout].device, *row[2:]) for row in spool.file.after(0, 1_000_000)]


def poll(second: float, meters: Iterable[int] = (0, 1, 2)) -> list[Block]:
    return [replace(block(METERS[n], second, volts=second + n / 10, amps=1.0), raw=(("holding 0+4", bytes(8)),)) for n in meters]


async def drained(clock: HandClock, edge: EdgeSide, core: CoreSide, broker: MemoryBroker, pace_ns: int = 0) -> None:
    """The drain's thread on one side, the loop of both on the other.

    ``pace_ns`` of the link's time go by in each millisecond of ours, but for what the disk takes: a slow one is no lost frame.
    """
    loop = asyncio.get_running_loop()

    def from_any_thread(topic: str, payload: bytes, qos: int, retain: bool) -> None:
        loop.call_soon_threadsafe(broker.publish, topic, payload, qos, retain)

    async def beat() -> None:
        while True:
            edge.voice.beat()
            core.voice.beat()
            await asyncio.sleep(0.001)
            is_writing = broker.delivered[TOPICS.kept] > sum(core.keeper.counts.values())
            clock.at_ns += 0 if is_writing else pace_ns

    edge.voice.up(from_any_thread)
    beating = asyncio.create_task(beat())
    await asyncio.sleep(0.005)
    async with core.keeping(), asyncio.timeout(60):
        assert await asyncio.to_thread(edge.drain.drain)
    beating.cancel()
    await asyncio.sleep(0)


async def test_an_hour_without_a_core_is_kept_once_and_in_order_and_none_of_it_is_judged(tmp_path: Path) -> None:
    clock, broker = HandClock(), MemoryBroker()
    edge, core = EdgeSide(tmp_path, clock), CoreSide(tmp_path, clock)
    broker.join(edge.voice)
    for second in range(3600):
        edge.read(*poll(second))
        if second % 600 == 0:
            edge.voice.beat()
    edge.spool.flush()
    assert {topic.rpartition("/")[2] for topic in broker.published} == {"state"}  # nobody listens, so nothing else is said
    clock.at_ns = HOUR
    broker.join(core.voice)
    await drained(clock, edge, core, broker)
    assert rows(core.spool) == rows(edge.spool)
    assert len(rows(core.spool)) == 3 * 3600
    assert core.hub.heard() == [("m1", 3599.0, None), ("m2", 3599.1, None), ("m3", 3599.2, None)]
    assert (core.keeper.skipped, edge.spool.file.cursor("core")) == (0, 3 * 3600)


async def test_neither_lost_frames_nor_killed_processes_lose_or_double_a_block(tmp_path: Path) -> None:
    clock, broker = HandClock(), MemoryBroker()
    edge, core = EdgeSide(tmp_path, clock), CoreSide(tmp_path, clock)
    broker.join(edge.voice)
    broker.join(core.voice)
    edge.read(*(one for second in range(800) for one in poll(second)))
    edge.spool.flush()
    swallowed: list[str] = []

    def drops(topic: str, payload: bytes) -> bool:
        """The second kept frame, and the first word about what has been kept."""
        kind = topic.rpartition("/")[2]
        is_lost = (kind == "kept" and swallowed == ["reply"]) or (kind == "reply" and not swallowed and json.loads(payload)["kept"] > 0)
        if is_lost:
            swallowed.append(kind)
        return is_lost

    broker.drops = drops
    await drained(clock, edge, core, broker, pace_ns=SECOND // 20)
    assert swallowed == ["reply", "kept"]
    # Both are killed: what they had in memory is gone, the files stay.
    edge.read(*poll(801))
    edge.close()
    core.spool.close()
    edge, core = EdgeSide(tmp_path, clock, "run-2"), CoreSide(tmp_path, clock)
    broker.voices = [core.voice, edge.voice]
    core.voice.up(broker.publish)
    edge.spool.file.set_cursor("core", 1500)  # as if the last words of the core had never come
    edge.uplink._acknowledged = edge.drain.position = 1500
    await drained(clock, edge, core, broker)
    assert rows(core.spool) == rows(edge.spool)
    assert len(rows(core.spool)) == 3 * 801


async def test_a_power_cut_at_the_edge_gives_no_number_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, broker = HandClock(), MemoryBroker()
    edge, core = EdgeSide(tmp_path, clock), CoreSide(tmp_path, clock)
    on_disk: list[bytes] = []

    def synced(_: object) -> None:
        on_disk[:] = [(tmp_path / f"edge.sqlite{ending}").read_bytes() for ending in ("", "-wal")]

    synced(None)
    monkeypatch.setattr("os.fsync", synced)
    edge.read(*(one for second in range(10) for one in poll(second)))
    edge.spool.flush()
    broker.join(core.voice)
    broker.join(edge.voice)
    await drained(clock, edge, core, broker)
    # The power fails: what was never made durable is gone.
    after = tmp_path / "after"
    after.mkdir()
    for ending, found in zip(("", "-wal"), on_disk, strict=True):
        (after / f"edge.sqlite{ending}").write_bytes(found)
    epoch, edge = edge.spool.file.identity, EdgeSide(after, clock, "run-2")
    edge.read(*(one for second in range(10, 30) for one in poll(second)))
    edge.spool.flush()
    broker.voices = [core.voice, edge.voice]
    await drained(clock, edge, core, broker)
    assert edge.spool.file.identity == epoch
    assert rows(core.spool) == rows(edge.spool)
    assert len(rows(core.spool)) == 3 * 30


async def test_the_core_hears_the_newest_of_all_when_it_asks_and_then_each_block(tmp_path: Path) -> None:
    clock, broker = HandClock(), MemoryBroker()
    edge, core = EdgeSide(tmp_path, clock), CoreSide(tmp_path, clock)
    edge.read(*poll(1), *poll(2, [0]))
    broker.join(core.voice)
    broker.join(edge.voice)
    edge.voice.beat()
    assert core.hub.heard() == []
    core.voice.beat()
    edge.voice.beat()
    assert core.hub.heard() == [("m1", 2.0, None), ("m2", 1.1, None), ("m3", 1.2, None)]
    edge.read(*poll(3, [1]), *poll(4, [1]))
    edge.voice.beat()
    assert core.hub.heard() == [("m2", 3.1, None), ("m2", 4.1, None)]


async def _flowing(folder: Path) -> tuple[HandClock, MemoryBroker, EdgeSide, CoreSide]:
    clock, broker = HandClock(), MemoryBroker()
    edge, core = EdgeSide(folder, clock), CoreSide(folder, clock)
    edge.read(*poll(1))
    broker.join(core.voice)
    broker.join(edge.voice)
    for act in (edge.voice.beat, core.voice.beat, edge.voice.beat):
        act()
    assert len(core.hub.heard()) == 3
    return clock, broker, edge, core


async def test_after_a_lost_live_frame_nothing_is_believed_until_the_newest_has_come(tmp_path: Path) -> None:
    _, broker, edge, core = await _flowing(tmp_path)
    broker.drops = lambda topic, payload: topic.endswith("/live")
    edge.read(*poll(2, [0]))
    edge.voice.beat()
    broker.drops = lambda topic, payload: False
    edge.read(*poll(3, [1]))
    edge.voice.beat()
    assert core.hub.heard() == []
    core.voice.beat()
    edge.voice.beat()
    assert core.hub.heard() == [("m1", 2.0, None), ("m2", 3.1, None), ("m3", 1.2, None)]


async def test_a_core_that_only_misses_the_last_frame_learns_of_it_by_the_heartbeat(tmp_path: Path) -> None:
    clock, broker, edge, core = await _flowing(tmp_path)
    broker.drops = lambda topic, payload: topic.endswith("/live")
    edge.read(*poll(2, [0]))
    edge.voice.beat()
    broker.drops = lambda topic, payload: False
    clock.at_ns += 3 * SECOND
    for act in (edge.voice.beat, core.voice.beat, edge.voice.beat):
        act()
    assert ("m1", 2.0, None) in core.hub.heard()


async def test_an_edge_stops_telling_when_the_core_does_not_answer_and_never_tells_old_news_later(tmp_path: Path) -> None:
    clock, broker, edge, core = await _flowing(tmp_path)
    broker.voices.remove(core.voice)
    sent = len(broker.published)
    for second in range(2, 60):
        edge.read(*poll(second))
        edge.voice.beat()
    assert broker.published[sent:].count(TOPICS.live) <= UNSEEN
    broker.voices.append(core.voice)
    clock.at_ns += 3 * SECOND
    for act in (edge.voice.beat, core.voice.beat, edge.voice.beat):
        act()
    assert core.hub.heard() == [("m1", 59.0, None), ("m2", 59.1, None), ("m3", 59.2, None)]


async def test_after_a_network_that_was_slow_and_lost_nothing_the_core_is_told_the_newest_again(tmp_path: Path) -> None:
    clock, broker, edge, core = await _flowing(tmp_path)
    held: list[tuple[str, bytes]] = []

    def hold(topic: str, payload: bytes) -> bool:
        held.append((topic, payload))
        return True

    broker.drops = hold
    for quarter in range(2 * UNSEEN):
        edge.read(*poll(2 + quarter))
        edge.voice.beat()
    broker.drops = lambda topic, payload: False
    for topic, payload in held:
        broker.publish(topic, payload, 0, False)
    core.hub.heard()
    edge.read(*poll(60))
    for _ in range(3):
        clock.at_ns += 2 * SECOND
        core.voice.beat()
        edge.voice.beat()
    assert core.hub.heard() == [("m1", 60.0, None), ("m2", 60.1, None), ("m3", 60.2, None)]


LOST = [("m1", None, Fault.EDGE_LOST), ("m2", None, Fault.EDGE_LOST), ("m3", None, Fault.EDGE_LOST)]


async def test_an_edge_is_lost_by_its_last_will_at_once_by_silence_after_ten_seconds_and_back_with_its_newest(tmp_path: Path) -> None:
    clock, broker, edge, core = await _flowing(tmp_path)
    broker.lose(edge.voice)
    assert core.hub.heard() == LOST
    clock.at_ns += 2 * SILENT_NS
    core.voice.beat()
    assert core.hub.heard() == []
    broker.join(edge.voice)
    for act in (edge.voice.beat, core.voice.beat, edge.voice.beat):
        act()
    assert core.hub.heard() == [("m1", 1.0, None), ("m2", 1.1, None), ("m3", 1.2, None)]
    clock.at_ns += SILENT_NS
    core.voice.beat()
    core.voice.beat()
    assert core.hub.heard() == LOST


async def test_a_lost_broker_is_told_once_and_blames_no_edge(tmp_path: Path) -> None:
    clock, broker, _, core = await _flowing(tmp_path)
    core.voice.down("connection lost")
    core.voice.down("no connection")
    clock.at_ns += 2 * SILENT_NS
    core.voice.beat()
    assert core.hub.heard() == [(name, None, Fault.LINK_LOST) for name, _, _ in LOST]
    core.voice.up(broker.publish)
    clock.at_ns += SILENT_NS
    core.voice.beat()
    assert core.hub.heard() == LOST


async def test_the_will_of_an_edge_that_has_started_again_is_not_believed(tmp_path: Path) -> None:
    _, broker, edge, core = await _flowing(tmp_path)
    again = EdgeSide(tmp_path, HandClock(), "run-2")
    broker.voices[1] = again.voice
    again.voice.up(broker.publish)
    again.voice.beat()
    will = edge.voice.will()
    broker.publish(will.topic, will.payload, 1, False)
    assert core.hub.heard() == []


async def test_what_the_core_does_not_know_yet_is_kept_all_the_same(tmp_path: Path) -> None:
    clock, broker = HandClock(), MemoryBroker()
    fresh = replace(device("m9", [point("volts", "V")], "meter"), edge="e1")
    more = replace(METERS[0], profile=replace(METERS[0].profile, points=(*METERS[0].points, point("power", "kW"))))
    grown = replace(SITE, devices={**SITE.devices, "m1": more, "m9": fresh})
    edge, core = EdgeSide(tmp_path, clock, known=grown), CoreSide(tmp_path, clock)
    edge.read(block(more, 1, volts=1.0, amps=2.0, power=3.0), block(fresh, 1, volts=9.0))
    edge.spool.flush()
    broker.join(core.voice)
    broker.join(edge.voice)
    await drained(clock, edge, core, broker)
    assert core.hub.heard() == [("m1", 1.0, None)]
    assert core.voice.edges["e1"].strangers == {"m9"}
    assert [layout.columns for layout in core.spool.layouts.values() if layout.device in ("m1", "m9")] == [
        ("volts", "amps"),
        ("volts", "amps", "power"),
        ("volts",),
    ]
    assert rows(core.spool) == rows(edge.spool)


def test_an_hour_old_block_that_has_just_come_has_not_waited_for_an_hour_and_is_found_at_once(tmp_path: Path) -> None:
    clock = HandClock(HOUR)
    edge, core = EdgeSide(tmp_path, clock), CoreSide(tmp_path, clock)
    away = Drain(core.spool, edge.uplink, clock)
    assert away.drain()
    for second in range(3600, 3700, 10):
        core.spool.accept(block(METERS[2], second, volts=3.0))
    core.spool.flush()
    layout = core.spool.layouts[1]
    volts = array("d", [230.0, 1.0]).tobytes()
    late = [(layout.id, T0 + second * SECOND, T0 + second * SECOND, bytes([192, 192]), volts, None, None, None) for second in (1, 2)]
    Intake(core.spool).take(late, ("e1", "spool-1"), 2)
    for second in range(3700, 3800, 10):
        core.spool.accept(block(METERS[2], second, volts=4.0))
    core.spool.flush()
    clock.at_ns += 5 * SECOND
    assert away.lag_s() == 5.0
    tail = Tail(core.spool, "core")
    ours, its = f"{METERS[2].id}.volts", f"{layout.device}.volts"
    found = tail.samples([ours, its], 0, T0 + 3690 * SECOND, T0 + 3711 * SECOND)[ours]
    assert [sample.value for sample in found] == [3.0, 4.0, 4.0]
    assert len(tail.samples([its], 0, T0, T0 + HOUR)[its]) == 2
