"""The condition language's grammar: Python expressions, read with ``ast`` and let through a whitelist. Nothing is ever ``eval``ed.

running and suction_pressure < 0.02 and motor_current < 0.6 * rated_current
bit(system_status, 8) or battery_voltage < 22
rate(level, 5min) < -0.002 and not between_hours(6, 22)
"""

import ast
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rules.duration import duration_ns
from rules.errors import ConditionError

LONGEST_TEXT = 2_000
DEEPEST_TREE = 40


@dataclass(frozen=True, slots=True)
class Function:
    """How many arguments a function takes, and how it is written."""

    least: int
    most: int
    example: str


MANY = 16
FUNCTIONS = {
    "point": Function(1, 1, 'point("sub1.incomer1.voltage_l1")'),
    "bit": Function(2, 2, "bit(status, 3)"),
    "bits": Function(3, 3, "bits(status, 0, 3)"),
    "matches": Function(3, 3, 'matches("loop*_detector_*", 0x08FF, 0x0810)'),
    "abs": Function(1, 1, "abs(speed)"),
    "min": Function(1, MANY, "min(current_l1, current_l2)"),
    "max": Function(1, MANY, "max(current_l1, current_l2)"),
    "rate": Function(2, 2, "rate(level, 5min)"),
    "for_last": Function(2, 2, "for_last(level > 2, 5min)"),
    "count": Function(2, 2, "count(running, 1h)"),
    "stale": Function(1, 2, "stale(level, 5min)"),
    "changed": Function(1, 2, "changed(position, 1min)"),
    "between_hours": Function(2, 2, "between_hours(22, 6)"),
}
OFFLINE = "offline"
"""The name that is true while the device's last exchange failed."""

_ALLOWED = (
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod),
    *(ast.Compare, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.In, ast.NotIn),
    *(ast.Name, ast.Load, ast.Constant, ast.Call),
)
_TOKENS = re.compile(r"""(?P<string>"[^"]*"|'[^']*')|(?P<duration>(?<![\w.])\d+(?:ms|s|min|h|d)\b)|(?P<comment>\#)""")
_SLIPS = (
    (re.compile(r"&&"), "write 'and' for '&&'"),
    (re.compile(r"\|\|"), "write 'or' for '||'"),
    (re.compile(r"!(?!=)"), "write 'not' for '!'"),
    (re.compile(r"(?<![<>!=])=(?!=)"), "write '==' to compare"),
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


def parse(text: str) -> Formula:
    """Read a condition. Raises ConditionError with line and column."""
    if len(text) > LONGEST_TEXT:
        raise ConditionError(f"a condition has at most {LONGEST_TEXT} characters", 1, 1)
    source = _Source(text)
    try:
        tree = ast.parse(source.flat, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        offset = (error.offset or 1) - 1 if isinstance(error, SyntaxError) else 0
        raise source.slip(max(offset, 0)) from None
    _check(tree, source, 0)
    bare = frozenset(node.id for node in _operands(tree) if isinstance(node, ast.Name))
    return Formula(text, tree, bare - {OFFLINE}, _far(tree), OFFLINE in bare)


class _Source:
    """The text as Python reads it: one line, and an underscore before each bare duration. Knows the way back to line and column."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.inserted: list[int] = []
        flat = text.replace("\n", " ").rstrip()
        start = len(flat) - len(flat.lstrip())
        self.start = start
        self.flat = _TOKENS.sub(self._mark, flat[start:])

    def _mark(self, found: re.Match[str]) -> str:
        if found.lastgroup == "comment":
            raise self.error("a condition has no comments; put the comment on a YAML line of its own", found.start())
        if found.lastgroup == "duration":
            self.inserted.append(found.start() + len(self.inserted))
            return "_" + found[0]
        return found[0]

    def error(self, message: str, offset: int) -> ConditionError:
        """``offset`` counts characters of the flat text from 0."""
        before = offset - sum(1 for place in self.inserted if place < offset) + self.start
        line = self.text.count("\n", 0, before) + 1
        return ConditionError(message, line, before - (self.text.rfind("\n", 0, before) + 1) + 1)

    def slip(self, offset: int) -> ConditionError:
        """What Python could not read, with advice where the slip is a usual one."""
        code = _TOKENS.sub(lambda found: " " * len(found[0]) if found.lastgroup == "string" else found[0], self.flat)
        for sign, advice in _SLIPS:
            found = sign.search(code)
            if found:
                return self.error(f"can't be read as a condition: {advice}", found.start())
        return self.error("can't be read as a condition; write for example: running and level < 0.5", offset)

    def at(self, node: ast.AST, message: str) -> ConditionError:
        offset = len(self.flat.encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore"))
        return self.error(message, offset)


def _check(node: ast.AST, source: _Source, depth: int) -> None:
    if depth > DEEPEST_TREE:
        raise source.at(node, f"nested more than {DEEPEST_TREE} deep; split it into two rules")
    if not isinstance(node, _ALLOWED):
        raise source.at(node, f"{_describe(node)} is not part of the condition language")
    if isinstance(node, ast.Constant) and not isinstance(node.value, bool | int | float | str):
        raise source.at(node, f"{node.value!r} is not part of the condition language")
    if isinstance(node, ast.Name) and node.id.startswith("_"):
        raise source.at(node, f"a duration such as {node.id[1:]} stands only as the last argument of a function")
    if isinstance(node, ast.Call):
        _check_call(node, source)
    for child in _parts(node, source):
        _check(child, source, depth + 1)


def _parts(node: ast.AST, source: _Source) -> Iterator[ast.AST]:
    """What is to be checked below a node: not a function's name, its plain arguments, nor the brackets after 'in'."""
    if isinstance(node, ast.Call):
        yield from _condition_arguments(node)
        return
    choices = set(_choices(node, source)) if isinstance(node, ast.Compare) else set()
    for child in ast.iter_child_nodes(node):
        if child not in choices:
            yield child


def _choices(node: ast.Compare, source: _Source) -> Iterator[ast.expr]:
    """The bracketed choices of the comparison's 'in', each checked to be constants."""
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, ast.In | ast.NotIn):
            if not isinstance(right, ast.Tuple) or not all(isinstance(e, ast.Constant) for e in right.elts):
                raise source.at(right, "write the choices after 'in' as constants in round brackets: state in (4, 5)")
            yield right


def _check_call(node: ast.Call, source: _Source) -> None:
    name = function_of(node)
    if not name:
        raise source.at(node, f"only these functions can be called: {', '.join(FUNCTIONS)}")
    if name not in FUNCTIONS:
        near = difflib.get_close_matches(name, FUNCTIONS, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(FUNCTIONS)}"
        raise source.at(node, f"no function '{name}'; {hint}")
    function = FUNCTIONS[name]
    if node.keywords or not function.least <= len(node.args) <= function.most or any(isinstance(a, ast.Starred) for a in node.args):
        raise source.at(node, f"write {function.example}")
    for argument in _plain_arguments(node):
        if not _is_plain(name, argument):
            raise source.at(argument, f"write {function.example}")


def _is_plain(name: str, node: ast.expr) -> bool:
    """Whether an argument that must be known at load is: a pattern or id, a bit number, an hour, a duration."""
    if name == "point" or (name == "matches" and isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value)
    if name in WINDOWED:
        return _duration(node) is not None
    return isinstance(node, ast.Constant) and type(node.value) is int and 0 <= node.value < 2**53


WINDOWED = frozenset({"rate", "for_last", "count", "stale", "changed"})
_LEADING_CONDITIONS = {"point": 0, "matches": 0, "between_hours": 0, "bit": 1, "bits": 1, **dict.fromkeys(WINDOWED, 1)}


def _condition_arguments(node: ast.Call) -> list[ast.expr]:
    """The arguments that are expressions themselves."""
    return node.args[: _LEADING_CONDITIONS.get(function_of(node), len(node.args))]


def _plain_arguments(node: ast.Call) -> list[ast.expr]:
    return node.args[len(_condition_arguments(node)) :]


def _operands(node: ast.AST) -> Iterator[ast.AST]:
    """The tree without function names and plain arguments."""
    yield node
    children = _condition_arguments(node) if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
    for child in children:
        yield from _operands(child)


def operand_names(node: ast.AST) -> frozenset[str]:
    """Bare names and far points a part of the tree speaks of."""
    return frozenset(n.id for n in _operands(node) if isinstance(n, ast.Name)) | _far(node)


def _far(tree: ast.AST) -> frozenset[str]:
    return frozenset(text_of(n.args[0]) for n in ast.walk(tree) if isinstance(n, ast.Call) and function_of(n) == "point")


def limited_names(formula: Formula) -> frozenset[str]:
    """Names that stand in a comparison with < or >: those a deadband can be given for."""
    order = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
    comparisons = (n for n in ast.walk(formula.tree) if isinstance(n, ast.Compare) and any(isinstance(o, order) for o in n.ops))
    return frozenset().union(*(operand_names(c) for c in comparisons))


def function_of(node: ast.Call) -> str:
    """Name of the called function; empty for anything but a plain name."""
    return node.func.id if isinstance(node.func, ast.Name) else ""


def text_of(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def number_of(node: ast.expr) -> int:
    return int(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, int) else 0


def window_of(node: ast.Call) -> int | None:
    """The duration of a windowed function, in ns; None where it was left out."""
    plain = _plain_arguments(node)
    return _duration(plain[0]) if plain else None


def _duration(node: ast.expr) -> int | None:
    text = node.id[1:] if isinstance(node, ast.Name) and node.id.startswith("_") else text_of(node)
    try:
        return duration_ns(text) or None
    except ValueError:
        return None


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
