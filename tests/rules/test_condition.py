"""The condition language: what it means, and what a slip of the pen gets."""

from typing import Any

import pytest

from model.profile import WireType
from model.quality import Quality
from model.rule import Scope
from model.site import Device, Site
from rules.book import Book, Verdict
from rules.errors import ConditionError, Fit
from rules.inputs import Inputs
from rules.syntax import limited_names, parse
from tests.rules.workshop import at, block, device, lost, point, rule, site

POINTS = [
    point("running", type_=WireType.BOOL),
    point("status", type_=WireType.BITS),
    point("state", type_=WireType.U16),
    point("level", "m"),
    point("pressure", "kPa"),
    point("mode", type_=WireType.STRING),
    *(point(f"loop1_{n}", type_=WireType.BITS) for n in range(1, 4)),
]
PUMP = device("p1", POINTS, params={"rated": 10.0})
OTHER = device("m1", [point("volts", "V")], class_="meter")
SITE = site(PUMP, OTHER)


class Trial:
    """One condition on PUMP, fed by hand."""

    def __init__(self, when: str, site_: Site = SITE, device_: Device = PUMP, **changes: Any) -> None:
        self.book = Book(site_, [rule("r", when, **changes)])
        found = next(verdict for verdict in self.book.verdicts if verdict.device is device_)
        assert found.condition is not None, found.detail
        self.condition = found.condition
        self.held = False

    def feed(self, at_s: float, device_: Device = PUMP, quality: Quality = Quality.GOOD, /, **values: float | str) -> bool | None:
        self.book.inputs[device_.id].take(block(device_, at_s, quality, **values), at(at_s))
        return self.look(at_s, said=self.book.inputs[device_.id])

    def look(self, at_s: float, active: bool = False, said: Inputs | None = None) -> bool | None:
        truth = self.condition.judge(at(at_s), held=self.held, active=active, said=said)
        self.held = self.held if truth is None else truth
        return truth


def _verdict(when: str, **changes: Any) -> Verdict:
    return next(v for v in Book(SITE, [rule("r", when, **changes)]).verdicts if v.device is PUMP)


@pytest.mark.parametrize(
    ("when", "values", "expected"),
    [
        ("level > 2", {"level": 2.1}, True),
        ("level > 2", {"level": 2.0}, False),
        ("2 < level <= 3", {"level": 3.0}, True),
        ("2 < level <= 3", {"level": 3.1}, False),
        ("level > 0.5 * rated", {"level": 5.1}, True),
        ("-level < -2", {"level": 3}, True),
        ("level % 2 == 1", {"level": 3}, True),
        ("1 / level > 0", {"level": 0}, None),
        ("running", {"running": 1.0}, True),
        ("not running", {"running": 1.0}, False),
        ("running == 1", {"running": 1.0}, True),
        ("state in (4, 5)", {"state": 5}, True),
        ("state not in (4, 5)", {"state": 5}, False),
        ("bit(status, 3)", {"status": 0b1000}, True),
        ("bit(status, 2)", {"status": 0b1000}, False),
        ("bits(status, 4, 5) == 2", {"status": 0b10_1111}, True),
        ('mode == "F"', {"mode": "F"}, True),
        ('mode in ("E", "F")', {"mode": "A"}, False),
        ("max(level, state) > 4 and min(level, state) < 2", {"level": 5, "state": 1}, True),
        ("abs(level) > 2", {"level": -3}, True),
        ('matches("loop1_*", 0x08FF, 0x0810) == 2', {"loop1_1": 0x0C10, "loop1_2": 0x0810, "loop1_3": 0x0400}, True),
        ('matches("loop1_*", 0x08FF, 0x0810) > 0', {"loop1_1": 0x0810}, True),
        ('matches("loop1_*", 0x08FF, 0x0810) > 0', {"loop1_1": 0x0400}, None),
        ("(level > 1) + (state > 1) >= 2", {"level": 2, "state": 2}, True),
    ],
)
def test_a_condition_means_what_it_says(when: str, values: dict[str, float | str], expected: bool | None) -> None:
    assert Trial(when).feed(0, **values) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("level > 2", None),
        ("not level > 2", None),
        ("running and level > 2", None),
        ("not running and level > 2", False),
        ("running or level > 2", True),
        ("not running or level > 2", None),
        ("max(level, state) > 2", None),
        ("level + 1 > 2", None),
        ("level in (1, 2)", None),
        ("not stale(level, 1h)", True),
    ],
)
def test_a_bad_input_is_unknown_unless_the_rest_decides(when: str, expected: bool | None) -> None:
    trial = Trial(when)
    trial.feed(0, running=1.0, state=3.0, level=5.0)
    assert trial.feed(1, PUMP, Quality.SENSOR_FAILURE, level=0.0) is expected


def test_a_column_the_block_is_silent_about_keeps_its_value() -> None:
    trial = Trial("level > 2")
    assert trial.feed(0, level=3.0) is True
    assert trial.feed(1, state=1.0) is True


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_unknown_whatever_its_quality(value: float) -> None:
    assert Trial("bit(level, 1)").feed(0, level=value) is None


def test_offline_is_the_fate_of_the_last_exchange_and_unknown_before_the_first() -> None:
    trial = Trial("offline")
    assert trial.look(0) is None
    trial.book.inputs["p1"].take(lost(PUMP, 1), at(1))
    assert trial.look(1) is True
    assert trial.feed(2, level=1.0) is False


def test_another_devices_point_is_asked_for_by_its_id() -> None:
    trial = Trial('running and point("m1.volts") < 100')
    trial.feed(0, running=1.0)
    assert trial.feed(0, OTHER, volts=90.0) is True


def test_readings_are_converted_to_the_unit_the_rule_is_written_in() -> None:
    trial = Trial("pressure < 0.02", units={"pressure": "MPa"})
    assert trial.feed(0, pressure=19.9) is True
    assert trial.feed(1, pressure=20.1) is False
    assert trial.condition.inputs() == {"p1.pressure": 20.1}


@pytest.mark.parametrize(
    ("when", "readings", "expected"),
    [
        pytest.param("level > 2", [1.9, 2.1, 1.95, 1.91, 1.89, 1.95, 2.01], [0, 1, 1, 1, 0, 0, 1], id="above"),
        pytest.param("level < 2", [2.1, 1.9, 2.05, 2.09, 2.11, 2.05, 1.99], [0, 1, 1, 1, 0, 0, 1], id="below"),
        pytest.param("2 < level", [1.9, 2.1, 1.95, 1.89], [0, 1, 1, 0], id="limit first"),
        pytest.param("not level > 2", [2.1, 1.9, 2.05, 2.11], [0, 1, 1, 0], id="below a not"),
        pytest.param("level > 0.2 * rated", [1.9, 2.1, 1.95, 1.89], [0, 1, 1, 0], id="limit from a parameter"),
        pytest.param("max(level, 0) >= 2", [1.9, 2.0, 1.95, 1.89], [0, 1, 1, 0], id="within max"),
    ],
)
def test_a_true_condition_stays_true_until_the_deadband_is_passed(when: str, readings: list[float], expected: list[int]) -> None:
    trial = Trial(when, deadband={"level": 0.1})
    assert [trial.feed(n, level=x) for n, x in enumerate(readings)] == [bool(x) for x in expected]


def test_an_unknown_reading_does_not_end_the_deadband() -> None:
    trial = Trial("level > 2", deadband={"level": 0.1})
    trial.feed(0, level=2.1)
    assert trial.feed(1, PUMP, Quality.COMM_FAILURE, level=0.0) is None
    assert trial.feed(2, level=1.95) is True


def test_clear_when_decides_once_the_alarm_is_active() -> None:
    trial = Trial("level > 2", clear_when="level < 1")
    trial.feed(0, level=1.5)
    assert [trial.look(0, active=False), trial.look(0, active=True)] == [False, True]
    trial.feed(1, level=0.9)
    assert trial.look(1, active=True) is False


def test_rate_is_change_per_second_once_half_the_window_is_seen() -> None:
    trial = Trial("rate(level, 1min) > 0.09")
    assert [trial.feed(s, level=s / 10) for s in (0, 20, 29)] == [None, None, None]
    assert trial.feed(30, level=3.0) is True
    assert trial.feed(60, level=3.0) is False


def test_for_last_counts_only_time_known_to_be_true() -> None:
    trial = Trial("for_last(level > 2, 10s)")
    assert [trial.feed(s, level=3.0) for s in (0, 5)] == [False, False]
    assert trial.feed(6, PUMP, Quality.COMM_FAILURE, level=0.0) is None
    assert [trial.feed(s, level=3.0) for s in (20, 23, 24)] == [False, False, True]
    assert trial.feed(25, level=1.0) is False


def test_count_counts_how_often_it_became_true_within_the_window() -> None:
    trial = Trial("count(running, 1h) >= 2")
    assert [trial.feed(s, running=x) for s, x in ((0, 0), (1, 1), (2, 1), (3, 0), (4, 1))] == [False, False, False, False, True]
    assert trial.look(3602) is False


def test_stale_and_changed_see_a_point_that_stands_still() -> None:
    stale, changed = Trial("stale(level)"), Trial("changed(level, 1min)")
    for trial in (stale, changed):
        trial.feed(0, level=1.0)
        trial.feed(1, level=2.0)
    assert [stale.look(6), stale.look(6.1)] == [False, True]
    assert [changed.look(61), changed.look(61.1)] == [True, False]


def test_what_has_not_been_watched_for_the_window_is_not_known_to_stand_still() -> None:
    """Just after a start, and after a gap."""
    changed = Trial("changed(level, 1min)")
    changed.feed(0, level=1.0)
    assert [changed.look(1), changed.look(59), changed.look(60)] == [None, None, False]
    changed.feed(61, PUMP, Quality.COMM_FAILURE, level=1.0)
    changed.feed(70, level=1.0)
    assert [changed.look(70), changed.look(129), changed.look(130)] == [None, None, False]


@pytest.mark.parametrize(
    ("when", "expected"), [("between_hours(22, 6)", True), ("between_hours(6, 22)", False), ("between_hours(0, 24)", True)]
)
def test_between_hours_is_the_sites_own_hour(when: str, expected: bool) -> None:
    assert Trial(when).look(0) is expected


def test_windows_keep_a_bounded_memory() -> None:
    trial = Trial("rate(level, 1h) > 0 and count(running, 1h) > 2")
    for n in range(8000):
        trial.feed(n / 4, level=float(n), running=float(n % 2))
    held = [len(kept) for watched in trial.condition.windows for kept in vars(watched.window).values() if hasattr(kept, "__len__")]
    assert held
    assert max(held) <= 1000


@pytest.mark.parametrize(
    ("when", "message", "line", "column"),
    [
        ("levl >", "can't be read as a condition", 1, None),
        ("running && level > 2", "write 'and' for '&&'", 1, 9),
        ("level > 2 AND running", "write 'and' for 'AND'", 1, 11),
        ("level = 2", "write '==' to compare", 1, 7),
        ("max（level，1） > 2", "write '(' for '（'", 1, 4),
        ("level ≥ 2 且 running", "write '>=' for '≥'", 1, 7),
        ("level < 5 and running 且 open", "write 'and' for '且'", 1, 23),
        ("level\u3000> 2", "write a plain space", 1, 6),
        ("lev\u200bel > 2", "leave out the sign here that can't be seen", 1, 4),
        ("level < 20 kW", "a number stands without its unit", 1, 9),
        ("rate(level, 5 min) > 2", "write a duration as it stands here: 5min", 1, 13),
        ("(level > 2", "this bracket is never closed", 1, 1),
        ("level > 2)", "this bracket was never opened", 1, 10),
        ("rate(level, 5min) > 1 and eval('1')", "no function 'eval'", 1, 27),
        ("flor_last(level > 2, 5s)", "did you mean 'for_last'?", 1, 1),
        ("rate(level)", "write rate(level, 5min)", 1, 1),
        ("rate(level, 5)", "write rate(level, 5min)", 1, 13),
        ("bit(status, level)", "write bit(status, 3)", 1, 13),
        ("level.__class__", "'.' (name other points as point(", 1, 1),
        ("level > 2\n  and (lambda: 1)()", "only these functions can be called", 2, 7),
        ("level > 2\n  and 水 [0]", "'[…]' is not part of the condition language", 2, 7),
        ("level > 2 # high", "a condition has no comments", 1, 11),
        ("level ** 2 > 4", "'**' is not part of the condition language", 1, None),
        ("level if running else 2", "'if' is not part", 1, 1),
        ("state in level", "write the choices after 'in' as constants", 1, 10),
        ("5min > level", "a duration such as 5min stands only", 1, 1),
        ("level > None", "None is not part of the condition language", 1, 9),
        ("not " * 60 + "running", "nested more than 40 deep", 1, None),
        ("level > " + "9" * 3000, "at most 2000 characters", 1, 1),
        ("", "can't be read as a condition", 1, 1),
        ("point(level) > 1", 'write point("sub1.incomer1.voltage_l1")', 1, 7),
    ],
)
def test_a_slip_of_the_pen_is_named_with_its_place(when: str, message: str, line: int, column: int | None) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(when)
    assert message in caught.value.message
    assert caught.value.line == line
    assert column is None or caught.value.column == column


@pytest.mark.parametrize(
    ("when", "changes", "fit", "detail"),
    [
        ("levle > 2", {}, Fit.NAME_MISSING, "did you mean 'level'?"),
        ("ratd > 2", {}, Fit.NAME_MISSING, "did you mean 'rated'?"),
        ('matches("zone*", 1, 1) > 0', {}, Fit.NAME_MISSING, "no point like 'zone*'"),
        ('point("m1.amps") > 2', {}, Fit.FAR_POINT_MISSING, "no point 'm1.amps'"),
        ("pressure > 2", {"units": {"pressure": "degC"}}, Fit.UNIT_REFUSED, "'kPa', which does not convert to 'degC'"),
        ("mode > 2", {}, Fit.WORDS_REFUSED, "is words"),
        ("mode == 2", {}, Fit.WORDS_REFUSED, "one is words"),
        ('state in (1, "F")', {}, Fit.WORDS_REFUSED, "words and numbers"),
        ("stale(level + 1)", {}, Fit.NAME_MISSING, "takes the name of a point"),
    ],
)
def test_a_device_that_cannot_answer_says_why(when: str, changes: dict[str, Any], fit: Fit, detail: str) -> None:
    verdict = _verdict(when, **changes)
    assert verdict.fit is fit
    assert detail in verdict.detail


def test_names_are_points_and_parameters_not_functions_or_durations() -> None:
    formula = parse('max(level, rated) > 2 and rate(state, 5min) > 0 and point("m1.volts") > 1 and not offline')
    assert formula.names == {"level", "rated", "state"}
    assert formula.far == {"m1.volts"}
    assert formula.asks_link
    assert limited_names(formula) == {"level", "rated", "state", "m1.volts"}


def test_a_device_parameter_overrides_the_rules_own() -> None:
    lenient = device("p2", POINTS, params={"limit": 5.0})
    trial = Trial("level > limit", site(PUMP, lenient), lenient, params={"limit": 2.0})
    assert trial.feed(0, lenient, level=3.0) is False


def test_scope_parts_are_patterns_that_must_all_match() -> None:
    book = Book(
        SITE, [rule("r", "level > 2", scope=Scope(device_class="pump", device="p*", area="ro?m")), rule("s", scope=Scope(system="fire"))]
    )
    assert [(v.device, v.fit) for v in book.of_rule("r")] == [(PUMP, Fit.APPLIES)]
    assert [r.id for r, _ in book.unused()] == ["s"]
