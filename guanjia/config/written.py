"""A rule as it stands in its file, and the way from anything in it to its line and column."""

from dataclasses import dataclass, replace
from typing import Any

from guanjia.config import scalar_place
from guanjia.config.document import Document, Path
from guanjia.config.rule_entry import RuleEntry, TicketEntry
from guanjia.config.rule_text import RuleText, words_of_one
from model.mistake import Mistake
from model.rule import Rule


@dataclass(frozen=True, slots=True)
class Written:
    """With a stand-in for whatever has a mistake."""

    rule: Rule
    entry: RuleEntry
    source: RuleText
    document: Document
    index: int
    is_whole: bool
    is_readable: bool = False
    """Whether it can be told what it watches: the condition and what it is for have no mistake."""
    follow: tuple[tuple[str, Mistake], ...] = ()
    """Name the condition speaks of → the mistake that only follows when that name is the misspelt one."""

    @property
    def words(self) -> str:
        """Its own text, for whoever wants to read or change this rule alone."""
        if ("rules",) not in self.document.lines:  # the text is this one rule
            return self.source.text
        following = self.document.lines.get(("rules", self.index + 1))
        last = None if following is None else following - 1
        return words_of_one(self.source.text, self.document.line(("rules", self.index)), last, self.document.at(("rules", self.index)))

    def conditions(self) -> dict[Path, str]:
        """Where each condition stands → its text; ``when`` first."""
        levels: dict[Path, str] = {("levels", index, "when"): level.when for index, level in enumerate(self.entry.levels)}
        texts: dict[Path, str | None] = {("when",): self.entry.when, ("clear_when",): self.entry.clear_when, **levels}
        return {path: text for path, text in texts.items() if text}

    def skills(self) -> dict[Path, str]:
        """Where each skill that a ticket asks for stands → the skill."""
        orders: dict[Path, TicketEntry | None] = {("ticket", "skill"): self.entry.ticket}
        orders |= {("levels", index, "ticket", "skill"): level.ticket for index, level in enumerate(self.entry.levels)}
        return {path: order.skill for path, order in orders.items() if order and order.skill}

    def raw(self, path: Path) -> Any:
        """As it stands in the file; None where nothing stands."""
        found: Any = self.document.at(("rules", self.index))
        for part in path:
            found = (
                found.get(part) if isinstance(found, dict) else found[part] if isinstance(found, list) and isinstance(part, int) else None
            )
        return found

    def mistake(self, path: Path, message: str) -> Mistake:
        return self.document.mistake(("rules", self.index, *path), message)

    def within(self, path: Path, at: tuple[int, int], message: str) -> Mistake:
        """A mistake inside a text of several words; ``at``: line and column in it, from 1."""
        mistake, whole = self.mistake(path, message), ("rules", self.index, *path)
        scalar = self.document.scalars.get(whole)
        if scalar is None:
            return mistake
        text = str(self.document.at(whole))
        offset = sum(len(line) + 1 for line in text.split("\n")[: at[0] - 1]) + at[1] - 1
        line, column = scalar_place.place(self.source.text, scalar, text, offset)
        return replace(mistake, line=line, column=column)
