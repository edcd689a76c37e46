"""How well the alarms are kept: key figures over a period, and what a review of them has to look at."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import Reader, ThePlatform, TheWire, record
from api.alarm_figures import columns_of, figures_of, kpis_shape, of_systems, recorded_period, review_of, review_shape, systems_shape
from api.backtesting import QueueFull
from api.context import Platform
from api.paging import answer
from api.period import PeriodQuestion
from api.problem import Problem, known, malformed
from api.routes.backtests import Editor, job_shape
from model.clock import DAY
from model.site import System
from rules.kpis.figures import Period

router = APIRouter(prefix="/alarms", tags=["alarms"])
_MOST_NS = 366 * DAY
_REVIEW_NS = 30 * DAY


class FiguresQuestion(PeriodQuestion):
    system: list[System] = Field([], description="What one operator position watches, when several divide the systems; all when left out.")


@router.get("/kpis", summary="The key figures of ISA-18.2 / IEC 62682 over a period; the last day when no start is given")
def kpis(question: Annotated[FiguresQuestion, Query()], platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    of = _period(question, platform, DAY)
    columns = of_systems(columns_of(platform.journal, of), question.system)
    found = figures_of(columns, platform.journal, platform.rules, of)
    return answer({**kpis_shape(found, of, wire), "systems": systems_shape(columns, of)})


@router.get("/rationalisation", summary="Bad actors, rules never fired, alarms never acted on; the last 30 days when no start is given")
def rationalisation(question: Annotated[PeriodQuestion, Query()], platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    of = _period(question, platform, _REVIEW_NS)
    columns = columns_of(platform.journal, of)
    found = review_of(columns, platform.journal, platform.rules, platform.watched(), of)
    return answer(review_shape(found, of, platform.rules, wire))


class Suggest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rule: str = Field(min_length=1, max_length=200, description="A bad actor's.")
    start: str | None = Field(
        None, max_length=40, description="RFC 3339 with offset, or a local day; 30 days before the end when left out."
    )
    end: str | None = Field(None, max_length=40, description="Exclusive; now when left out.")


@router.post(
    "/rationalisation/suggest", summary="Look for the smallest change that quiets a rule; a job among the backtests", status_code=202
)
async def suggest(wanted: Suggest, platform: ThePlatform, wire: TheWire, by: Editor) -> Response:
    if platform.suggestions is None:
        raise Problem(404, "this platform keeps no history that a change could be tried on")
    of = _period(PeriodQuestion(start=wanted.start, end=wanted.end), platform, _REVIEW_NS)
    try:
        with known("rule", wanted.rule):
            job = platform.suggestions.ask(wanted.rule, of.start_ns, of.end_ns, by)
    except QueueFull as error:
        raise Problem(503, str(error), headers={"Retry-After": "60"}) from error
    await record(platform, by, "rule.suggest", job.id, wanted.rule)
    return answer(job_shape(job, wire), 202)


def _period(question: PeriodQuestion, platform: Platform, usual_ns: int) -> Period:
    now_ns = platform.clock.now_ns()
    start_ns, end_ns = question.period(now_ns, usual_ns, platform.site.timezone)
    end_ns = min(end_ns, now_ns)  # What has not come yet is no quiet time, and what stands has not stood through it.
    if start_ns >= end_ns:
        raise malformed("start", "start must lie before now: nothing has been raised yet")
    if end_ns - start_ns > _MOST_NS:
        raise malformed("start", "the figures are given for at most 366 days: ask for a shorter period")
    return recorded_period(platform.journal, start_ns, end_ns, platform.site.timezone)
