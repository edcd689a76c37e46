"""Between the links and the hub: what a value that came whole is worth, in the light of those before it.

link ──► block ──► its own time? believable rate? heartbeat alive? ──► block ──► sink
each second ──► points not spoken of for too long ──► one block with their last values, LAST_USABLE
"""

from array import array
from dataclasses import replace
from math import nan

import structlog

from collectors.codes import Codes, enumerated
from collectors.counters import Counters
from collectors.heartbeat import Heartbeat
from collectors.rate import Rates, rate_limits
from collectors.source_clock import SourceClock
from collectors.staleness import Staleness, Told
from model.clock import SECOND, Clock
from model.quality import ABSENT, Quality
from model.reading import Block, BlockSink, Reach
from model.site import Device, Site

log = structlog.get_logger()

WATCH_NS = SECOND
"""How often it is looked who has gone stale."""


class Truth:
    """``model.reading.BlockSink`` of the links. A device without limits and codes costs one look-up per block."""

    name = "truth"

    def __init__(self, site: Site, sink: BlockSink, clock: Clock, counters: Counters) -> None:
        self._sink, self._clock, self._counters = sink, clock, counters
        self._devices = site.devices
        self._rates = {d.id: Rates(limits) for d in site.devices.values() if (limits := rate_limits(d.profile))}
        self._heartbeats = {d.id: watch for d in site.devices.values() if (watch := Heartbeat(d.profile)).is_needed}
        clocks = {d.id: SourceClock(d.profile, site.timezone) for d in site.devices.values()}
        self._clocks = {device: clock for device, clock in clocks.items() if clock.is_there}
        self._staleness = {d.id: Staleness(stale_after) for d in site.devices.values() if (stale_after := stale_limits(d))}
        self._enumerated = {d.id: listed for d in site.devices.values() if (listed := enumerated(d.profile))}
        self._codes = Codes()
        self._jumping: dict[str, tuple[int, ...]] = {}

    def accept(self, block: Block) -> None:
        if block.fault is None and block.reach is not Reach.HISTORY:
            block = self._judged(block)
        staleness = self._staleness.get(block.device)
        if staleness is not None and block.reach is not Reach.HISTORY:
            staleness.hear(block, self._clock.monotonic_ns() - _age_ns(block))
        self._sink.accept(block)

    def _judged(self, block: Block) -> Block:
        source_clock = self._clocks.get(block.device)
        if source_clock is not None:
            block = self._dated(block, source_clock)
        if block.device in self._enumerated:
            self._look_up(block)
        rates, heartbeat = self._rates.get(block.device), self._heartbeats.get(block.device)
        if rates is not None:
            block = self._without_jumps(block, rates)
        if heartbeat is not None:
            qualities = heartbeat.judge(block.values, block.qualities, block.receive_ns)
            block = block if qualities is block.qualities else replace(block, qualities=qualities)
        return block

    def _look_up(self, block: Block) -> None:
        """Say which codes nobody has words for: as readings they are as good as any."""
        profile = self._devices[block.device].profile
        for point, code in self._codes.fresh(block, profile, self._enumerated[block.device]):
            log.warning("code_not_listed", device=block.device, profile=profile.id, point=point, code=code)

    def _dated(self, block: Block, source_clock: SourceClock) -> Block:
        source_ns = source_clock.source_ns(block.values, block.qualities, block.receive_ns)
        self._counters.clocks_implausible += source_ns is None
        return block if source_ns is None else replace(block, source_ns=source_ns)

    def _without_jumps(self, block: Block, rates: Rates) -> Block:
        doubted = rates.doubted(block.values, block.qualities, block.source_ns)
        self._note(block, tuple(doubted))
        if not doubted:
            return block
        self._counters.jumps += len(doubted)
        values, qualities = array("d", block.values), bytearray(block.qualities)
        for column in doubted:
            values[column], qualities[column] = nan, Quality.RATE
        return replace(block, values=values, qualities=bytes(qualities))

    def _note(self, block: Block, doubted: tuple[int, ...]) -> None:
        """Say once what was read where a jump begins: the block itself no longer tells it."""
        fresh = set(doubted) - set(self._jumping.get(block.device, ()))
        for column in sorted(fresh):
            log.warning("value_jumped", point=self._devices[block.device].point_id(column), value=block.values[column])
        if doubted:
            self._jumping[block.device] = doubted
        else:
            self._jumping.pop(block.device, None)

    async def run(self) -> None:
        """Watch for stale points until cancelled."""
        while True:
            await self._clock.sleep_until(self._clock.monotonic_ns() + WATCH_NS)
            self.note_stale()

    def note_stale(self) -> None:
        """Tell of every point whose last reading has now stood for too long."""
        now_ns = self._clock.monotonic_ns()
        for device, staleness in self._staleness.items():
            stale = staleness.gone_stale(now_ns)
            if stale:
                self._sink.accept(_stale_block(self._devices[device], stale, self._clock.now_ns()))


def _age_ns(block: Block) -> int:
    """How old what it says is where it only stands again (``Reach.LIVE``); what is said now is new, whatever its device's clock shows."""
    return max(0, block.receive_ns - block.source_ns) if block.reach is Reach.LIVE else 0


def stale_limits(device: Device) -> dict[int, int]:
    """Column → how long a reading stands; the site's word goes before the profile's. Points polled with every block never go stale."""
    limits = ((column, device.stale_after_ns or point.stale_after_ns) for column, point in enumerate(device.points))
    return {column: limit_ns for column, limit_ns in limits if limit_ns is not None}


def _stale_block(device: Device, stale: dict[int, Told], now_ns: int) -> Block:
    values, qualities, texts = array("d", [nan]) * len(device.points), bytearray([ABSENT]) * len(device.points), {}
    for column, (number, words) in stale.items():
        values[column], qualities[column] = number, Quality.LAST_USABLE
        if words is not None:
            texts[column] = words
    return Block(device.id, now_ns, now_ns, values, bytes(qualities), texts)
