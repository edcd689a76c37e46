"""Alarms: what stands, what stood, and the operator's acts upon them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import Reader, ThePlatform, TheWire, holder_of, record
from api.context import Platform
from api.paging import PageQuestion, answer, cursor_at, page_of, place_of
from api.problem import known, unknown
from api.routes.notices import notices_of
from api.shapes import FloodShape, OccurrenceDetail, OccurrenceShape, Page, StandingShape, TraceShape
from api.trace import Past, trace
from api.words import Wire, rationale
from model.alarm import Occurrence, Priority, Standing
from model.clock import MINUTE
from model.people import Actor, Right
from model.ports import OccurrenceFilter
from model.rule import Rule
from model.site import System

router = APIRouter(prefix="/alarms", tags=["alarms"])
AlarmOperator = Annotated[Actor, Depends(holder_of(Right.ALARM_ACT))]
WireState = Literal["normal", "active_unacknowledged", "active_acknowledged", "returned_unacknowledged"]


class AlarmsQuestion(PageQuestion):
    state: WireState | None = None
    system: System | None = None
    priority: Priority | None = None
    active: bool | None = Field(None, description="true: not over yet; false: over.")
    device: str | None = Field(None, max_length=200)

    def filter(self) -> OccurrenceFilter:
        """Asks for one more than the page, to know whether another follows."""
        before, was_open = place_of(self.cursor)
        return OccurrenceFilter(self.state, self.system, self.device, self.priority, self.active, before, self.limit + 1, was_open)


class Act(BaseModel):
    model_config = ConfigDict(extra="forbid")

    comment: str = Field("", max_length=2000)


class Comment(Act):
    comment: str = Field(min_length=1, max_length=2000)


class Shelve(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000)
    minutes: int = Field(ge=1, le=1440, description="The rule may allow less.")
    one_shot: bool = Field(False, description="Ends with the alarm's return to normal too.")


@router.get("", summary="Occurrences: those that stand first, each part newest first", response_model=Page[OccurrenceShape])
def alarms(question: Annotated[AlarmsQuestion, Query()], platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    found = platform.journal.occurrences(question.filter())
    page, following = page_of(found, lambda one: cursor_at(one.id, one.ended_at_ns is None), question.limit)
    return answer({"items": [occurrence_shape(platform, wire, occurrence) for occurrence in page], "next_cursor": following})


@router.get("/flood", summary="Whether there are more alarms than a person can take in")
async def flood(platform: ThePlatform, wire: TheWire, reader: Reader) -> FloodShape:
    return wire.flood(platform.alarms.flood(), platform.alarms.annunciated())


@router.get("/flags", summary="What is shelved, suppressed or out of service now, or asked to be", response_model=Page[StandingShape])
async def flags(platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    return answer({"items": [wire.standing(standing) for standing in platform.alarms.flagged()], "next_cursor": None})


@router.get("/{alarm_id}", summary="One occurrence with its story and why it matters", response_model=OccurrenceDetail)
def alarm(alarm_id: str, platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    occurrence = occurrence_of(platform, alarm_id)
    rule = rule_named(platform, occurrence.rule)
    return answer(
        {
            **occurrence_shape(platform, wire, occurrence),
            "story": [wire.alarm_line(event) for event in platform.journal.alarm_events(alarm_id)],
            "why": rationale(rule.at(occurrence.level).why) if rule else None,
            "standing": wire.standing(platform.journal.standing_of(occurrence)),
        }
    )


@router.get("/{alarm_id}/trace", summary="From the raw bytes to the alarm, its ticket and what comes next", response_model=TraceShape)
def alarm_trace(alarm_id: str, platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    occurrence, journal = occurrence_of(platform, alarm_id), platform.journal
    past = Past(
        occurrence,
        journal.standing_of(occurrence),
        journal.alarm_events(alarm_id),
        journal.ticket(occurrence.ticket) if occurrence.ticket else None,
        journal.ticket_events(occurrence.ticket) if occurrence.ticket else (),
        notices_of(journal, occurrence.ticket) if occurrence.ticket else (),
        platform.rulebook.versions(occurrence.rule),
    )
    return answer(trace(platform.site, rule_named(platform, occurrence.rule), past, wire, platform.clock.now_ns()))


@router.post("/{alarm_id}/acknowledge", summary="I have seen it and it is mine", response_model=OccurrenceShape)
async def acknowledge(alarm_id: str, platform: ThePlatform, wire: TheWire, by: AlarmOperator, act: Act | None = None) -> Response:
    said = act.comment if act else ""
    return await _act(platform, wire, by, "acknowledge", alarm_id, lambda: platform.alarms.acknowledge(alarm_id, by, said), said)


@router.post("/{alarm_id}/shelve", summary="Set aside for a time, with a reason", response_model=OccurrenceShape)
async def shelve(alarm_id: str, act: Shelve, platform: ThePlatform, wire: TheWire, by: AlarmOperator) -> Response:
    def shelving() -> Awaitable[Occurrence]:
        return platform.alarms.shelve(alarm_id, by, act.reason, act.minutes * MINUTE, act.one_shot)

    return await _act(platform, wire, by, "shelve", alarm_id, shelving, f"{act.minutes} min: {act.reason}")


@router.post("/{alarm_id}/unshelve", summary="Take back from the shelf", response_model=OccurrenceShape)
async def unshelve(alarm_id: str, platform: ThePlatform, wire: TheWire, by: AlarmOperator) -> Response:
    return await _act(platform, wire, by, "unshelve", alarm_id, lambda: platform.alarms.unshelve(alarm_id, by))


@router.post("/{alarm_id}/reset", summary="Release a latched alarm whose condition is over", response_model=OccurrenceShape)
async def reset(alarm_id: str, platform: ThePlatform, wire: TheWire, by: AlarmOperator) -> Response:
    return await _act(platform, wire, by, "reset", alarm_id, lambda: platform.alarms.reset(alarm_id, by))


@router.post("/{alarm_id}/comment", summary="Add a line to its story", response_model=OccurrenceShape)
async def comment(alarm_id: str, act: Comment, platform: ThePlatform, wire: TheWire, by: AlarmOperator) -> Response:
    return await _act(platform, wire, by, "comment", alarm_id, lambda: platform.alarms.comment(alarm_id, by, act.comment), act.comment)


async def _act(
    platform: Platform, wire: Wire, by: Actor, what: str, alarm_id: str, act: Callable[[], Awaitable[Occurrence]], detail: str = ""
) -> Response:
    """Do it, put it down, and answer with the occurrence as it is then. The desk itself refuses what the state does not allow."""
    with known("alarm", alarm_id):
        occurrence = await act()
    await record(platform, by, f"alarm.{what}", alarm_id, detail)
    return answer(await asyncio.to_thread(occurrence_shape, platform, wire, occurrence))


def occurrence_of(platform: Platform, alarm_id: str) -> Occurrence:
    """Any occurrence there ever was. Raises a 404."""
    occurrence = platform.journal.occurrence(alarm_id)
    if occurrence is None:
        raise unknown("alarm", alarm_id)
    return occurrence


def occurrence_shape(platform: Platform, wire: Wire, occurrence: Occurrence) -> OccurrenceShape:
    return wire.occurrence(occurrence, _standing_of(platform, occurrence) if occurrence.ended_at_ns is None else None)


def _standing_of(platform: Platform, occurrence: Occurrence) -> Standing | None:
    """From the engine's memory; a rule or device that has left the configuration has no standing any more."""
    try:
        return platform.alarms.standing(occurrence.rule, occurrence.device)
    except KeyError:
        return None


def rule_named(platform: Platform, rule_id: str) -> Rule | None:
    return next((rule for rule in platform.rules if rule.id == rule_id), None)
