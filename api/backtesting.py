"""Backtests as jobs: what the API needs of whoever runs them one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from model.people import Actor


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class BacktestAsked:
    """What somebody wants to know: how these rules would have done from ``start_ns`` to before ``end_ns``."""

    start_ns: int
    end_ns: int
    yaml: str = ""
    """Rules as proposed; empty judges ``rule`` as it stands."""
    rule: str = ""
    """The rule it is about, where it is one."""


@dataclass(frozen=True, slots=True)
class JobSummary:
    """What a list says of a result: annunciated alarms and tickets on both sides, and how many real incidents would be missed.

    ``readings``: that were judged. With 0 nothing is known of that time, which is not the same as no alarm; None: of a result kept before
    it was told.
    """

    alarms_now: int
    alarms_proposed: int
    tickets_now: int
    tickets_proposed: int
    missed: int
    readings: int | None = None


@dataclass(frozen=True, slots=True)
class BacktestJob:
    id: str
    question: Mapping[str, Any]
    """What was asked, for showing."""
    by: str
    asked_at_ns: int
    state: JobState = JobState.QUEUED
    progress: float = 0.0
    """From 0 to 1."""
    eta_s: float | None = None
    started_at_ns: int | None = None
    finished_at_ns: int | None = None
    error: str = ""
    summary: JobSummary | None = None
    """Of a backtest that is done."""


class QueueFull(Exception):
    """So many backtests wait already that another one would not be looked at today."""


class JobOver(Exception):
    """It has ended and can't be cancelled any more."""


class Backtests(Protocol):
    """One is judged at a time, the others wait. KeyError for a job nobody knows."""

    async def ask(self, asked: BacktestAsked, by: Actor) -> BacktestJob:
        """Check it and put it in the queue. Raises ``model.mistake.ConfigError`` with every mistake of the text, KeyError for an unknown
        rule, QueueFull."""
        ...

    def jobs(self) -> Sequence[BacktestJob]:
        """Newest first, those of earlier runs of the platform too."""
        ...

    def job(self, job_id: str) -> BacktestJob: ...

    async def result(self, job_id: str) -> Any:
        """The JSON of a finished job; None before that and where it failed."""
        ...

    async def cancel(self, job_id: str) -> BacktestJob:
        """Raises JobOver."""
        ...
