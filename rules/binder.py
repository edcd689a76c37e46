"""From a condition's tree to closures over one device's inputs: names become slots, units become factors, limits get their deadband."""

import ast
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from model.profile import Point
from model.units import conversion
from rules import kleene
from rules.errors import DoesNotFit, Fit
from rules.inputs import Inputs, Value
from rules.syntax import OFFLINE, function_of, number_of, operand_names, text_of, window_of
from rules.windows import BetweenHours, Changed, Count, ForLast, Rate, Read, Stale, Window

STALE_AFTER_POLLS = 5
"""``stale(x)`` without a duration: so many polling periods without a usable value."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a condition's names stand for on one device."""

    inputs: Inputs
    far: Callable[[str], tuple[Inputs, int] | None]
    """Inputs and column of ``<device id>.<point name>``."""
    params: Mapping[str, float]
    units: Mapping[str, str]
    deadband: Mapping[str, float]
    timezone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a point's value is kept."""

    inputs: Inputs
    index: int
    column: int

    @property
    def point(self) -> Point:
        return self.inputs.device.points[self.column]

    @property
    def point_id(self) -> str:
        return f"{self.inputs.device.id}.{self.point.name}"

    @property
    def value(self) -> Value:
        """As last said, in the point's own unit."""
        return self.inputs.values[self.index]


@dataclass(frozen=True, slots=True)
class Group:
    """Points that are judged together by ``matches``."""

    slots: tuple[Slot, ...]
    mask: int
    wanted: int

    def found(self) -> list[Slot]:
        """Those that match now."""
        return [slot for slot in self.slots if kleene.is_match(slot.value, self.mask, self.wanted)]


class Binder:
    """Binds trees of one rule to one device. Windows are shared between the rising and the holding form of a condition."""

    def __init__(self, ground: Ground) -> None:
        self.windows: dict[ast.AST, Window] = {}
        self.slots: dict[str, Slot] = {}
        self.groups: dict[ast.AST, Group] = {}
        self._ground = ground
        self._fixed: dict[Read, float | str | bool] = {}
        self._holding = False

    def bind(self, tree: ast.expr, *, holding: bool = False) -> Callable[[], bool | None]:
        """The condition as a closure. ``holding``: every limit is moved by its deadband so that a true condition stays true."""
        self._holding = holding
        return kleene.truth(self._truth(tree, 1))

    # ── truths; ``side`` is 1 where the part makes the whole truer, −1 below a 'not', 0 where it can't be told ──

    def _truth(self, node: ast.expr, side: int) -> Read:
        if isinstance(node, ast.BoolOp):
            parts = [self._truth(value, side) for value in node.values]
            return kleene.all_of(parts) if isinstance(node.op, ast.And) else kleene.any_of(parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return kleene.negate(self._truth(node.operand, -side))
        if isinstance(node, ast.Compare):
            return self._compare(node, side)
        return self._number(node)

    def _compare(self, node: ast.Compare, side: int) -> Read:
        lefts = [node.left, *node.comparators]
        links = [self._link(*link, side) for link in zip(lefts, node.ops, node.comparators, strict=False)]
        return links[0] if len(links) == 1 else kleene.all_of(links)

    def _link(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, side: int) -> Read:
        kind = type(operator).__name__
        if isinstance(right, ast.Tuple):
            return self._choice(left, right, kind == "NotIn")
        if kind in kleene.EQUALITY:
            return self._equal(left, right, kleene.EQUALITY[kind])
        x, y = self._number(left), self._number(right)
        shift = self._shift(left, right) * side * (1 if kind in ("Lt", "LtE") else -1)
        if y in self._fixed:
            limit = self._fixed[y]
            return kleene.apply_fixed(kleene.ORDER[kind], x, float(limit) + shift)
        moved = kleene.apply_fixed(kleene.ARITHMETIC["Add"], y, shift) if shift else y
        return kleene.apply(kleene.ORDER[kind], x, moved)

    def _shift(self, left: ast.expr, right: ast.expr) -> float:
        if not self._holding or not self._ground.deadband:
            return 0.0
        names = operand_names(left) | operand_names(right)
        return max((self._ground.deadband.get(name, 0.0) for name in names), default=0.0)

    def _equal(self, left: ast.expr, right: ast.expr, operator: Callable[[Any, Any], bool]) -> Read:
        if self._is_text(left) != self._is_text(right):
            raise DoesNotFit(Fit.WORDS_REFUSED, f"'{ast.unparse(left)}' and '{ast.unparse(right)}': one is words, the other a number")
        x, y = self._any(left), self._any(right)
        return kleene.apply_fixed(operator, x, self._fixed[y]) if y in self._fixed else kleene.apply(operator, x, y)

    def _choice(self, left: ast.expr, choices: ast.Tuple, is_negated: bool) -> Read:
        if any(self._is_text(choice) != self._is_text(left) for choice in choices.elts):
            raise DoesNotFit(Fit.WORDS_REFUSED, f"'{ast.unparse(left)}' in …: words and numbers are mixed")
        values = frozenset(choice.value for choice in choices.elts if isinstance(choice, ast.Constant))
        isin = kleene.apply_fixed(lambda x, _: x in values, self._any(left), 0.0)
        return kleene.negate(isin) if is_negated else isin

    # ── numbers and words ──

    def _is_text(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str)
        if isinstance(node, ast.Name) and self._ground.inputs.device.profile.column(node.id) is not None:
            return self._own(node.id).point.is_text
        return isinstance(node, ast.Call) and function_of(node) == "point" and self._far(text_of(node.args[0])).point.is_text

    def _number(self, node: ast.expr) -> Read:
        if self._is_text(node):
            raise DoesNotFit(Fit.WORDS_REFUSED, f"'{ast.unparse(node)}' is words; compare it with == or in")
        return self._any(node)

    def _any(self, node: ast.expr) -> Read:
        match node:
            case ast.Constant(value=bool() | int() | float() | str() as value):
                return self._fix(value)
            case ast.Name(id=name):
                return self._name(name)
            case ast.Call():
                return self._call(node)
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._fold(kleene.ARITHMETIC["Sub"], self._fix(0.0), self._number(operand))
        return self._truth(node, 0)

    def _arithmetic(self, node: ast.BinOp) -> Read:
        function = kleene.ARITHMETIC[type(node.op).__name__]
        return self._fold(function, self._number(node.left), self._number(node.right))

    def _fold(self, function: Callable[[float, float], float | None], left: Read, right: Read) -> Read:
        """Two constants make one."""
        if left in self._fixed and right in self._fixed:
            value = function(float(self._fixed[left]), float(self._fixed[right]))
            return (lambda: None) if value is None else self._fix(value)
        return kleene.apply(function, left, right)

    def _fix(self, value: float | str | bool) -> Read:
        read = kleene.fixed(value)
        self._fixed[read] = value
        return read

    def _name(self, name: str) -> Read:
        inputs = self._ground.inputs
        if name == OFFLINE:
            return lambda: inputs.offline
        if inputs.device.profile.column(name) is not None:
            return self._value(self._own(name), name)
        if name in self._ground.params:
            return self._fix(float(self._ground.params[name]))
        known = [point.name for point in inputs.device.points] + list(self._ground.params)
        near = difflib.get_close_matches(name, known, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise DoesNotFit(Fit.NAME_MISSING, f"{inputs.device.id} has no point or parameter '{name}'{hint}", name)

    def _own(self, name: str) -> Slot:
        device = self._ground.inputs.device
        column = device.profile.column(name)
        if column is None:
            raise DoesNotFit(Fit.NAME_MISSING, f"{device.id} has no point '{name}'", name)
        return self._slot(self._ground.inputs, column)

    def _far(self, point_id: str) -> Slot:
        found = self._ground.far(point_id)
        if found is None:
            raise DoesNotFit(Fit.FAR_POINT_MISSING, f"the site has no point '{point_id}'", point_id)
        return self._slot(*found)

    def _slot(self, inputs: Inputs, column: int) -> Slot:
        slot = Slot(inputs, inputs.slot(column), column)
        return self.slots.setdefault(slot.point_id, slot)

    def _value(self, slot: Slot, name: str) -> Read:
        """The point in the unit the rule is written in."""
        values, index = slot.inputs.values, slot.index
        wanted = self._ground.units.get(name, slot.point.unit)
        change = conversion(slot.point.unit, wanted)
        if change is None:
            raise DoesNotFit(Fit.UNIT_REFUSED, f"{slot.point_id} is in '{slot.point.unit}', which does not convert to '{wanted}'", name)
        factor, offset = change
        if (factor, offset) == (1.0, 0.0):
            return lambda: values[index]
        return kleene.apply_fixed(lambda x, _: x * factor + offset, lambda: values[index], 0.0)

    # ── functions ──

    def _call(self, node: ast.Call) -> Read:
        name = function_of(node)
        if name == "point":
            point_id = text_of(node.args[0])
            return self._value(self._far(point_id), point_id)
        if name == "matches":
            return self._matches(node)
        if name == "bit":
            place = number_of(node.args[1])
            return self._bits(node.args[0], place, 1, as_truth=True)
        if name == "bits":
            low, high = number_of(node.args[1]), number_of(node.args[2])
            return self._bits(node.args[0], low, max(high - low, 0) + 1, as_truth=False)
        if name in ("min", "max", "abs"):
            return kleene.each(kleene.FUNCTIONS[name], [self._number(argument) for argument in node.args])
        if node not in self.windows:
            self.windows[node] = self._window(name, node)
        window = self.windows[node]
        return lambda: window.value

    def _bits(self, node: ast.expr, low: int, width: int, *, as_truth: bool) -> Read:
        mask = (1 << width) - 1

        def field(word: float, _: float) -> float | bool | None:
            if not isfinite(word):
                return None
            value = int(word) >> low & mask
            return value == 1 if as_truth else float(value)

        return kleene.apply_fixed(field, self._number(node), 0.0)

    def _matches(self, node: ast.Call) -> Read:
        pattern = text_of(node.args[0])
        device = self._ground.inputs.device
        inputs = self._ground.inputs
        columns = [n for n, point in enumerate(device.points) if fnmatchcase(point.name, pattern) and not point.is_text]
        if not columns:
            raise DoesNotFit(Fit.NAME_MISSING, f"{device.id} has no point like '{pattern}'", pattern)
        slots = tuple(Slot(inputs, inputs.slot(column), column) for column in columns)
        group = self.groups.setdefault(node, Group(slots, number_of(node.args[1]), number_of(node.args[2])))
        return kleene.count_matches([slot.index for slot in group.slots], inputs.values, group.mask, group.wanted)

    def _window(self, name: str, node: ast.Call) -> Window:
        if name == "between_hours":
            return BetweenHours(number_of(node.args[0]), number_of(node.args[1]), self._ground.timezone)
        window_ns = window_of(node)
        if name == "stale":
            return self._stale(node.args[0], window_ns)
        holding, self._holding = self._holding, False
        read = self._any(node.args[0])
        self._holding = holding
        kinds: dict[str, Callable[[Read, int], Window]] = {"rate": Rate, "for_last": ForLast, "count": Count, "changed": Changed}
        return kinds[name](read, window_ns or 0)

    def _stale(self, node: ast.expr, window_ns: int | None) -> Window:
        if not isinstance(node, ast.Name):
            raise DoesNotFit(Fit.NAME_MISSING, "stale() takes the name of a point", ast.unparse(node))
        slot = self._own(node.id)
        return Stale(lambda: slot.inputs.usable_ns[slot.index], window_ns or STALE_AFTER_POLLS * slot.inputs.device.every_ns)
