"""The rule book, and taking an alarm out of service for maintenance."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import Reader, ThePlatform, TheWire, holder_of, record
from api.paging import PageQuestion, answer, page_after
from api.problem import known, unknown
from api.register import shown_file
from api.routes.alarms import rule_named
from api.routes.equipment import device_of
from api.shapes import StandingShape
from api.words import phrase, rationale
from model.alarm import Priority
from model.clock import SECOND
from model.people import Actor, Right
from model.rule import Rule

router = APIRouter(prefix="/rules", tags=["rules"])
Maintainer = Annotated[Actor, Depends(holder_of(Right.ALARM_OUT_OF_SERVICE))]


class RulesQuestion(PageQuestion):
    limit: int = Field(1000, ge=1, le=10_000)
    priority: Priority | None = None
    q: str | None = Field(None, max_length=100, description="Part of the id or the text, in either language.")

    def matches(self, rule: Rule) -> bool:
        named = self.q is None or any(self.q.casefold() in word.casefold() for word in (rule.id, rule.text.zh, rule.text.en))
        return named and (self.priority is None or rule.priority is self.priority)


class OutOfService(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000)


@router.get("", summary="The rule book")
def rules(question: Annotated[RulesQuestion, Query()], platform: ThePlatform, reader: Reader) -> Response:
    found = [rule for rule in platform.rules if question.matches(rule)]
    page, following = page_after(found, lambda rule: rule.id, question.cursor, question.limit)
    return answer({"items": [_rule(rule) for rule in page], "next_cursor": following})


@router.get("/{rule_id}", summary="One rule with its whole rationale")
def rule(rule_id: str, platform: ThePlatform, reader: Reader) -> Response:
    found = rule_named(platform, rule_id)
    if found is None:
        raise unknown("rule", rule_id)
    return answer(_rule(found))


def _rule(rule: Rule) -> dict[str, Any]:
    scope = {"class": rule.scope.device_class, "system": rule.scope.system, "area": rule.scope.area}
    scope |= {"device": rule.scope.device, "profile": rule.scope.profile}
    return {
        "id": rule.id,
        "version": rule.version,
        "text": phrase(rule.text),
        "priority": rule.priority.value,
        "priority_by_class": {kind: priority.value for kind, priority in rule.priority_by_class.items()},
        "for": {part: pattern for part, pattern in scope.items() if pattern is not None},
        "when": rule.when,
        "clear_when": rule.clear_when,
        "on_delay_s": rule.on_delay_ns / SECOND,
        "off_delay_s": rule.off_delay_ns / SECOND,
        "deadband": dict(rule.deadband),
        "params": dict(rule.params),
        "units": dict(rule.units),
        "latched": rule.latched,
        "realarm_s": rule.realarm_ns / SECOND if rule.realarm_ns is not None else None,
        "shelvable": rule.shelvable,
        "max_shelve_s": rule.max_shelve_ns / SECOND,
        "life_safety": rule.life_safety,
        "suppressed_by": list(rule.suppressed_by),
        "ticket": {"class": rule.ticket.ticket_class.value, "skill": rule.ticket.skill} if rule.ticket else None,
        "why": rationale(rule.why),
        "file": shown_file(rule.file),
        "line": rule.line,
    }


@router.post(
    "/{rule_id}/devices/{device_id}/out-of-service", summary="Out of service for maintenance, with a reason", response_model=StandingShape
)
async def out_of_service(rule_id: str, device_id: str, act: OutOfService, platform: ThePlatform, wire: TheWire, by: Maintainer) -> Response:
    device_of(platform.site, device_id)
    with known("alarm", f"{rule_id} on {device_id}"):
        standing = await platform.alarms.out_of_service(rule_id, device_id, by, act.reason)
    await record(platform, by, "alarm.out_of_service", f"{rule_id} on {device_id}", act.reason)
    return answer(wire.standing(standing))


@router.post("/{rule_id}/devices/{device_id}/in-service", summary="Back in service", response_model=StandingShape)
async def in_service(rule_id: str, device_id: str, platform: ThePlatform, wire: TheWire, by: Maintainer) -> Response:
    device_of(platform.site, device_id)
    with known("alarm", f"{rule_id} on {device_id}"):
        standing = await platform.alarms.in_service(rule_id, device_id, by)
    await record(platform, by, "alarm.in_service", f"{rule_id} on {device_id}")
    return answer(wire.standing(standing))
