"""How far people may silence an alarm: shelving by one, out of service by two. Pure; every refusal is an IllegalAct that says why.

| silenced by           | who                         | how long                           | life-safety alarms     |
|-----------------------|-----------------------------|------------------------------------|------------------------|
| shelving              | one person, with a reason   | at most the rule's ``max_shelve``  | never                  |
| out of service        | one asks, another approves  | at most 90 days                    | at most 24 h, end said |
| suppression by design | the rule's author           | as long as what explains it lasts  | name nothing           |

Source: ISA-18.2 §11 (who, why, until when; out of service under authorisation); the lengths are practice.
"""

from collections.abc import Callable, Iterator

from model.alarm import IllegalAct, Removal, Shelving, Standing
from model.clock import DAY, HOUR, MINUTE
from model.rule import Rule
from rules.alarm_state import Flag

LONGEST_REMOVAL_NS = 90 * DAY
"""Whatever is out longer than a season belongs into a change of the rule or of the site."""
LONGEST_LIFE_SAFETY_NS = 24 * HOUR
"""A fire panel's inspection, a lift's repair: to the next day's shift, which asks anew."""


def judge_shelving(rule: Rule, shelving: Shelving) -> None:
    if rule.life_safety or not rule.shelvable:
        raise IllegalAct("life-safety alarms can't be shelved" if rule.life_safety else "this alarm may not be shelved")
    if not shelving.reason.strip():
        raise IllegalAct("shelving needs a reason")
    if not 0 < shelving.until_ns - shelving.at_ns <= rule.max_shelve_ns:
        raise IllegalAct(f"this alarm can be shelved for more than 0 and at most {rule.max_shelve_ns / MINUTE:g} min")


def removal_asked_for(rule: Rule, by: str, reason: str, at_ns: int, until_ns: int | None) -> Removal:
    """The request as it will stand. Without an end it lasts as long as it may; a life-safety alarm's end must be said."""
    if not reason.strip():
        raise IllegalAct("taking an alarm out of service needs a reason")
    if rule.life_safety and until_ns is None:
        raise IllegalAct("a life-safety alarm goes out of service only until a stated time, at most 24 hours ahead")
    longest_ns = LONGEST_LIFE_SAFETY_NS if rule.life_safety else LONGEST_REMOVAL_NS
    end_ns = at_ns + longest_ns if until_ns is None else until_ns
    if not at_ns < end_ns <= at_ns + longest_ns:
        raise IllegalAct(
            f"out of service ends later than now and within {longest_ns // HOUR} hours"
            if rule.life_safety
            else f"out of service ends later than now and within {longest_ns // DAY} days"
        )
    return Removal(by, reason, at_ns, end_ns)


def outlived(rule: Rule, standing: Standing) -> Iterator[Flag]:
    """What people have set under another version of the rule, and this one would not let them set."""
    shelving, removal = standing.shelving, standing.out_of_service
    if shelving and _is_refused(lambda: judge_shelving(rule, shelving)):
        yield Flag.SHELVED
    if removal and _is_refused(lambda: removal_asked_for(rule, removal.by, removal.reason, removal.at_ns, removal.until_ns)):
        yield Flag.OUT_OF_SERVICE


def _is_refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except IllegalAct:
        return True
    return False


def judge_approval(request: Removal, by: str, at_ns: int) -> None:
    if request.by == by:
        raise IllegalAct("another person than the one who asked must approve")
    if request.until_ns is not None and request.until_ns <= at_ns:
        raise IllegalAct("what was asked for would be over already; it must be asked for anew")
