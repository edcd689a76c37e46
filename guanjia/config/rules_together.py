"""What is wrong between rules: names of rules that are not there, rings of suppression, groups of one."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from guanjia.config.written import Written
from model.mistake import Mistake
from model.wording import near


def together_mistakes(book: Mapping[str, Written], ids: set[str]) -> Iterator[Mistake]:
    """``ids``: of every rule, also of those that could not be read."""
    for one in book.values():
        yield from _unknown_suppressors(one, ids)
    yield from _rings(book)
    yield from _groups_of_one(book, is_whole=ids <= book.keys())


def _unknown_suppressors(one: Written, ids: set[str]) -> Iterator[Mistake]:
    for place, rule_id in enumerate(one.rule.suppressed_by):
        if rule_id not in ids and not one.entry.life_safety:
            yield one.mistake(("suppressed_by", place), f"there is no rule '{rule_id}'{near(rule_id, ids) or '; remove it'}")


def _rings(book: Mapping[str, Written]) -> Iterator[Mistake]:
    """A rule that names itself means the same alarm at a device upstream; any longer way back to itself explains nothing."""
    for one in book.values():
        for place, other in enumerate(one.rule.suppressed_by):
            way = _way(book, other, one.rule.id) if other != one.rule.id else []
            if way:
                told = " by ".join(f"'{rule}'" for rule in (one.rule.id, *way))
                yield one.mistake(("suppressed_by", place), f"rules explain one another in a ring: {told}; say which is the cause")


def _way(book: Mapping[str, Written], start: str, goal: str) -> list[str]:
    """The shortest way from rule to rule over ``suppressed_by``, both ends with it; empty when there is none."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == goal:
            return way
        one = book.get(way[-1])
        for following in one.rule.suppressed_by if one else ():
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def _groups_of_one(book: Mapping[str, Written], *, is_whole: bool) -> Iterator[Mistake]:
    """Somebody else's first-out group may be among the rules that can't be read; then nothing is said."""
    members: dict[str, list[Written]] = defaultdict(list)
    for one in book.values():
        if one.rule.first_out:
            members[one.rule.first_out].append(one)
    for name, found in members.items():
        if len(found) == 1 and is_whole:
            others = members.keys() - {name}
            hint = near(name, others) or "; name the others, or remove it"
            yield found[0].mistake(
                ("first_out", "group"), f"no other rule is in the group '{name}', so that nothing can be first in it{hint}"
            )
