"""Guards: judging only what entered another cell comes to the same as judging everything at every block."""

from array import array
from math import inf, nan, nextafter

import pytest
from hypothesis import given, settings

from model.quality import GOOD
from model.reading import Block
from rules.alarm import Alarm
from rules.book import Book
from rules.guards import Guard, order_starts
from rules.kleene import ORDER
from rules.watch import Watch
from tests.examples import examples
from tests.rules import workshop as w
from tests.rules.stories import STEPS, Step, Telling


@settings(max_examples=examples(60), deadline=None)
@given(steps=STEPS)
def test_a_guarded_engine_tells_the_same_as_one_that_judges_everything(steps: list[tuple[int, Step]]) -> None:
    guarded, judging = Telling(), Telling()

    def stir() -> None:
        for alarm in judging.engine._alarms.values():
            alarm.fresh = False

    guarded.play(steps)
    judging.play(steps, stir)
    assert guarded.events == judging.events


@pytest.mark.parametrize("kind", list(ORDER))
@pytest.mark.parametrize("steps", [(), ((0.001, 0.0),), ((1.8, 32.0),), ((-1.0, 0.1), (3.0, 0.0))], ids=str)
def test_a_cell_ends_at_the_very_number_where_the_comparison_turns(kind: str, steps: tuple[tuple[float, float], ...]) -> None:
    def is_true(reading: float) -> bool:
        for factor, offset in steps:
            reading = reading * factor + offset
        return ORDER[kind](reading, 0.3)

    (start,) = order_starts(kind, 0.3, steps)
    assert is_true(start) is not is_true(nextafter(start, -inf))
    assert is_true(start) is is_true(nextafter(start, inf))


def test_a_reading_within_its_cell_leaves_no_mark() -> None:
    guard = Guard((0, 2), {0: order_starts("Gt", 2.0) | order_starts("GtE", 1.0)}, (2,))
    entering, changing = guard.mark(0), guard.loose_mark(2)
    assert guard.crossed(array("d", [1.5, 0.0, 7.0])) == [entering, guard.mark(2), changing]
    readings = [(1.0, 7.0), (2.0, 7.0), (2.1, 7.0), (0.9, 8.0), (nan, 8.0), (-5.0, 8.0)]
    marks = [guard.crossed(array("d", [level, 0.0, status])) for level, status in readings]
    assert marks == [[], [], [entering], [entering, changing], None, []]
    assert guard.moved([0], [None, None, 8.0]) == [entering]
    assert guard.crossed(array("d", [-5.0, 0.0, 8.0])) == [entering]


def test_only_what_enters_another_cell_is_judged() -> None:
    names = ("level", "flow", "current_l1", "current_l2", "status")
    pump = w.device("p1", [w.point(name) for name in names])
    rules = [
        w.rule("high", "level > 2", deadband={"level": 0.5}),
        w.rule("current", "max(current_l1, current_l2) > 10 and not flow * 2 - 1 >= 9"),
        w.rule("state", "status == 4 or 5 <= status"),
        w.rule("low", "level < 0.1", clear_when="level > 0.3"),
        w.rule("unbalance", "current_l1 > 1.3 * current_l2"),
        w.rule("away", "abs(level) > 3"),
    ]
    book = Book(w.site(pump), rules)
    alarms = [Alarm(v.rule, v.device, v.condition) for v in book.verdicts if v.condition]
    watch = Watch(book.inputs["p1"], alarms)

    def judged(*values: float) -> str:
        found = list(watch.take(Block("p1", w.T0, w.T0, array("d", values), bytes([GOOD]) * 5), w.T0))
        for alarm in alarms:
            alarm.fresh = True
        return " ".join(alarm.rule.id for alarm in found)

    story = [
        ((1.0, 1.0, 5.0, 5.0, 0.0), "high current state low unbalance away"),
        ((1.2, 2.0, 5.0, 5.0, 3.9), ""),
        ((1.6, 2.0, 5.0, 5.0, 4.0), "high state low away"),
        ((1.6, 2.0, 5.1, 5.0, 4.5), "state unbalance"),
        ((1.6, 5.0, 5.1, 5.0, 4.6), "current"),
        ((1.6, 5.0, 5.1, 10.5, 4.6), "current unbalance"),
        ((0.2, 5.0, 5.1, 10.5, 4.6), "high low away"),
        ((-3.1, 5.0, 5.1, 10.5, 4.6), "high low away"),
    ]
    assert [judged(*values) for values, _ in story] == [expected for _, expected in story]
