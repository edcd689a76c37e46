"""The condition language's grammar: Python expressions, read with ``ast`` and let through a whitelist. Nothing is ever ``eval``ed.

running and suction_pressure < 0.02 and motor_current < 0.6 * rated_current
bit(system_status, 8) or battery_voltage < 22
rate(level, 5min) < -0.002 and not between_hours(6, 22)
sum("fed_by=here class=ev_charger", active_power) > 0.8 * rated_power
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rules.calls import EXPRESSIONS, arguments_of, check_call, form_of, function_of, text_of, window_of
from rules.errors import ConditionError
from rules.functions import COUNTING, Argument
from rules.selection import Selection, selection
from rules.source import Source

LONGEST_TEXT = 2_000
DEEPEST_TREE = 40
LARGEST = 1e300
"""Of a number; what is calculated with it stays a number of 64 bits."""
OFFLINE = "offline"
"""The name that is true while the device's last exchange failed."""

_ALLOWED = (
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod),
    *(ast.Compare, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.In, ast.NotIn),
    *(ast.Name, ast.Load, ast.Constant, ast.Call),
)


@dataclass(frozen=True, slots=True)
class Formula:
    """A condition that reads well. ``names`` are its bare names (points, parameters), ``far`` the ids asked for by ``point("…")``."""

    text: str
    tree: ast.expr
    names: frozenset[str]
    far: frozenset[str]
    asks_link: bool
    """Whether it asks if the device answers at all."""
    source: Source = field(repr=False, compare=False)
    member_names: frozenset[str] = frozenset()
    """Bare names asked of the devices of a group."""
    selections: tuple[Selection, ...] = ()
    """The groups it speaks of, in their order."""

    @property
    def spoken(self) -> frozenset[str]:
        """Every name that units, parameters and deadbands may be given for."""
        return self.names | self.far | self.member_names

    def windows(self) -> list[tuple[ast.Call, int]]:
        """Each function that looks back, and how far, in ns."""
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        return [(call, length_ns) for call in calls if (length_ns := window_of(call)) is not None]

    def place_of(self, word: str) -> tuple[int, int]:
        """Line and column, from 1, of the first mention of a name, or of a text that holds an id or a pattern; else of the beginning."""
        nodes = sorted((n for n in ast.walk(self.tree) if isinstance(n, ast.Name | ast.Constant)), key=lambda n: n.col_offset)
        found = (n for n in nodes if (n.id if isinstance(n, ast.Name) else text_of(n)) == word)
        return self.source.place_of(next(found, self.tree))


@lru_cache(maxsize=512)
def parse(text: str) -> Formula:
    """Read a condition. Raises ConditionError with line and column. Remembered: rules are bound anew at every edit."""
    if len(text) > LONGEST_TEXT:
        raise ConditionError(f"a condition has at most {LONGEST_TEXT} characters", 1, 1)
    source = Source(text)
    try:
        tree = ast.parse(source.flat, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        offset = (error.offset or 1) - 1 if isinstance(error, SyntaxError) else 0
        raise source.slip(max(offset, 0)) from None
    _check(tree, source, 0)
    own = _bare_names(_operands(tree, frozenset({Argument.EXPRESSION})))
    groups = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and (form := form_of(node)) and form.is_group]
    asked = _bare_names(found for group in groups for found in _operands(group.args[1]))
    selections = tuple(selection(text_of(group.args[0])) for group in groups)
    return Formula(text, tree, own - {OFFLINE}, _far(tree), OFFLINE in own, source, asked - {OFFLINE}, selections)


def _check(node: ast.AST, source: Source, depth: int) -> None:
    if depth > DEEPEST_TREE:
        raise source.at(node, f"nested more than {DEEPEST_TREE} deep; split it into two rules")
    if not isinstance(node, _ALLOWED):
        raise source.at(node, f"{_describe(node)} is not part of the condition language")
    if isinstance(node, ast.Constant) and not isinstance(node.value, bool | int | float | str):
        raise source.at(node, f"{node.value!r} is not part of the condition language")
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not -LARGEST < node.value < LARGEST:
        raise source.at(node, "no reading is ever so large; write a smaller number")
    if isinstance(node, ast.Name) and node.id.startswith("_"):
        raise source.at(node, f"a duration such as {node.id[1:]} stands only as the last argument of a function")
    if isinstance(node, ast.Call):
        check_call(node, source)
    for child in _parts(node, source):
        _check(child, source, depth + 1)


def _parts(node: ast.AST, source: Source) -> Iterator[ast.AST]:
    """What is to be checked below a node: not a function's name, its plain arguments, nor the brackets after 'in'."""
    if isinstance(node, ast.Call):
        yield from _expressions(node, EXPRESSIONS)
        return
    choices = set(_choices(node, source)) if isinstance(node, ast.Compare) else set()
    for child in ast.iter_child_nodes(node):
        if child not in choices:
            yield child


def _choices(node: ast.Compare, source: Source) -> Iterator[ast.expr]:
    """The bracketed choices of the comparison's 'in', each checked to be constants."""
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, ast.In | ast.NotIn):
            if not isinstance(right, ast.Tuple) or not all(isinstance(e, ast.Constant) for e in right.elts):
                raise source.at(right, "write the choices after 'in' as constants in round brackets: state in (4, 5)")
            yield right


def _expressions(node: ast.Call, kinds: frozenset[Argument]) -> list[ast.expr]:
    """The arguments that are expressions themselves."""
    return [argument for argument, kind in arguments_of(node) if kind in kinds]


def _operands(node: ast.AST, kinds: frozenset[Argument] = EXPRESSIONS, amounts: bool = False) -> Iterator[ast.AST]:
    """The tree without function names and plain arguments. ``amounts``: nor of how many devices of a group something is true."""
    yield node
    if amounts and isinstance(node, ast.Call) and function_of(node) in COUNTING:
        return
    children = _expressions(node, kinds) if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
    for child in children:
        yield from _operands(child, kinds, amounts)


def _bare_names(nodes: Iterable[ast.AST]) -> frozenset[str]:
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))


def operand_names(node: ast.AST) -> frozenset[str]:
    """Bare names and far points a part of the tree speaks of."""
    return _bare_names(_operands(node, amounts=True)) | _far(node)


def _far(tree: ast.AST) -> frozenset[str]:
    return frozenset(text_of(n.args[0]) for n in ast.walk(tree) if isinstance(n, ast.Call) and function_of(n) == "point")


def limited_names(formula: Formula) -> frozenset[str]:
    """Names that stand in a comparison with < or >: those a deadband can be given for."""
    order = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
    comparisons = (n for n in ast.walk(formula.tree) if isinstance(n, ast.Compare) and any(isinstance(o, order) for o in n.ops))
    return frozenset().union(*(operand_names(c) for c in comparisons))


def _describe(node: ast.AST) -> str:
    names = {
        ast.Attribute: "'.' (name other points as point(\"device.point\"))",
        ast.IfExp: "'if'",
        ast.Lambda: "'lambda'",
        ast.Subscript: "'[…]'",
        ast.List: "a list in square brackets",
        ast.Tuple: "a list (it stands only after 'in')",
        ast.Pow: "'**'",
        ast.FloorDiv: "'//'",
        ast.NamedExpr: "':='",
        ast.Is: "'is' (write '==')",
        ast.IsNot: "'is not' (write '!=')",
    }
    return names.get(type(node), f"'{type(node).__name__}'")
