"""A scenario on running processes: played over the control API, and watched while somebody else breaks the device."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.rig import PASSWORD, Rig

HEAD = """
scenario: live
name: {zh: 闸杆脱落, en: A barrier loses its arm}
about: {zh: 实时。, en: In real time.}
start: 2026-01-14T10:00
devices: [gate.north.out]
"""
# Ten seconds between what must come and what is done about it: a busy machine is late.
PLAYED = """
length: 34s
timeline:
  - {at: 2s, device: gate.north.out, fault: arm_off, for: 18s}
  - {at: 16s, by: technician, acknowledge: barrier.arm_off@gate.north.out, refused: true}
  - {at: 17s, by: engineer, acknowledge: barrier.arm_off@gate.north.out, comment: 看到了}
  - {at: 18s, by: technician, ticket: barrier.arm_off@gate.north.out, act: accept}
expect:
  alarms:
    - {alarm: barrier.arm_off@gate.north.out, raised: 7s, returned: 26s, acknowledged: 17s, priority: medium, within: 3s}
  tickets:
    - {for: barrier.arm_off@gate.north.out, class: small, opened: 7s, owner: technician, state: accepted, accept: met, finish: running}
"""
WATCHED = """
length: 60s
timeline: []
expect:
  alarms:
    - {alarm: charger.leakage@charge.b15, priority: high}
  tickets:
    - {for: charger.leakage@charge.b15}
"""
NEVER = WATCHED.replace("length: 60s", "length: 3s").replace("charger.leakage@", "charger.over_temperature@")


def _scenario(rig: Rig, name: str, text: str) -> Path:
    file = rig.folder / name
    file.write_text(f"site: {rig.site}\n{text.strip()}\n", encoding="utf-8")
    return file


def _words(rig: Rig, file: Path, *more: str) -> list[str]:
    where = ("--simulators", str(rig.control.base_url), "--platform", f"http://127.0.0.1:{rig.port}")
    return ["scenario", "run", str(file), *where, "--user", "engineer", "--password", PASSWORD, *more]


@pytest.mark.timeout(300)
def test_a_scenario_is_played_and_compared_on_a_running_site(rig: Rig) -> None:
    file = _scenario(rig, "live.yaml", HEAD + PLAYED)
    ended = subprocess.run(
        [sys.executable, "-m", "guanjia", *_words(rig, file, "--live")], capture_output=True, text=True, check=False, timeout=250
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 passed" in ended.stdout


@pytest.mark.timeout(300)
def test_a_check_list_ticks_itself_while_somebody_triggers_the_device(rig: Rig) -> None:
    file = _scenario(rig, "watched.yaml", HEAD.replace("gate.north.out", "charge.b15") + WATCHED)
    report = rig.folder / "report.json"
    words = [sys.executable, "-m", "guanjia", *_words(rig, file, "--observe", "--report", str(report))]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as watching:
        try:
            assert watching.stdout is not None
            assert "watching" in watching.stdout.readline()
            rig.inject("charge.b15", "ground_failure")
            output, _ = watching.communicate(timeout=200)
        finally:
            watching.kill()
            rig.heal("charge.b15", "ground_failure")
    assert watching.returncode == 0, output
    found = json.loads(report.read_text(encoding="utf-8"))
    assert found["passed"] is True
    assert [entry["tick"] for entry in found["entries"]] == ["done", "done"]


@pytest.mark.timeout(300)
def test_what_never_comes_stays_open_on_the_check_list(rig: Rig) -> None:
    file = _scenario(rig, "never.yaml", HEAD.replace("gate.north.out", "charge.b15") + NEVER)
    report = rig.folder / "report.md"
    ended = rig.guanjia(*_words(rig, file, "--observe", "--report", str(report)), check=False)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "- [ ] alarm charger.over_temperature@charge.b15" in report.read_text(encoding="utf-8")


@pytest.mark.timeout(300)
def test_a_site_that_is_not_there_is_refused(rig: Rig) -> None:
    file = _scenario(rig, "away.yaml", HEAD + PLAYED)
    ended = rig.guanjia("scenario", "run", str(file), "--live", "--simulators", "http://127.0.0.1:9", check=False)
    assert ended.returncode == 2
    assert "no simulators answer" in ended.stderr
