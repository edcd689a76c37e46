"""Whether the conditions of a rule, one beside the other, can do what they are written for. Pure."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from math import inf

from rules.calendar_windows import span_ns
from rules.calls import SPANS, function_of
from rules.limits import comparisons
from rules.syntax import Formula

_AT_ONCE = "raises the alarm and clears it at once, again and again; write a condition that is false while 'when' is true"
Side = tuple[str, str]
"""Of a name: ``Gt`` above its limit, ``Lt`` below."""


def not_graver(when: Formula, levels: Sequence[Formula | None], params: Mapping[str, float]) -> Iterator[tuple[int, str]]:
    """Index of each level that is true as soon as what stands before it is, with the reason; only where it asks for nothing but limits."""
    before, name_before = _limits(when, params), "the rule"
    for index, level in enumerate(levels):
        limits = _limits(level, params) if level else {}
        passed = {side: before[side] for side, number in limits.items() if side in before and _is_passed(side, number, before[side])}
        if level and passed.keys() == limits.keys() and len(limits) == _parts_of(level):
            (name, how), earlier = next(iter(passed.items()))
            place, number = "above" if how == "Gt" else "below", limits[name, how]
            yield (
                index,
                f"{name} has passed {number:g} as soon as {name_before} is true, at {earlier:g}; write a limit {place} {earlier:g}",
            )
        before, name_before = limits, "the level before it"


def clears_at_once(when: Formula, clear_when: Formula, params: Mapping[str, float]) -> str | None:
    """Why readings that raise the alarm clear it as well, so that it would come and go with each of them. Only where both ask for nothing
    but limits of the same things; None: there are none such, or it can't be told from the text.
    """
    if ast.dump(when.tree) == ast.dump(clear_when.tree):
        return f"the same condition {_AT_ONCE}"
    raising, clearing = _limits(when, params), _limits(clear_when, params)
    names = sorted({name for name, _ in raising})
    if not clearing or len(raising) != _parts_of(when) or len(clearing) != _parts_of(clear_when) or {n for n, _ in clearing} - {*names}:
        return None
    spans = [_both(name, raising, clearing) for name in names]
    if not all(low < high for low, high in spans):
        return None
    return f"{' and '.join(_between(name, *span) for name, span in zip(names, spans, strict=True))} {_AT_ONCE}"


def _both(name: str, *sides: Mapping[Side, float]) -> tuple[float, float]:
    """Where all the limits of a name have been passed: above the one number and below the other."""
    above = [limits[name, "Gt"] for limits in sides if (name, "Gt") in limits]
    return max(above, default=-inf), min((limits[name, "Lt"] for limits in sides if (name, "Lt") in limits), default=inf)


def _between(name: str, low: float, high: float) -> str:
    """As a condition says it."""
    if high == inf:
        return f"{name} > {low:g}"
    return f"{name} < {high:g}" if low == -inf else f"{low:g} < {name} < {high:g}"


def _is_passed(side: Side, number: float, earlier: float) -> bool:
    return number <= earlier if side[1] == "Gt" else number >= earlier


def _limits(formula: Formula, params: Mapping[str, float]) -> dict[Side, float]:
    """The limits that are passed whenever the condition is true: those among its parts joined by 'and'. Empty where one stands twice."""
    compared = [part for part in _joined(formula.tree) if isinstance(part, ast.Compare) and not _holds_another(part)]
    found = [((name, how[:2]), number) for part in compared for name, how, number in comparisons(part, params)]
    limits = dict(found)
    return limits if len(limits) == len(found) else {}


def _holds_another(compared: ast.Compare) -> bool:
    """``count(level > 3, 1h) > 5``: the inner limit is none of the outer one's."""
    return any(isinstance(node, ast.Compare | ast.BoolOp) for node in ast.walk(compared) if node is not compared)


def _parts_of(formula: Formula) -> int:
    """How many comparisons, or other parts, must all be true."""
    return sum(len(part.ops) if isinstance(part, ast.Compare) else 1 for part in _joined(formula.tree))


def _joined(tree: ast.expr) -> Sequence[ast.expr]:
    return tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]


def fades_after(tree: ast.expr) -> tuple[str, int] | None:
    """A part that must hold and ends by itself whatever is read, and after how many ns at the latest: a time of the day."""
    calls = [part for part in _joined(tree) if isinstance(part, ast.Call) and function_of(part) in SPANS]
    spans = [(f"{function_of(call)}(…)", span_ns(call)) for call in calls]
    return min(spans, key=lambda part: part[1], default=None)
