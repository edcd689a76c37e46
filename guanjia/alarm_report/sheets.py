"""What the report is made of: tables of words in one language, which paper, spreadsheet and lines only lay out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guanjia.suggestions.answer import Answer
from model.rule import Rule
from model.site import Site
from model.text import Language
from rules.kpis.figures import Kpis, Period
from rules.rationalisation import Rationalisation


@dataclass(frozen=True, slots=True)
class Review:
    """What the report is about."""

    site: Site
    rules: Sequence[Rule]
    period: Period
    found: Rationalisation
    systems: Mapping[str, Kpis]
    answers: Sequence[Answer] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """``widths`` are hundredths of the page; a row is as long as the headings. ``graves`` are the rows that must not be overlooked."""

    title: str
    headings: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]
    note: str = ""
    graves: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Report:
    language: Language
    title: str
    site: str
    span: str
    outcome: str
    """In one sentence: how many figures are met, and which are not."""
    figures: Table
    others: Sequence[Table]
    days_title: str
    days: Sequence[tuple[str, int]]
    """Each day of the period and its alarms."""
