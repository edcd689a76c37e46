"""Changes that would quiet a bad actor, read off its past; and the choice among them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from model.alarm import Priority
from model.alarm_columns import AlarmRow
from model.clock import HOUR, MINUTE, SECOND
from model.rule import Rationale, Rule, Scope
from model.text import Text
from rules.suggestion import Change, Flutter, Trial, candidates, chosen, flutter
from tests.rules.kpis.past import START, columns, row

WHY = Rationale(Text("因", "cause"), Text("果", "consequence"), Text("措", "action"), 900)
RULE = Rule("pump.dry_run", Scope(), "pressure < 0.02", Text("干转", "dry"), WHY, Priority.LOW, "v1", on_delay_ns=10 * SECOND)
SLOW = replace(RULE, off_delay_ns=30 * SECOND)


def seen(excursions: Sequence[int] = (), pauses: Sequence[int] = ()) -> Flutter:
    return Flutter([length * SECOND for length in excursions], [(0, length * SECOND) for length in pauses])


def test_an_alarms_delays_are_taken_back_out_of_its_times() -> None:
    rows = [row(0, 2 * MINUTE), row(4 * MINUTE, HOUR), row(3 * HOUR, 40 * SECOND), row(5 * HOUR, None), row(MINUTE, device="p2")]
    found = flutter(columns(rows), ("pump.dry_run", "p1"), SLOW)
    assert list(found.excursions_ns) == [100 * SECOND, 20 * SECOND]  # two minutes of alarm: 10 s before its raise to 30 s before its return
    assert found.pauses == [(START + 90 * SECOND, START + 230 * SECOND)]  # the next pause is of hours


@pytest.mark.parametrize(
    ("past", "depths", "changes"),
    [
        pytest.param(seen([12, 14, 20, 31]), {}, [Change(on_delay_ns=20 * SECOND), Change(on_delay_ns=30 * SECOND)], id="on-delays"),
        pytest.param(seen([3, 4, 5]), {}, [], id="shorter than the on-delay there is"),
        pytest.param(seen([300, 400, 500]), {}, [], id="longer than a quarter of the time to respond"),
        pytest.param(seen(pauses=[7, 8, 100]), {}, [Change(off_delay_ns=9 * SECOND), Change(off_delay_ns=90 * SECOND)], id="off-delays"),
        pytest.param(seen([12, 14], [20, 20]), {"p": [0.001] * 3}, [25, {"p": 0.0011}, 15], id="the least harm first"),
        pytest.param(seen(), {"p": [0.1] * 9}, [], id="a deadband of more than a tenth of the limit"),
        pytest.param(seen([12], [9]), {"p": [0.001]}, [], id="one of each says nothing"),
    ],
)
def test_candidates_are_read_off_the_past(past: Flutter, depths: dict[str, list[float]], changes: list[object]) -> None:
    found = list(candidates(RULE, [past], depths, {"p": 0.02}))
    short = [one.deadband or ((one.off_delay_ns or one.on_delay_ns or 0) // SECOND) for one in found]
    assert changes in (found, short)


OFF, BAND, ON = Change(off_delay_ns=MINUTE), Change(deadband={"p": 0.001}), Change(on_delay_ns=MINUTE)


@pytest.mark.parametrize(
    ("trials", "choice"),
    [
        pytest.param([Trial(OFF, 100, 60, 0), Trial(ON, 100, 2, 0)], ON, id="one that leaves more than half is none"),
        pytest.param([Trial(OFF, 100, 11, 0), Trial(ON, 100, 2, 0)], OFF, id="nearly the best, with less harm"),
        pytest.param([Trial(OFF, 100, 20, 0), Trial(BAND, 100, 5, 0), Trial(ON, 100, 2, 0)], BAND, id="the smallest of the good"),
        pytest.param([Trial(OFF, 100, 20, 0), Trial(ON, 100, 0, 1)], OFF, id="one that misses an incident is none, and no measure"),
        pytest.param([Trial(ON, 100, 0, 1)], None, id="nothing else"),
        pytest.param([Trial(ON, 0, 0, 0)], None, id="history does not have it"),
    ],
)
def test_the_least_harmful_that_does_nearly_as_much_as_the_best_is_chosen(trials: list[Trial], choice: Change | None) -> None:
    found = chosen(trials)
    assert (found and found.change) == choice


def test_a_change_made_is_the_rule_with_nothing_else_changed() -> None:
    rule = replace(RULE, deadband={"q": 1.0})
    made = Change(on_delay_ns=MINUTE, deadband={"p": 2.0}).made(rule)
    assert made.version != rule.version
    assert replace(made, version="v1") == replace(rule, on_delay_ns=MINUTE, deadband={"q": 1.0, "p": 2.0})


def test_rows_of_other_alarms_say_nothing() -> None:
    others: list[AlarmRow] = [row(at * MINUTE, 20 * SECOND, rule="tank.low") for at in range(5)]
    assert flutter(columns(others), ("pump.dry_run", "p1"), RULE) == Flutter([], [])
