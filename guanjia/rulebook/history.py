"""What the journal has of the rules, and what is to be added when others come into force. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from guanjia.config.written import Written
from model.people import Role
from model.rule_version import Origin, RuleVersion


@dataclass(frozen=True, slots=True)
class Act:
    """Who brings rules into force, when, and why."""

    at_ns: int
    by: str
    comment: str = ""
    role: Role | None = None


def standing_edits(history: Iterable[RuleVersion]) -> dict[str, RuleVersion]:
    """By rule, oldest first, the edits nobody has taken back."""
    edits: dict[str, RuleVersion] = {}
    for kept in history:
        if kept.origin in (Origin.EDITED, Origin.RETIRED):
            edits.pop(kept.rule, None)
        if kept.origin is Origin.EDITED:
            edits[kept.rule] = kept
    return edits


def last_of_files(history: Iterable[RuleVersion]) -> dict[str, RuleVersion]:
    """By rule, what the site's own files last said of it while it ran, or ran under an edit."""
    said: dict[str, RuleVersion] = {}
    for kept in history:
        if kept.origin is Origin.SITE:
            said[kept.rule] = kept
        elif kept.origin is not Origin.EDITED:  # the library's again, or gone
            said.pop(kept.rule, None)
    return said


def newest(history: Iterable[RuleVersion]) -> dict[str, RuleVersion]:
    """By rule, what the journal has of it last."""
    return {kept.rule: kept for kept in history}


def news(history: Sequence[RuleVersion], written: Mapping[str, Written], act: Act) -> list[RuleVersion]:
    """What is in force now and was not before: a line for each rule that says something else than last, or has gone."""
    before, edits = newest(history), standing_edits(history)
    found: list[RuleVersion] = []
    for rule, one in written.items():
        last, version, origin = before.get(rule), one.rule.version, one.source.origin
        if last is None or (last.version, last.origin) != (version, origin):
            found.append(RuleVersion(rule, version, origin, one.words, act.at_ns, act.by, act.comment, act.role))
    for rule, last in before.items():
        # An edit that does not run just now is not taken back by that.
        if rule not in written and last.origin is not Origin.RETIRED and rule not in edits:
            found.append(retired(last, act))
    return found


def retired(last: RuleVersion, act: Act) -> RuleVersion:
    """The line that ends it."""
    return replace(last, origin=Origin.RETIRED, at_ns=act.at_ns, by=act.by, comment=act.comment, by_role=act.role)
