"""Carries the spool to a sink, in order, from its own thread, with its own cursor; waits and tries again when the sink is away."""

import sqlite3
import threading
from collections.abc import Sequence
from typing import Protocol

import structlog

from model.clock import SECOND, Clock
from model.ports import PartHealth
from store.history.errors import StoreError
from store.history.spool import Spool
from store.history.spool_file import Row

log = structlog.get_logger()

BATCH_ROWS = 2_000
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0


class Sink(Protocol):
    """Where blocks end up."""

    name: str

    def deliver(self, rows: Sequence[Row]) -> None:
        """Keep the rows for good. Sent again after a crash or error, so taking them twice must leave them once. Raises StoreError."""
        ...


class Drain:
    """``every_s`` is the rhythm when the sink keeps up: longer costs less, and leaves more to be read from the tail of the spool."""

    def __init__(
        self,
        spool: Spool,
        sink: Sink,
        clock: Clock,
        every_s: float = 5.0,
        batch_rows: int = BATCH_ROWS,
        longest_wait_s: float = _LONGEST_WAIT_S,
    ) -> None:
        """``longest_wait_s``: between two attempts while the sink is away."""
        self._spool = spool
        self._sink = sink
        self._clock = clock
        self._every_s = every_s
        self._batch_rows = batch_rows
        self._longest_wait_s = longest_wait_s
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"drain-{sink.name}", daemon=True)
        self._failing_since_ns: int | None = None
        self._had_all_ns: int | None = None
        self._reason = ""
        self._hard = 0
        """No power cut takes rows up to here back."""
        self.delivered = 0
        self.position = spool.file.cursor(sink.name)
        spool.register(sink.name)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End after the batch in hand; what is left stays in the spool for the next start."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        wait_s = _FIRST_WAIT_S
        while not self._stopping.is_set():
            healthy = self.drain()
            wait_s = _FIRST_WAIT_S if healthy else min(wait_s * 2, self._longest_wait_s)
            self._wake.wait(self._every_s if healthy else wait_s)
            self._wake.clear()

    def drain(self) -> bool:
        """Deliver batch after batch until the spool has no more; False when the sink, or the spool itself, failed."""
        try:
            while rows := self._spool.file.after(self.position, self._batch_rows):
                self._deliver(rows)
                if self._stopping.is_set():
                    break
            else:
                self._had_all_ns = self._clock.monotonic_ns()
        except (StoreError, sqlite3.Error) as error:
            self._failed(str(error))
            return False
        return True

    def _deliver(self, rows: list[Row]) -> None:
        if rows[-1].id > self._hard:
            self._hard = self._spool.file.harden()
        self._sink.deliver(rows)
        self.position = rows[-1].id
        self._spool.file.set_cursor(self._sink.name, self.position)
        self.delivered += len(rows)
        self._worked()

    def _failed(self, reason: str) -> None:
        if self._failing_since_ns is None:
            self._failing_since_ns = self._clock.now_ns()
            log.warning("store_away", sink=self._sink.name, reason=reason)
        self._reason = reason

    def _worked(self) -> None:
        if self._failing_since_ns is not None:
            log.info("store_back", sink=self._sink.name, away_s=(self._clock.now_ns() - self._failing_since_ns) / SECOND)
        self._failing_since_ns = None

    def lag_blocks(self) -> int:
        return max(0, self._spool.file.span()[1] - self.position)

    def lag_s(self) -> float:
        """How long the oldest block this sink has not taken has waited, in seconds; 0 when it has all.

        That is its age; but what another machine received an hour ago and has just been taken over cannot wait for longer than since the
        sink last had all.
        """
        received_ns = self._spool.file.receive_ns(self.position + 1)
        if received_ns is None:
            return 0.0
        age_ns = self._clock.now_ns() - received_ns
        behind_ns = age_ns if self._had_all_ns is None else self._clock.monotonic_ns() - self._had_all_ns
        return max(0.0, min(age_ns, behind_ns) / SECOND)

    def health(self) -> PartHealth:
        part = f"history:{self._sink.name}"
        if self._thread.ident and not self._thread.is_alive() and not self._stopping.is_set():
            return PartHealth(part, False, f"its thread has ended; {self.lag_blocks()} blocks wait in the spool")
        if self._failing_since_ns is None:
            return PartHealth(part, True)
        return PartHealth(part, False, f"{self._reason}; {self.lag_blocks()} blocks wait in the spool")

    def counters(self) -> dict[str, float]:
        name = self._sink.name
        return {
            f"guanjia_history_{name}_delivered_blocks_total": float(self.delivered),
            f"guanjia_history_{name}_lag_blocks": float(self.lag_blocks()),
            f"guanjia_history_{name}_lag_seconds": self.lag_s(),
        }
