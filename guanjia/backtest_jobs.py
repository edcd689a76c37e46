"""Backtests one after the other, beside live work.

::

    ask ──► queue (10, then refused) ──► one judged at a time, in a child process ──► data/backtests/0007.job.json
                                         progress, cancel                                          0007.result.json

The newest 40 are kept, over restarts too. What runs or waits when the platform stops, or is killed, is cancelled and says so.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog

from api.backtesting import BacktestAsked, BacktestJob, JobOver, JobState, JobSummary, QueueFull
from api.words import rfc3339
from guanjia.backtest.run import BacktestFailed, Cancelled, Progress
from model.clock import Clock
from model.people import Actor
from model.ports import HistoryUnavailable

log = structlog.get_logger()
FOLDER = "backtests"
_MOST_WAITING = 10
_MOST_KEPT = 40
_STOPPED = "the platform was stopped"
_HEAD, _RESULT = ".job.json", ".result.json"
Tell = Callable[[Progress], None]
Work = Callable[[Tell, threading.Event], Any]
"""A job: blocks until it has a result that can be written as JSON. Raises Cancelled soon after the event is set, BacktestFailed or
HistoryUnavailable when it can't be done."""
Prepare = Callable[[BacktestAsked], Work]
"""Checks what is asked. Blocks. Raises ``model.mistake.ConfigError``, KeyError for an unknown rule."""


class BacktestJobs:
    """``api.backtesting.Backtests``. Everything but the judging happens on the event loop."""

    def __init__(self, data: Path, prepare: Prepare, clock: Clock, zone: ZoneInfo) -> None:
        self._folder = data / FOLDER
        self._prepare, self._clock, self._zone = prepare, clock, zone
        self._jobs: dict[int, BacktestJob] = _read(self._folder)
        self._work: dict[int, Work] = {}
        self._stops: dict[int, threading.Event] = {}
        self._queue: asyncio.Queue[int] = asyncio.Queue()

    async def ask(self, asked: BacktestAsked, by: Actor) -> BacktestJob:
        work = await asyncio.to_thread(self._prepare, asked)
        start, end = (rfc3339(at_ns, self._zone) for at_ns in (asked.start_ns, asked.end_ns))
        return self.put({"rule": asked.rule, "yaml": asked.yaml, "start": start, "end": end}, by, work)

    def put(self, question: Mapping[str, Any], by: Actor, work: Work) -> BacktestJob:
        """Queue any work of this kind. ``question`` says what it is, for showing. Raises QueueFull."""
        if len(self._work) >= _MOST_WAITING:
            raise QueueFull(f"{len(self._work)} backtests wait already: cancel one, or ask again later")
        number = max(self._jobs, default=0) + 1
        self._jobs[number] = BacktestJob(_name(number), question, by.name, self._clock.now_ns())
        self._work[number] = work
        self._stops[number] = threading.Event()
        self._queue.put_nowait(number)
        try:  # Some hundred bytes, once per question of a person: its number is never given to another, even if this process is killed.
            self._keep(number, self._jobs[number], ())
        except OSError as full:
            log.error("backtest_not_kept", job=_name(number), error=str(full))
        return self._jobs[number]

    def jobs(self) -> Sequence[BacktestJob]:
        return [self._jobs[number] for number in sorted(self._jobs, reverse=True)]

    def job(self, job_id: str) -> BacktestJob:
        return self._jobs[_number(job_id)]

    async def result(self, job_id: str) -> Any:
        number = _number(job_id)
        if self._jobs[number].state is not JobState.DONE:
            return None
        return await asyncio.to_thread(lambda: msgspec.json.decode(self._file(number, _RESULT).read_bytes()))

    async def cancel(self, job_id: str) -> BacktestJob:
        number = _number(job_id)
        job = self._jobs[number]
        if job.state.is_over:
            raise JobOver(f"backtest {job_id} is over: {job.state.value}")
        self._stops[number].set()
        ended = await self._end(number, JobState.CANCELLED)
        assert ended is not None, "it was not over just now"
        return ended

    async def run(self) -> None:
        """Judge what is asked until cancelled; then nothing is judged any more when this returns."""
        try:
            while True:
                number = await self._queue.get()
                if not self._is_over(number):
                    await self._judge(number)
        finally:
            for number in [n for n, job in self._jobs.items() if not job.state.is_over]:
                await self._end(number, JobState.CANCELLED, error=_STOPPED)

    async def _judge(self, number: int) -> None:
        self._change(number, state=JobState.RUNNING, started_at_ns=self._clock.now_ns())
        loop, stop = asyncio.get_running_loop(), self._stops[number]

        def tell(progress: Progress) -> None:
            loop.call_soon_threadsafe(self._note, number, progress)

        judged = asyncio.create_task(asyncio.to_thread(_done, self._work[number], tell, stop))
        try:
            result = await asyncio.shield(judged)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait([judged])
            raise
        except Cancelled:
            await self._end(number, JobState.CANCELLED)
        except BacktestFailed as error:
            await self._end(number, JobState.FAILED, error=str(error))
        except HistoryUnavailable:
            await self._end(number, JobState.FAILED, error="the history store does not answer just now: ask again in a while")
        except Exception:
            log.exception("backtest_failed", job=_name(number))
            await self._end(number, JobState.FAILED, error="this is our mistake; the log has the details")
        else:
            await self._finish(number, *result)

    async def _finish(self, number: int, result: bytes, summary: JobSummary | None) -> None:
        """On disk before it is called done: whoever hears that it is asks for it at once."""
        try:
            await asyncio.to_thread(self._write, self._file(number, _RESULT), result)
        except OSError as full:
            log.error("backtest_not_kept", job=_name(number), error=str(full))
            await self._end(number, JobState.FAILED, error=f"the result can't be kept: {full.strerror}")
        else:
            await self._end(number, JobState.DONE, progress=1.0, summary=summary)

    def _is_over(self, number: int) -> bool:
        """One that was cancelled may be forgotten already when its turn comes, or when its judging ends."""
        job = self._jobs.get(number)
        return job is None or job.state.is_over

    def _note(self, number: int, progress: Progress) -> None:
        if not self._is_over(number):
            self._change(number, progress=progress.done, eta_s=progress.eta_s)

    def _change(self, number: int, **changes: Any) -> None:
        self._jobs[number] = replace(self._jobs[number], **changes)

    async def _end(self, number: int, state: JobState, error: str = "", **came: Any) -> BacktestJob | None:
        """Once: whoever cancels a job ends it, and its judging then finds it ended: None."""
        if self._is_over(number):
            return None
        self._change(number, state=state, error=error, eta_s=None, finished_at_ns=self._clock.now_ns(), **came)
        self._work.pop(number, None)
        self._stops.pop(number, None)
        kept = self._jobs[number]
        old = sorted((n for n, job in self._jobs.items() if job.state.is_over), reverse=True)[_MOST_KEPT:]
        for each in old:
            del self._jobs[each]
        try:
            await asyncio.to_thread(self._keep, number, kept, old)
        except OSError as full:  # No reason to end anything else; after a restart nobody knows of it.
            log.error("backtest_not_kept", job=kept.id, error=str(full))
        return kept

    def _write(self, file: Path, content: bytes) -> None:
        """Whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = file.with_name(f"{file.name}.part")
        aside.write_bytes(content)
        aside.replace(file)

    def _keep(self, number: int, job: BacktestJob, old: Sequence[int]) -> None:
        """The head of one that is done means that all of it is there."""
        self._write(self._file(number, _HEAD), msgspec.json.encode(job))
        for each in old:
            self._file(each, _HEAD).unlink(missing_ok=True)
            self._file(each, _RESULT).unlink(missing_ok=True)

    def _file(self, number: int, ending: str) -> Path:
        return self._folder / f"{number:04}{ending}"


def _done(work: Work, tell: Tell, stop: threading.Event) -> tuple[bytes, JobSummary | None]:
    result = msgspec.json.encode(work(tell, stop))
    return result, summary_of(msgspec.json.decode(result))


def summary_of(result: Mapping[str, Any]) -> JobSummary | None:
    """Of a backtest; None for a result of another shape."""
    if "missed_incidents" not in result:
        return None
    now, proposed = result["now"], result["proposed"]
    missed = len(result["missed_incidents"])
    return JobSummary(now["annunciated"], proposed["annunciated"], now["tickets"], proposed["tickets"], missed, result["readings"])


def _name(number: int) -> str:
    return f"B-{number:04}"


def _number(job_id: str) -> int:
    """Raises KeyError for what can't be a job's id."""
    digits = job_id.removeprefix("B-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 19 and job_id == _name(int(digits))):
        raise KeyError(job_id)
    return int(digits)


def _read(folder: Path) -> dict[int, BacktestJob]:
    """The jobs of earlier runs; a head that can't be read is left where it is, and out of the list."""
    found: dict[int, BacktestJob] = {}
    for file in folder.glob(f"*{_HEAD}"):
        try:
            job = msgspec.json.decode(file.read_bytes(), type=BacktestJob)
            found[_number(job.id)] = job if job.state.is_over else replace(job, state=JobState.CANCELLED, error=_STOPPED)
        except (OSError, KeyError, msgspec.DecodeError, msgspec.ValidationError) as error:
            log.warning("backtest_unreadable", file=file.name, error=str(error))
    return found
