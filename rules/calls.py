"""The calls in a condition, checked against the table of functions; what stands in their plain arguments."""

import ast
import difflib
import re
from collections.abc import Iterator

from rules.duration import duration_ns
from rules.functions import CALENDAR, FUNCTIONS, GROUPS, NAMES, WINDOWED, Argument, Function
from rules.selection import selection
from rules.source import Source

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_DAY = re.compile(r"(\d\d)-(\d\d)")
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
HIGHEST_BIT = 63
SPANS = frozenset({"between_hours", "between_times"})
EXPRESSIONS = frozenset({Argument.EXPRESSION, Argument.MEMBER})


def function_of(node: ast.Call) -> str:
    """Name of the called function; empty for anything but a plain name."""
    return node.func.id if isinstance(node.func, ast.Name) else ""


def form_of(node: ast.Call) -> Function | None:
    """The function that is meant: ``max`` of a group begins with a text, ``max`` of numbers does not."""
    name = function_of(node)
    is_group = name not in FUNCTIONS or (bool(node.args) and bool(text_of(node.args[0])))
    return GROUPS[name] if is_group and name in GROUPS else FUNCTIONS.get(name)


def arguments_of(node: ast.Call) -> Iterator[tuple[ast.expr, Argument]]:
    """Each argument of a call that has been checked, with what it is."""
    function = form_of(node)
    if function is not None:
        for place, argument in enumerate(node.args):
            yield argument, function.argument(place)


def check_call(node: ast.Call, source: Source) -> None:
    """ConditionError for a function that does not exist, or arguments it does not take."""
    name, function = function_of(node), form_of(node)
    if not name:
        raise source.at(node, f"only these functions can be called: {', '.join(NAMES)}")
    if function is None:
        near = difflib.get_close_matches(name, NAMES, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(NAMES)}"
        raise source.at(node, f"no function '{name}'; {hint}")
    if node.keywords or not function.takes(len(node.args)) or any(isinstance(a, ast.Starred) for a in node.args):
        raise source.at(node, f"write {function.example}")
    for argument, kind in arguments_of(node):
        _check_argument(argument, kind, function, source)
    if function.name in SPANS and ast.dump(node.args[0]) == ast.dump(node.args[1]):
        raise source.at(node, f"{function.name} from a time to the same time is never true")
    if function.name in ("bit", "bits") and any(number_of(place) > HIGHEST_BIT for place in node.args[1:]):
        raise source.at(node, f"bits are numbered from 0 to {HIGHEST_BIT}: write {function.example}")
    if function.name == "bits" and number_of(node.args[1]) > number_of(node.args[2]):
        raise source.at(node, f"the lower bit stands first: write {function.example}")


def _check_argument(node: ast.expr, kind: Argument, function: Function, source: Source) -> None:
    if kind is Argument.MEMBER:
        _check_member(node, source)
    elif kind is Argument.SELECTION and text_of(node):
        try:
            selection(text_of(node))
        except ValueError as error:
            raise source.at(node, str(error)) from None
    elif kind is not Argument.EXPRESSION and not _is_plain(node, kind):
        raise source.at(node, f"write {function.example}")


def _check_member(node: ast.expr, source: Source) -> None:
    """What is asked of each member is asked of it as it stands now."""
    for call in (found for found in ast.walk(node) if isinstance(found, ast.Call)):
        name, form = function_of(call), form_of(call)
        if form is not None and form.is_group:
            raise source.at(call, f"a group inside a group: '{name}' can't be asked of each device")
        if name in WINDOWED | CALENDAR:
            raise source.at(call, f"'{name}' can't be asked of each device of a group; put it round the group or beside it")


def _is_plain(node: ast.expr, kind: Argument) -> bool:
    """Whether an argument that must be known at load is."""
    number = node.value if isinstance(node, ast.Constant) and type(node.value) in (int, float) else None
    match kind:
        case Argument.SELECTION | Argument.POINT_ID | Argument.POINT_PATTERN:
            return bool(text_of(node))
        case Argument.DURATION:
            return duration_of(node) is not None
        case Argument.TIME:
            return _TIME.fullmatch(text_of(node)) is not None
        case Argument.DAY:
            found = _DAY.fullmatch(text_of(node))
            return found is not None and 1 <= int(found[1]) <= 12 and 1 <= int(found[2]) <= _LENGTHS[int(found[1]) - 1]
        case Argument.HOUR:
            return isinstance(number, int) and number <= 24
        case Argument.WEEKDAY:
            return isinstance(number, int) and 1 <= number <= 7
        case Argument.SHARE:
            return number is not None and 0 < float(str(number)) <= 1
    return isinstance(number, int) and number < 2**53


def text_of(node: ast.expr) -> str:
    """Of a constant text; empty for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def number_of(node: ast.expr) -> int:
    return int(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, int) else 0


def share_of(node: ast.Call) -> float:
    """Which share of a group must be known; all of it where nothing is said."""
    shares = [argument for argument, kind in arguments_of(node) if kind is Argument.SHARE]
    return float(ast.literal_eval(shares[0])) if shares else 1.0


def window_of(node: ast.Call) -> int | None:
    """The duration of a windowed function, in ns; None where it was left out."""
    return next((duration_of(argument) for argument, kind in arguments_of(node) if kind is Argument.DURATION), None)


def duration_of(node: ast.expr) -> int | None:
    text = node.id[1:] if isinstance(node, ast.Name) and node.id.startswith("_") else text_of(node)
    try:
        return duration_ns(text) or None
    except ValueError:
        return None
