"""The rule book: to read it, and to change it while everything runs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from api.access import Reader, ThePlatform, TheWire, holder_of
from api.context import Platform
from api.paging import PageQuestion, answer, page_after
from api.problem import known, unknown
from api.routes.alarms import rule_named
from api.rule_shapes import (
    CheckedShape,
    ComparedShape,
    MistakesShape,
    ReloadedShape,
    RuleShape,
    RuleTextShape,
    TakenBackShape,
    VersionShape,
    VersionsShape,
)
from api.rule_words import checked_shape, difference, mistake_shape, rule_shape, text_shape, version_shape, watch_shapes
from api.rulebook import Adopted
from api.shapes import Page
from api.words import Wire
from model.alarm import Priority
from model.people import Actor, Right
from model.rule import Rule
from model.rule_version import Origin, RuleVersion

router = APIRouter(prefix="/rules", tags=["rules"])
Editor = Annotated[Actor, Depends(holder_of(Right.RULE_EDIT))]
Yaml = Annotated[str, Field(max_length=100_000, description="One rule as in a rule file: keys and values.")]
_Words = StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)
Comment = Annotated[str, _Words, Field(description="Why; kept with the version.")]


class RulesQuestion(PageQuestion):
    limit: int = Field(1000, ge=1, le=10_000)
    priority: Priority | None = None
    q: str | None = Field(None, max_length=100, description="Part of the id or the text, in either language.")

    def matches(self, rule: Rule) -> bool:
        named = self.q is None or any(self.q.casefold() in word.casefold() for word in (rule.id, rule.text.zh, rule.text.en))
        return named and (self.priority is None or rule.priority is self.priority)


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Draft(Body):
    yaml: Annotated[str, Field(max_length=500_000, description="One rule, or a list of them as in a rule file.")]


class NewRule(Body):
    yaml: Yaml
    comment: Comment


class Change(NewRule):
    base_version: Annotated[str, Field(max_length=100, description="The version that was changed; refused when another runs by now.")]


class TakeBack(Body):
    comment: Comment
    base_version: str = Field("", max_length=100, description="The version that is taken back; refused when another runs by now.")


@router.get("", summary="The rule book", response_model=Page[RuleShape])
def rules(question: Annotated[RulesQuestion, Query()], platform: ThePlatform, reader: Reader) -> Response:
    found = [rule for rule in platform.rules if question.matches(rule)]
    page, following = page_after(found, lambda rule: rule.id, question.cursor, question.limit)
    watches = platform.rulebook.book.watches()
    return answer({"items": [rule_shape(rule, platform.rulebook, watches.get(rule.id, 0)) for rule in page], "next_cursor": following})


@router.get("/mistakes", summary="What of the rule files and edits does not run, and why", response_model=MistakesShape)
def mistakes(platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    refused = platform.rulebook.refusal()
    items = [mistake_shape(mistake) for mistake in refused.mistakes] if refused else []
    return answer({"items": items, "at": wire.time(refused.at_ns) if refused else None})


@router.post("/check", summary="What a text would be as a rule here; nothing is changed", response_model=CheckedShape)
def check(draft: Draft, platform: ThePlatform, reader: Reader) -> Response:
    found, wrong = platform.rulebook.check(draft.yaml)
    return answer({"rules": [checked_shape(one) for one in found], "mistakes": [mistake_shape(mistake) for mistake in wrong]})


@router.post("/reload", summary="Read the rule files again; they are also looked at by themselves", response_model=ReloadedShape)
async def reload(platform: ThePlatform, by: Editor) -> Response:
    before = {rule.id for rule in platform.rules}
    adopted = await platform.rulebook.reload(by)
    added = [rule for rule, version in adopted.versions.items() if version and rule not in before]
    removed = [rule for rule, version in adopted.versions.items() if version is None]
    changed = [rule for rule in adopted.versions if rule not in added and rule not in removed]
    return answer({"changed": changed, "added": added, "removed": removed, "moved": adopted.moved})


@router.post("", status_code=201, summary="Add a rule", response_model=RuleShape)
async def create(new: NewRule, platform: ThePlatform, by: Editor) -> Response:
    rule_id, adopted = await platform.rulebook.create(new.yaml, by, new.comment)
    return answer(_changed(platform, rule_id, adopted), 201)


@router.get("/{rule_id}", summary="One rule with its whole rationale and the devices it watches", response_model=RuleShape)
def rule(rule_id: str, platform: ThePlatform, reader: Reader) -> Response:
    return answer(_one(platform, rule_id))


@router.put("/{rule_id}", summary="Say a rule otherwise; in force before this returns", response_model=RuleShape)
async def change(rule_id: str, act: Change, platform: ThePlatform, by: Editor) -> Response:
    with known("rule", rule_id):
        adopted = await platform.rulebook.change(rule_id, act.yaml, by, act.comment, act.base_version)
    return answer(_changed(platform, rule_id, adopted))


@router.delete("/{rule_id}", summary="Take an edit back: what the files say runs again, or nothing", response_model=TakenBackShape)
async def take_back(rule_id: str, act: TakeBack, platform: ThePlatform, by: Editor) -> Response:
    with known("rule", rule_id):
        adopted = await platform.rulebook.take_back(rule_id, by, act.comment, act.base_version)
    running = _one(platform, rule_id) if rule_named(platform, rule_id) else None
    return answer({"id": rule_id, "running": running, "moved": adopted.moved})


@router.get("/{rule_id}/text", summary="One rule as it is written", response_model=RuleTextShape)
def text(rule_id: str, platform: ThePlatform, reader: Reader) -> Response:
    with known("rule", rule_id):
        return answer(text_shape(rule_id, platform.rulebook.read(rule_id)))


@router.get("/{rule_id}/versions", summary="Every version of a rule there ever was, newest first", response_model=VersionsShape)
def versions(rule_id: str, platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    shapes = [_version(platform, wire, one) for one in reversed(_kept(platform, rule_id))]
    # A text put in force again is listed twice; what runs is the newest of its entries.
    newest = next((shape for shape in shapes if shape["running"]), None)
    return answer({"items": [{**shape, "running": shape is newest} for shape in shapes], "next_cursor": None})


@router.get("/{rule_id}/versions/{version}", summary="One version, and how it differs from another", response_model=ComparedShape)
def one_version(
    rule_id: str,
    version: str,
    platform: ThePlatform,
    wire: TheWire,
    reader: Reader,
    against: Annotated[str | None, Query(max_length=100, description="The version to compare it with.")] = None,
) -> Response:
    found = _worded(platform, rule_id, version)
    diff = difference(_worded(platform, rule_id, against).yaml, found.yaml) if against else None
    return answer({**_version(platform, wire, found), "diff": diff})


def _one(platform: Platform, rule_id: str) -> RuleShape:
    found = rule_named(platform, rule_id)
    if found is None:
        raise unknown("rule", rule_id)
    watched = watch_shapes(platform.rulebook, rule_id)
    shape = rule_shape(found, platform.rulebook, sum(watch["watched"] for watch in watched))
    return {**shape, "devices": watched}


def _changed(platform: Platform, rule_id: str, adopted: Adopted) -> RuleShape:
    return {**_one(platform, rule_id), "changed": rule_id in adopted.versions, "moved": dict(adopted.moved)}


def _kept(platform: Platform, rule_id: str) -> list[RuleVersion]:
    kept = list(platform.rulebook.versions(rule_id))
    if not kept:
        raise unknown("rule", rule_id)
    return kept


def _worded(platform: Platform, rule_id: str, version: str) -> RuleVersion:
    """The version as it last came into force."""
    found = [one for one in _kept(platform, rule_id) if one.version == version and one.origin is not Origin.RETIRED]
    if not found:
        raise unknown(f"version of '{rule_id}'", version)
    return found[-1]


def _version(platform: Platform, wire: Wire, kept: RuleVersion) -> VersionShape:
    running = rule_named(platform, kept.rule)
    return version_shape(kept, running.version if running else None, wire)
