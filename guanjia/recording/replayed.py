"""A recording in place of the site's devices: its blocks at the instants they came, on a clock of their own.

    reader ──batches, in a thread──► Replay ──at its instant──► hub            now = start + (time passed × speed), never past
                                        │                                      the next block that has not been handed on
                                        └──── horizon ────► ReplayClock ───────────────┘

Everything lives in the recording's time: delays, clocks of tickets and pictures are as they were then, at any speed. A machine too slow for
the speed lets time go slower, so that no device seems lost; after the last block time stands still.
"""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice

import structlog

from guanjia.recording.errors import RecordingError
from guanjia.recording.reader import RecordingReader
from model.clock import Clock
from model.ports import PartHealth
from model.reading import Block, BlockSink

log = structlog.get_logger()
_BATCH, _TURN = 4_096, 64


class ReplayClock:
    """``model.clock.Clock`` in a recording's time. It stands at the start until ``begin``."""

    def __init__(self, real: Clock, start_ns: int, speed: float) -> None:
        self.horizon_ns = start_ns
        self._real = real
        self._start_ns = start_ns
        self._speed = speed
        self._made_ns = real.monotonic_ns()
        self._begun_ns: int | None = None

    def begin(self) -> None:
        self._begun_ns = self.monotonic_ns()

    def now_ns(self) -> int:
        if self._begun_ns is None:
            return self._start_ns
        return min(self._start_ns + self.monotonic_ns() - self._begun_ns, self.horizon_ns)

    def monotonic_ns(self) -> int:
        """Goes on after the end, so that whoever waits for a while is woken."""
        return round((self._real.monotonic_ns() - self._made_ns) * self._speed)

    async def sleep_until(self, monotonic_ns: int) -> None:
        await self._real.sleep_until(self._made_ns + round(monotonic_ns / self._speed))

    def instant(self, at_ns: int) -> int:
        """The monotonic instant at which it is that time, once begun."""
        assert self._begun_ns is not None
        return self._begun_ns + at_ns - self._start_ns


class Replay:
    """``guanjia.platform.Source``: hands every block on at its time."""

    def __init__(self, reader: RecordingReader, sink: BlockSink, clock: ReplayClock) -> None:
        self._reader = reader
        self._sink = sink
        self._clock = clock
        self._playing: asyncio.Task[None] | None = None
        self._replayed = 0

    async def run(self) -> None:
        """Ends with the recording, or with ``stop``. A recording that turns out damaged ends it too."""
        self._playing = asyncio.create_task(self._play())
        await asyncio.wait({self._playing})
        if not self._playing.cancelled():
            self._playing.result()

    async def stop(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.wait({self._playing})

    async def _play(self) -> None:
        blocks, reason = self._reader.blocks(), ""
        self._clock.begin()
        try:
            while batch := await asyncio.to_thread(_some, blocks):
                for block in batch:
                    await self._hand_on(block)
        except RecordingError as error:
            reason = str(error)
        log.info("replay_ended", blocks=self._replayed, reason=reason)

    async def _hand_on(self, block: Block) -> None:
        self._clock.horizon_ns = max(self._clock.horizon_ns, block.receive_ns)
        due_ns = self._clock.instant(block.receive_ns)
        if due_ns > self._clock.monotonic_ns():
            await self._clock.sleep_until(due_ns)
        elif self._replayed % _TURN == 0:
            await asyncio.sleep(0)  # late: others must have their turn all the same
        self._sink.accept(block)
        self._replayed += 1

    def health(self) -> Sequence[PartHealth]:
        return ()

    def metrics(self) -> dict[str, float]:
        return {"guanjia_replayed_blocks_total": float(self._replayed)}


def _some(blocks: Iterator[Block]) -> list[Block]:
    return list(islice(blocks, _BATCH))
