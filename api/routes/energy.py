"""Energy: what was consumed, and the site's load against what was declared."""

from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.access import Reader, ThePlatform, TheWire
from api.paging import Question, answer
from api.period import PeriodQuestion, instant
from api.problem import malformed
from api.words import Wire, phrase
from energy.calendar import Interval, day_of
from energy.consumption import ConsumptionRow, Figure, Grouping, MeterCorrection, consumption, today_against_yesterday
from energy.demand import LoadSlot, load_curve
from model.clock import DAY

router = APIRouter(prefix="/energy", tags=["energy"])

_INTERVALS = {"1h": Interval.HOUR, "1d": Interval.DAY, "1mo": Interval.MONTH}
_LONGEST_DAYS = {"1h": 32, "1d": 100, "1mo": 400}


class ConsumptionQuestion(PeriodQuestion):
    interval: Literal["1h", "1d", "1mo"] = "1h"
    group_by: Grouping = Grouping.USE


class DemandQuestion(Question):
    day: date | None = Field(None, description="The local day; today when left out.")
    start: str | None = Field(None, max_length=40, description="Instead of the day: an instant within it, from which on.")
    end: str | None = Field(None, max_length=40, description="With start: until when.")


class TodayQuestion(Question):
    energy: Literal["electricity", "water"] = "electricity"


@router.get("/consumption", summary="Consumption per meter, use, system, area or of the site, by hour, day or month of local time")
def consumed(question: Annotated[ConsumptionQuestion, Query()], platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    start_ns, end_ns = question.period(platform.clock.now_ns(), DAY, platform.site.timezone)
    if end_ns - start_ns > _LONGEST_DAYS[question.interval] * DAY:
        fits = ", ".join(f"interval={interval} for up to {days} days" for interval, days in _LONGEST_DAYS.items())
        raise malformed("interval", f"that is too much for one answer: ask with {fits}")
    found = consumption(platform.history, platform.site, start_ns, end_ns, _INTERVALS[question.interval], question.group_by)
    starts = [wire.time(edge_ns) for edge_ns in found.edges_ns[:-1]]
    return answer(
        {
            "start": wire.time(start_ns),
            "end": wire.time(end_ns),
            "interval": question.interval,
            "group_by": question.group_by.value,
            "items": [_row(row, starts, wire) for row in found.rows],
            "next_cursor": None,
        }
    )


def _row(row: ConsumptionRow, starts: list[str], wire: Wire) -> dict[str, Any]:
    return {
        "key": row.key,
        "label": phrase(row.label),
        "energy": row.energy,
        "unit": row.unit,
        "total": _figure(row.total),
        "items": [{"start": start, **_figure(figure)} for start, figure in zip(starts, row.figures, strict=True)],
        "corrections": [_correction(made, wire) for made in row.total.corrections],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {"value": figure.value, "completeness": figure.completeness}


def _correction(made: MeterCorrection, wire: Wire) -> dict[str, Any]:
    correction = made.correction
    return {
        "meter": made.meter,
        "reason": correction.reason.value,
        "start": wire.time(correction.start_ns),
        "end": wire.time(correction.end_ns),
        "before": correction.before,
        "after": correction.after,
    }


@router.get("/today", summary="Today until now against yesterday until the same time")
def today(question: Annotated[TodayQuestion, Query()], platform: ThePlatform, reader: Reader) -> Response:
    found = today_against_yesterday(platform.history, platform.site, platform.clock.now_ns(), question.energy)
    return answer(
        {
            "unit": found.unit,
            "today": _figure(found.today),
            "yesterday_so_far": _figure(found.yesterday_so_far),
            "yesterday": _figure(found.yesterday),
            "change": found.change,
        }
    )


@router.get("/demand", summary="The site's load by quarter of an hour over one local day, its maximum and what was declared")
def demand(question: Annotated[DemandQuestion, Query()], platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    now_ns = platform.clock.now_ns()
    start_ns, end_ns = _within_day(question, platform.site.timezone, now_ns)
    curve = load_curve(platform.history, platform.site, start_ns, now_ns)
    slots = [slot for slot in curve.slots if slot.end_ns > start_ns and (end_ns is None or slot.start_ns < end_ns)]
    return answer(
        {
            "start": wire.time(curve.start_ns),
            "end": wire.time(curve.end_ns),
            "interval": "15min",
            "unit": "kW",
            "items": [_slot(slot, wire) for slot in slots],
            "next_cursor": None,
            "maximum": _slot(curve.maximum, wire) if curve.maximum else None,
            "current_kw": curve.current_kw,
            "declared_kw": curve.declared_kw,
        }
    )


def _within_day(question: DemandQuestion, zone: ZoneInfo, now_ns: int) -> tuple[int, int | None]:
    """An instant of the day asked for, and the end of what is to be shown of it."""
    if question.start is None:
        if question.end is not None:
            raise malformed("end", "an end needs a start; ask with day=2026-01-14 for a whole day")
        return instant("day", question.day.isoformat(), zone) if question.day else day_of(now_ns, zone)[0], None
    if question.day is not None:
        raise malformed("day", "ask with a day or with a start, not with both")
    start_ns = instant("start", question.start, zone)
    end_ns = instant("end", question.end, zone) if question.end is not None else None
    if end_ns is not None and not start_ns < end_ns <= start_ns + DAY + DAY // 24:
        raise malformed("end", "the load is given for one day at a time: the end must follow the start within a day")
    return start_ns, end_ns


def _slot(slot: LoadSlot, wire: Wire) -> dict[str, Any]:
    return {"start": wire.time(slot.start_ns), "end": wire.time(slot.end_ns), "kw": slot.kw}
