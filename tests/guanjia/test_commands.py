"""The command line says what it did, and what to do when it would not."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table
from typer.testing import CliRunner, Result

from guanjia.backtest.proposal import question_of
from guanjia.cli import app
from guanjia.commands import demo
from guanjia.commands.backtest import _told_of
from guanjia.commands.serving import without_logins
from guanjia.commands.words import show
from guanjia.config.configuration import RULE_LIBRARY
from guanjia.config.site_file import draft_site
from guanjia.rulebook.bound import bind
from guanjia.rulebook.in_force import InForce
from model.mistake import ConfigError
from model.people import Role, User
from simulators.reference_site import reference_site
from store.journal.journal import open_journal

EXAMPLES = Path(__file__).parents[2] / "examples" / "talent-apartments"


def _run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("site", sorted(EXAMPLES.glob("*.yaml")), ids=lambda p: p.stem)
def test_check_accepts_every_example(site: Path) -> None:
    result = _run("check", str(site))
    assert result.exit_code == 0, result.output
    assert "No mistakes" in result.output


def test_the_rules_a_demo_begins_with_fit_its_site_and_stay_as_somebody_changes_them(tmp_path: Path) -> None:
    rules = tmp_path / demo.RULES
    demo._write_rules(rules)
    (tmp_path / "site.yaml").write_text(demo._whole(reference_site("small")), encoding="utf-8")
    checked = _run("check", str(tmp_path / "site.yaml"))
    assert (checked.exit_code, "No mistakes" in checked.output) == (0, True)
    rules.with_name("another.yaml").write_text("hello", encoding="utf-8")
    assert "another.yaml:1: a rule file is a list" in _run("check", str(tmp_path / "site.yaml")).output.replace("\n", "")
    rules.write_text("[]", encoding="utf-8")
    demo._write_rules(rules)
    assert rules.read_text(encoding="utf-8") == "[]"


def test_check_prints_every_mistake_of_site_and_rules_and_exits_with_two(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(
        """site: {id: s, name: {zh: 站, en: Site}, timezone: Asia/Shanghai}
areas: [{id: a, name: {zh: 区, en: Area}}]
devices:
  - {id: m1, name: {zh: 表, en: Meter}, system: power, area: b, profile: acrel_adw300, modbus: {host: 127.0.0.1}}
  - {id: m2, name: {zh: 表, en: Meter}, system: power, area: a, profile: acrel_adw30, modbus: {host: 127.0.0.1, unit: 2}}
""",
        encoding="utf-8",
    )
    result = _run("check", str(tmp_path / "site.yaml"))
    assert result.exit_code == 2
    assert "site.yaml:4: devices[0].area: no area 'b'" in result.output
    assert "site.yaml:5: devices[1].profile: no profile 'acrel_adw30'; did you mean 'acrel_adw300'?" in result.output
    assert "2 mistakes; nothing was started" in result.output


def test_a_site_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = _run("check", str(tmp_path / "none.yaml"))
    assert result.exit_code == 2
    assert "can't be read" in result.output


def test_a_rule_is_explained_in_both_languages() -> None:
    result = _run("rules", "explain", "pump.dry_run")
    assert result.exit_code == 0, result.output
    assert "干转" in result.output
    assert "runs dry" in result.output


def test_a_rule_that_names_itself_is_suppressed_by_itself_upstream() -> None:
    words = " ".join(_run("rules", "explain", "power.voltage_low").output.split())
    assert "power.voltage_low upstream" in words
    assert "suppressed by power.voltage_low" not in words


def _table(terminal: bool, width: int) -> list[str]:
    grid = Table(box=None)
    grid.add_column("point", no_wrap=True)
    grid.add_column("text")
    grid.add_row("reactive_power_total", "a text that has room for itself in two lines at the least")
    console = Console(file=StringIO(), width=width, force_terminal=terminal, color_system=None)
    show(grid, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def test_a_table_in_a_pipe_is_as_wide_as_it_needs_to_be() -> None:
    assert [len(line.split()) for line in _table(terminal=False, width=40)] == [2, 14]


@pytest.mark.parametrize("width", [15, 45])
def test_on_a_narrow_terminal_prose_is_wrapped_and_names_are_not(width: int) -> None:
    lines = _table(terminal=True, width=width)
    assert lines[1].split()[0] == "reactive_power_total"
    assert len(lines) > 2
    assert " ".join(" ".join(lines[1:]).split()).endswith("at the least")


def test_an_unknown_rule_is_refused_with_a_hint() -> None:
    result = _run("rules", "explain", "tank.lw")
    assert result.exit_code == 2
    assert "did you mean 'tank.low'?" in result.output
    assert "guanjia rules list" in result.output


def test_the_page_shows_a_rule_as_it_is_explained() -> None:
    page = (EXAMPLES.parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")
    said = page.split("$ guanjia rules explain pump.dry_run --site examples/talent-apartments/small.yaml\n")[1].split("```")[0]
    told = _run("rules", "explain", "pump.dry_run", "--site", str(EXAMPLES / "small.yaml")).output
    assert said == told.replace(str(RULE_LIBRARY), "…/rules/library")


def test_mistakes_in_a_proposed_file_are_told_by_its_name(tmp_path: Path) -> None:
    site = draft_site(EXAMPLES / "small.yaml")
    proposed = tmp_path / "proposed.yaml"
    proposed.write_text("- id: tank.low\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused, _told_of(proposed):
        question_of(proposed.read_text(encoding="utf-8"), InForce(site, (), bind(site, ()), {}), 0, 1)
    assert {mistake.file for mistake in refused.value.mistakes if mistake.line} >= {str(proposed)}


def test_a_login_is_added_listed_and_disabled(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert _run("user", "add", "lin", "--display", "林　工", "--role", "technician", "--password", "long enough", *data).exit_code == 0
    assert "technician" in _run("user", "list", *data).output
    assert _run("user", "disable", "lin", *data).exit_code == 0
    assert "disabled" in _run("user", "list", *data).output


def test_a_mistyped_data_folder_is_noticed(tmp_path: Path) -> None:
    there, typo = tmp_path / "data", tmp_path / "dtaa"
    lin = ("user", "add", "lin", "--role", "admin", "--password", "long enough", "--data", str(there))
    assert "(new folder" in "".join(_run(*lin).output.split("\n"))
    assert "new" not in _run(*lin).output.replace(str(there), "")
    for words in (("list",), ("disable", "lin")):
        refused = _run("user", *words, "--data", str(typo))
        assert (refused.exit_code, "dtaa has no journal" in refused.output) == (2, True)
    assert not typo.exists()


def test_who_can_not_log_in_yet_is_told_how(tmp_path: Path) -> None:
    journal = open_journal("sqlite", tmp_path, {})
    assert f"guanjia user add NAME --role admin --data {tmp_path}" in without_logins(journal, tmp_path, "sqlite")
    journal.put_user(User("lin", Role.ADMIN, "林工", ""))
    assert without_logins(journal, tmp_path, "sqlite") == ""
    journal.put_user(User("lin", Role.ADMIN, "林工", "", disabled=True))
    assert "--journal URL" in without_logins(journal, tmp_path, "postgresql://db/guanjia")
    journal.close()


def test_a_wrong_word_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    result = _run("user", "add", "lin", "--role", "bos", "--data", str(tmp_path))
    assert result.exit_code == 2
    assert "--role': 'bos' is not one of 'viewer'," in result.output


def test_a_short_password_is_refused(tmp_path: Path) -> None:
    result = _run("user", "add", "lin", "--role", "technician", "--password", "short", "--data", str(tmp_path))
    assert result.exit_code == 2
    assert "at least 8 characters" in result.output


@pytest.mark.parametrize("command", ["demo", "run", "check", "simulate", "rules", "dashboards", "user"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = _run(command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.output or "Commands" in result.output
