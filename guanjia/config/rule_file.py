"""Rule files: a YAML list of rules, read with every mistake collected.

A later file may replace a rule of an earlier one by saying ``replace: true``; limits are better overridden by a device's ``params``.
"""

import difflib
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from guanjia.config import document
from guanjia.config.document import Document
from guanjia.config.document import Path as Place
from guanjia.config.rule_entry import RuleEntry
from model.mistake import ConfigError, Mistake
from model.rule import Rule
from rules.errors import ConditionError
from rules.syntax import Formula, limited_names, parse

_LITERAL_BLOCK = re.compile(r":\s*\|[+-]?\s*(#.*)?$")


def load_rules(paths: Sequence[Path]) -> tuple[list[Rule], list[Mistake]]:
    """Every rule of the files that has no mistake of its own, and every mistake of all of them."""
    book: dict[str, _Loaded] = {}
    mistakes: list[Mistake] = []
    for path in paths:
        loaded, wrong = _load_file(path)
        mistakes += wrong
        for one in loaded:
            mistakes += _enter(book, one)
    mistakes += [mistake for one in book.values() for mistake in _unknown_suppressors(one, book)]
    return [one.rule for one in book.values()], sorted(set(mistakes))


@dataclass(frozen=True, slots=True)
class _Loaded:
    rule: Rule
    entry: RuleEntry
    document: Document
    index: int

    def mistake(self, path: Place, message: str) -> Mistake:
        return self.document.mistake(("rules", self.index, *path), message)


def _load_file(path: Path) -> tuple[list[_Loaded], list[Mistake]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        return [], [Mistake(str(path), 1, "", f"can't read the file: {reason}")]
    try:
        parsed = document.parse(text, str(path))
    except ConfigError as error:
        return [], error.mistakes
    if not isinstance(parsed.data, list):
        return [], [Mistake(str(path), 1, "", "a rule file is a list; begin each rule with '- id: …'")]
    whole = _under_key(parsed)
    loaded: list[_Loaded] = []
    mistakes: list[Mistake] = []
    for index in range(len(parsed.data)):
        one, wrong = _load_rule(whole, index, text)
        mistakes += wrong
        loaded += [one] if one else []
    return loaded, mistakes


def _under_key(parsed: Document) -> Document:
    """The same document with the list under ``rules``, so that paths read ``rules[2].when``."""
    return Document(parsed.file, {"rules": parsed.data}, {("rules", *path): line for path, line in parsed.lines.items()})


def _load_rule(whole: Document, index: int, text: str) -> tuple[_Loaded | None, list[Mistake]]:
    """One rule by itself, so that a mistake in one hides none in the next."""
    entry, mistakes = document.validate(whole, RuleEntry, ("rules", index))
    if entry is None:
        return None, mistakes
    version = _version(whole.data["rules"][index])
    loaded = _Loaded(entry.rule(version, whole.file, whole.line(("rules", index))), entry, whole, index)
    mistakes = _condition_mistakes(loaded, text)
    return (None if mistakes else loaded), mistakes


def _version(raw: Any) -> str:
    """Eight hexadecimal digits over the rule's content, whatever the order of its keys."""
    content = json.dumps(raw, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def _condition_mistakes(one: _Loaded, text: str) -> list[Mistake]:
    formulas: list[Formula] = []
    mistakes: list[Mistake] = []
    for key, condition in (("when", one.entry.when), ("clear_when", one.entry.clear_when)):
        if condition is None:
            continue
        try:
            formulas.append(parse(condition))
        except ConditionError as error:
            mistakes.append(_in_condition(one, key, error, text))
    return mistakes or _name_mistakes(one, formulas)


def _in_condition(one: _Loaded, key: str, error: ConditionError, text: str) -> Mistake:
    """On the very line when the condition is written as a block (``|``), else on the line of its key."""
    mistake = one.mistake((key,), f"{error.message} (column {error.column})")
    is_block = _LITERAL_BLOCK.search(text.splitlines()[mistake.line - 1])
    return replace(mistake, line=mistake.line + error.line) if is_block else mistake


def _name_mistakes(one: _Loaded, formulas: list[Formula]) -> list[Mistake]:
    """Units, deadbands and parameters for names the conditions don't speak of."""
    spoken = frozenset[str]().union(*(formula.names | formula.far for formula in formulas))
    mistakes = [
        one.mistake((key, name), f"the condition does not speak of '{name}'; {_nearest(name, spoken)}")
        for key, names in (("units", one.entry.units), ("params", one.entry.params))
        for name in names
        if name not in spoken
    ]
    limited = limited_names(formulas[0])
    for name in one.entry.deadband:
        if name not in limited:
            advice = _nearest(name, limited)
            mistakes.append(one.mistake(("deadband", name), f"'{name}' is compared with no limit (< or >) in 'when'; {advice}"))
    return mistakes


def _enter(book: dict[str, _Loaded], one: _Loaded) -> list[Mistake]:
    earlier = book.get(one.rule.id)
    if earlier is None and one.entry.replace:
        return [one.mistake(("replace",), f"there is no earlier rule '{one.rule.id}' to replace; {_nearest(one.rule.id, book)}")]
    if earlier is not None and not (one.entry.replace and earlier.rule.file != one.rule.file):
        where = f"{earlier.rule.file}:{earlier.rule.line}"
        return [one.mistake(("id",), f"'{one.rule.id}' is already defined at {where}; choose another id, or add 'replace: true'")]
    book[one.rule.id] = one
    return []


def _unknown_suppressors(one: _Loaded, book: dict[str, _Loaded]) -> list[Mistake]:
    return [
        one.mistake(("suppressed_by", place), f"there is no rule '{rule_id}'; {_nearest(rule_id, book)}")
        for place, rule_id in enumerate(one.rule.suppressed_by)
        if rule_id not in book
    ]


def _nearest(name: str, known: Sequence[str] | frozenset[str] | dict[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean '{near[0]}'?" if near else "remove it"
