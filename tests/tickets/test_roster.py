"""Who gets a ticket."""

import pytest

from tests.tickets.house import PEOPLE
from tickets.roster import Assignment, choose


@pytest.mark.parametrize(
    ("skill", "loads", "who", "reason"),
    [
        ("plumbing", {}, "li", Assignment.LEAST_LOADED),
        ("plumbing", {"li": 1}, "wang", Assignment.LEAST_LOADED),
        ("plumbing", {"li": 1, "wang": 1}, "li", Assignment.LEAST_LOADED),
        ("plumbing", {"li": 2, "wang": 1, "zhao": 0}, "wang", Assignment.LEAST_LOADED),
        ("elevator", {"zhao": 99}, "zhao", Assignment.LEAST_LOADED),
        ("gas", {}, None, Assignment.NOBODY_WITH_SKILL),
        ("", {}, None, Assignment.NO_SKILL_ASKED),
    ],
)
def test_the_least_loaded_with_the_skill_gets_it(skill: str, loads: dict[str, int], who: str | None, reason: Assignment) -> None:
    choice = choose(PEOPLE, skill, loads)
    assert (choice.person.id if choice.person else None, choice.reason) == (who, reason)


def test_without_a_roster_nobody_gets_it() -> None:
    assert choose((), "plumbing", {}).reason is Assignment.ROSTER_EMPTY
