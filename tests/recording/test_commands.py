"""Made, recorded and replayed from the command line; whatever does not fit is refused with what to do, and exit code 2."""

import hashlib
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import yaml
from typer.testing import CliRunner, Result

from guanjia.cli import app
from guanjia.config.site_file import load_site
from guanjia.recording.reader import RecordingReader
from model.clock import HOUR, MINUTE, SECOND
from model.reading import Block
from simulators.past_made import MadePast, Span
from simulators.reference_site import reference_site
from tests.docs.pages import all_fences

END = "2026-01-14T00:30:00+08:00"
END_NS = int(datetime.fromisoformat(END).timestamp()) * SECOND


def run(*words: object) -> Result:
    return CliRunner().invoke(app, list(map(str, words)), env={"COLUMNS": "300"})


def refused(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 2, result.output
    return " ".join(result.output.split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(folder: Path) -> Path:
    file = folder / "site.yaml"
    file.write_text(reference_site("small", broker="mqtt://127.0.0.1:9"), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def data(folder: Path, site: Path) -> Path:
    """A made hour."""
    made = run("simulate", "--site", site, "--history", "1h", "--until", END, "--into", folder / "made")
    assert made.exit_code == 0, made.output
    return folder / "made"


@pytest.fixture(scope="module")
def recording(folder: Path, site: Path, data: Path) -> Path:
    """Its middle, recorded."""
    file = folder / "half.rec"
    asked = ("--start", "2026-01-13T23:45:00+08:00", "--end", "2026-01-14T00:15:00+08:00")
    result = run("record", "--data", data, "--site", site, *asked, "-o", file)
    assert result.exit_code == 0, result.output
    assert f"{47 * 30} blocks of 47 devices" in result.output
    return file


def table(data: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(data / "history" / "2026-01.duckdb")) as connection:
        return connection.execute("select point, source_ns, value, quality from reading join series on id = series order by all").fetchall()


def blocks_in(file: Path) -> list[Block]:
    with file.open("rb") as stream:
        return list(RecordingReader(stream).blocks())


# ── a made history ──


def test_the_same_seed_makes_the_same_history(folder: Path, site: Path, data: Path) -> None:
    again = folder / "again"
    assert run("simulate", "--site", site, "--history", "1h", "--until", END, "--into", again).exit_code == 0
    assert table(again) == table(data)
    assert (again / "truth.yaml").read_bytes() == (data / "truth.yaml").read_bytes()


def test_the_same_seed_makes_the_same_bytes_and_another_seed_others(tmp_path: Path, site: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        words = ("--history", "20min", "--until", END, "--seed", seed, "--history-file", tmp_path / name)
        assert run("simulate", "--site", site, *words).exit_code == 0
    a, b, c = (hashlib.sha256((tmp_path / name).read_bytes()).digest() for name in "abc")
    assert a == b != c


def test_the_file_says_what_the_folder_says(tmp_path: Path, site: Path, data: Path) -> None:
    assert run("simulate", "--site", site, "--history", "1h", "--until", END, "--history-file", tmp_path / "hour.rec").exit_code == 0
    loaded = load_site(site)
    from_file = {
        (loaded.devices[b.device].point_id(column), b.source_ns): quality
        for b in blocks_in(tmp_path / "hour.rec")
        for column, quality in enumerate(b.qualities)
        if quality != 255
    }
    assert from_file == {(point, at_ns): quality for point, at_ns, _, quality in table(data)}


def test_the_truth_lies_beside_it(tmp_path: Path, site: Path) -> None:
    words = ("--history", "3d", "--step", "15min", "--until", END, "--seed", 4, "--history-file", tmp_path / "days.rec")
    assert run("simulate", "--site", site, *words).exit_code == 0
    truth = yaml.safe_load((tmp_path / "days.rec.truth.yaml").read_text("utf-8"))
    past = MadePast(load_site(site), 4, Span.before(END_NS, 72 * HOUR, 15 * MINUTE))
    assert (truth["seed"], truth["step_s"], truth["end"]) == (4, 900.0, END)
    assert [event["device"] for event in truth["events"]] == [event.device for event in past.events]
    assert len(truth["events"]) > 5
    for told, event in zip(truth["events"], past.events, strict=True):
        assert datetime.fromisoformat(told["start"]).timestamp() * SECOND == event.start_ns
        assert told["network" if event.network else "fault"] == event.kind
        assert ("severity" in told) == (not event.network and past.fault(event).severity is not None)


def test_the_documented_truth_is_one_as_it_is_written(tmp_path: Path, site: Path) -> None:
    (fence,) = (fence for fence in all_fences("yaml") if fence.info == "yaml truth")
    words = ("--history", "3d", "--step", "15min", "--until", END, "--history-file", tmp_path / "days.rec")
    assert run("simulate", "--site", site, *words).exit_code == 0
    truth, example = yaml.safe_load((tmp_path / "days.rec.truth.yaml").read_text("utf-8")), yaml.safe_load(fence.text)
    assert list(example) == list(truth)
    written = {tuple(event) for event in truth["events"]}
    assert {tuple(event) for event in example["events"]} <= written


def test_a_past_in_which_nothing_breaks_can_be_had(tmp_path: Path, site: Path) -> None:
    words = ("--history", "1d", "--step", "15min", "--until", END, "--events", "none", "--history-file", tmp_path / "calm.rec")
    assert run("simulate", "--site", site, *words).exit_code == 0
    assert yaml.safe_load((tmp_path / "calm.rec.truth.yaml").read_text("utf-8"))["events"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--history", "1h"], "needs one of --into DIR and --history-file FILE", id="nowhere"),
        pytest.param(["--history", "ninety days", "--into", "x"], "write a duration with its unit", id="no length"),
        pytest.param(["--history", "90d", "--into", "x", "--step", "7s"], "a whole part of a day", id="odd step"),
        pytest.param(["--history", "1d", "--into", "x", "--step", "1h"], "take 1s to 15min", id="long step"),
        pytest.param(["--history", "9000d", "--into", "x"], "from one step to ten years", id="too long"),
        pytest.param(["--history", "1h", "--until", "2199-01-01T00:00:00+00:00", "--into", "x"], "not past yet", id="in the future"),
        pytest.param(["--history", "1h", "--until", "yesterday", "--into", "x"], "write an instant with its offset", id="no instant"),
        pytest.param(["--history", "1h", "--history-file", "-"], "give it a name", id="no name"),
    ],
)
def test_a_history_that_can_not_be_made_is_refused(site: Path, words: list[str], said: str) -> None:
    assert said in refused("simulate", "--site", site, *words)


def test_the_truth_of_an_earlier_history_is_not_written_over(site: Path, data: Path) -> None:
    (data / "truth.yaml").touch()
    words = ("--history", "1h", "--until", "2026-01-13T12:00:00+08:00", "--into", data)
    assert "tells of an earlier history" in refused("simulate", "--site", site, *words)


def test_a_folder_that_has_readings_of_that_time_is_left_alone(site: Path, data: Path) -> None:
    (data / "truth.yaml").unlink(missing_ok=True)
    before = table(data)
    assert "already has readings of that time" in refused("simulate", "--site", site, "--history", "1h", "--until", END, "--into", data)
    assert table(data) == before


# ── recorded and read back ──


def test_a_recording_holds_what_the_history_holds(recording: Path, site: Path, data: Path) -> None:
    start_ns, end_ns = END_NS - 45 * MINUTE, END_NS - 15 * MINUTE
    kept = {(point, at_ns): value for point, at_ns, value, _ in table(data) if start_ns <= int(str(at_ns)) < end_ns}
    loaded = load_site(site)
    recorded = {
        (loaded.devices[b.device].point_id(column), b.source_ns): None if b.values[column] != b.values[column] else b.values[column]
        for b in blocks_in(recording)
        for column, quality in enumerate(b.qualities)
        if quality != 255
    }
    assert recorded == kept


def test_a_recording_is_looked_into(recording: Path, site: Path) -> None:
    result = run("replay", recording, "--site", site)
    assert result.exit_code == 0, result.output
    assert "site talent-apartments, 2026-01-13T23:45:00+08:00 to 2026-01-14T00:15:00+08:00, recorded, 1410 blocks" in result.output


def test_half_a_copy_is_refused(tmp_path: Path, recording: Path, site: Path) -> None:
    half = tmp_path / "half.rec"
    half.write_bytes(recording.read_bytes()[:-100])
    assert "breaks off" in refused("replay", half, "--site", site)
    assert "breaks off" in refused("run", "--replay", half, "--site", site, "--data", tmp_path)


def test_another_file_is_refused(site: Path) -> None:
    assert "this is no recording" in refused("replay", site, "--site", site)


def test_a_recording_of_tomorrow_is_refused(tmp_path: Path, recording: Path, site: Path) -> None:
    (tmp_path / "new.rec").write_bytes(recording.read_bytes().replace(b"recording 1\n", b"recording 2\n", 1))
    assert "of version 2; this Guanjia reads version 1" in refused("replay", tmp_path / "new.rec", "--site", site)


def test_a_recording_of_another_site_is_refused(tmp_path: Path, recording: Path, site: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(site.read_text("utf-8").replace("talent-apartments", "harbour-towers"), encoding="utf-8")
    assert "of site 'talent-apartments', not of 'harbour-towers'" in refused("replay", recording, "--site", other)


def test_a_device_the_site_no_longer_has_is_named(tmp_path: Path, recording: Path, site: Path) -> None:
    changed = tmp_path / "changed.yaml"
    changed.write_text(site.read_text("utf-8").replace("pr2.tank", "pr2.vessel"), encoding="utf-8")
    assert "unknown device 'pr2.tank'" in refused("replay", recording, "--site", changed)


def test_a_replay_does_not_write_into_a_history_of_another_time(recording: Path, site: Path, data: Path) -> None:
    assert "has a history of its own" in refused("run", "--replay", recording, "--site", site, "--data", data)


def test_a_platform_that_runs_is_to_be_recorded_through_its_api(tmp_path: Path, site: Path, data: Path) -> None:
    file = data / "history" / "2026-01.duckdb"
    holds = f"import duckdb; held = duckdb.connect({str(file)!r}); print('held', flush=True); input()"
    asked = ("--start", "2026-01-13T23:45:00+08:00", "--end", END, "-o", tmp_path / "x.rec")
    with subprocess.Popen([sys.executable, "-c", holds], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as platform:
        assert platform.stdin is not None
        assert platform.stdout is not None
        platform.stdout.readline()
        (data / "truth.yaml").unlink(missing_ok=True)
        said = refused("record", "--data", data, "--site", site, *asked)
        made = refused("simulate", "--site", site, "--history", "1h", "--until", END, "--into", data)
        platform.stdin.close()
    assert "record through it: --platform" in said
    assert "is a platform running on it?" in made


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--start", END, "--end", END, "--data", "."], "--end must lie after --start", id="no time"),
        pytest.param(["--start", "today", "--end", END, "--data", "."], "--start today: write an instant with its offset", id="no instant"),
        pytest.param(["--start", "2026-01-13T23:00:00+08:00", "--end", END], "give one of --data", id="from nowhere"),
        pytest.param(["--start", "2026-01-13T23:00:00+08:00", "--end", END, "--data", "/nonexistent"], "no history under", id="no folder"),
    ],
)
def test_what_can_not_be_recorded_is_refused(tmp_path: Path, site: Path, words: list[str], said: str) -> None:
    assert said in refused("record", "--site", site, "-o", tmp_path / "x.rec", *words)
    assert list(tmp_path.iterdir()) == []
