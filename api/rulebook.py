"""What the API asks of the rule book: what is in force and where it comes from, and its changes while everything runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from model.mistake import Mistake
from model.people import Actor
from model.rule_version import Origin, RuleVersion
from rules.book import Book
from rules.hints import Hint


@dataclass(frozen=True, slots=True)
class RuleWords:
    """One rule as somebody has written it."""

    yaml: str
    version: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class RuleReading:
    """All there is to read of a rule."""

    running: RuleWords | None
    file: RuleWords | None = None
    """What library or site file say, where an edit lies over it."""
    aside: RuleWords | None = None
    """An edit that is kept and does not fit the site any more."""
    mistakes: Sequence[Mistake] = ()
    """Of the edit set aside."""


@dataclass(frozen=True, slots=True)
class CheckedRule:
    id: str
    version: str
    watches: int
    """How many devices it would watch."""
    running_version: str | None
    hints: Sequence[Hint] = ()
    """What is right and may still not be meant."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What a change has done: rule id → the version in force now, None for one that has gone. Nothing when all was as it is."""

    versions: Mapping[str, str | None] = field(default_factory=dict)
    moved: Mapping[str, int] = field(default_factory=dict)
    """Kind of alarm event → how many alarms the change itself has moved."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something that is written does not run. The rules before go on running."""

    mistakes: Sequence[Mistake]
    at_ns: int


class RuleActs(Protocol):
    """The rule book. One change at a time; each is on disk and in force before it returns.

    KeyError for a rule that is not there; RuleBookError (model.rule_version) for what can't be done, and nothing is changed then.
    """

    @property
    def book(self) -> Book:
        """What watches what now. Not to be kept: it is another after the next change."""
        ...

    def origin(self, rule: str) -> Origin:
        """Where its words come from; RETIRED when it has just gone."""
        ...

    def versions(self, rule: str) -> Sequence[RuleVersion]:
        """In the order in which they came into force; also of a rule that has gone."""
        ...

    def refusal(self) -> Refused | None:
        """What of the files and edits does not run, and why."""
        ...

    def read(self, rule: str) -> RuleReading:
        """Blocking."""
        ...

    def check(self, yaml: str) -> tuple[Sequence[CheckedRule], Sequence[Mistake]]:
        """What a text of one rule or several would be in the running book. Blocking."""
        ...

    async def change(self, rule: str, yaml: str, by: Actor, comment: str, base_version: str) -> Adopted: ...

    async def create(self, yaml: str, by: Actor, comment: str) -> tuple[str, Adopted]:
        """Returns the new rule's id too."""
        ...

    async def take_back(self, rule: str, by: Actor, comment: str, base_version: str = "") -> Adopted:
        """Without the edit: what the files say of it runs again, or nothing. Of whatever version runs, where none is named."""
        ...

    async def reload(self, by: Actor) -> Adopted:
        """Read the rule files again."""
        ...
