"""Backtests over HTTP: who may start one, what is refused, how one is followed and cancelled."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.app import attach
from api.backtesting import BacktestAsked, BacktestJob, JobOver, JobState, QueueFull
from model.clock import DAY
from model.mistake import ConfigError, Mistake
from model.people import Actor, Role
from tests.api.conftest import client_of
from tests.api.house import House
from tests.api.place import NOW

BACKTESTS = "/api/v1/backtests"
TEXT = "id: pump.dry_run\nwhen: running\n"
RESULT = {"now": {"annunciated": 3}, "proposed": {"annunciated": 1}}


class FakeBacktests:
    """Takes what is asked and never judges; ``B-0001`` is done."""

    def __init__(self) -> None:
        self.asked: list[BacktestAsked] = []
        done = BacktestJob("B-0001", {"rule": "pump.dry_run"}, "manager", NOW, JobState.DONE, 1.0, finished_at_ns=NOW)
        self.kept = {"B-0001": done}

    async def ask(self, asked: BacktestAsked, by: Actor) -> BacktestJob:
        if "runing" in asked.yaml:
            raise ConfigError([Mistake("", 2, "when", "there is no point 'runing'; did you mean 'running'?", 7)])
        if asked.rule == "nothing":
            raise KeyError(asked.rule)
        if self.asked:
            raise QueueFull("1 backtests wait already")
        self.asked.append(asked)
        self.kept["B-0002"] = BacktestJob("B-0002", {"rule": asked.rule}, by.name, NOW)
        return self.kept["B-0002"]

    def jobs(self) -> Sequence[BacktestJob]:
        return list(self.kept.values())[::-1]

    def job(self, job_id: str) -> BacktestJob:
        return self.kept[job_id]

    async def result(self, job_id: str) -> Any:
        return RESULT if self.kept[job_id].state is JobState.DONE else None

    async def cancel(self, job_id: str) -> BacktestJob:
        if self.kept[job_id].state.is_over:
            raise JobOver(f"backtest {job_id} is over: done")
        self.kept[job_id] = replace(self.kept[job_id], state=JobState.CANCELLED)
        return self.kept[job_id]


@pytest.fixture
def backtests(house: House, app: FastAPI) -> FakeBacktests:
    fake = FakeBacktests()
    attach(app, replace(house.platform, backtests=fake))
    return fake


@pytest.fixture
async def manager(house: House, app: FastAPI, backtests: FakeBacktests) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(house, app, Role.MANAGER) as client:
        yield client


async def test_a_backtest_starts_over_the_last_thirty_days_and_is_followed_and_cancelled(
    manager: httpx.AsyncClient, backtests: FakeBacktests, house: House
) -> None:
    started = await manager.post(BACKTESTS, json={"rule": "pump.dry_run", "yaml": TEXT})
    assert started.status_code == 202
    assert started.json()["state"] == "queued"
    assert backtests.asked == [BacktestAsked(house.clock.now_ns() - 30 * DAY, house.clock.now_ns(), TEXT, "pump.dry_run")]
    listed = (await manager.get(BACKTESTS)).json()["items"]
    assert [(job["id"], job["state"]) for job in listed] == [("B-0002", "queued"), ("B-0001", "done")]
    assert (await manager.get(f"{BACKTESTS}/B-0002")).json()["result"] is None
    assert (await manager.get(f"{BACKTESTS}/B-0001")).json()["result"] == RESULT
    assert (await manager.delete(f"{BACKTESTS}/B-0002")).json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "say what to judge"),
        ({"rule": "pump.dry_run", "start": "2099-01-01"}, 422, "start must lie before end"),
        ({"rule": "pump.dry_run", "start": "2020-01-01", "end": "2022-01-01"}, 422, "at most 400 days"),
        ({"rule": "pump.dry_run", "start": "yesterday"}, 422, "not a time"),
        ({"rule": "pump.dry_run", "days": 7}, 422, "days"),
        ({"rule": "nothing"}, 404, "there is no rule 'nothing'"),
        ({"yaml": TEXT.replace("running", "runing")}, 422, "runing"),
    ],
    ids=["nothing asked", "future", "too long", "no time", "unknown key", "unknown rule", "mistake in the text"],
)
async def test_what_cannot_be_judged_is_refused_with_the_reason(
    manager: httpx.AsyncClient, body: dict[str, Any], status: int, said: str
) -> None:
    refused = await manager.post(BACKTESTS, json=body)
    assert refused.status_code == status
    assert said in refused.json()["detail"]
    if "yaml" in body:
        assert [(m["line"], m["column"], m["suggestion"]) for m in refused.json()["mistakes"]] == [(2, 7, "running")]


async def test_a_full_queue_and_an_ended_job_are_refused(manager: httpx.AsyncClient) -> None:
    await manager.post(BACKTESTS, json={"rule": "pump.dry_run"})
    assert (await manager.post(BACKTESTS, json={"rule": "pump.dry_run"})).status_code == 503
    assert (await manager.delete(f"{BACKTESTS}/B-0001")).status_code == 409
    assert (await manager.get(f"{BACKTESTS}/B-0009")).status_code == 404


async def test_readers_look_and_only_those_who_edit_rules_start(house: House, app: FastAPI, backtests: FakeBacktests) -> None:
    async with client_of(house, app, Role.OPERATOR) as operator:
        assert (await operator.get(f"{BACKTESTS}/B-0001")).status_code == 200
        assert (await operator.post(BACKTESTS, json={"rule": "pump.dry_run"})).status_code == 403
        assert (await operator.delete(f"{BACKTESTS}/B-0001")).status_code == 403
    assert backtests.asked == []
