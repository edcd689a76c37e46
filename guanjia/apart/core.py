"""What a core reads: its edges over the link, and the devices that belong to no edge by itself."""

import asyncio
from collections.abc import Mapping

from collectors.run import Collectors
from guanjia.apart.core_voice import CoreVoice, Standing
from guanjia.apart.keeper import Keeper
from guanjia.apart.link import every_beat, link_of
from guanjia.apart.reception import Verdict
from guanjia.apart.shares import share
from guanjia.hub import Hub
from model.clock import SECOND, Clock
from model.ports import PartHealth
from model.reading import Fault
from model.site import Site
from store.history.open import HistoryStore

LAGGING_S = 30.0
"""A spool that waits for longer is worth a word on ``/readyz``."""
CLOCKS_APART_NS = 5 * SECOND


class CoreReading:
    """``guanjia.platform.Source``. ``site`` has its edges."""

    def __init__(self, site: Site, hub: Hub, clock: Clock, store: HistoryStore) -> None:
        self._clock = clock
        self._keeper = Keeper(store.intake)
        self._voice = CoreVoice(site, hub, self._keeper, clock)
        self._link = link_of(site, "core", self._voice, clock)
        self._own = Collectors(share(site, ""), hub, clock, commits=store.commits)
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._own.run(), name="collectors")
                ours = [
                    group.create_task(part, name="link")
                    for part in (self._link.run(), self._voice.keep(), every_beat(self._voice.beat, self._clock))
                ]
                await self._stopping.wait()
                await self._own.stop()
                for task in ours:
                    task.cancel()
        finally:
            self._stopped.set()

    async def stop(self) -> None:
        """Ends ``run`` and returns when every connection is closed."""
        self._stopping.set()
        await self._stopped.wait()

    def health(self) -> list[PartHealth]:
        return [self._health(edge, standing) for edge, standing in self._voice.edges.items()]

    def _health(self, edge: str, standing: Standing) -> PartHealth:
        part = f"edge:{edge}"
        if not standing.is_heard:
            return PartHealth(part, False, self._silence(standing))
        if standing.trouble or standing.state.trouble:
            return PartHealth(part, False, standing.trouble or standing.state.trouble)
        return PartHealth(part, True, "; ".join(_remarks(standing)))

    def _silence(self, standing: Standing) -> str:
        if standing.heard_ns is None:
            return "not heard since the core has started"
        return f"not heard for {(self._clock.monotonic_ns() - standing.heard_ns) / SECOND:.0f} s"

    def metrics(self) -> Mapping[str, float]:
        """The collectors' counters, the link's, and each edge's under its name."""
        keeper, voice = self._keeper, self._voice
        link = {
            "guanjia_edges_live_frames_total": voice.live_frames,
            "guanjia_edges_kept_blocks_total": keeper.blocks,
            "guanjia_edges_repeated_frames_total": keeper.counts[Verdict.KNOWN],
            "guanjia_edges_early_frames_total": keeper.counts[Verdict.EARLY],
            "guanjia_edges_skipped_blocks_total": keeper.skipped,
            "guanjia_edges_dropped_frames_total": voice.dropped_frames,
            "guanjia_edges_bad_frames_total": voice.bad_frames,
        }
        edges = {f'{name}{{edge="{edge}"}}': value for edge, one in voice.edges.items() for name, value in _figures(one).items()}
        lost = {f"guanjia_exchange_failures_{fault}_total": voice.lost[fault] for fault in (Fault.EDGE_LOST, Fault.LINK_LOST)}
        return {**self._own.metrics(), **lost, **link, **edges}


def _remarks(standing: Standing) -> list[str]:
    state, remarks = standing.state, []
    if state.waiting_s > LAGGING_S:
        remarks.append(f"{state.waiting_blocks} blocks wait in its spool, the oldest {state.waiting_s:.0f} s")
    if state.lost_blocks:
        remarks.append(f"its spool has dropped {state.lost_blocks:.0f} blocks unread")
    if abs(standing.clock_offset_ns) > CLOCKS_APART_NS:
        seconds = abs(standing.clock_offset_ns) / SECOND
        remarks.append(f"its clock is {seconds:.0f} s {'behind' if standing.clock_offset_ns > 0 else 'ahead of'} ours")
    if standing.strangers:
        remarks.append(f"it reads {len(standing.strangers)} devices that are not its own in our site file")
    return remarks


def _figures(standing: Standing) -> dict[str, float]:
    state = standing.state
    return {
        "guanjia_edge_connected": standing.is_heard,
        "guanjia_edge_waiting_blocks": state.waiting_blocks,
        "guanjia_edge_waiting_seconds": state.waiting_s,
        "guanjia_edge_spool_bytes": state.spool_bytes,
        "guanjia_edge_lost_blocks_total": state.lost_blocks,
        "guanjia_edge_clock_offset_seconds": standing.clock_offset_ns / SECOND,
    }
