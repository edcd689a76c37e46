"""Backtests as jobs: one at a time, cancelled, kept, ended with the platform."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.backtesting import BacktestAsked, BacktestJob, JobOver, JobState, QueueFull
from guanjia.backtest.run import BacktestFailed, Cancelled, Progress
from guanjia.backtest_jobs import BacktestJobs, Tell, Work
from model.people import Actor, Role
from tests.api.fakes import FakeClock

MANAGER = Actor("manager", Role.MANAGER)
ZONE = ZoneInfo("Asia/Shanghai")
RESULT = {"now": {"annunciated": 9, "tickets": 4}, "proposed": {"annunciated": 2, "tickets": 1}, "missed_incidents": [], "readings": 8}


class Bench:
    """Work that goes on until the test lets it."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.at_work = 0
        self.most_at_once = 0

    def work(self, tell: Tell, stop: threading.Event) -> Any:
        self.at_work += 1
        self.most_at_once = max(self.most_at_once, self.at_work)
        tell(Progress(0.4, 1000, 6.0))
        while not self.let.wait(0.005):
            if stop.is_set():
                self.at_work -= 1
                raise Cancelled
        self.at_work -= 1
        return RESULT


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.let.set()


def jobs_in(data: Path, prepare: Callable[[BacktestAsked], Work]) -> BacktestJobs:
    return BacktestJobs(data, prepare, FakeClock(), ZONE)


@asynccontextmanager
async def running(jobs: BacktestJobs) -> AsyncIterator[BacktestJobs]:
    task = asyncio.create_task(jobs.run())
    yield jobs
    task.cancel()
    await asyncio.wait([task])


async def until(jobs: BacktestJobs, job: BacktestJob, is_so: Callable[[BacktestJob], bool]) -> BacktestJob:
    async with asyncio.timeout(60):
        while not is_so(jobs.job(job.id)):  # noqa: ASYNC110 - what is waited for is done by a thread
            await asyncio.sleep(0.002)
    return jobs.job(job.id)


async def test_one_is_judged_at_a_time_and_tells_how_far_it_is(tmp_path: Path, bench: Bench) -> None:
    async with running(jobs_in(tmp_path, lambda asked: bench.work)) as jobs:
        first, second = [await jobs.ask(BacktestAsked(0, 10**9, "id: a", "a"), MANAGER) for _ in range(2)]
        assert (await until(jobs, first, lambda job: job.progress > 0)).eta_s == 6.0
        assert jobs.job(second.id).state is JobState.QUEUED
        bench.let.set()
        done = await until(jobs, second, lambda job: job.state.is_over)
        assert (done.state, done.progress, done.by) == (JobState.DONE, 1.0, "manager")
        assert done.question["start"] == "1970-01-01T08:00:00.000+08:00"
        assert done.summary is not None
        assert (done.summary.alarms_now, done.summary.alarms_proposed, done.summary.missed, done.summary.readings) == (9, 2, 0, 8)
        assert await jobs.result(first.id) == RESULT
        assert bench.most_at_once == 1


async def test_one_that_runs_and_one_that_waits_are_cancelled_and_the_next_goes_on(tmp_path: Path, bench: Bench) -> None:
    async with running(jobs_in(tmp_path, lambda asked: bench.work)) as jobs:
        first, second, third = [jobs.put({}, MANAGER, bench.work) for _ in range(3)]
        await until(jobs, first, lambda job: job.state is JobState.RUNNING)
        assert [(await jobs.cancel(job.id)).state for job in (second, first)] == [JobState.CANCELLED] * 2
        await until(jobs, third, lambda job: job.state is JobState.RUNNING)
        assert bench.most_at_once == 1
        with pytest.raises(JobOver, match="is over"):
            await jobs.cancel(first.id)
        for unknown in ("B-1", "B-" + "1" * 5000):
            with pytest.raises(KeyError):
                await jobs.cancel(unknown)


async def test_what_cannot_be_done_says_why_and_our_own_mistakes_do_not_show(tmp_path: Path) -> None:
    def fails(error: Exception) -> Work:
        def work(tell: Tell, stop: threading.Event) -> Any:
            raise error

        return work

    async with running(jobs_in(tmp_path, lambda asked: fails(RuntimeError()))) as jobs:
        told, silent = jobs.put({}, MANAGER, fails(BacktestFailed("out of memory"))), jobs.put({}, MANAGER, fails(ValueError("secret")))
        assert (await until(jobs, told, lambda job: job.state.is_over)).error == "out of memory"
        assert "secret" not in (await until(jobs, silent, lambda job: job.state is JobState.FAILED)).error
        assert await jobs.result(told.id) is None


async def test_the_queue_is_bounded(tmp_path: Path, bench: Bench) -> None:
    jobs = jobs_in(tmp_path, lambda asked: bench.work)
    for _ in range(10):
        jobs.put({}, MANAGER, bench.work)
    with pytest.raises(QueueFull, match="10 backtests wait"):
        jobs.put({}, MANAGER, bench.work)


async def test_jobs_cancelled_and_forgotten_while_they_wait_or_run_end_nothing_else(tmp_path: Path, bench: Bench) -> None:
    async with running(jobs_in(tmp_path, lambda asked: bench.work)) as jobs:
        runs = await until(jobs, jobs.put({}, MANAGER, bench.work), lambda job: job.state is JobState.RUNNING)
        for _ in range(41):
            await jobs.cancel(jobs.put({}, MANAGER, bench.work).id)
        await jobs.cancel(runs.id)
        bench.let.set()
        await until(jobs, jobs.put({}, MANAGER, bench.work), lambda job: job.state is JobState.DONE)


async def test_the_platforms_stop_ends_them_and_the_newest_are_there_after_a_restart(tmp_path: Path, bench: Bench) -> None:
    bench.let.set()
    async with running(jobs_in(tmp_path, lambda asked: bench.work)) as jobs:
        for _ in range(42):
            await until(jobs, jobs.put({"rule": "a"}, MANAGER, bench.work), lambda job: job.state.is_over)
        bench.let.clear()
        last, waits = jobs.put({}, MANAGER, bench.work), jobs.put({}, MANAGER, bench.work)
        await until(jobs, last, lambda job: job.state is JobState.RUNNING)
    assert bench.at_work == 0
    again = jobs_in(tmp_path, lambda asked: bench.work)
    assert [(job.id, job.state, job.error) for job in again.jobs()[:2]] == [
        (job.id, JobState.CANCELLED, "the platform was stopped") for job in (waits, last)
    ]
    assert len(again.jobs()) == 40
    assert len(list((tmp_path / "backtests").glob("*.result.json"))) == 38
    assert await again.result(again.jobs()[2].id) == RESULT
    assert again.put({}, MANAGER, bench.work).id == "B-0045"


async def test_what_waits_when_the_platform_is_killed_is_there_afterwards_and_says_so(tmp_path: Path, bench: Bench) -> None:
    killed = jobs_in(tmp_path, lambda asked: bench.work).put({"rule": "a"}, MANAGER, bench.work)
    again = jobs_in(tmp_path, lambda asked: bench.work)
    assert [(job.id, job.state, job.error) for job in again.jobs()] == [(killed.id, JobState.CANCELLED, "the platform was stopped")]
    assert again.put({}, MANAGER, bench.work).id == "B-0002"


async def test_a_full_disk_fails_the_job_and_nothing_else(tmp_path: Path, bench: Bench) -> None:
    bench.let.set()
    folder = tmp_path / "backtests"
    folder.write_text("no folder can be made here")
    async with running(jobs_in(tmp_path, lambda asked: bench.work)) as jobs:
        lost = await until(jobs, jobs.put({}, MANAGER, bench.work), lambda job: job.state.is_over)
        assert (lost.state, lost.summary, await jobs.result(lost.id)) == (JobState.FAILED, None, None)
        assert "can't be kept" in lost.error
        folder.unlink()
        await until(jobs, jobs.put({}, MANAGER, bench.work), lambda job: job.state is JobState.DONE)


async def test_whoever_hears_that_it_is_done_gets_the_result(tmp_path: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.let.set()
    write, slow = Path.write_bytes, threading.Event()

    def written_slowly(file: Path, content: bytes) -> int:
        slow.wait(0.05)
        return write(file, content)

    monkeypatch.setattr(Path, "write_bytes", written_slowly)
    async with running(jobs_in(tmp_path, lambda asked: bench.work)) as jobs:
        done = await until(jobs, jobs.put({}, MANAGER, bench.work), lambda job: job.state.is_over)
        assert await jobs.result(done.id) == RESULT
