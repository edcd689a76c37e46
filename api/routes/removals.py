"""Taking an alarm out of service for maintenance: one person asks, another approves or refuses, and it comes back."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import ThePlatform, TheWire, check, holder_of, record
from api.context import Platform
from api.paging import answer
from api.period import instant
from api.problem import known
from api.routes.equipment import device_of
from api.shapes import StandingShape
from api.words import Wire
from model.alarm import Standing
from model.people import Actor, Right

router = APIRouter(prefix="/rules/{rule_id}/devices/{device_id}", tags=["alarms"])
Maintainer = Annotated[Actor, Depends(holder_of(Right.ALARM_OUT_OF_SERVICE))]
Approver = Annotated[Actor, Depends(holder_of(Right.ALARM_APPROVE))]


class Removal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000)
    until: str | None = Field(None, max_length=40, description="RFC 3339 with offset; as long as may be when left out.")


class Refusal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", max_length=2000)


@router.post("/out-of-service", summary="Ask to take an alarm out of service, with a reason", response_model=StandingShape)
async def request(rule_id: str, device_id: str, act: Removal, platform: ThePlatform, wire: TheWire, by: Maintainer) -> Response:
    until_ns = instant("until", act.until, platform.site.timezone) if act.until is not None else None
    detail = f"until {act.until}: {act.reason}" if act.until else act.reason

    def asking() -> Awaitable[Standing]:
        return platform.alarms.request_removal(rule_id, device_id, by, act.reason, until_ns)

    return await _act(platform, wire, by, "removal_requested", (rule_id, device_id), asking, detail)


@router.post("/out-of-service/approve", summary="Let it go out of service, as another person than asked", response_model=StandingShape)
async def approve(rule_id: str, device_id: str, platform: ThePlatform, wire: TheWire, by: Approver) -> Response:
    def approving() -> Awaitable[Standing]:
        return platform.alarms.approve_removal(rule_id, device_id, by)

    return await _act(platform, wire, by, "out_of_service", (rule_id, device_id), approving)


@router.post("/out-of-service/refuse", summary="Refuse it, or take one's own request back", response_model=StandingShape)
async def refuse(
    rule_id: str, device_id: str, platform: ThePlatform, wire: TheWire, by: Maintainer, act: Refusal | None = None
) -> Response:
    said = act.reason if act else ""

    def refusing() -> Awaitable[Standing]:
        asked = platform.alarms.standing(rule_id, device_id).request
        if asked is not None and asked.by != by.name:
            check(by, Right.ALARM_APPROVE)
        return platform.alarms.refuse_removal(rule_id, device_id, by, said)

    return await _act(platform, wire, by, "removal_refused", (rule_id, device_id), refusing, said)


@router.post("/in-service", summary="Back in service", response_model=StandingShape)
async def in_service(rule_id: str, device_id: str, platform: ThePlatform, wire: TheWire, by: Maintainer) -> Response:
    def returning() -> Awaitable[Standing]:
        return platform.alarms.in_service(rule_id, device_id, by)

    return await _act(platform, wire, by, "in_service", (rule_id, device_id), returning)


async def _act(
    platform: Platform, wire: Wire, by: Actor, what: str, alarm: tuple[str, str], act: Callable[[], Awaitable[Standing]], detail: str = ""
) -> Response:
    """Do it, put it down, and answer with how the alarm stands then."""
    rule_id, device_id = alarm
    device_of(platform.site, device_id)
    with known("alarm", f"{rule_id} on {device_id}"):
        standing = await act()
    await record(platform, by, f"alarm.{what}", f"{rule_id} on {device_id}", detail)
    return answer(wire.standing(standing))
