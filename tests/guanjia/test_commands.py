"""The command line says what it did, and what to do when it would not."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from guanjia.cli import app

EXAMPLES = Path(__file__).parents[2] / "examples" / "talent-apartments"


def _run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("site", sorted(EXAMPLES.glob("*.yaml")), ids=lambda p: p.stem)
def test_check_accepts_every_example(site: Path) -> None:
    result = _run("check", str(site))
    assert result.exit_code == 0, result.output
    assert "No mistakes" in result.output


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


def test_an_unknown_rule_is_refused_with_a_hint() -> None:
    result = _run("rules", "explain", "pump.nothing")
    assert result.exit_code == 2
    assert "guanjia rules list" in result.output


def test_a_login_is_added_listed_and_disabled(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert _run("user", "add", "lin", "--role", "technician", "--password", "long enough", *data).exit_code == 0
    assert "technician" in _run("user", "list", *data).output
    assert _run("user", "disable", "lin", *data).exit_code == 0
    assert "disabled" in _run("user", "list", *data).output


def test_a_short_password_is_refused(tmp_path: Path) -> None:
    result = _run("user", "add", "lin", "--role", "technician", "--password", "short", "--data", str(tmp_path))
    assert result.exit_code == 2
    assert "at least 8 characters" in result.output


@pytest.mark.parametrize("command", ["demo", "run", "check", "simulate", "rules", "dashboards", "user"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = _run(command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.output or "Commands" in result.output
