"""Suppressions made without authority: what the journal says of who has silenced what, held against who may."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from model.alarm import AlarmEvent, AlarmEventKind
from model.people import ROLE_RIGHTS, Right, Role
from model.rule_version import Origin, RuleVersion

SILENCING = (AlarmEventKind.SHELVED, AlarmEventKind.OUT_OF_SERVICE)
"""The acts by which a person silences an alarm."""


class BreachKind(StrEnum):
    ROLE = "role"
    """Whoever did it may not."""
    LIFE_SAFETY = "life_safety"
    """A life-safety alarm was shelved."""
    NOT_APPROVED = "not_approved"
    """Taken out of service by one person alone, or a rule changed in a file that does not say who has approved it."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One act that nobody had the authority for."""

    kind: BreachKind
    what: AlarmEventKind
    at_ns: int
    rule: str
    device: str
    by: str


_APPROVED = re.compile(r"^approved_by:", re.MULTILINE)
_NEEDED = {AlarmEventKind.SHELVED: Right.ALARM_ACT, AlarmEventKind.OUT_OF_SERVICE: Right.ALARM_APPROVE}


def breaches(silenced: Iterable[AlarmEvent], life_safety: frozenset[str]) -> Iterator[Breach]:
    """``silenced``: events of ``SILENCING``; ``life_safety``: ids of the rules that nobody may shelve. The platform refuses all of these:
    the count proves from the journal that it has.
    """
    for event in silenced:
        kind = _kind(event, life_safety)
        if kind is not None:
            yield Breach(kind, event.kind, event.at_ns, event.standing.rule, event.standing.device, event.by.name)


def changes(versions: Iterable[RuleVersion], roles: Mapping[str, Role], start_ns: int, end_ns: int) -> Iterator[Breach]:
    """Rules changed in the period without authority. ``versions``: all there have been, oldest first. ``roles``: of the logins today, for
    versions that do not say in which role they were made.

    What a rule is from its first day on is no change, nor what a new version of the product brings along.
    """
    known: dict[str, RuleVersion] = {}
    for version in versions:
        before = known.get(version.rule)
        kind = _of_change(version, before, roles) if before is not None and start_ns <= version.at_ns < end_ns else None
        known[version.rule] = version
        if kind is not None:
            yield Breach(kind, AlarmEventKind.RULE_CHANGED, version.at_ns, version.rule, "", version.by)


def _of_change(version: RuleVersion, before: RuleVersion, roles: Mapping[str, Role]) -> BreachKind | None:
    if version.origin is Origin.SITE and not _is_edit_taken_back(version, before):
        return None if _APPROVED.search(version.yaml) else BreachKind.NOT_APPROVED
    if version.origin in (Origin.SITE, Origin.EDITED):
        role = version.by_role or roles.get(version.by)
        return None if role is not None and Right.RULE_EDIT in ROLE_RIGHTS[role] else BreachKind.ROLE
    return None


def _is_edit_taken_back(version: RuleVersion, before: RuleVersion) -> bool:
    """One act: the edit is retired, and what the file has said all along runs again."""
    return before.origin is Origin.RETIRED and (before.at_ns, before.by) == (version.at_ns, version.by)


def _kind(event: AlarmEvent, life_safety: frozenset[str]) -> BreachKind | None:
    if not event.by.may(_NEEDED[event.kind]):
        return BreachKind.ROLE
    if event.kind is AlarmEventKind.SHELVED:
        return BreachKind.LIFE_SAFETY if event.standing.rule in life_safety else None
    removal = event.standing.out_of_service
    is_approved = removal is not None and removal.approved_by not in ("", removal.by)
    return None if is_approved else BreachKind.NOT_APPROVED
