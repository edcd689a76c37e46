"""From a condition's tree to closures over one device's inputs: names become slots, units become factors, limits get their deadband."""

import ast
import difflib
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from model.site import Calendar
from model.units import conversion
from rules import kleene
from rules.calendar_windows import hours_of
from rules.calls import form_of, function_of, number_of, share_of, text_of, window_of
from rules.errors import DoesNotFit, Fit
from rules.functions import CALENDAR, COUNTING
from rules.groups import Group, Member
from rules.inputs import Inputs
from rules.logic import LIVE, Logic, Operand, least_known
from rules.selection import Selection, selection
from rules.slots import Matches, Slot
from rules.syntax import OFFLINE, operand_names
from rules.windows import Window

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
    calendar: Calendar
    members: Callable[[Selection], Iterator["Ground"]]
    """The same for each device of a group that is chosen as seen from this one."""

    def meaning(self, *trees: ast.expr) -> str:
        """What is not in the text: the numbers behind the parameters it names, units and deadbands."""
        names = frozenset[str]().union(*map(_names_in, trees))
        numbers = {name: self.params[name] for name in names if name in self.params}
        parts = (*numbers.items(), *self.units.items(), *((f"{name} +-", width) for name, width in self.deadband.items()))
        return ", ".join(sorted(f"{name} {value}" for name, value in parts))


@lru_cache(maxsize=4096)
def _names_in(tree: ast.expr) -> frozenset[str]:
    """Every bare name of a tree, which a rule asks once for each device it watches."""
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


@dataclass(frozen=True, slots=True)
class Watched:
    """A function that remembers, as it is written and meant, and the devices whose blocks are its readings."""

    text: str
    window: Window
    speakers: tuple[Inputs, ...]


class Binder:
    """Binds trees of one rule to one device. Windows are shared between the rising and the holding form of a condition."""

    def __init__(self, ground: Ground, logic: Logic = LIVE) -> None:
        self.windows: dict[ast.AST, Watched] = {}
        self.slots: dict[str, Slot] = {}
        self.groups: dict[ast.AST, Group | Matches] = {}
        self.links: dict[str, Inputs] = {}
        """Devices of which it asks whether they answer at all."""
        self._ground = ground
        self._logic = logic
        self._fixed: dict[Operand, float | str | bool] = {}
        self._holding = False
        self._asked: list[str] = []
        """The members of its groups, with what their names stand for."""

    def bind(self, tree: ast.expr, *, holding: bool = False) -> Operand:
        """The condition as its logic has it: live, a closure that says true, false or None.

        ``holding``: every limit is moved by its deadband so that a true condition stays true.
        """
        self._holding = holding
        return self._logic.truth(self._truth(tree, 1))

    # ── truths; ``side`` is 1 where the part makes the whole truer, −1 below a 'not', 0 where it can't be told ──

    def _truth(self, node: ast.expr, side: int) -> Operand:
        if isinstance(node, ast.BoolOp):
            parts = [self._truth(value, side) for value in node.values]
            return self._logic.all_of(parts) if isinstance(node.op, ast.And) else self._logic.any_of(parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self._logic.negate(self._truth(node.operand, -side))
        if isinstance(node, ast.Compare):
            return self._compare(node, side)
        return self._amount(node, side)

    def _amount(self, node: ast.expr, side: int) -> Operand:
        """A number; of how many devices something is true also moves with their deadbands."""
        counts = isinstance(node, ast.Call) and function_of(node) in COUNTING
        return self._group(node, side) if counts and isinstance(node, ast.Call) else self._number(node)

    def _compare(self, node: ast.Compare, side: int) -> Operand:
        lefts = [node.left, *node.comparators]
        links = [self._link(*link, side) for link in zip(lefts, node.ops, node.comparators, strict=False)]
        return links[0] if len(links) == 1 else self._logic.all_of(links)

    def _link(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, side: int) -> Operand:
        kind = type(operator).__name__
        if isinstance(right, ast.Tuple):
            return self._choice(left, right, kind == "NotIn")
        if kind in kleene.EQUALITY:
            return self._equal(left, right, kleene.EQUALITY[kind])
        up = side if kind in ("Gt", "GtE") else -side
        x, y = self._amount(left, up), self._amount(right, -up)
        shift = -self._shift(left, right) * up
        if y in self._fixed:
            limit = self._fixed[y]
            return self._logic.apply_fixed(kleene.ORDER[kind], x, float(limit) + shift)
        moved = self._logic.apply_fixed(kleene.ARITHMETIC["Add"], y, shift) if shift else y
        return self._logic.apply(kleene.ORDER[kind], x, moved)

    def _shift(self, left: ast.expr, right: ast.expr) -> float:
        if not self._holding or not self._ground.deadband:
            return 0.0
        names = operand_names(left) | operand_names(right)
        return max((self._ground.deadband.get(name, 0.0) for name in names), default=0.0)

    def _equal(self, left: ast.expr, right: ast.expr, operator: Callable[[Any, Any], bool]) -> Operand:
        if self._is_text(left) != self._is_text(right):
            raise DoesNotFit(Fit.WORDS_REFUSED, f"'{ast.unparse(left)}' and '{ast.unparse(right)}': one is words, the other a number")
        x, y = self._any(left), self._any(right)
        if y in self._fixed:
            return self._logic.apply_fixed(operator, x, self._fixed[y])
        return self._logic.apply(operator, x, y)

    def _choice(self, left: ast.expr, choices: ast.Tuple, is_negated: bool) -> Operand:
        if any(self._is_text(choice) != self._is_text(left) for choice in choices.elts):
            raise DoesNotFit(Fit.WORDS_REFUSED, f"'{ast.unparse(left)}' in …: words and numbers are mixed")
        values = frozenset(choice.value for choice in choices.elts if isinstance(choice, ast.Constant))
        isin = self._logic.one_of(self._any(left), values)
        return self._logic.negate(isin) if is_negated else isin

    # ── numbers and words ──

    def _is_text(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str)
        if isinstance(node, ast.Name) and self._ground.inputs.device.profile.column(node.id) is not None:
            return self._own(node.id).point.is_text
        return isinstance(node, ast.Call) and function_of(node) == "point" and self._far(text_of(node.args[0])).point.is_text

    def _number(self, node: ast.expr) -> Operand:
        if self._is_text(node):
            raise DoesNotFit(Fit.WORDS_REFUSED, f"'{ast.unparse(node)}' is words; compare it with == or in")
        return self._any(node)

    def _any(self, node: ast.expr) -> Operand:
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

    def _arithmetic(self, node: ast.BinOp) -> Operand:
        function = kleene.ARITHMETIC[type(node.op).__name__]
        return self._fold(function, self._number(node.left), self._number(node.right))

    def _fold(self, function: Callable[[float, float], float | None], left: Operand, right: Operand) -> Operand:
        """Two constants make one."""
        if left in self._fixed and right in self._fixed:
            value = function(float(self._fixed[left]), float(self._fixed[right]))
            return self._logic.unknown() if value is None else self._fix(value)
        return self._logic.apply(function, left, right)

    def _fix(self, value: float | str | bool) -> Operand:
        read = self._logic.fixed(value)
        self._fixed[read] = value
        return read

    def _name(self, name: str) -> Operand:
        inputs = self._ground.inputs
        if name == OFFLINE:
            self.links[inputs.device.id] = inputs
            return self._logic.offline(inputs)
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
        inputs.ask(column)
        slot = Slot(inputs, column)
        return self.slots.setdefault(slot.point_id, slot)

    def _value(self, slot: Slot, name: str) -> Operand:
        """The point in the unit the rule is written in."""
        wanted = self._ground.units.get(name, slot.point.unit)
        change = conversion(slot.point.unit, wanted)
        if change is None:
            raise DoesNotFit(Fit.UNIT_REFUSED, f"{slot.point_id} is in '{slot.point.unit}', which does not convert to '{wanted}'", name)
        value = self._logic.value(slot)
        return value if change == (1.0, 0.0) else self._logic.scaled(value, *change)

    # ── functions ──

    def _call(self, node: ast.Call) -> Operand:
        name, form = function_of(node), form_of(node)
        if form is not None and form.is_group:
            return self._group(node, 0)
        if name == "point":
            point_id = text_of(node.args[0])
            return self._value(self._far(point_id), point_id)
        if name == "matches":
            return self._matches(node)
        if name == "bit":
            place = number_of(node.args[1])
            return self._logic.field(self._number(node.args[0]), place, 1, as_truth=True)
        if name == "bits":
            low, high = number_of(node.args[1]), number_of(node.args[2])
            return self._logic.field(self._number(node.args[0]), low, (2 << max(high - low, 0)) - 1, as_truth=False)
        if name in ("min", "max", "abs"):
            return self._logic.each(kleene.FUNCTIONS[name], [self._number(argument) for argument in node.args])
        if node not in self.windows:
            self.windows[node] = self._watched(name, node)
        return self._logic.window_value(self.windows[node].window)

    def _matches(self, node: ast.Call) -> Operand:
        pattern = text_of(node.args[0])
        device = self._ground.inputs.device
        inputs = self._ground.inputs
        columns = [n for n, point in enumerate(device.points) if fnmatchcase(point.name, pattern) and not point.is_text]
        if not columns:
            raise DoesNotFit(Fit.NAME_MISSING, f"{device.id} has no point like '{pattern}'", pattern)
        slots = tuple(self._slot(inputs, column) for column in columns)
        mask, wanted = number_of(node.args[1]), number_of(node.args[2])
        self.groups.setdefault(node, Matches(slots, mask, wanted))
        return self._logic.count_matches(slots, mask, wanted)

    def _group(self, node: ast.Call, side: int) -> Operand:
        """Devices that lack a point or parameter it asks for are no members."""
        chosen = selection(text_of(node.args[0]))
        members, lacks = [], ""
        for ground in self._ground.members(chosen):
            try:
                members.append(self._member(ground, node, side))
                self._asked.append(f"{ground.inputs.device.id} {ground.meaning(node.args[1])}".rstrip())
            except DoesNotFit as error:
                if error.fit is not Fit.NAME_MISSING:
                    raise
                lacks = lacks or error.detail
        if not members:
            raise DoesNotFit(Fit.NO_MEMBER, lacks or f"no device belongs to the group '{chosen.text}'", chosen.text)
        self.groups.setdefault(node, Group(function_of(node), tuple(members)))
        return self._together(function_of(node), [member.read for member in members], share_of(node))

    def _together(self, function: str, parts: list[Operand], share: float) -> Operand:
        if function == "any":
            return self._logic.any_of(parts)
        if function == "all":
            return self._logic.all_of(parts)
        return self._logic.together(function, parts, least_known(share, len(parts)))

    def _member(self, ground: Ground, node: ast.Call, side: int) -> Member:
        binder = Binder(ground, self._logic)
        binder._holding = self._holding
        asked = node.args[1]
        read = self._logic.truth(binder._truth(asked, side)) if function_of(node) in COUNTING else binder._number(asked)
        slots = tuple(self.slots.setdefault(id, slot) for id, slot in binder.slots.items())
        self.links |= binder.links
        return Member(read, slots)

    def _watched(self, name: str, node: ast.Call) -> Watched:
        others, self.slots, self._asked = self.slots, {}, []
        window = self._window(name, node)
        speakers = tuple({slot.inputs.device.id: slot.inputs for slot in self.slots.values()}.values())
        self.slots = {**others, **self.slots}
        # What it remembers of a group is nothing to go on from once the group has other members: a sum would have leapt.
        of_group = f"of {len(self._asked)}: {_digest(self._asked)}" if self._asked else ""
        text = " ".join(filter(None, (ast.unparse(node), self._ground.meaning(node), of_group)))
        return Watched(text, window, speakers or (self._ground.inputs,))

    def _window(self, name: str, node: ast.Call) -> Window:
        if name in CALENDAR:
            return self._logic.calendar(hours_of(node, self._ground.timezone, self._ground.calendar))
        window_ns = window_of(node)
        if name == "stale":
            return self._stale(node.args[0], window_ns)
        holding, self._holding = self._holding, False
        read = self._any(node.args[0])
        self._holding = holding
        return self._logic.window(name, read, window_ns)

    def _stale(self, node: ast.expr, window_ns: int | None) -> Window:
        if not isinstance(node, ast.Name):
            raise DoesNotFit(Fit.NAME_MISSING, "stale() takes the name of a point", ast.unparse(node))
        slot = self._own(node.id)
        return self._logic.stale(slot, window_ns or STALE_AFTER_POLLS * slot.inputs.device.every_ns)


def _digest(words: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:8]
