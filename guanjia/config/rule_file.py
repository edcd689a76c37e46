"""Rule files: a YAML list of rules, read with every mistake collected.

A later file may replace a rule of an earlier one by saying ``replace: true``; limits are better overridden by a device's ``params``.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from guanjia.config import document
from guanjia.config.document import Document, Salvaged
from guanjia.config.document import Path as Place
from guanjia.config.rule_entry import RuleEntry
from model.alarm import Priority
from model.mistake import ConfigError, Mistake
from model.rule import Rationale, Rule, Scope
from model.text import Text
from model.wording import near, nearest
from rules.errors import ConditionError
from rules.syntax import Formula, limited_names, parse

_LITERAL_BLOCK = re.compile(r":\s*\|[+-]?\s*(#.*)?$")
_NO_TEXT = Text("", "")


@dataclass
class RuleDraft:
    """What could be read of rule files that may have mistakes."""

    book: dict[str, "Written"] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    """Of every rule, also of those that could not be read."""
    words: set[str] = field(default_factory=set)
    """Of rules whose condition can't be read: names that may well be known."""
    mistakes: list[Mistake] = field(default_factory=list)


def load_rules(paths: Sequence[Path]) -> tuple[list[Rule], list[Mistake]]:
    """Every rule of the files that has no mistake of its own, and every mistake of all of them."""
    draft = draft_rules(paths)
    return [one.rule for one in draft.book.values() if one.is_whole], sorted(set(draft.mistakes))


def draft_rules(paths: Sequence[Path]) -> RuleDraft:
    """Read as much as can be read."""
    draft = RuleDraft()
    for path in paths:
        _read_file(path, draft)
    for one in draft.book.values():
        draft.mistakes += _unknown_suppressors(one, draft.ids)
    return draft


@dataclass(frozen=True, slots=True)
class Written:
    """A rule as it stands in its file, with a stand-in for whatever has a mistake."""

    rule: Rule
    entry: RuleEntry
    document: Document
    index: int
    is_whole: bool
    is_readable: bool = False
    """Whether it can be told what it watches: the condition and what it is for have no mistake."""
    follow: tuple[tuple[str, Mistake], ...] = ()
    """Name the condition speaks of → the mistake that only follows when that name is the misspelt one."""

    def mistake(self, path: Place, message: str) -> Mistake:
        return self.document.mistake(("rules", self.index, *path), message)


def _read_file(path: Path, draft: RuleDraft) -> None:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        draft.mistakes.append(Mistake(str(path), 1, "", f"can't read the file: {reason}"))
        return
    try:
        parsed, doubled = document.read(text, str(path))
    except ConfigError as error:
        draft.mistakes += error.mistakes
        draft.words |= _words(text)
        return
    draft.mistakes += doubled
    if not isinstance(parsed.data, list):
        draft.mistakes.append(Mistake(str(path), 1, "", "a rule file is a list; begin each rule with '- id: …'"))
        draft.words |= _words(text)
        return
    whole = _under_key(parsed)
    for index, raw in enumerate(parsed.data):
        one, wrong = _read_rule(whole, index, text)
        draft.mistakes += wrong
        if one is None or not one.is_readable:
            draft.words |= _words(str(raw))
        if one is not None:
            draft.mistakes += _enter(draft, one)
        draft.ids |= {str(raw["id"])} if isinstance(raw, dict) and "id" in raw else _words(str(raw))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z][a-z0-9_.]*", text))


def _under_key(parsed: Document) -> Document:
    """The same document with the list under ``rules``, so that paths read ``rules[2].when``."""
    return Document(parsed.file, {"rules": parsed.data}, {("rules", *path): line for path, line in parsed.lines.items()})


def _read_rule(whole: Document, index: int, text: str) -> tuple[Written | None, list[Mistake]]:
    """One rule by itself, so that a mistake in one hides none in the next."""
    item, mistakes = document.salvage(whole, RuleEntry, ("rules", index))
    if item is None:
        return None, mistakes
    found = Written(_rule(item, whole, index), item.value, whole, index, not mistakes)
    if found.entry.life_safety and found.entry.suppressed_by:
        mistakes.append(found.mistake(("suppressed_by",), "a life-safety alarm is never folded under another; remove it"))
    formulas, wrong = _formulas(found, text)
    mistakes += wrong
    follow = () if wrong or not item.has("when", "clear_when") else tuple(_name_mistakes(found, formulas))
    mistakes += [mistake for _, mistake in follow]
    is_readable = not wrong and item.has("when", "clear_when", "scope")
    return replace(found, is_whole=not mistakes, is_readable=is_readable, follow=follow), mistakes


def _rule(item: Salvaged[RuleEntry], whole: Document, index: int) -> Rule:
    """The rule; of one with mistakes, what its condition needs."""
    entry = item.value
    line = whole.line(("rules", index))
    if not item.broken:
        return entry.rule(_version(whole.data["rules"][index]), whole.file, line)
    return Rule(
        id=entry.id if item.has("id") else f"{whole.file}#{index}",
        scope=Scope(**entry.scope.model_dump()) if item.has("scope") else Scope(),
        when=entry.when,
        text=_NO_TEXT,
        why=Rationale(_NO_TEXT, _NO_TEXT, _NO_TEXT, 0),
        priority=Priority.LOW,
        version="",
        clear_when=entry.clear_when,
        deadband=entry.deadband,
        units=entry.units,
        params=entry.params,
        suppressed_by=tuple(entry.suppressed_by),
        file=whole.file,
        line=line,
    )


def _version(raw: Any) -> str:
    """Eight hexadecimal digits over the rule's content, whatever the order of its keys."""
    content = json.dumps(raw, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def _formulas(one: Written, text: str) -> tuple[list[Formula], list[Mistake]]:
    formulas: list[Formula] = []
    mistakes: list[Mistake] = []
    for key, condition in (("when", one.entry.when), ("clear_when", one.entry.clear_when)):
        if condition is None:
            continue
        try:
            formulas.append(parse(condition))
        except ConditionError as error:
            mistakes.append(_in_condition(one, key, error, text))
    return formulas, mistakes


def _in_condition(one: Written, key: str, error: ConditionError, text: str) -> Mistake:
    """On the very line when the condition is written as a block (``|``), else on the line of its key."""
    mistake = one.mistake((key,), f"{error.message} (column {error.column})")
    is_block = _LITERAL_BLOCK.search(text.splitlines()[mistake.line - 1])
    return replace(mistake, line=mistake.line + error.line) if is_block else mistake


def _name_mistakes(one: Written, formulas: list[Formula]) -> Iterable[tuple[str, Mistake]]:
    """Units, deadbands and parameters for names the conditions don't speak of, each with the name that was meant or is itself wrong."""
    spoken = frozenset[str]().union(*(formula.names | formula.far for formula in formulas))
    for key, names in (("units", one.entry.units), ("params", one.entry.params)):
        for name in names:
            if name not in spoken:
                other = nearest(name, spoken) or ""
                yield other, one.mistake((key, name), f"the condition does not speak of '{name}'{_or_other(other, 'of ')}")
    limited = limited_names(formulas[0])
    for name in one.entry.deadband:
        if name not in limited:
            other = nearest(name, limited) or ""
            yield other, one.mistake(("deadband", name), f"'when' does not compare '{name}' with a limit (< or >){_or_other(other)}")


def _or_other(other: str, of: str = "") -> str:
    """Which of the two is misspelt only the device can tell."""
    return f", but {of}'{other}'; write the same name in both" if other else "; remove it"


def _enter(draft: RuleDraft, one: Written) -> list[Mistake]:
    book, earlier = draft.book, draft.book.get(one.rule.id)
    if earlier is None and one.entry.replace and one.rule.id not in draft.ids:
        return [one.mistake(("replace",), f"there is no earlier rule '{one.rule.id}' to replace{_or_remove(one.rule.id, book)}")]
    if earlier is not None and not (one.entry.replace and earlier.rule.file != one.rule.file):
        where = f"{earlier.rule.file}:{earlier.rule.line}"
        return [one.mistake(("id",), f"'{one.rule.id}' is already defined at {where}; choose another id, or add 'replace: true'")]
    book[one.rule.id] = one
    return []


def _unknown_suppressors(one: Written, ids: set[str]) -> list[Mistake]:
    return [
        one.mistake(("suppressed_by", place), f"there is no rule '{rule_id}'{_or_remove(rule_id, ids)}")
        for place, rule_id in enumerate(one.rule.suppressed_by)
        if rule_id not in ids and not one.entry.life_safety
    ]


def _or_remove(name: str, known: Iterable[str]) -> str:
    return near(name, known) or "; remove it"
