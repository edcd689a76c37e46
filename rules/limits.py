"""The limits a condition sets for single points, to draw them beside the readings: ``level > high_m`` → level above 1.8 m. Pure."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from model.rule import Rule
from model.site import Device, Site
from model.units import conversion
from rules import kleene
from rules.calls import function_of, text_of
from rules.parameters import params_of
from rules.syntax import parse


@dataclass(frozen=True, slots=True)
class Limit:
    """The condition asks whether the point is ``above`` or below ``value``, in the point's own unit."""

    point: str
    value: float
    above: bool


def limits(rule: Rule, device: Device, site: Site) -> tuple[Limit, ...]:
    """Each limit of the rule and its levels on this device that is a number; one against another reading, or of a rate, is none."""
    params = params_of(rule, device, site)
    conditions = (rule.when, *(level.when for level in rule.levels))
    found = (_limit(rule, device, site, *compared) for text in conditions for compared in comparisons(parse(text).tree, params))
    return tuple(dict.fromkeys(limit for limit in found if limit))


def comparisons(tree: ast.expr, params: Mapping[str, float]) -> Iterator[tuple[str, str, float]]:
    """(name, operator, number) of every comparison with < or > that has a name on one side and a number on the other."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        for left, operator, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
            kind = type(operator).__name__
            if kind not in kleene.MIRRORED:
                continue
            for side, other, how in ((left, right, kind), (right, left, kleene.MIRRORED[kind])):
                name, number = _name(side), _number(other, params)
                if name and name not in params and number is not None:
                    yield name, how, number


def _limit(rule: Rule, device: Device, site: Site, name: str, how: str, number: float) -> Limit | None:
    found = site.point(f"{device.id}.{name}") or site.point(name)
    if found is None:
        return None
    owner, column = found
    unit = owner.points[column].unit
    change = conversion(rule.units.get(name, unit), unit)
    return Limit(owner.point_id(column), number * change[0] + change[1], how.startswith("Gt")) if change else None


def _name(node: ast.expr) -> str:
    """A point of the device by its name, or one of another device by ``point("…")``; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    return text_of(node.args[0]) if isinstance(node, ast.Call) and function_of(node) == "point" else ""


def _number(node: ast.expr, params: Mapping[str, float]) -> float | None:
    """What the expression comes to when it holds numbers and parameters alone."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.Name(id=name):
            return params.get(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            number = _number(operand, params)
            return None if number is None else -number
        case ast.BinOp(left=left, op=operator, right=right):
            x, y = _number(left, params), _number(right, params)
            return None if x is None or y is None else kleene.ARITHMETIC[type(operator).__name__](x, y)
    return None
