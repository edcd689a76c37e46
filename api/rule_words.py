"""The rule book in the words of the wire."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from api.register import shown_file
from api.rule_shapes import (
    CheckedRuleShape,
    DiffLine,
    FigureShape,
    LevelShape,
    OrderShape,
    RecordShape,
    RuleShape,
    RuleTextShape,
    VersionShape,
    WatchShape,
    WordsShape,
)
from api.rulebook import CheckedRule, RuleActs, RuleReading, RuleWords
from api.shapes import MistakeShape, Phrase
from api.words import Wire, phrase, rationale
from model.clock import SECOND
from model.mistake import Mistake
from model.rule import Level, Rationale, Rule, TicketOrder
from model.rule_version import Origin, RuleVersion
from model.site import Site
from model.text import Text
from rules.book import Verdict
from rules.errors import Fit
from rules.hints import SAID
from rules.parameters import figures_given

_EDITED = "edit:"
"""What stands before a rule's id in place of a file, for a rule that was written over the API."""
_SENT = "rules[0]"
"""A text of one rule has no list around it, and its mistakes need not say so."""


def rule_shape(rule: Rule, book: RuleActs, watches: int) -> RuleShape:
    scope = {"class": rule.scope.device_class, "system": rule.scope.system, "area": rule.scope.area}
    scope |= {"device": rule.scope.device, "profile": rule.scope.profile}
    return {
        "id": rule.id,
        "version": rule.version,
        "origin": book.origin(rule.id).value,
        "versions": len({kept.version for kept in book.versions(rule.id)}),
        "watches": watches,
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
        "levels": [_level(level) for level in rule.levels],
        "first_out": {"group": rule.first_out, "within": rule.first_out_within.value} if rule.first_out else None,
        "hold": rule.hold,
        "ticket": _order(rule.ticket),
        "why": _record(rule.why),
        "file": rule_file(rule.file),
        "line": rule.line,
    }


def _level(level: Level) -> LevelShape:
    return {
        "id": level.id,
        "when": level.when,
        "on_delay_s": level.on_delay_ns / SECOND,
        "priority": level.priority.value,
        "text": phrase(level.text),
        "ticket": _order(level.ticket),
        "why": {**rationale(level.why), "confirm": _maybe(level.why.confirm)} if level.why else None,
    }


def _order(order: TicketOrder | None) -> OrderShape | None:
    return {"class": order.ticket_class.value, "skill": order.skill} if order else None


def _maybe(text: Text | None) -> Phrase | None:
    return phrase(text) if text else None


def _record(why: Rationale) -> RecordShape:
    return {
        **rationale(why),
        "confirm": _maybe(why.confirm),
        "owner": _maybe(why.owner),
        "approved_by": _maybe(why.approved_by),
        "reviewed": why.reviewed.isoformat() if why.reviewed else None,
        "history": [{"on": line.on.isoformat(), "by": line.by, "what": phrase(line.what)} for line in why.history],
    }


def watch_shapes(book: RuleActs, rule: str) -> list[WatchShape]:
    """Every device in the rule's scope."""
    in_scope, site = book.book.of_rule(rule), book.book.site
    return [{"id": v.device.id, "watched": v.fit is Fit.APPLIES, "reason": v.detail, "params": _figures(v, site)} for v in in_scope]


def _figures(verdict: Verdict, site: Site) -> dict[str, FigureShape]:
    given = figures_given(verdict.rule, verdict.device, site) if verdict.fit is Fit.APPLIES else {}
    return {name: {"value": one.value, "said_by": one.said_by} for name, one in given.items()}


def rule_file(file: str) -> str:
    return file if file.startswith(_EDITED) else shown_file(file)


def checked_shape(checked: CheckedRule) -> CheckedRuleShape:
    return {
        "id": checked.id,
        "version": checked.version,
        "watches": checked.watches,
        "running_version": checked.running_version,
        "hints": [{"kind": hint.value, "message": SAID[hint]} for hint in checked.hints],
    }


def mistake_shape(mistake: Mistake) -> MistakeShape:
    return {
        "file": rule_file(mistake.file) if mistake.file else "",
        "line": mistake.line,
        "column": mistake.column,
        "path": mistake.path.removeprefix(_SENT).removeprefix(".") if not mistake.file else mistake.path,
        "message": mistake.message,
        "suggestion": mistake.suggestion,
    }


def text_shape(rule: str, found: RuleReading) -> RuleTextShape:
    running, aside = found.running, found.aside
    return {
        "rule": rule,
        "yaml": running.yaml if running else None,
        "version": running.version if running else None,
        "origin": running.origin.value if running else None,
        "file": _words(found.file) if found.file else None,
        "aside": {"yaml": aside.yaml, "version": aside.version, "mistakes": [mistake_shape(m) for m in found.mistakes]} if aside else None,
    }


def _words(words: RuleWords) -> WordsShape:
    return {"yaml": words.yaml, "version": words.version, "origin": words.origin.value}


def version_shape(kept: RuleVersion, running: str | None, wire: Wire) -> VersionShape:
    return {
        "yaml": kept.yaml,
        "version": kept.version,
        "origin": kept.origin.value,
        "at": wire.time(kept.at_ns),
        "by": kept.by,
        "comment": kept.comment,
        "running": kept.version == running and kept.origin is not Origin.RETIRED,
    }


def difference(before: str, after: str) -> list[DiffLine]:
    """Line by line, what became of one text in the other."""
    old, new = before.splitlines(), after.splitlines()
    found: list[DiffLine] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += _lines(" ", old[a:b])
        else:
            found += [*_lines("-", old[a:b]), *_lines("+", new[c:d])]
    return found


def _lines(mark: str, texts: Sequence[str]) -> list[DiffLine]:
    return [{"mark": mark, "text": text} for text in texts]
