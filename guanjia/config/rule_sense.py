"""What can be read and yet makes no sense: delays that can't be, levels that say nothing, a priority that its time to respond denies."""

import ast
from collections.abc import Callable, Iterator

from guanjia.config.document import Path
from guanjia.config.rule_conditions import Formulas
from guanjia.config.written import Written
from model.alarm import Priority
from model.clock import DAY, MINUTE, SECOND
from model.mistake import Mistake
from rules.duration import words
from rules.levels import clears_at_once, fades_after, not_graver
from rules.syntax import Formula

MOST_TIME = {Priority.CRITICAL: 15 * MINUTE, Priority.HIGH: 60 * MINUTE, Priority.MEDIUM: 480 * MINUTE}
"""Priority is consequence and the time there is to respond (ISA-18.2 §9): with more time than this it is less urgent. Practice."""
LEAST_TIME = {Priority.LOW: 15 * MINUTE}
"""With less time than this nobody may take it for the lowest. Practice."""


SOONEST_REALARM_NS = MINUTE
"""Re-alarm is for what nobody has acted on: sooner it is a nuisance. Practice."""
LONGEST_SHELVING_NS = 7 * DAY
"""Shelving is for a while and needs no second person; what lasts longer is out of service. Practice."""


def sense_mistakes(one: Written, formulas: Formulas, has: Callable[..., bool]) -> Iterator[Mistake]:
    """``has``: whether these keys could be read."""
    if one.entry.life_safety and one.entry.suppressed_by:
        yield one.mistake(("suppressed_by",), "a life-safety alarm is never folded under another; remove it")
    if one.entry.life_safety and one.entry.shelvable and "shelvable" in one.entry.model_fields_set:
        yield one.mistake(("shelvable",), "a life-safety alarm is never set aside; remove it")
    yield from _delays(one, formulas)
    yield from _spans(one)
    yield from _idle(one, formulas)
    if has("priority", "priority_by_class", "levels"):
        yield from _order(one)
    if has("params", "levels"):
        yield from _reach(one, formulas)
    if has("clear_when"):
        yield from _clearing(one, formulas)
    if has("priority", "why"):
        yield from _time_to_respond(one, ("why", "respond_within"), one.entry.priority, one.entry.why.respond_within)
    if has("why", "levels"):
        yield from _times_of_levels(one)


def _delays(one: Written, formulas: Formulas) -> Iterator[Mistake]:
    for path in (("on_delay",), ("off_delay",), *(("levels", index, "on_delay") for index in range(len(one.entry.levels)))):
        yield from _days(one, path)
    conditions: list[tuple[Path, Formula | None, int]] = [(("on_delay",), formulas.get(("when",)), one.entry.on_delay)]
    for index, level in enumerate(one.entry.levels):
        conditions.append((("levels", index, "on_delay"), formulas.get(("levels", index, "when")), level.on_delay))
    for path, formula, delay_ns in conditions:
        lasts = fades_after(formula.tree) if formula else None
        if lasts is not None and delay_ns > lasts[1]:
            short = f"{lasts[0]} is over after {words(lasts[1])}"
            yield one.mistake(path, f"it can't hold for {words(delay_ns)}: {short}; lengthen it or shorten the delay")


def _spans(one: Written) -> Iterator[Mistake]:
    """How soon it may ask again, and how long it may be set aside."""
    entry = one.entry
    if entry.realarm is not None and entry.realarm < SOONEST_REALARM_NS:
        soonest = words(SOONEST_REALARM_NS)
        yield one.mistake(("realarm",), f"asked again after {words(entry.realarm)} nobody has had time to act; write {soonest} or more")
    if entry.shelvable and not entry.life_safety and entry.max_shelve == 0:
        yield one.mistake(("max_shelve",), "for no time at all it can't be shelved; write 'shelvable: false'")
    if entry.shelvable and not entry.life_safety and entry.max_shelve > LONGEST_SHELVING_NS:
        longest = words(LONGEST_SHELVING_NS)
        yield one.mistake(("max_shelve",), f"shelving is for at most {longest}; for longer an alarm is taken out of service, with approval")


def _idle(one: Written, formulas: Formulas) -> Iterator[Mistake]:
    """A condition without a name or a function is what it is for ever."""
    for path, formula in formulas.items():
        if formula and not any(isinstance(node, ast.Name | ast.Call) for node in ast.walk(formula.tree)):
            yield one.within(path, (1, 1), "it asks for nothing that is read, and never changes; name a point")


def _clearing(one: Written, formulas: Formulas) -> Iterator[Mistake]:
    """As far as it can be told without the figures of the devices."""
    when, clear_when = formulas.get(("when",)), formulas.get(("clear_when",))
    told = clears_at_once(when, clear_when, {}) if when and clear_when else None
    if told:
        yield one.within(("clear_when",), (1, 1), told)


def _days(one: Written, path: Path) -> Iterator[Mistake]:
    """A delay of more than a day is a slip of the pen unless it is written in days."""
    raw = one.raw(path)
    length_ns = one.entry.on_delay if path == ("on_delay",) else one.entry.off_delay
    if len(path) == 3:
        length_ns = one.entry.levels[int(path[1])].on_delay
    if length_ns > DAY and not str(raw).strip().endswith("d"):
        yield one.mistake(path, f"{raw} is more than a day; if it is meant, write it in days: {length_ns / DAY:g}d")


def _order(one: Written) -> Iterator[Mistake]:
    gravest = min((one.entry.priority, *one.entry.priority_by_class.values()), key=lambda priority: priority.digit)
    before, seen = gravest, set[str]()
    for index, level in enumerate(one.entry.levels):
        if level.id in seen:
            yield one.mistake(("levels", index, "id"), f"'{level.id}' is written twice; each level has an id of its own")
        seen.add(level.id)
        if level.priority.digit >= before.digit:
            yield one.mistake(
                ("levels", index, "priority"),
                f"a level is graver than what stands before it, and that is {before} already; write levels from the least grave on",
            )
        before = level.priority


def _reach(one: Written, formulas: Formulas) -> Iterator[Mistake]:
    when, levels = formulas.get(("when",)), [formulas.get(("levels", index, "when")) for index in range(len(one.entry.levels))]
    for index, message in not_graver(when, levels, one.entry.params) if when else ():
        yield one.within(("levels", index, "when"), (1, 1), message)


def _times_of_levels(one: Written) -> Iterator[Mistake]:
    """A level that gives no time of its own has the rule's, and then the remedy is to give one."""
    for index, level in enumerate(one.entry.levels):
        own_ns = level.why.respond_within
        if own_ns is not None:
            yield from _time_to_respond(one, ("levels", index, "why", "respond_within"), level.priority, own_ns)
            continue
        most_ns, time_ns = MOST_TIME.get(level.priority), one.entry.why.respond_within
        if most_ns is not None and time_ns > most_ns:
            told = f"the rule leaves {words(time_ns)} to respond, and {level.priority} at most {words(most_ns)}"
            yield one.mistake(("levels", index, "priority"), f"{told}; give the level a why.respond_within of its own")


def _time_to_respond(one: Written, path: Path, priority: Priority, time_ns: int) -> Iterator[Mistake]:
    most_ns, least_ns = MOST_TIME.get(priority), LEAST_TIME.get(priority)
    told = f"with {words(time_ns)} to respond it is not {priority}: that leaves"
    if most_ns is not None and time_ns > most_ns:
        yield one.mistake(path, f"{told} at most {words(most_ns)}; lower the priority or shorten the time")
    if least_ns is not None and time_ns < least_ns:
        yield one.mistake(path, f"{told} at least {words(least_ns)}; raise the priority or give more time")
    if time_ns < SECOND:
        yield one.mistake(path, "somebody needs time to respond; write for example 15min")
