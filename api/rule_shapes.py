"""The rule book on the wire. Adding a key is allowed; renaming or removing one is not."""

from typing import NotRequired

from typing_extensions import TypedDict

from api.shapes import Classed, MistakeShape, Phrase, RationaleShape


class OrderShape(Classed):
    """The ticket a rule orders."""

    skill: str


class GraverWhyShape(RationaleShape):
    """With what a level has from its rule."""

    confirm: Phrase | None


class LevelShape(TypedDict):
    """A graver step of the same alarm. ``why`` is null where it is wholly the rule's."""

    id: str
    when: str
    on_delay_s: float
    priority: str
    text: Phrase
    ticket: OrderShape | None
    why: GraverWhyShape | None


class FirstOutShape(TypedDict):
    group: str
    within: str


class RevisionShape(TypedDict):
    on: str
    by: str
    what: Phrase


class RecordShape(RationaleShape):
    """The whole rationalisation record."""

    confirm: Phrase | None
    owner: Phrase | None
    approved_by: Phrase | None
    reviewed: str | None
    history: list[RevisionShape]


class FigureShape(TypedDict):
    """``said_by``: ``site``, ``area`` or ``device``."""

    value: float
    said_by: str


class WatchShape(TypedDict):
    """A device in a rule's scope; ``reason`` says what is in the way where it is not watched.

    ``params``: the figures in force there that are not the rule's own.
    """

    id: str
    watched: bool
    reason: str
    params: dict[str, FigureShape]


RuleShape = TypedDict(
    "RuleShape",
    {
        "id": str,
        "version": str,
        "origin": str,
        "versions": int,
        "watches": int,
        "text": Phrase,
        "priority": str,
        "priority_by_class": dict[str, str],
        "for": dict[str, str],
        "when": str,
        "clear_when": str | None,
        "on_delay_s": float,
        "off_delay_s": float,
        "deadband": dict[str, float],
        "params": dict[str, float],
        "units": dict[str, str],
        "latched": bool,
        "realarm_s": float | None,
        "shelvable": bool,
        "max_shelve_s": float,
        "life_safety": bool,
        "suppressed_by": list[str],
        "levels": list[LevelShape],
        "first_out": FirstOutShape | None,
        "hold": bool,
        "ticket": OrderShape | None,
        "why": RecordShape,
        "file": str,
        "line": int,
        "devices": NotRequired[list[WatchShape]],
        "changed": NotRequired[bool],
        "moved": NotRequired[dict[str, int]],
    },
)
"""A rule in force. ``devices`` of a single one; ``changed`` and ``moved`` (kind of alarm event → alarms) of one that was changed."""


class WordsShape(TypedDict):
    """``origin``: library, site or edited."""

    yaml: str
    version: str
    origin: str


class AsideShape(TypedDict):
    yaml: str
    version: str
    mistakes: list[MistakeShape]


class RuleTextShape(TypedDict):
    """A rule as it is written. ``file``: what an edit lies over; ``aside``: an edit that is kept and does not fit the site any more."""

    rule: str
    yaml: str | None
    version: str | None
    origin: str | None
    file: WordsShape | None
    aside: AsideShape | None


class VersionShape(WordsShape):
    """``origin`` is ``retired`` where it ended: an edit was taken back, or the rule has left the files."""

    at: str
    by: str
    comment: str
    running: bool


class VersionsShape(TypedDict):
    items: list[VersionShape]
    next_cursor: None


class DiffLine(TypedDict):
    """``mark``: a blank where both say so, ``-`` what only the other version says, ``+`` what only this one does."""

    mark: str
    text: str


class ComparedShape(VersionShape):
    diff: list[DiffLine] | None


class HintShape(TypedDict):
    kind: str
    message: str


class CheckedRuleShape(TypedDict):
    id: str
    version: str
    watches: int
    running_version: str | None
    hints: list[HintShape]


class CheckedShape(TypedDict):
    rules: list[CheckedRuleShape]
    mistakes: list[MistakeShape]


class TakenBackShape(TypedDict):
    id: str
    running: RuleShape | None
    moved: dict[str, int]


class ReloadedShape(TypedDict):
    changed: list[str]
    added: list[str]
    removed: list[str]
    moved: dict[str, int]


class MistakesShape(TypedDict):
    items: list[MistakeShape]
    at: str | None
