"""What is right in a rule and may still not be what was meant: told to whoever writes it, never refused."""

import ast
from enum import StrEnum

from model.rule import Rule
from model.site import Calendar
from rules.calls import function_of
from rules.syntax import parse

_OF_HOLIDAYS = frozenset({"workday", "holiday"})


class Hint(StrEnum):
    NO_HOLIDAYS = "no_holidays"
    """It asks for workdays or holidays, and the site lists none: every Monday to Friday is a workday, no day a holiday."""


SAID = {
    Hint.NO_HOLIDAYS: "the site lists no holidays: every Monday to Friday counts as a workday; write 'holidays: [2026-10-01..2026-10-07]' "
    "under 'site:' in the site file, and 'workdays:' for the weekend days worked to make up for them",
}


def hints(rule: Rule, calendar: Calendar) -> tuple[Hint, ...]:
    """Of a rule whose conditions read well."""
    return (Hint.NO_HOLIDAYS,) if not calendar.holidays and _called(rule) & _OF_HOLIDAYS else ()


def _called(rule: Rule) -> set[str]:
    texts = (rule.when, rule.clear_when, *(level.when for level in rule.levels))
    trees = (parse(text).tree for text in texts if text)
    return {function_of(node) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)}
