"""A whole rule book out of texts: the library, the site's files and what was edited, read together and held against the site. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from guanjia.config.rule_file import draft_texts
from guanjia.config.rule_text import RuleText
from guanjia.config.site_and_rules import side_by_side
from guanjia.config.site_file import SiteDraft
from guanjia.config.written import Written
from model.mistake import Mistake
from model.rule_version import Origin, RuleVersion
from rules.book import Book

EDITED = "edit:"
"""Before a rule's id: the name under which its edit stands among the files."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Every rule of the texts that can be read, and every mistake; to be run only without any."""

    book: Book
    written: Mapping[str, Written]
    mistakes: frozenset[Mistake]
    explained: frozenset[Mistake]
    """Of the site file's own mistakes those that only follow from one of these."""


@dataclass(frozen=True, slots=True)
class Aside:
    """An edit that is kept but does not run: it does not fit the site as it is now."""

    edit: RuleVersion
    mistakes: tuple[Mistake, ...]


def bind(draft: SiteDraft, texts: Iterable[RuleText]) -> Bound:
    """A later text goes before an earlier one where it may replace its rules."""
    rules = draft_texts(texts)
    together = side_by_side(draft, rules)
    mistakes = frozenset([*rules.mistakes, *together.mistakes]) - together.explained
    return Bound(together.book, rules.book, mistakes, frozenset(together.explained))


def edit_text(rule: str, yaml: str) -> RuleText:
    return RuleText(f"{EDITED}{rule}", yaml, Origin.EDITED)


def lay_over(draft: SiteDraft, files: Sequence[RuleText], edits: Iterable[RuleVersion]) -> tuple[Bound, Mapping[str, Aside]]:
    """The files with every edit over them that fits, and by rule the edits that do not. Mistakes are left only when the files have some."""
    lying = {edit.rule: edit for edit in edits}
    aside: dict[str, Aside] = {}
    bound = bind(draft, [*files, *(edit_text(edit.rule, edit.yaml) for edit in lying.values())])
    if bound.mistakes and lying and (alone := bind(draft, files)).mistakes:
        return alone, {}
    while bound.mistakes and lying:
        named = {m.file.removeprefix(EDITED) for m in bound.mistakes if m.file.startswith(EDITED)}
        # A mistake that shows elsewhere is put down to the newest edit: before it all was well.
        for rule in named & lying.keys() or {list(lying)[-1]}:
            own = sorted(m for m in bound.mistakes if m.file == f"{EDITED}{rule}")
            aside[rule] = Aside(lying.pop(rule), tuple(own or sorted(bound.mistakes)))
        bound = bind(draft, [*files, *(edit_text(edit.rule, edit.yaml) for edit in lying.values())])
    return bound, aside
