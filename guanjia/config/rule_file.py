"""Rule files: a YAML list of rules, read with every mistake collected.

A later file may replace a rule of an earlier one by saying ``replace: true``; limits are better overridden by a device's ``params``.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from guanjia.config import document
from guanjia.config.document import Document, Salvaged
from guanjia.config.document import Path as Place
from guanjia.config.rule_conditions import formulas_of, name_mistakes
from guanjia.config.rule_entry import RuleEntry
from guanjia.config.rule_sense import sense_mistakes
from guanjia.config.rule_text import RuleText, read_texts
from guanjia.config.rules_together import together_mistakes
from guanjia.config.written import Written
from model.alarm import Priority
from model.mistake import ConfigError, Mistake
from model.rule import Rationale, Rule, Scope
from model.rule_version import Origin
from model.text import Text
from model.wording import near

_NO_TEXT = Text("", "")
_NO_WHY = Rationale(_NO_TEXT, _NO_TEXT, _NO_TEXT, 0)
_NO_LIST = {
    False: "a rule file is a list; begin each rule with '- id: …'",
    True: "write one rule, a key on each line: 'id: …', 'for: …', 'when: …'",
}
"""Whether it lays over the files → what is wrong with a text that is no list of rules."""
_REMEMBERED_CHARACTERS = 4_000
"""Of a text that somebody writes: a rule has some 1,000. One that is full of mistakes takes 250 bytes a character, and each keystroke is
another text."""


@dataclass
class RuleDraft:
    """What could be read of rule files that may have mistakes."""

    book: dict[str, "Written"] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    """Of every rule, also of those that could not be read."""
    words: set[str] = field(default_factory=set)
    """Of rules whose condition can't be read: names that may well be known."""
    mistakes: list[Mistake] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    """One place of a text's list, or the whole of a text that is no list: what can be told of it whatever other texts say."""

    mistakes: tuple[Mistake, ...]
    words: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    one: Written | None = None


def load_rules(paths: Sequence[Path]) -> tuple[list[Rule], list[Mistake]]:
    """Every rule of the files that has no mistake of its own, and every mistake of all of them."""
    draft = draft_rules(paths)
    return [one.rule for one in draft.book.values() if one.is_whole], sorted(set(draft.mistakes))


def draft_rules(paths: Sequence[Path]) -> RuleDraft:
    """Read as much as can be read."""
    texts, mistakes = read_texts(paths)
    draft = draft_texts(texts)
    draft.mistakes += mistakes
    return draft


def draft_texts(texts: Iterable[RuleText]) -> RuleDraft:
    """The same of texts that are in memory."""
    draft = RuleDraft()
    for text in texts:
        is_long = text.origin is Origin.EDITED and len(text.text) > _REMEMBERED_CHARACTERS
        for found in _read_text.__wrapped__(text) if is_long else _read_text(text):
            draft.mistakes += found.mistakes
            draft.words |= found.words
            if found.one is not None:
                draft.mistakes += _enter(draft, found.one)
            draft.ids |= found.ids
    draft.mistakes += together_mistakes(draft.book, draft.ids)
    return draft


@lru_cache(maxsize=256)
def _read_text(source: RuleText) -> tuple[_Found, ...]:
    """Remembered: every edit of one rule asks again for the texts of all the others."""
    try:
        parsed, doubled = document.read(source.text, source.file, columns=True)
    except ConfigError as error:
        return (_Found(tuple(error.mistakes), _words(source.text)),)
    whole = _under_key(parsed, source)
    if whole is None:
        return (_Found((*doubled, Mistake(source.file, 1, "", _NO_LIST[source.lays_over])), _words(source.text)),)
    return (_Found(tuple(doubled)), *(_at(whole, index, source) for index in range(len(whole.data["rules"]))))


def _at(whole: Document, index: int, source: RuleText) -> _Found:
    raw = whole.data["rules"][index]
    one, wrong = _read_rule(whole, index, source)
    words = _words(str(raw)) if one is None or not one.is_readable else frozenset[str]()
    ids = frozenset({str(raw["id"])}) if isinstance(raw, dict) and "id" in raw else _words(str(raw))
    return _Found(tuple(wrong), words, ids, one)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z][a-z0-9_.]*", text))


def _under_key(parsed: Document, source: RuleText) -> Document | None:
    """The same document with the list under ``rules``, so that paths read ``rules[2].when``; None when it is no list.

    A text that lays over the files may be a single rule.
    """
    above: Place = ("rules",)
    data = parsed.data
    if source.lays_over and isinstance(data, dict):
        above, data = ("rules", 0), [data]
    if not isinstance(data, list):
        return None
    return parsed.under(above, {"rules": data})


def _read_rule(whole: Document, index: int, source: RuleText) -> tuple[Written | None, list[Mistake]]:
    """One rule by itself, so that a mistake in one hides none in the next."""
    item, mistakes = document.salvage(whole, RuleEntry, ("rules", index))
    if item is None:
        return None, mistakes
    found = Written(_rule(item, whole, index), item.value, source, whole, index, not mistakes)
    formulas, wrong = formulas_of(found)
    mistakes += wrong
    is_read = not wrong and item.has("when", "clear_when", "levels")
    follow = tuple(name_mistakes(found, formulas)) if is_read else ()
    mistakes += [mistake for _, mistake in follow]
    mistakes += sense_mistakes(found, formulas, item.has)
    is_readable = is_read and item.has("scope")
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
        why=_NO_WHY,
        priority=Priority.LOW,
        version="",
        clear_when=entry.clear_when,
        deadband=entry.deadband,
        units=entry.units,
        params=entry.params,
        levels=tuple(level.level(_NO_WHY) for level in entry.levels),
        first_out=entry.first_out.group if entry.first_out else "",
        suppressed_by=tuple(entry.suppressed_by),
        file=whole.file,
        line=line,
    )


def _version(raw: Any) -> str:
    """Eight hexadecimal digits over the rule's content, whatever the order of its keys."""
    content = json.dumps(raw, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def _enter(draft: RuleDraft, one: Written) -> list[Mistake]:
    book, earlier = draft.book, draft.book.get(one.rule.id)
    over = one.source.lays_over
    if earlier is None and one.entry.replace and one.rule.id not in draft.ids and not over:
        return [one.mistake(("replace",), f"there is no earlier rule '{one.rule.id}' to replace{_or_remove(one.rule.id, book)}")]
    if earlier is not None and not ((one.entry.replace or over) and earlier.rule.file != one.rule.file):
        where = f"{earlier.rule.file}:{earlier.rule.line}"
        return [one.mistake(("id",), f"'{one.rule.id}' is already defined at {where}; choose another id, or add 'replace: true'")]
    book[one.rule.id] = one
    return []


def _or_remove(name: str, known: Iterable[str]) -> str:
    return near(name, known) or "; remove it"
