"""Backtests: how a rule as proposed would have done on what the site has recorded, as jobs that run one at a time."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import Reader, ThePlatform, TheWire, holder_of, record
from api.backtesting import BacktestAsked, BacktestJob, Backtests, JobOver, QueueFull
from api.paging import answer
from api.period import instant
from api.problem import Problem, known, malformed
from api.words import Wire
from model.clock import DAY
from model.people import Actor, Right

router = APIRouter(prefix="/backtests", tags=["backtests"])
Editor = Annotated[Actor, Depends(holder_of(Right.RULE_EDIT))]
_LONGEST = 400 * DAY
_USUAL = 30 * DAY


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    yaml: str = Field("", max_length=400_000, description="Rules as proposed, one or several. Empty judges `rule` as it stands.")
    rule: str = Field("", max_length=200, description="The rule it is about.")
    start: str | None = Field(
        None, max_length=40, description="RFC 3339 with offset, or a local day; 30 days before the end when left out."
    )
    end: str | None = Field(None, max_length=40, description="Exclusive; now when left out.")


def the_backtests(platform: ThePlatform, reader: Reader) -> Backtests:
    if platform.backtests is None:
        raise Problem(404, "this platform keeps no history that could be judged again")
    return platform.backtests


TheBacktests = Annotated[Backtests, Depends(the_backtests)]


@router.post("", summary="Judge history with the rules as proposed; answers at once, the job goes on", status_code=202)
async def start(wanted: Wanted, platform: ThePlatform, wire: TheWire, backtests: TheBacktests, by: Editor) -> Response:
    asked = _asked(wanted, platform.clock.now_ns(), platform.site.timezone)
    try:
        with known("rule", wanted.rule):
            job = await backtests.ask(asked, by)
    except QueueFull as error:
        raise Problem(503, str(error), headers={"Retry-After": "60"}) from error
    await record(platform, by, "backtest.start", job.id, wanted.rule)
    return answer(job_shape(job, wire), status=202)


def _asked(wanted: Wanted, now_ns: int, zone: ZoneInfo) -> BacktestAsked:
    if not wanted.yaml.strip() and not wanted.rule:
        raise malformed("yaml", "say what to judge: rules as proposed, or the id of one that stands")
    end_ns = min(instant("end", wanted.end, zone), now_ns) if wanted.end is not None else now_ns
    start_ns = instant("start", wanted.start, zone) if wanted.start is not None else end_ns - _USUAL
    if start_ns >= end_ns:
        raise malformed("start", "start must lie before end, and before now")
    if end_ns - start_ns > _LONGEST:
        raise malformed("start", f"a backtest covers at most {_LONGEST // DAY} days: ask for a shorter period")
    return BacktestAsked(start_ns, end_ns, wanted.yaml, wanted.rule)


@router.get("", summary="All that run, wait or have run, newest first, without their results")
async def backtests(wire: TheWire, backtests: TheBacktests, reader: Reader) -> Response:
    return answer({"items": [job_shape(job, wire) for job in backtests.jobs()], "next_cursor": None})


@router.get("/{job_id}", summary="How far one is; with its result when it is done")
async def backtest(job_id: str, wire: TheWire, backtests: TheBacktests, reader: Reader) -> Response:
    with known("backtest", job_id):
        job = backtests.job(job_id)
        result = await backtests.result(job_id)
    return answer({**job_shape(job, wire), "result": result})


@router.delete("/{job_id}", summary="Cancel it")
async def cancel(job_id: str, platform: ThePlatform, wire: TheWire, backtests: TheBacktests, by: Editor) -> Response:
    try:
        with known("backtest", job_id):
            job = await backtests.cancel(job_id)
    except JobOver as error:
        raise Problem(409, str(error)) from error
    await record(platform, by, "backtest.cancel", job_id)
    return answer(job_shape(job, wire))


def job_shape(job: BacktestJob, wire: Wire) -> dict[str, Any]:
    summary = job.summary
    return {
        "id": job.id,
        "state": job.state.value,
        "progress": job.progress,
        "eta_s": job.eta_s,
        "asked_at": wire.time(job.asked_at_ns),
        "started_at": wire.maybe_time(job.started_at_ns),
        "finished_at": wire.maybe_time(job.finished_at_ns),
        "by": job.by,
        "question": dict(job.question),
        "error": job.error,
        "summary": summary
        and {
            "now": {"alarms": summary.alarms_now, "tickets": summary.tickets_now},
            "proposed": {"alarms": summary.alarms_proposed, "tickets": summary.tickets_proposed},
            "missed": summary.missed,
            "readings": summary.readings,
        },
    }
