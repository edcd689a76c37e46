"""A yesterday for the demo: what the simulated site lived through before anybody looked at it, put into the history it starts with.

    simulate --past … --history-file - ──rows, oldest first──► Yesterday ──gently──► history store
                                                               only for times of which the history knows nothing yet

The simulated fleet goes on where the rows end, since it has lived through the same. Live values and alarms never see a row.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from energy.calendar import day_of
from energy.meters import meters
from model.clock import HOUR, SECOND, Clock
from model.reading import Block, History
from model.site import Site
from simulators.past import STEP_NS, full_step, instants
from simulators.past_stream import RowReader

log = structlog.get_logger()

SIMULATE = "guanjia.commands.simulate"
"""The module to run for ``guanjia simulate``: without the other commands it starts in half the time."""
_PIECE_BYTES = 1 << 16
_REST_S = 0.05
"""After every piece, about 200 rows: polling has the right of way."""


class Yesterday:
    """From an hour before yesterday's midnight on site until shortly before now, so that yesterday is whole at any time of day."""

    def __init__(self, site: Site, words: Sequence[str], clock: Clock) -> None:
        """``words``: site and seed as ``guanjia simulate`` takes them, the same that the fleet gets."""
        now_ns = clock.now_ns()
        midnight_ns, _ = day_of(now_ns, site.timezone)
        yesterday_ns, _ = day_of(midnight_ns - 1, site.timezone)
        self._site, self._clock = site, clock
        self._start_ns = full_step(yesterday_ns - HOUR)
        self._instants = instants(self._start_ns, now_ns)
        self.past_words = ["--past", _written(self._start_ns, site)]
        """What lets a fleet live through the same past."""
        self._words = [*words, *self.past_words, "--history-file", "-"]

    async def make(self, history: History, keep: Callable[[Block], None]) -> None:
        """Fill what is empty. Cancelled, it ends at once; the next start goes on where the history has nothing."""
        empty = await asyncio.to_thread(empty_instants, history, self._site, self._instants)
        if not empty:
            return
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", SIMULATE, *self._words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            kept = await self._pour(process.stdout, empty, keep)
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        span = {"start": _written(min(empty) - STEP_NS, self._site), "end": _written(max(empty), self._site)}
        log.info("past_made" if code == 0 else "past_broke_off", blocks=kept, exit_code=code, **span)

    async def _pour(self, rows: asyncio.StreamReader, empty: frozenset[int], keep: Callable[[Block], None]) -> int:
        """Hand every row of an empty instant on; how many. The history receives them now, whenever they were measured."""
        reader, kept = RowReader(), 0
        while piece := await rows.read(_PIECE_BYTES):
            now_ns = self._clock.now_ns()
            for block in reader.feed(piece):
                if block.source_ns in empty:
                    keep(replace(block, receive_ns=now_ns))
                    kept += 1
            await asyncio.sleep(_REST_S)
        return kept


def empty_instants(history: History, site: Site, of: Sequence[int]) -> frozenset[int]:
    """The ends of those steps in which no incomer has a reading on record. Blocking."""
    if not of:
        return frozenset()
    incomers = [meter.point_id for meter in meters(site, role="incomer")]
    edges_ns = [of[0] - STEP_NS + 1, *(at_ns + 1 for at_ns in of)]
    known = {counted.start_ns for counted in history.counters(incomers, edges_ns)}
    return frozenset(at_ns for start_ns, at_ns in zip(edges_ns, of, strict=False) if start_ns not in known)


def _written(at_ns: int, site: Site) -> str:
    return datetime.fromtimestamp(at_ns // SECOND, site.timezone).isoformat()
