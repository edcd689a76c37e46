"""The machine that reads a share of a site: collectors, a spool of its own, the link to the core. It judges nothing and shows no pages."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from collectors.run import Collectors
from guanjia.apart.edge_voice import EdgeVoice
from guanjia.apart.frames import State
from guanjia.apart.link import every_beat, link_of
from guanjia.apart.live_feed import LiveFeed
from guanjia.apart.shares import share
from guanjia.apart.topics import Topics
from guanjia.apart.uplink import Uplink
from guanjia.hub import Hub
from guanjia.live import LiveTable
from guanjia.live_counters import LiveCounters
from guanjia.web_server import WebServer
from model.alarm import AlarmEvent
from model.clock import Clock
from model.ports import PartHealth
from model.reading import Block, Link
from model.site import Site
from store.history.drain import Drain
from store.history.site_spool import open_spool

DRAIN_EVERY_S = 1.0
"""What is judged goes by the live topic, so the spool may gather a second: fewer, fuller frames."""
LONGEST_WAIT_S = 5.0
"""A core that is back has the spool's next block within this time."""
_DRAIN_PATIENCE_S = 2.0


class EdgeMachine:
    """``run`` goes on until ``stop``. What the core has not acknowledged stays in the spool for the next start."""

    def __init__(self, site: Site, edge: str, data: Path, clock: Clock) -> None:
        """``site`` has its edges."""
        mine = share(site, edge)
        names = {device.id: tuple(point.name for point in device.points) for device in mine.devices.values()}
        self._clock = clock
        self._live = LiveTable(mine)
        self._spool = open_spool(site.store, mine, data, clock)
        self._uplink = Uplink(self._spool, clock)
        self._drain = Drain(self._spool, self._uplink, clock, DRAIN_EVERY_S, longest_wait_s=LONGEST_WAIT_S)
        feed = LiveFeed(uuid.uuid4().hex, names.__getitem__, self._live.newest)
        self._hub = Hub(self._live, self._spool, feed, _Nobody(), _no_events, _no_link, clock)
        self._collectors = Collectors(mine, self._hub, clock, commits=self._spool)
        self._voice = EdgeVoice(Topics(site.link_prefix, edge), feed, self._uplink, self._tell, clock)
        self._link = link_of(site, f"edge-{edge}", self._voice, clock)
        self._stopping = asyncio.Event()
        self.counters = LiveCounters(self._count)

    async def run(self, web: WebServer) -> None:
        self._spool.start()
        self._drain.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._collectors.run(), name="collectors")
                link = group.create_task(self._link.run(), name="link")
                beat = group.create_task(every_beat(self._voice.beat, self._clock), name="beat")
                group.create_task(web.serve(), name="web")
                await self._stopping.wait()
                await self._collectors.stop()
                web.stop()
                beat.cancel()
                link.cancel()
        finally:
            self._uplink.close()
            await asyncio.to_thread(self.close)

    def stop(self) -> None:
        """End ``run``: first the reading, then the telling, then the writing."""
        self._stopping.set()

    def close(self) -> None:
        """What ``run`` does at its end."""
        self._drain.stop(_DRAIN_PATIENCE_S)
        self._spool.stop()
        self._spool.close()

    def health(self) -> list[PartHealth]:
        answers = self._live.connected() > 0
        return [self._spool.health(), self._drain.health(), PartHealth("collectors", answers, "" if answers else "no device answers")]

    def _tell(self, state: State) -> State:
        figures = self._spool.counters()
        return msgspec.structs.replace(
            state,
            waiting_blocks=self._drain.lag_blocks(),
            waiting_s=self._drain.lag_s(),
            spool_bytes=figures["guanjia_spool_bytes"],
            lost_blocks=figures["guanjia_spool_dropped_blocks_total"],
            trouble=self._uplink.trouble,
        )

    def _count(self) -> Mapping[str, float]:
        uplink = {"guanjia_core_sent_frames_total": self._uplink.frames, "guanjia_core_sent_again_frames_total": self._uplink.frames_again}
        return {**self._hub.counters, **self._collectors.metrics(), **self._spool.counters(), **self._drain.counters(), **uplink}


class _Nobody:
    """``guanjia.hub.Judge``: alarms are the core's."""

    next_due_ns = None

    def observe(self, block: Block, now_ns: int | None = None) -> Sequence[AlarmEvent]:
        return ()

    def advance(self, now_ns: int) -> Sequence[AlarmEvent]:
        return ()

    def resume(self, now_ns: int) -> None:
        """It waits for nothing."""


def _no_events(events: Sequence[AlarmEvent]) -> None:
    """Nobody judges, so there are none."""


def _no_link(device: str, link: Link) -> None:
    """Nobody looks at the stream of an edge; the core sees the same change in the block."""
