"""Who gets a ticket that nobody dispatches by hand. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from model.site import Person


class Assignment(StrEnum):
    """Why a ticket went to someone, or to nobody and stays registered."""

    LEAST_LOADED = "least_loaded"
    ROSTER_EMPTY = "roster_empty"
    NO_SKILL_ASKED = "no_skill_asked"
    NOBODY_WITH_SKILL = "nobody_with_skill"


@dataclass(frozen=True, slots=True)
class Choice:
    person: Person | None
    reason: Assignment


def choose(people: Sequence[Person], skill: str, loads: Mapping[str, int]) -> Choice:
    """The person with ``skill`` who has the fewest open tickets; among equals the one the roster names first.

    ``loads`` is person id → open tickets; absent means none.
    """
    if not people:
        return Choice(None, Assignment.ROSTER_EMPTY)
    if not skill:
        return Choice(None, Assignment.NO_SKILL_ASKED)
    able = [person for person in people if skill in person.skills]
    if not able:
        return Choice(None, Assignment.NOBODY_WITH_SKILL)
    return Choice(min(able, key=lambda person: loads.get(person.id, 0)), Assignment.LEAST_LOADED)
