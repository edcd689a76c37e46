"""The library reaches every rule and every system, and its page says so."""

from pathlib import Path

import pytest

from guanjia.scenario.event_lines import events_file
from model.site import System
from tests.scenarios_library import coverage
from tests.scenarios_library.shelf import FOLDERS, QUIET_DAY, Page, files, pages


def test_every_built_in_rule_is_raised_in_a_scenario() -> None:
    assert coverage.uncovered() == []


def test_every_system_has_its_scenarios() -> None:
    reached = {system for page in pages() for system in page.systems()}
    assert {str(system) for system in System} - reached == set()


def test_the_page_says_what_the_files_expect() -> None:
    assert coverage.FILE.read_text(encoding="utf-8") == coverage.page(), "run: python -m tests.scenarios_library.coverage"


@pytest.mark.parametrize("file", files(), ids=lambda file: file.stem)
def test_a_scenario_is_called_by_the_name_of_its_file(file: Path) -> None:
    assert [page.id for page in pages() if page.file == file] == [file.stem]


def test_every_scenario_that_is_played_has_its_whole_stream_beside_it() -> None:
    streams = {stream for folder in FOLDERS for stream in (folder / "events").glob("*.jsonl")}
    assert {events_file(file) for file in files() if file != QUIET_DAY} == streams


def test_no_two_scenarios_share_a_name() -> None:
    names = [name for page in pages() for name in (page.id, page.zh, page.en)]
    assert sorted(names) == sorted(set(names))


def test_the_quiet_day_expects_nothing() -> None:
    quiet = next(page for page in pages() if page.file == QUIET_DAY)
    assert (quiet.cries, quiet.tickets) == ((), 0)


def test_only_a_quiet_scenario_expects_nothing() -> None:
    """A file whose expectations were forgotten would pass as a quiet one."""
    assert [page.id for page in pages() if not page.cries and not _is_quiet(page)] == []


def _is_quiet(page: Page) -> bool:
    return page.id.startswith("quiet-")
