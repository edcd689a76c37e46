"""What the journal keeps of the rule book: each version of each rule from when it was in force, word for word."""

from dataclasses import dataclass
from enum import StrEnum

from model.mistake import ConfigError, Mistake
from model.people import Role


class Origin(StrEnum):
    """Where the words of a rule come from."""

    LIBRARY = "library"
    SITE = "site"
    """A rule file of the site."""
    EDITED = "edited"
    """Written over the API; goes before what the files say of the same rule."""
    RETIRED = "retired"
    """No words: an edit was taken back, or the rule has left the files. The version is the one that ended."""


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A version of one rule, from when it was in force."""

    rule: str
    version: str
    origin: Origin
    yaml: str
    at_ns: int
    by: str
    comment: str = ""
    by_role: Role | None = None
    """Theirs when they did it; None in a journal from before it was kept."""


class RuleBookError(Exception):
    """A change of the rule book that was not made; the running rules stay. The message is for people, in English.

    ::

        RuleBookError
        ├── RulesRefused    what is written has mistakes; all of them are in it
        ├── VersionMoved    somebody else has changed the rule in the meantime
        └── NotChangeable   there is nothing of that kind to change here
    """


class RulesRefused(RuleBookError, ConfigError):
    def __init__(self, mistakes: list[Mistake]) -> None:
        ConfigError.__init__(self, mistakes)


class VersionMoved(RuleBookError):
    pass


class NotChangeable(RuleBookError):
    pass
