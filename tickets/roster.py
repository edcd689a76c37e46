"""Who gets a ticket that nobody dispatches by hand, who watches over it, and who is told when a promise is broken. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from model.people import Post, Role
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


def engineering_room(people: Sequence[Person]) -> list[str]:
    """Ids of those who hold the control room; where the roster names none, whoever answers for maintenance."""
    return _ids(people, Role.OPERATOR) or holders(people, Post.MAINTENANCE_HEAD)


def holders(people: Sequence[Person], post: Post) -> list[str]:
    """Ids of those who hold the post. Where nobody does, the next post above it, then those below, then any manager, then the room."""
    chain = list(Post)
    at = chain.index(post)
    for held in (*chain[at:], *reversed(chain[:at])):
        found = [person.id for person in people if person.post is held]
        if found:
            return found
    return _ids(people, Role.MANAGER) or _ids(people, Role.OPERATOR)


def _ids(people: Sequence[Person], role: Role) -> list[str]:
    return [person.id for person in people if person.role == role]
