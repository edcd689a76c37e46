"""The whole stream beside a scenario: one event more, fewer or later fails it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from guanjia.cli import app
from guanjia.scenario.comparison import Kind
from guanjia.scenario.event_lines import MOST_TOLD, compared, events_file
from guanjia.scenario.verdict import Result, judge
from tests.scenario.ground import EXAMPLES

LINES = ['{"at":"1min","alarm":"raised"}', '{"at":"2min","alarm":"returned"}', '{"at":"3min","ticket":"close"}']
SCENARIO = f"""scenario: dry
name: {{zh: 干转, en: Dry}}
about: {{zh: 干转, en: Dry}}
site: {EXAMPLES / "site.yaml"}
devices: [pr2.pump1]
start: 2026-01-14T10:00
length: 8min
timeline:
  - {{at: 1min, device: pr2.pump1, fault: dry_run, for: 3min}}
"""


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param(lambda lines: lines[:1] + lines[2:], Kind.MISSING, id="one fewer"),
        pytest.param(lambda lines: [*lines, LINES[0]], Kind.EXTRA, id="one more"),
        pytest.param(lambda lines: [lines[0], lines[1].replace("2min", "2min5s"), lines[2]], Kind.WRONG, id="one later"),
    ],
)
def test_a_stream_that_differs_in_one_event_has_one_difference(change: Callable[[list[str]], list[str]], kind: Kind) -> None:
    assert [difference.kind for difference in compared(LINES, change(LINES))] == [kind]


def test_the_same_events_in_another_order_differ() -> None:
    assert compared(LINES, [LINES[1], LINES[0], LINES[2]])


def test_of_another_stream_altogether_the_first_differences_are_told_and_the_rest_counted() -> None:
    told = compared([], [f"{{{n}}}" for n in range(100)])
    assert len(told) == MOST_TOLD + 1
    assert "80 more" in told[-1].came


def test_fill_writes_the_stream_and_a_run_holds_the_scenario_to_it(tmp_path: Path) -> None:
    file = tmp_path / "dry.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    assert CliRunner().invoke(app, ["scenario", "fill", str(file), "--events"]).exit_code == 0
    assert judge(file).result is Result.PASSED

    stream = events_file(file)
    lines = stream.read_text(encoding="utf-8").splitlines()
    assert any('"alarm":"raised","of":"pump.dry_run@pr2.pump1"' in line for line in lines)
    stream.write_text("\n".join(lines[1:]) + "\n", encoding="utf-8")
    verdict = judge(file)
    assert verdict.result is Result.FAILED
    assert verdict.differences[-1].came == lines[0]
