"""``guanjia scenario``: what it prints, what it writes, and how it ends."""

import xml.etree.ElementTree as xml
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from guanjia.commands.scenario import app
from guanjia.config.scenario_file import load_scenario
from tests.scenario.ground import EXAMPLES

BAD = Path(__file__).parent / "bad"
BODY = f"""# Written by a tester, for testers.
scenario: dry-run
name: {{zh: 干转, en: Dry run}}
about: {{zh: 泵干转。, en: The pump runs dry.}}
site: {EXAMPLES / "site.yaml"}
devices: [pr2.pump1, pr2.tank]   # what feeds them comes along
start: 2026-01-14T10:00
warm_up: 2min
length: 12min
timeline:
  - {{at: 1min, device: pr2.pump1, fault: dry_run, for: 4min}}
"""
RIGHT = """
expect:
  alarms:
    - {alarm: pump.dry_run@pr2.pump1, raised: 1min15s, within: 20s}
  tickets:
    - {for: pump.dry_run@pr2.pump1, class: large}
"""


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()


def _file(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_scenario_that_goes_as_expected_ends_with_0(runner: CliRunner, tmp_path: Path) -> None:
    result = runner.invoke(app, ["run", str(_file(tmp_path, "right.yaml", BODY + RIGHT))])
    assert result.exit_code == 0, result.output
    assert "1 passed" in result.output


def test_a_difference_ends_with_1_and_both_sides(runner: CliRunner, tmp_path: Path) -> None:
    result = runner.invoke(app, ["run", str(_file(tmp_path, "wrong.yaml", BODY + RIGHT.replace("raised: 1min15s", "raised: 9min")))])
    assert result.exit_code == 1
    assert "expected raised 8min40s..9min20s, came raised 1min" in result.output
    assert "wrong.yaml:15:" in result.output


def test_a_wrong_file_ends_with_2_and_the_others_are_played(runner: CliRunner, tmp_path: Path) -> None:
    _file(tmp_path, "a.yaml", BODY + RIGHT)
    _file(tmp_path, "b.yaml", BODY.replace("dry_run, for", "dry_runn, for"))
    result = runner.invoke(app, ["run", str(tmp_path)])
    assert result.exit_code == 2
    assert "did you mean 'dry_run'?" in result.output
    assert "1 passed, 1 refused" in result.output


def test_a_folder_without_scenarios_is_refused(runner: CliRunner, tmp_path: Path) -> None:
    assert runner.invoke(app, ["run", str(tmp_path)]).exit_code == 2


def test_processes_come_to_the_same_in_the_order_of_the_files(runner: CliRunner, tmp_path: Path) -> None:
    _file(tmp_path, "a.yaml", BODY.replace("scenario: dry-run", "scenario: first") + RIGHT)
    _file(tmp_path, "b.yaml", BODY.replace("scenario: dry-run", "scenario: second") + RIGHT)
    result = runner.invoke(app, ["run", "-j", "2", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert result.output.index("first") < result.output.index("second")


def test_verdicts_are_written_as_junit(runner: CliRunner, tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    folder = tmp_path / "scenarios"
    folder.mkdir()
    _file(folder, "a.yaml", BODY + RIGHT)
    _file(folder, "b.yaml", BODY)
    _file(folder, "c.yaml", "scenario: c\n")
    runner.invoke(app, ["run", str(folder), "--junit", str(report)])
    (suite,) = xml.parse(report).getroot()
    assert {key: suite.get(key) for key in ("tests", "failures", "errors")} == {"tests": "3", "failures": "1", "errors": "1"}
    right, wrong, refused = suite
    assert list(right) == []
    assert "pump.dry_run@pr2.pump1" in str(wrong[0].text)
    assert (wrong[0].tag, refused[0].tag) == ("failure", "error")


def test_fill_writes_what_came_and_keeps_everything_above(runner: CliRunner, tmp_path: Path) -> None:
    file = _file(tmp_path, "draft.yaml", BODY + "\n# The old list\nexpect:\n  alarms: []   # nothing yet\n")
    result = runner.invoke(app, ["fill", str(file)])
    assert result.exit_code == 0, result.output
    text = file.read_text(encoding="utf-8")
    assert text.startswith(BODY + "\n# The old list\n")
    assert "pump.dry_run@pr2.pump1" in text
    assert runner.invoke(app, ["run", str(file)]).exit_code == 0
    again = runner.invoke(app, ["fill", str(file)])
    assert again.exit_code == 0
    assert file.read_text(encoding="utf-8") == text


def test_fill_keeps_what_stands_after_the_expectations(runner: CliRunner, tmp_path: Path) -> None:
    head, _, timeline = BODY.partition("timeline:")
    file = _file(tmp_path, "draft.yaml", f"{head}expect: {{}}\ntimeline:{timeline}")
    assert runner.invoke(app, ["fill", str(file)]).exit_code == 0
    text = file.read_text(encoding="utf-8")
    assert text.endswith(f"timeline:{timeline}")
    assert len(load_scenario(file).scenario.expected.alarms) == 1


def test_fill_can_only_show(runner: CliRunner, tmp_path: Path) -> None:
    file = _file(tmp_path, "draft.yaml", BODY)
    result = runner.invoke(app, ["fill", "--show", str(file)])
    assert file.read_text(encoding="utf-8") == BODY
    assert len(yaml.safe_load(result.output)["expect"]["alarms"]) == 1


def test_list_shows_both_languages(runner: CliRunner, tmp_path: Path) -> None:
    result = runner.invoke(app, ["list", str(_file(tmp_path, "a.yaml", BODY + RIGHT))])
    assert result.exit_code == 0
    assert "干转" in result.output
    assert "Dry run" in result.output


def test_check_tells_every_mistake_of_every_file(runner: CliRunner) -> None:
    result = runner.invoke(app, ["check", str(BAD / "unknown_fault.bad.yaml"), str(BAD / "energy.bad.yaml")])
    assert result.exit_code == 2
    assert "unknown_fault.bad.yaml:8" in result.output
    assert "energy.bad.yaml:9" in result.output
    assert runner.invoke(app, ["check", str(EXAMPLES / "scenarios" / "pump-dry-run.yaml")]).exit_code == 0
