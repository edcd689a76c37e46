"""The functions of the condition language: how each is written, what it says, when it can't be known. Its page is drawn from this table."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto


class Argument(Enum):
    """What may stand in one place. All but an expression must be known at load."""

    EXPRESSION = auto()
    MEMBER = auto()
    """An expression that is asked of each device of a group, with its own points and parameters."""
    POINT_ID = auto()
    POINT_PATTERN = auto()
    SELECTION = auto()
    """Which devices make up a group."""
    WHOLE = auto()
    HOUR = auto()
    DURATION = auto()
    TIME = auto()
    """``"08:30"``, the site's own time."""
    DAY = auto()
    """``"11-15"``, month and day."""
    WEEKDAY = auto()
    """1 Monday to 7 Sunday."""
    SHARE = auto()
    """More than 0, at most 1."""


MOST = 16
"""Operands of min and max."""


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    signature: str
    example: str
    arguments: tuple[Argument, ...]
    meaning: str
    unit: str
    unknown: str
    optional: int = 0
    """How many of the last arguments may be left out."""
    is_repeated: bool = False
    """Its one argument may stand up to ``MOST`` times."""

    @property
    def is_group(self) -> bool:
        return Argument.SELECTION in self.arguments

    def takes(self, count: int) -> bool:
        most = MOST if self.is_repeated else len(self.arguments)
        return len(self.arguments) - self.optional <= count <= most

    def argument(self, place: int) -> Argument:
        return self.arguments[0] if self.is_repeated else self.arguments[place]


_E, _N, _D = Argument.EXPRESSION, Argument.WHOLE, Argument.DURATION
_GROUP = (Argument.SELECTION, Argument.MEMBER)
_SHARED = (*_GROUP, Argument.SHARE)
_TRUTH, _SAME, _NEVER = "truth", "that of what is given", "never"
_OPERAND = "one of what it is given is"
_MEMBERS = "a member is, or with a share fewer than that share are known"


def _group(name: str, example: str, meaning: str, unit: str) -> Function:
    return Function(name, f"{name}(devices, x, share)", example, _SHARED, meaning, unit, _MEMBERS, optional=1)


_TABLE = (
    Function(
        "point",
        "point(id)",
        'point("sub1.incomer1.voltage_l1")',
        (Argument.POINT_ID,),
        "a point of another device",
        "the point's, or the one in `units`",
        "it is bad, stale or not read yet",
    ),
    Function("bit", "bit(x, n)", "bit(status, 3)", (_E, _N), "whether bit n of a whole number is set; bit 0 is the lowest", _TRUTH, "x is"),
    Function("bits", "bits(x, low, high)", "bits(status, 0, 3)", (_E, _N, _N), "bits low to high as a number", "none", "x is"),
    Function(
        "matches",
        "matches(points, mask, value)",
        'matches("loop*_detector_*", 0x08FF, 0x0810)',
        (Argument.POINT_PATTERN, _N, _N),
        "how many of the device's points of such a name equal the value under the mask",
        "a count",
        "none matches and one is unknown",
    ),
    Function("abs", "abs(x)", "abs(speed)", (_E,), "without its sign", _SAME, "x is"),
    Function("min", "min(x, y, …)", "min(current_l1, current_l2)", (_E,), f"the least of up to {MOST}", _SAME, _OPERAND, is_repeated=True),
    Function(
        "max", "max(x, y, …)", "max(current_l1, current_l2)", (_E,), f"the greatest of up to {MOST}", _SAME, _OPERAND, is_repeated=True
    ),
    Function(
        "rate",
        "rate(x, window)",
        "rate(level, 5min)",
        (_E, _D),
        "change per second over the window",
        "x's per second",
        "x is, or half the window has not been seen",
    ),
    Function(
        "for_last",
        "for_last(x, window)",
        "for_last(level > 2, 5min)",
        (_E, _D),
        "x has been true for that long, unknown time not counted",
        _TRUTH,
        "x is",
    ),
    Function(
        "count",
        "count(x, window)",
        "count(running, 1h)",
        (_E, _D),
        "how often x became true within the window",
        "a count",
        "x was never known",
    ),
    Function(
        "stale",
        "stale(point, window)",
        "stale(level, 5min)",
        (_E, _D),
        "no usable value for that long; without a window five polling periods",
        _TRUTH,
        _NEVER,
        optional=1,
    ),
    Function(
        "changed",
        "changed(x, window)",
        "changed(position, 1min)",
        (_E, _D),
        "x changed within the window; without one: at this reading",
        _TRUTH,
        "x is, or it has neither changed nor been watched for the window",
        optional=1,
    ),
    Function(
        "between_hours",
        "between_hours(from, to)",
        "between_hours(22, 6)",
        (Argument.HOUR, Argument.HOUR),
        "the site's local hour: from ≤ hour < to, over midnight too",
        _TRUTH,
        _NEVER,
    ),
    Function(
        "between_times",
        "between_times(from, to)",
        'between_times("08:30", "18:00")',
        (Argument.TIME, Argument.TIME),
        "the site's local time: from ≤ time < to, over midnight too",
        _TRUTH,
        _NEVER,
    ),
    Function(
        "on_weekdays",
        "on_weekdays(from, to)",
        "on_weekdays(1, 5)",
        (Argument.WEEKDAY, Argument.WEEKDAY),
        "the site's day of the week, 1 Monday to 7 Sunday, both included, over Sunday too",
        _TRUTH,
        _NEVER,
    ),
    Function(
        "between_dates",
        "between_dates(from, to)",
        'between_dates("11-15", "03-15")',
        (Argument.DAY, Argument.DAY),
        "the site's day of the year, month-day, both included, over New Year too",
        _TRUTH,
        _NEVER,
    ),
    Function("workday", "workday()", "workday()", (), "Monday to Friday but the site's holidays, and its make-up workdays", _TRUTH, _NEVER),
    Function(
        "holiday",
        "holiday()",
        "holiday()",
        (),
        "a day that the site's calendar lists as a holiday; a plain weekend is none",
        _TRUTH,
        _NEVER,
    ),
    Function(
        "any",
        "any(devices, x)",
        'any("pr2.pump*", fault)',
        _GROUP,
        "x is true of at least one device of the group",
        _TRUTH,
        "it is true of none and unknown of one",
    ),
    Function(
        "all",
        "all(devices, x)",
        'all("class=pump area=here", fault)',
        _GROUP,
        "x is true of every device of the group",
        _TRUTH,
        "it is false of none and unknown of one",
    ),
    _group("count_of", 'count_of("class=pump area=here", running)', "of how many devices of the group x is true", "a count"),
    _group("sum", 'sum("b07.lift*", active_power_total)', "x of all devices of the group together", _SAME),
    _group("mean", 'mean("class=room_sensor area=here", temperature, 0.8)', "the mean of x", _SAME),
    _group("min", 'min("sub1.*", frequency)', "the least x", _SAME),
    _group("max", 'max("sub1.transformer*", winding1_temp)', "the greatest x", _SAME),
)
FUNCTIONS = {function.name: function for function in _TABLE if not function.is_group}
"""Those that speak of the device itself, of named points, or of the time."""
GROUPS = {function.name: function for function in _TABLE if function.is_group}
"""Those that ask each device of a group; ``min`` and ``max`` are told apart by the text that stands first."""
NAMES = tuple(dict.fromkeys(function.name for function in _TABLE))
COUNTING = frozenset({"any", "all", "count_of"})
"""Groups that ask a truth of each device, not an amount."""
WINDOWED = frozenset(function.name for function in _TABLE if _D in function.arguments)
"""Those that remember."""
CALENDAR = frozenset({"between_hours", "between_times", "on_weekdays", "between_dates", "workday", "holiday"})


def all_functions() -> Iterable[Function]:
    """In the order of their page."""
    return _TABLE
