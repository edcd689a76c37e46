"""A mistake in the site's rule files that was refused live does not keep the platform down at the next start: what ran last runs on."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from guanjia.cli import app
from guanjia.config.configuration import Configuration, load_configuration
from guanjia.platform import SitePlatform
from guanjia.rulebook.desk import opened
from guanjia.rulebook.history import Act
from guanjia.rulebook.in_force import edited
from guanjia.system_clock import SystemClock
from model.mistake import ConfigError
from model.rule_version import Origin, RuleVersion
from store.journal.journal import open_journal
from tests.guanjia.rulebook.room import OWN, SITE, listed, rule

OTHER = rule("own.warm", "temperature > 30")
WRONG = OWN.replace("inlet_open", "inlet_opn")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    _write(tmp_path / "site.yaml", OWN, OTHER)
    return tmp_path / "site.yaml"


def _write(site: Path, *rules: str) -> None:
    (site.parent / "rules" / "own.yaml").write_text(listed(*rules), encoding="utf-8")


def _ran(site: Path) -> list[RuleVersion]:
    """What the journal has after a first start."""
    return opened(load_configuration(site).in_force, (), 1)[1]


def _again(site: Path, history: Sequence[RuleVersion]) -> Configuration:
    return load_configuration(site, lambda _: history)


def test_the_last_versions_run_and_every_mistake_is_told(site: Path) -> None:
    history = _ran(site)
    first = load_configuration(site).in_force
    _write(site, WRONG, OTHER.replace("> 30", ">"))
    found = _again(site, history)
    now, news = opened(found.in_force, history, 2)
    assert (now.differing(first), news) == ([], [])
    assert now.written["own.busy"].source.origin is Origin.SITE
    assert [mistake.line for mistake in found.refused] == [3, 10]


def test_an_edit_and_a_rule_that_has_retired_stay_what_they_were(site: Path) -> None:
    history = _ran(site)
    _write(site, OWN)
    gone, lines = opened(load_configuration(site).in_force, history, 2)
    _, more = edited(gone, "own.busy", OWN.replace(">= 3", ">= 4"), Act(3, "wang"))
    _write(site, WRONG)
    now, news = opened(_again(site, [*history, *lines, *more]).in_force, [*history, *lines, *more], 4)
    assert (now.written["own.busy"].source.origin, "own.warm" in now.written, news) == (Origin.EDITED, False, [])


@pytest.mark.parametrize("was", ["never run", "site wrong too", "last rules do not fit the site"])
def test_it_is_refused_with_every_mistake_where_nothing_safe_has_run(site: Path, was: str) -> None:
    history = [] if was == "never run" else _ran(site)
    changed = {
        "site wrong too": ("profile: tank", "profile: tnak"),
        "last rules do not fit the site": ("profile: tank", "profile: acrel_adw300"),
    }
    site.write_text(SITE.replace(*changed.get(was, ("", ""))), encoding="utf-8")
    _write(site, WRONG)
    with pytest.raises(ConfigError):
        _again(site, history)


async def test_the_platform_says_so_until_the_files_are_right(site: Path) -> None:
    data = site.parent / "data"
    data.mkdir()
    journal = open_journal("sqlite", data, {})
    with journal.write() as tx:
        tx.keep_rule_versions(_ran(site))
    history = journal.rule_versions()
    journal.close()
    _write(site, WRONG)
    platform = SitePlatform(_again(site, history), data, SystemClock())
    desk = platform.context.rulebook
    refusal = desk.refusal()
    assert refusal is not None
    assert [mistake.suggestion for mistake in refusal.mistakes] == ["inlet_open"]
    (rules,) = [part for part in platform.context.health() if part.part == "rules"]
    assert not rules.ok
    assert "the rules before run on" in rules.reason
    await asyncio.to_thread(platform.store.stop)
    platform.journal.close()


def test_a_first_start_is_refused_and_makes_no_folder(site: Path) -> None:
    _write(site, WRONG)
    result = CliRunner().invoke(app, ["run", "--site", str(site), "--data", str(site.parent / "new")])
    assert result.exit_code == 2
    assert "did you mean 'inlet_open'?" in result.output
    assert not (site.parent / "new").exists()
