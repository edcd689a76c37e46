"""One rule as written in YAML, and its conversion to the model's ``Rule``."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from model.alarm import Priority
from model.clock import SECOND
from model.rule import Level, Rationale, Revision, Rule, Scope, TicketOrder, Within
from model.site import System
from model.text import Text
from model.ticket import TicketClass
from rules.duration import duration_ns

_TAKEN = frozenset({"mistakes"})
"""Names under which the API answers something else."""
TEXT_PLACES = frozenset({"device"})
"""What an alarm text may hold in braces."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _both_languages(value: Any) -> Any:
    """A bare string stands for both languages."""
    return {"zh": value, "en": value} if isinstance(value, str) else value


def _duration(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("write a duration as a number and a unit: 500ms, 10s, 5min, 1h or 2d")
    if value.strip().startswith("-"):
        raise ValueError("time does not run backwards; write a duration of 0s or more")
    return duration_ns(value)


def _fillable(text: "Words") -> "Words":
    """An alarm's text may name the device and nothing else."""
    for phrase in (text.zh, text.en):
        try:
            places = {f"{place}{_form(spec, sign)}" for _, place, spec, sign in Formatter().parse(phrase) if place is not None}
        except ValueError:
            places = {"{"}
        if places - TEXT_PLACES:
            raise ValueError(f"only {{device}} can stand in braces, not {{{sorted(places - TEXT_PLACES)[0]}}}")
    return text


def _form(spec: str | None, sign: str | None) -> str:
    """What stands after the name in braces: nothing, where the text can be filled with any name."""
    return (f"!{sign}" if sign else "") + (f":{spec}" if spec else "")


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*", value):
        raise ValueError("write an id in small letters, digits and _, its parts joined by dots: pump.dry_run")
    if value in _TAKEN:
        raise ValueError(f"'{value}' is taken; choose another id")
    return value


def _printable(value: str) -> str:
    """What a rule says is shown, spoken and kept, in databases that know no character 0."""
    if any(char < " " and char not in "\n\t" for char in value) or not value.strip():
        raise ValueError("write words that can be shown")
    return value


def _sourced(value: Any) -> Any:
    if value is None or value == "":
        raise ValueError("write where the limit comes from: a standard with its clause, or 'practice'")
    return value


def _day(value: Any) -> Any:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError("write a day: 2026-01-14")
    return value


def _figure(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("write a number; yes, no, on and off are none")
    return value


Figure = Annotated[float, BeforeValidator(_figure), Field(allow_inf_nan=False)]
Day = Annotated[date, BeforeValidator(_day)]
Phrase = Annotated[str, Field(min_length=1), AfterValidator(_printable)]
Spare = Annotated[str, AfterValidator(lambda value: _printable(value) if value else value)]
"""A phrase that may be left empty."""
Nanoseconds = Annotated[int, BeforeValidator(_duration)]
Identifier = Annotated[str, AfterValidator(_identifier)]


class Words(Strict):
    zh: Phrase
    en: Phrase

    def text(self) -> Text:
        return Text(self.zh, self.en)


Bilingual = Annotated[Words, BeforeValidator(_both_languages)]
AlarmText = Annotated[Words, BeforeValidator(_both_languages), AfterValidator(_fillable)]


def _texts(several: Sequence[Words]) -> tuple[Text, ...]:
    return tuple(words.text() for words in several)


class ScopeEntry(Strict):
    device_class: str | None = Field(None, alias="class")
    system: System | None = None
    area: str | None = None
    device: str | None = None
    profile: str | None = None
    one_per: Within = Within.DEVICE

    @model_validator(mode="after")
    def _names_something(self) -> "ScopeEntry":
        if not self.model_fields_set - {"one_per"}:
            raise ValueError("say what the rule is for: class, system, area, device or profile; 'device: \"*\"' is every device")
        return self


class WhyEntry(Strict):
    cause: Bilingual
    consequence: Bilingual
    action: Bilingual
    respond_within: Nanoseconds
    confirm: Bilingual | None = None


class TicketEntry(Strict):
    ticket_class: TicketClass = Field(alias="class")
    skill: Spare = ""
    cause: Spare = ""

    def order(self) -> TicketOrder:
        return TicketOrder(self.ticket_class, self.skill, self.cause)


class GraverWhyEntry(Strict):
    """What is not said is as the rule has it."""

    cause: Bilingual | None = None
    consequence: Bilingual | None = None
    action: Bilingual | None = None
    respond_within: Nanoseconds | None = None
    confirm: Bilingual | None = None


class LevelEntry(Strict):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    when: Phrase
    on_delay: Nanoseconds = 0
    priority: Priority
    text: AlarmText
    ticket: TicketEntry | None = None
    why: GraverWhyEntry = GraverWhyEntry()
    steps: list[Bilingual] = []

    def level(self, of_rule: Rationale) -> Level:
        order = self.ticket.order() if self.ticket else None
        return Level(self.id, self.when, self.priority, self.text.text(), self.on_delay, order, self._rationale(of_rule))

    def _rationale(self, of_rule: Rationale) -> Rationale | None:
        """None where it says nothing of its own. Another action makes the rule's steps void."""
        why, steps = self.why, _texts(self.steps)
        if not why.model_fields_set and not steps:
            return None
        return replace(
            of_rule,
            cause=why.cause.text() if why.cause else of_rule.cause,
            consequence=why.consequence.text() if why.consequence else of_rule.consequence,
            action=why.action.text() if why.action else of_rule.action,
            respond_within_s=of_rule.respond_within_s if why.respond_within is None else why.respond_within // SECOND,
            confirm=why.confirm.text() if why.confirm else of_rule.confirm,
            steps=steps if steps or why.action else of_rule.steps,
        )


class FirstOutEntry(Strict):
    group: Identifier
    within: Literal[Within.DEVICE, Within.AREA] = Within.DEVICE


class RevisionEntry(Strict):
    on: Day = Field(alias="date")
    by: Phrase
    what: Bilingual

    def revision(self) -> Revision:
        return Revision(self.on, self.by, self.what.text())


class RuleEntry(Strict):
    id: Identifier
    scope: ScopeEntry = Field(alias="for")
    when: Phrase
    clear_when: Phrase | None = None
    on_delay: Nanoseconds = 0
    off_delay: Nanoseconds = 0
    deadband: dict[str, Annotated[Figure, Field(gt=0)]] = {}
    units: dict[str, str] = {}
    params: dict[str, Figure] = {}
    priority: Priority
    priority_by_class: dict[str, Priority] = {}
    latched: bool = False
    realarm: Nanoseconds | None = None
    shelvable: bool = True
    max_shelve: Nanoseconds = 3_600_000_000_000
    life_safety: bool = False
    text: AlarmText
    why: WhyEntry
    steps: list[Bilingual] = []
    source: Annotated[Phrase, BeforeValidator(_sourced)]
    suppressed_by: list[str] = []
    ticket: TicketEntry | None = None
    levels: list[LevelEntry] = []
    first_out: FirstOutEntry | None = None
    hold: bool = True
    owner: Bilingual | None = None
    approved_by: Bilingual | None = None
    reviewed: Day | None = None
    history: list[RevisionEntry] = []
    replace: bool = False

    def rule(self, version: str, file: str, line: int) -> Rule:
        why = self._rationale()
        return Rule(
            id=self.id,
            scope=Scope(**self.scope.model_dump()),
            when=self.when,
            text=self.text.text(),
            why=why,
            priority=self.priority,
            version=version,
            clear_when=self.clear_when,
            on_delay_ns=self.on_delay,
            off_delay_ns=self.off_delay,
            deadband=self.deadband,
            units=self.units,
            params=self.params,
            latched=self.latched,
            realarm_ns=self.realarm,
            shelvable=self.shelvable and not self.life_safety,
            max_shelve_ns=self.max_shelve,
            life_safety=self.life_safety,
            suppressed_by=tuple(self.suppressed_by),
            ticket=self.ticket.order() if self.ticket else None,
            priority_by_class=self.priority_by_class,
            levels=tuple(level.level(why) for level in self.levels),
            first_out=self.first_out.group if self.first_out else "",
            first_out_within=self.first_out.within if self.first_out else Within.DEVICE,
            hold=self.hold,
            file=file,
            line=line,
        )

    def _rationale(self) -> Rationale:
        return Rationale(
            cause=self.why.cause.text(),
            consequence=self.why.consequence.text(),
            action=self.why.action.text(),
            respond_within_s=self.why.respond_within // SECOND,
            steps=_texts(self.steps),
            source=self.source,
            confirm=self.why.confirm.text() if self.why.confirm else None,
            owner=self.owner.text() if self.owner else None,
            approved_by=self.approved_by.text() if self.approved_by else None,
            reviewed=self.reviewed,
            history=tuple(line.revision() for line in self.history),
        )
