"""Three-valued logic (Kleene) and arithmetic over stretches of time: what ``rules.kleene`` is for one moment. A reader takes no argument
and answers for the stretch in hand."""

from collections.abc import Callable, Sequence
from functools import reduce
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules import kleene
from rules.columns.steps import Operand, Steps, Truths, Values, aligned, all_known
from rules.groups import FOLDS
from rules.kleene import is_match

ReadSteps = Callable[[], Operand]
_EXACT = 2.0**62
"""Whole numbers below this are shifted and masked as 64-bit integers; beyond, one by one as Python's own."""
_WIDEST = 62


def fixed(value: float | str | bool) -> ReadSteps:
    return lambda: value


def apply(function: Callable[[Any, Any], Any], left: ReadSteps, right: ReadSteps) -> ReadSteps:
    """Unknown as soon as one side is."""
    return lambda: _applied(function, left(), right())


def apply_fixed(function: Callable[[Any, Any], Any], left: ReadSteps, limit: float | str | bool) -> ReadSteps:
    return lambda: _applied(function, left(), limit)


def _applied(function: Callable[[Any, Any], Any], x: Operand, y: Operand) -> Operand:
    if x is None or y is None:
        return None
    left: Any = x
    right: Any = y
    if isinstance(x, Steps) and isinstance(y, Steps):
        x, y = aligned([x, y])
        known, at, left, right = all_known([x, y]), x.at, x.values, y.values
    elif isinstance(x, Steps):
        known, at, left = x.known, x.at, x.values
    elif isinstance(y, Steps):
        known, at, right = y.known, y.at, y.values
    else:
        result: Operand = function(x, y)
        return result
    with np.errstate(all="ignore"):
        if function in _PARTIAL:
            values, defined = _PARTIAL[function](_number(left), _number(right))
            return Steps(at, values, defined if known is None else known & defined)
        if function in _ARITHMETIC:
            left, right = _number(left), _number(right)
        return Steps(at, function(left, right), known)


def _number(value: Any) -> Any:
    """A truth as 0 or 1: numpy's own truths don't add."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float64) if value.dtype == np.bool_ else value
    return float(value)


def _division(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], tuple[Values, Truths]]:
    """Unknown where it is by zero."""

    def divided(x: Any, y: Any) -> tuple[Values, Truths]:
        return function(x, y), np.broadcast_to(np.asarray(y) != 0, np.broadcast(x, y).shape)

    return divided


_ARITHMETIC = frozenset(kleene.ARITHMETIC.values())
_PARTIAL = {kleene.ARITHMETIC["Div"]: _division(np.divide), kleene.ARITHMETIC["Mod"]: _division(np.mod)}


def each(function: Callable[..., Any], operands: Sequence[ReadSteps]) -> ReadSteps:
    """``min``, ``max``, ``abs``; Unknown as soon as one operand is."""

    def read() -> Operand:
        values = [operand() for operand in operands]
        if any(value is None for value in values):
            return None
        if not any(isinstance(value, Steps) for value in values):
            result: Operand = function(*values)
            return result
        parts = _as_steps(values)
        numbers = [_number(part.values) for part in parts]
        return Steps(parts[0].at, np.abs(numbers[0]) if function is abs else reduce(_CHOSEN[function], numbers), all_known(parts))

    return read


def _as_steps(operands: Sequence[Operand]) -> list[Steps]:
    """All at the same ticks; what is fixed stands at all of them, Unknown as not known. At least one is of steps."""
    at = aligned([operand for operand in operands if isinstance(operand, Steps)])[0].at
    return [operand.on(at) if isinstance(operand, Steps) else _constant(operand, at) for operand in operands]


def _constant(value: float | str | bool | None, at: NDArray[np.int64]) -> Steps:
    if value is None:
        return Steps(at, np.zeros(len(at), dtype=np.bool_), np.zeros(len(at), dtype=np.bool_))
    return Steps(at, np.full(len(at), value))


def _least(x: Values, y: Values) -> Values:
    return np.where(y < x, y, x)


def _greatest(x: Values, y: Values) -> Values:
    return np.where(y > x, y, x)


_CHOSEN: dict[Callable[..., Any], Callable[[Values, Values], Values]] = {min: _least, max: _greatest}
"""As Python chooses: the first of equals."""


def all_of(parts: Sequence[ReadSteps]) -> ReadSteps:
    """False where one part is false, whatever is unknown; true where all are."""
    return lambda: _joint([part() for part in parts], decided=False)


def any_of(parts: Sequence[ReadSteps]) -> ReadSteps:
    """True where one part is true, whatever is unknown; false where all are."""
    return lambda: _joint([part() for part in parts], decided=True)


def _joint(parts: Sequence[Operand], *, decided: bool) -> Operand:
    """``decided`` wherever one part is; Unknown where none is and one is unknown; else the contrary."""
    if not any(isinstance(part, Steps) for part in parts):
        truths = [None if part is None else bool(part) for part in parts]
        return decided if decided in truths else None if None in truths else not decided
    steps = _as_steps(parts)
    found = np.zeros(len(steps[0].at), dtype=np.bool_)
    unknown: Truths | None = None
    for part in steps:
        hit = _truths(part.values) if decided else ~_truths(part.values)
        if part.known is not None:
            hit &= part.known
            unknown = ~part.known if unknown is None else unknown | ~part.known
        found |= hit
    return Steps(steps[0].at, found if decided else ~found, None if unknown is None else found | ~unknown)


def _truths(values: Values) -> Truths:
    """A fresh array: it is written to."""
    return values.copy() if values.dtype == np.bool_ else values != 0


def negate(part: ReadSteps) -> ReadSteps:
    def read() -> Operand:
        value = part()
        if isinstance(value, Steps):
            return Steps(value.at, ~_truths(value.values), value.known)
        return None if value is None else not value

    return read


def truth(part: ReadSteps) -> ReadSteps:
    """A number or truth as truth: zero is false."""

    def read() -> Operand:
        value = part()
        if isinstance(value, Steps):
            return value if value.values.dtype == np.bool_ else Steps(value.at, value.values != 0, value.known)
        return None if value is None else bool(value)

    return read


def scaled(part: ReadSteps, factor: float, offset: float) -> ReadSteps:
    def read() -> Operand:
        value = part()
        if isinstance(value, Steps):
            return Steps(value.at, value.values * factor + offset, value.known)
        return None if value is None or isinstance(value, str) else value * factor + offset

    return read


def one_of(part: ReadSteps, choices: frozenset[float | str | bool]) -> ReadSteps:
    wanted = list(choices)

    def read() -> Operand:
        value = part()
        if isinstance(value, Steps):
            return Steps(value.at, np.isin(_number(value.values), wanted), value.known)
        return None if value is None else value in choices

    return read


def field(word: ReadSteps, low: int, mask: int, as_truth: bool) -> ReadSteps:
    """Bits ``low`` and up of a whole number under ``mask``; Unknown where it is none."""

    def read() -> Operand:
        value = word()
        if not isinstance(value, Steps):
            return None if value is None else _field(float(value), low, mask, as_truth)
        words = _number(value.values)
        is_finite = np.isfinite(words)
        known = is_finite if value.known is None else value.known & is_finite
        bits = _bits(np.where(known, words, 0.0), low, mask)
        return Steps(value.at, bits == 1 if as_truth else bits, None if known.all() else known)

    return read


def _field(word: float, low: int, mask: int, as_truth: bool) -> float | bool | None:
    if not isfinite(word):
        return None
    found = int(word) >> low & mask
    return found == 1 if as_truth else float(found)


def _bits(words: NDArray[np.float64], low: int, mask: int) -> NDArray[np.float64]:
    if mask < 1 << _WIDEST and bool((np.abs(words) < _EXACT).all()):
        return (words.astype(np.int64) >> min(low, 63) & mask).astype(np.float64)
    return np.array([float(int(word) >> low & mask) for word in words.tolist()], dtype=np.float64)


def count_matches(parts: Sequence[ReadSteps], mask: int, wanted: int) -> ReadSteps:
    """How many of the numbers equal ``wanted`` under ``mask``; Unknown only where none does and one is unknown."""

    def read() -> Operand:
        steps = _as_steps([part() for part in parts])
        found = np.zeros(len(steps[0].at))
        unknown = np.zeros(len(steps[0].at), dtype=np.bool_)
        for part in steps:
            hit = _matching(part.values, mask, wanted)
            if part.known is not None:
                hit &= part.known
                unknown |= ~part.known
            found += hit
        return Steps(steps[0].at, found, (found > 0) | ~unknown if unknown.any() else None)

    return read


def together(function: str, parts: Sequence[ReadSteps], least: int) -> ReadSteps:
    """``count_of``, ``sum``, ``mean``, ``min`` or ``max`` of those that are known; Unknown where they are fewer than ``least``."""

    def read() -> Operand:
        values = [part() for part in parts]
        if not any(isinstance(value, Steps) for value in values):
            numbers = [value for value in values if isinstance(value, int | float)]
            return FOLDS[function](numbers) if len(numbers) >= least else None
        steps = _as_steps(values)
        known = np.sum([step.is_known() for step in steps], axis=0)
        with np.errstate(all="ignore"):
            return Steps(steps[0].at, _folded(function, steps, known), None if (known >= least).all() else known >= least)

    return read


def _folded(function: str, parts: Sequence[Steps], known: NDArray[np.int64]) -> Values:
    """In the order of the parts, so that sums come out the same to the last bit."""
    match function:
        case "count_of":
            return reduce(np.add, [(part.is_known() & _truths(part.values)).astype(np.float64) for part in parts])
        case "sum" | "mean":
            total = reduce(np.add, [np.where(part.is_known(), _number(part.values), 0.0) for part in parts])
            return total if function == "sum" else total / known
    chosen = _CHOSEN[min if function == "min" else max]
    beyond = np.inf if function == "min" else -np.inf
    return reduce(chosen, [np.where(part.is_known(), _number(part.values), beyond) for part in parts])


def _matching(values: Values, mask: int, wanted: int) -> Truths:
    if mask < 2**_WIDEST and bool((np.abs(values) < _EXACT).all()):
        hit: Truths = values.astype(np.int64) & mask == wanted
        return hit
    return np.array([is_match(value, mask, wanted) for value in values.tolist()], dtype=np.bool_)
