"""What a core hears from its edges and answers: live blocks to the hub, kept rows to the spool, silence to both as a lost edge.

…/live   ─► nothing missing? ─► hub.relay            (never stored)
…/kept   ─► queue (bounded) ─► thread: intake ─► …/reply   (never judged)
…/state  ─► heartbeat, goodbye, last will
nothing for 10 s ─► every device of the edge: EDGE_LOST; no broker ─► every device of every edge: LINK_LOST
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import msgspec
import structlog

from collectors.mqtt.silence import Silence
from collectors.mqtt.voice import Publish, Will
from guanjia.apart.errors import BadFrame
from guanjia.apart.frames import VERSION, Live, Reply, State, spoken, unpacked
from guanjia.apart.keeper import Keeper
from guanjia.apart.live_reception import LiveReception
from guanjia.apart.rows import block_of
from guanjia.apart.topics import KEPT, LIVE, STATE, Topics, edge_and_kind
from model.clock import SECOND, Clock
from model.ports import HistoryUnavailable
from model.reading import Block, Fault, Reach, failed_block
from model.site import Site

log = structlog.get_logger()

SILENT_NS = 10 * SECOND
"""An edge says something at least every 2 s; one that misses five heartbeats is lost."""
QUEUE = 64
"""Kept frames waiting for the disk. Full: the newest is dropped, unacknowledged, and the edge sends it again."""


class Relay(Protocol):
    """The hub, as edges see it."""

    def accept(self, block: Block) -> None: ...

    def relay(self, block: Block) -> None: ...


@dataclass(slots=True)
class Standing:
    """One edge as it stands."""

    topics: Topics
    devices: tuple[str, ...]
    live: LiveReception = field(default_factory=LiveReception)
    is_heard: bool = False
    heard_ns: int | None = None
    state: State = field(default_factory=lambda: State(VERSION, ""))
    epoch: str = ""
    owes_reply: bool = False
    trouble: str = ""
    clock_offset_ns: int = 0
    """How much later our clock is than its own, the way between included."""
    strangers: set[str] = field(default_factory=set)
    """Devices it speaks of that are not its own in our site file."""


class CoreVoice:
    """``collectors.mqtt.voice.Voice``."""

    def __init__(self, site: Site, hub: Relay, keeper: Keeper, clock: Clock) -> None:
        prefix = site.link_prefix
        self.filters: Sequence[tuple[str, int]] = ((f"{prefix}/+/{LIVE}", 0), (f"{prefix}/+/{STATE}", 1), (f"{prefix}/+/{KEPT}", 1))
        self.edges = {id: Standing(Topics(prefix, id), tuple(d.id for d in site.devices.values() if d.edge == id)) for id in site.edges}
        self.live_frames = self.bad_frames = self.dropped_frames = 0
        self.lost = Counter[Fault]()
        """Devices that went with their edge, or with the broker."""
        self._prefix, self._hub, self._keeper, self._clock = prefix, hub, keeper, clock
        self._names = {device.id: tuple(point.name for point in device.points) for device in site.devices.values()}
        self._silence = Silence(dict.fromkeys(site.edges, SILENT_NS), clock.monotonic_ns())
        self._kept: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(QUEUE)
        self._publish: Publish | None = None
        self._is_up: bool | None = None
        self._unknown: set[str] = set()

    def will(self) -> Will | None:
        return None

    def up(self, publish: Publish) -> None:
        self._publish, self._is_up = publish, True
        self._silence.restart(self._clock.monotonic_ns())

    def down(self, reason: str) -> None:
        self._publish = None
        if self._is_up is False:
            return
        self._is_up = False
        self._silence.suspend()
        for edge in self.edges:
            self._lose(edge, Fault.LINK_LOST)

    def refused(self, topic_filter: str, reason: str) -> None:
        log.error("link_refused", topic=topic_filter, reason=reason)

    def watch(self) -> None:
        """Silences are looked at with every beat."""

    def message(self, topic: str, payload: bytes, receive_ns: int, retained: bool, repeated: bool) -> None:
        edge, kind = edge_and_kind(topic, self._prefix)
        standing = self.edges.get(edge)
        if standing is None:
            self._say_unknown(edge)
            return
        try:
            if kind == STATE:
                self._state(edge, standing, spoken(payload, State), receive_ns)
                return
            self._heard(edge, standing)
            if kind == LIVE:
                self._show(standing, edge, unpacked(payload, Live))
            elif kind == KEPT:
                self._kept.put_nowait((edge, payload))
        except asyncio.QueueFull:
            self.dropped_frames += 1
        except BadFrame as error:
            self._bad(edge, standing, error)

    def beat(self) -> None:
        """Four times a second: who has fallen silent, and who is owed a word."""
        now_ns = self._clock.monotonic_ns()
        for edge in self._silence.fell_silent(now_ns):
            self._lose(edge, Fault.EDGE_LOST)
        for standing in self.edges.values():
            wants_all = standing.is_heard and standing.live.wants_all(now_ns)
            if standing.owes_reply or wants_all or standing.live.owes_reply():
                self._reply(standing, wants_all)

    async def keep(self) -> None:
        """Bring kept frames to the disk, one after the other, and say so; goes on until cancelled."""
        while True:
            edge, payload = await self._kept.get()
            standing = self.edges[edge]
            try:
                standing.epoch = await asyncio.to_thread(self._keeper.keep, edge, payload)
            except BadFrame as error:
                self._bad(edge, standing, error)
                continue
            except HistoryUnavailable as error:
                self._trouble(edge, standing, str(error))
                continue
            standing.trouble, standing.owes_reply = "", True
            if self._kept.empty():
                self._reply(standing, again=False)

    def _state(self, edge: str, standing: Standing, state: State, receive_ns: int) -> None:
        if state.gone:
            if standing.is_heard and state.run == standing.state.run:
                self._silence.forget(edge)
                self._lose(edge, Fault.EDGE_LOST)
            return
        self._heard(edge, standing)
        standing.state, standing.clock_offset_ns, standing.owes_reply = state, receive_ns - state.sent_ns, True
        standing.live.heard(state)

    def _show(self, standing: Standing, edge: str, frame: Live) -> None:
        if not standing.live.takes(frame):
            return
        self.live_frames += 1
        series = frame.series()
        for row in frame.rows:
            device = series[row.device].device
            if device in standing.devices:
                self._hub.relay(block_of(row, series[row.device], self._names[device]))
            elif device not in standing.strangers:
                standing.strangers.add(device)
                log.warning("edge_speaks_of_a_stranger", edge=edge, device=device)

    def _heard(self, edge: str, standing: Standing) -> None:
        now_ns = self._clock.monotonic_ns()
        self._silence.heard(edge, now_ns)
        standing.heard_ns = now_ns
        if not standing.is_heard:
            standing.is_heard = True
            log.info("edge_heard", edge=edge)

    def _lose(self, edge: str, fault: Fault) -> None:
        standing = self.edges[edge]
        log.warning("edge_lost", edge=edge, fault=fault.value)
        standing.is_heard = False
        standing.live.lost()
        now_ns = self._clock.now_ns()
        self.lost[fault] += len(standing.devices)
        for device in standing.devices:
            # Not stored: what the device measures meanwhile is in the edge's spool, and comes.
            lost = failed_block(device, len(self._names[device]), now_ns, fault)
            self._hub.accept(replace(lost, reach=Reach.LIVE))

    def _reply(self, standing: Standing, again: bool) -> None:
        if self._publish is None:
            return
        kept = self._keeper.position(standing.topics.edge, standing.epoch)
        said = Reply(VERSION, standing.epoch, kept, standing.live.run, standing.live.seen, again)
        self._publish(standing.topics.reply, msgspec.json.encode(said), 0, False)
        standing.owes_reply = False

    def _bad(self, edge: str, standing: Standing, error: BadFrame) -> None:
        self.bad_frames += 1
        self._trouble(edge, standing, f"its words can't be read: {error}")

    def _trouble(self, edge: str, standing: Standing, trouble: str) -> None:
        if trouble != standing.trouble:
            log.error("edge_in_trouble", edge=edge, reason=trouble)
        standing.trouble = trouble

    def _say_unknown(self, edge: str) -> None:
        if edge not in self._unknown and len(self._unknown) < QUEUE:
            self._unknown.add(edge)
            log.warning("edge_unknown", edge=edge)
