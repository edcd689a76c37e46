"""The past: raw readings as they came, or one value per interval of the site's calendar."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.access import Reader, ThePlatform, TheWire
from api.calendar import Interval, TooMany, edges, parse_interval
from api.context import Platform
from api.paging import answer
from api.period import PeriodQuestion
from api.problem import malformed
from api.routes.equipment import point_of
from api.words import Wire
from model.clock import DAY, HOUR
from model.profile import Point, WireType
from model.reading import Aggregate
from model.units import display_unit

router = APIRouter(tags=["readings"])
_RAW_PERIOD_NS = 31 * DAY
_MOST_INTERVALS = 10_000
_MOST_POINTS = 20


class ReadingsQuestion(PeriodQuestion):
    interval: str | None = Field(None, max_length=10, description="`1min 5min 15min 1h 1d 1mo` …; raw readings when left out.")
    aggregate: Aggregate | None = Field(None, description="`mean` when left out; `last` for codes.")
    cursor: str | None = Field(None, max_length=19, pattern=r"^[0-9]+$", description="`next_cursor` of the page before.")
    limit: int = Field(1000, ge=1, le=10_000)


class SeveralReadingsQuestion(PeriodQuestion):
    points: str = Field(max_length=4000, description="Ids of points, separated by commas.")
    interval: str = Field("15min", max_length=10)
    aggregate: Aggregate | None = None


@router.get("/points/{point_id}/readings", summary="Readings of one point; the last hour when no start is given")
def readings(
    point_id: str, question: Annotated[ReadingsQuestion, Query()], platform: ThePlatform, wire: TheWire, reader: Reader
) -> Response:
    device, column = point_of(platform.site, point_id)
    point = device.points[column]
    start_ns, end_ns = question.period(platform.clock.now_ns(), HOUR, platform.site.timezone)
    if question.interval is None:
        items, following = _raw(question, platform, wire, point_id, start_ns, end_ns)
        how = None
    else:
        how = _how(question.aggregate, point)
        edges_ns = _edges(question.interval, start_ns, end_ns, platform, _MOST_INTERVALS)
        edges_ns, following = _edges_page(edges_ns, question.cursor, question.limit)
        items = _by_interval(platform, wire, point_id, edges_ns, how)
    return answer(
        {
            **_named(point_id, point, how),
            "start": wire.time(start_ns),
            "end": wire.time(end_ns),
            "interval": question.interval,
            "items": items,
            "next_cursor": following,
        }
    )


@router.get("/readings", summary="Readings of several points by interval, for one picture")
def several(question: Annotated[SeveralReadingsQuestion, Query()], platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    names = list(dict.fromkeys(filter(None, question.points.split(","))))
    if not 1 <= len(names) <= _MOST_POINTS:
        raise malformed("points", f"ask for 1 to {_MOST_POINTS} points at a time")
    found = [(name, *point_of(platform.site, name)) for name in names]
    start_ns, end_ns = question.period(platform.clock.now_ns(), DAY, platform.site.timezone)
    edges_ns = _edges(question.interval, start_ns, end_ns, platform, 2 * _MOST_INTERVALS // len(names))
    series = []
    for name, device, column in found:
        point = device.points[column]
        how = _how(question.aggregate, point)
        series.append({**_named(name, point, how), "items": _by_interval(platform, wire, name, edges_ns, how)})
    return answer({"start": wire.time(start_ns), "end": wire.time(end_ns), "interval": question.interval, "series": series})


def _named(point_id: str, point: Point, how: Aggregate | None) -> dict[str, Any]:
    """A difference keeps the point's unit, a count has none."""
    unit = "" if how is Aggregate.COUNT else point.unit
    return {"point": point_id, "unit": unit, "display_unit": display_unit(unit), "aggregate": how.value if how else None}


def _raw(
    question: ReadingsQuestion, platform: Platform, wire: Wire, point_id: str, start_ns: int, end_ns: int
) -> tuple[Sequence[Any], str | None]:
    if question.aggregate is not None:
        raise malformed("interval", "an aggregate needs an interval: add interval=15min, or leave the aggregate out for raw readings")
    if end_ns - start_ns > _RAW_PERIOD_NS:
        raise malformed("interval", "raw readings are given for at most 31 days at a time: add interval=1h, or ask for a shorter period")
    samples = platform.history.readings(point_id, min(_cursor_ns(question.cursor, start_ns), end_ns), end_ns, question.limit + 1)
    following = str(samples[question.limit].source_ns) if len(samples) > question.limit else None
    return [wire.sample(sample) for sample in samples[: question.limit]], following


def _by_interval(platform: Platform, wire: Wire, point_id: str, edges_ns: Sequence[int], how: Aggregate) -> list[Any]:
    values = platform.history.aggregate(point_id, edges_ns, how) if len(edges_ns) > 1 else ()
    return [{"start": wire.time(start_ns), "value": value} for start_ns, value in zip(edges_ns, values, strict=False)]


def _how(asked: Aggregate | None, point: Point) -> Aggregate:
    if point.is_text and asked is not Aggregate.COUNT:
        raise malformed("aggregate", "text has no mean: ask for aggregate=count, or leave the interval out for raw readings")
    is_code = bool(point.enum) or point.type is WireType.BITS
    return asked or (Aggregate.LAST if is_code else Aggregate.MEAN)


def _edges(text: str, start_ns: int, end_ns: int, platform: Platform, most: int) -> list[int]:
    try:
        return edges(_interval(text), start_ns, end_ns, platform.site.timezone, most)
    except TooMany as error:
        instead = f"ask for interval={error.better} or a shorter period" if error.better else "ask for a shorter period"
        raise malformed("interval", f"that would be more than {most} intervals: {instead}") from error


def _interval(text: str) -> Interval:
    try:
        return parse_interval(text)
    except ValueError as error:
        raise malformed("interval", str(error)) from error


def _cursor_ns(cursor: str | None, start_ns: int) -> int:
    return start_ns if cursor is None else max(start_ns, int(cursor))


def _edges_page(edges_ns: list[int], cursor: str | None, limit: int) -> tuple[list[int], str | None]:
    """The edges of at most ``limit`` intervals from the cursor on, and the cursor of the next page."""
    start_ns = _cursor_ns(cursor, edges_ns[0])
    left = [edge for edge in edges_ns if edge >= start_ns]
    page = left[: limit + 1]
    return page, str(page[-1]) if len(left) > len(page) else None
