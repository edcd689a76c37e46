"""Writes the engine's checkpoint every few seconds, once the journal has every event of what is in it."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from guanjia.checkpoint import Checkpoint, write_checkpoint
from guanjia.clock_steps import ClockSteps
from guanjia.no_pauses import without_collections
from guanjia.write_ahead import WriteAhead
from model.alarm import AlarmEvent, Occurrence, Standing
from model.clock import SECOND, Clock
from model.ports import Judged, Trail
from rules.remembering import Noted

log = structlog.get_logger()
Stood = tuple[Standing, Occurrence | None]

EVERY_NS = 5 * SECOND
"""So much of a delay may be counted again after a crash where nothing is read meanwhile; and some thousand blocks are judged again."""


_give_way = partial(time.sleep, 0)
"""A thread that only computes would have the loop wait 5 ms (sys.getswitchinterval) for each turn of its own."""


class Remembering(Protocol):
    """The engine, as far as it is written down."""

    def noted(self) -> Noted: ...

    def standings(self) -> Sequence[Stood]: ...


class Lane(Protocol):
    async def commit(self, events: Sequence[AlarmEvent]) -> None: ...


class Checkpoints:
    """Runs on the event loop, where the engine is; encodes and writes in a thread."""

    def __init__(
        self,
        path: Path,
        engine: Remembering,
        lane: Lane,
        ahead: WriteAhead,
        trail: Trail,
        clock: Clock,
        let_pass: Callable[[], bool],
        steps: ClockSteps,
    ) -> None:
        """``let_pass``: brings the engine up to now, and its events on their way; False when it can't."""
        self.path = path
        self._let_pass, self._steps = let_pass, steps
        self._engine, self._lane, self._ahead, self._trail, self._clock = engine, lane, ahead, trail, clock
        self._written_ns: int | None = None
        self._bytes = self._refused = 0
        self._is_failing = False

    async def run(self) -> None:
        """Goes on until cancelled; the first one is written at once."""
        while True:
            await self.save()
            await self._clock.sleep_until(self._clock.monotonic_ns() + EVERY_NS)

    async def save(self) -> None:
        """Never raises: without a newer one the older one serves, and more is judged again."""
        try:
            await self._save()
        except (OSError, sqlite3.Error) as error:
            self._refuse(f"{self.path.name} can't be written: {error}")
        except Exception as error:  # noqa: BLE001 - an engine that chokes on something must not take reading and telling down with it
            self._refuse(repr(error))

    async def _save(self) -> None:
        # No pause between here and the mark: the memory is that of the marked block, and of this moment.
        if not self._let_pass():
            self._refuse("the engine chokes on the time that has passed")
            return
        known = self._steps.noted
        with without_collections():
            noted, standings, mark = self._engine.noted(), self._engine.standings(), self._ahead.mark()
        await self._lane.commit(())
        judged = self._ahead.judged(mark, noted.now_ns)
        if judged is None:
            self._refuse("the spool does not commit what was judged")
            return
        self._bytes = await asyncio.to_thread(self._write, noted, standings, judged)
        self._steps.forget(known)
        self._written_ns = self._clock.monotonic_ns()
        self._is_failing = False

    def _write(self, noted: Noted, standings: Sequence[Stood], judged: Judged) -> int:
        # A power cut that took rows back would leave a checkpoint ahead of its spool.
        self._trail.harden()
        with without_collections():
            # Words by the ten thousand, gone again once they are written: no reason to look through all that stands.
            plain = tuple((standing, replace(occurrence, evidence=()) if occurrence else None) for standing, occurrence in standings)
            size = write_checkpoint(self.path, Checkpoint(judged.spool, judged.position, noted.memory(_give_way), plain))
        self._trail.hold(judged.position)
        return size

    def _refuse(self, reason: str) -> None:
        self._refused += 1
        if not self._is_failing:
            log.error("checkpoint_refused", reason=reason)
        self._is_failing = True

    def counters(self) -> dict[str, float]:
        written_ns = self._written_ns
        return {
            "guanjia_checkpoint_age_seconds": 0.0 if written_ns is None else (self._clock.monotonic_ns() - written_ns) / SECOND,
            "guanjia_checkpoint_bytes": float(self._bytes),
            "guanjia_checkpoint_refused_total": float(self._refused),
        }
