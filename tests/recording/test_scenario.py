"""A recording becomes a scenario that passes as it was written, and fails when something else is expected of it."""

from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from guanjia.cli import app
from guanjia.config.scenario_file import load_scenario
from guanjia.config.site_file import load_site
from guanjia.history_maker import make_file
from guanjia.scenario.player import play
from model.clock import MINUTE, SECOND
from model.mistake import ConfigError
from simulators.past_events import PlantedEvent
from simulators.past_made import MadePast, Span
from simulators.reference_site import reference_site

END = "2026-01-14T10:10:00+08:00"
END_NS = int(datetime.fromisoformat(END).timestamp()) * SECOND


def run(*words: object) -> Result:
    return CliRunner().invoke(app, list(map(str, words)), env={"COLUMNS": "300"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site, ten minutes of it in which a pump trips for four, and the scenario made of that."""
    folder = tmp_path_factory.mktemp("replayed")
    (folder / "site.yaml").write_text(reference_site("small", broker="mqtt://127.0.0.1:9"), encoding="utf-8")
    site = load_site(folder / "site.yaml")
    trip = PlantedEvent("pr2.pump1", "motor_trip", END_NS - 7 * MINUTE, END_NS - 3 * MINUTE)
    with (folder / "trip.rec").open("wb") as stream:
        make_file(MadePast(site, 1, Span(END_NS - 10 * MINUTE, END_NS, 5 * SECOND), [trip]), site, stream, lambda steps: None)
    result = run("replay", folder / "trip.rec", "--site", folder / "site.yaml", "--scenario", folder / "trip.yaml")
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def page(folder: Path) -> str:
    return (folder / "trip.yaml").read_text("utf-8")


def changed(folder: Path, page: str, before: str, after: str) -> Path:
    assert before in page
    file = folder / "changed.yaml"
    file.write_text(page.replace(before, after, 1), encoding="utf-8")
    return file


def test_what_came_is_filled_in_for_review(folder: Path, page: str) -> None:
    scenario = load_scenario(folder / "trip.yaml").scenario
    (alarm,) = scenario.expected.alarms
    (ticket,) = scenario.expected.tickets
    assert str(alarm.alarm) == str(ticket.alarm) == "pump.fault@pr2.pump1"
    assert alarm.raised is not None
    assert alarm.raised.admits(3 * MINUTE + 5 * SECOND)
    assert alarm.returned is not None
    assert alarm.returned.admits(7 * MINUTE + 5 * SECOND)
    assert "Review every line" in page


def test_it_passes_as_it_was_written(folder: Path) -> None:
    result = run("scenario", "run", folder / "trip.yaml")
    assert result.exit_code == 0, result.output


def test_it_fails_when_something_else_is_expected(folder: Path, page: str) -> None:
    result = run("scenario", "run", changed(folder, page, "priority: high", "priority: low"))
    assert result.exit_code == 1, result.output
    assert "pump.fault@pr2.pump1" in result.output


def test_it_plays_the_same_each_time(folder: Path) -> None:
    loaded = load_scenario(folder / "trip.yaml")
    first, second = (play(loaded.scenario, loaded.site, loaded.rules) for _ in range(2))
    assert first.stream == second.stream
    assert first.stream


def test_people_may_act_in_it_and_the_platform_may_crash(folder: Path, page: str) -> None:
    acts = "timeline: [{at: 5min, by: operator, acknowledge: pump.fault@pr2.pump1}, {at: 6min, platform: crash, for: 2min}]"
    loaded = load_scenario(changed(folder, page, "timeline: []", acts))
    (alarm,) = play(loaded.scenario, loaded.site, loaded.rules).outcome.alarms
    assert alarm.acknowledged_ns == 5 * MINUTE
    assert alarm.returned_ns is not None
    assert 8 * MINUTE <= alarm.returned_ns <= 8 * MINUTE + 30 * SECOND  # the trip was mended while nobody listened


def test_an_excerpt_of_the_site_hears_its_own_devices_only(folder: Path, page: str) -> None:
    head = page[: page.index("\nexpect:")]
    loaded = load_scenario(changed(folder, head, "site: site.yaml", "site: site.yaml\ndevices: [pr2.tank]"))
    assert "pr2.pump1" not in loaded.site.devices
    assert play(loaded.scenario, loaded.site, loaded.rules).outcome.alarms == ()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param("timeline: []", "timeline: [{at: 1min, device: pr2.pump1, fault: dry_run}]", "do as they did", id="a fault"),
        pytest.param("timeline: []", "timeline: [{at: 1min, device: pr2.pump1, network: silent}]", "do as they did", id="the wire"),
        pytest.param("recording: trip.rec", "recording: trap.rec", "'trap.rec' can't be read", id="no file"),
        pytest.param("recording: trip.rec", "recording: site.yaml", "this is no recording", id="another file"),
        pytest.param("warm_up: 0min", "warm_up: 10min", "does not reach", id="begins too early"),
        pytest.param("length: 10min", "length: 11min", "does not reach", id="ends too late"),
    ],
)
def test_what_can_not_be_played_is_refused_at_its_line(folder: Path, page: str, before: str, after: str, said: str) -> None:
    file = changed(folder, page, before, after)
    with pytest.raises(ConfigError) as refused:
        load_scenario(file)
    assert any(said in mistake.message for mistake in refused.value.mistakes)


def test_a_scenario_that_is_there_is_not_written_over(folder: Path, page: str) -> None:
    result = run("replay", folder / "trip.rec", "--site", folder / "site.yaml", "--scenario", folder / "trip.yaml")
    assert result.exit_code == 2
    assert "is there already" in result.output
    assert (folder / "trip.yaml").read_text("utf-8") == page
