"""Three-valued logic (Kleene) and arithmetic over readings: every function makes a closure; None is Unknown."""

import operator
from collections.abc import Callable, Sequence
from typing import Any

from rules.value import Value
from rules.windows import Read

ARITHMETIC: dict[str, Callable[[float, float], float | None]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": lambda x, y: x / y if y else None,
    "Mod": lambda x, y: x % y if y else None,
}
ORDER: dict[str, Callable[[Any, Any], bool]] = {"Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt, "GtE": operator.ge}
MIRRORED = {"Lt": "Gt", "LtE": "GtE", "Gt": "Lt", "GtE": "LtE"}
"""The same comparison with its sides changed."""
FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max, "abs": abs}
EQUALITY: dict[str, Callable[[Any, Any], bool]] = {"Eq": operator.eq, "NotEq": operator.ne}


def fixed(value: float | str | bool) -> Read:
    return lambda: value


def apply(function: Callable[[Any, Any], Any], left: Read, right: Read) -> Read:
    """Unknown as soon as one side is."""

    def read() -> float | str | bool | None:
        x = left()
        if x is None:
            return None
        y = right()
        return None if y is None else function(x, y)

    return read


def apply_fixed(function: Callable[[Any, Any], Any], left: Read, limit: float | str | bool) -> Read:
    """As ``apply``, against a constant: the common case, and half the calls."""

    def read() -> float | str | bool | None:
        x = left()
        return None if x is None else function(x, limit)

    return read


def each(function: Callable[..., Any], operands: Sequence[Read]) -> Read:
    """A function of many operands (``min``, ``max``, ``abs``); Unknown as soon as one of them is."""

    def read() -> float | str | bool | None:
        values = [operand() for operand in operands]
        return None if None in values else function(*values)

    return read


def all_of(parts: Sequence[Read]) -> Read:
    """False as soon as one part is false, whatever is unknown; true only when all are."""

    def read() -> bool | None:
        unknown = False
        for part in parts:
            value = part()
            if value is None:
                unknown = True
            elif not value:
                return False
        return None if unknown else True

    return read


def any_of(parts: Sequence[Read]) -> Read:
    """True as soon as one part is true, whatever is unknown; false only when all are."""

    def read() -> bool | None:
        unknown = False
        for part in parts:
            value = part()
            if value is None:
                unknown = True
            elif value:
                return True
        return None if unknown else False

    return read


def negate(part: Read) -> Read:
    def read() -> bool | None:
        value = part()
        return None if value is None else not value

    return read


def truth(part: Read) -> Callable[[], bool | None]:
    """A number or truth as truth: zero is false."""

    def read() -> bool | None:
        value = part()
        return None if value is None else bool(value)

    return read


def is_match(value: Value, mask: int, wanted: int) -> bool:
    """Whether a whole number equals ``wanted`` under ``mask``."""
    return isinstance(value, float) and int(value) & mask == wanted


def count_matches(columns: Sequence[int], values: Callable[[], Sequence[Value]], mask: int, wanted: int) -> Read:
    """How many of the values match; Unknown only when none does and one is unknown."""

    def read() -> float | None:
        found, unknown, present = 0, False, values()
        for column in columns:
            value = present[column]
            if value is None:
                unknown = True
            elif is_match(value, mask, wanted):
                found += 1
        return None if unknown and not found else float(found)

    return read
