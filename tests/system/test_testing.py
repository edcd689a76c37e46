"""A tester breaks a simulated device through the platform: the right alarm and ticket come, and the session leaves its papers."""

from pathlib import Path
from typing import Any

import pytest

from api.bench import NoFont
from guanjia.config.scenario_file import load_scenario
from guanjia.test_report.fonts import chinese_font
from model.scenario import Breakdown
from tests.system.rig import Rig, until

SUMP, FAULT, RULE = "garage-b.sump1", "floor_leak", "sump.leak"


@pytest.mark.timeout(300)
def test_a_session_from_the_injection_to_the_hand_over_file(rig: Rig) -> None:
    started = rig.act("/testing/sessions", "tester", title="车库B区集水坑")
    broken = rig.ask("POST", f"/testing/devices/{SUMP}/faults", "tester", json={"kind": FAULT, "for": 600})
    assert broken.status_code == 204, broken.text
    assert SUMP in [one["device"] for one in rig.get("/testing", "tester")["active"]]

    injection = until("the verdict", lambda: _passed(rig), 90)
    [came] = [one for one in injection["came"] if one["expected"]]
    assert (came["alarm"]["rule"], came["alarm"]["device"]) == (RULE, SUMP)
    assert 0 < came["after_s"] <= came["expected"]["due_s"]
    assert came["ticket"]["device"] == SUMP
    assert rig.alarm(RULE, SUMP) is not None

    mended = rig.ask("DELETE", f"/testing/devices/{SUMP}/faults/{FAULT}", "tester")
    assert mended.status_code == 204, mended.text
    until("the mending in the book", lambda: _injection(rig)["mended_at"], 60)
    rig.act("/testing/sessions/current/stop", "tester")
    _leaves_a_scenario(rig, started["number"])
    _leaves_a_report(rig, started["number"])
    whats = [line["what"] for line in rig.get("/audit", "manager", limit=50)["items"] if line["who"] == "tester"]
    assert [what for what in reversed(whats) if what.startswith("testing.")] == [
        "testing.session_started",
        "testing.fault",
        "testing.mend",
        "testing.session_stopped",
    ]


def _injection(rig: Rig) -> dict[str, Any]:
    account = rig.get("/testing/sessions/current", "tester")["account"]
    found: dict[str, Any] = next(one for one in account["items"] if one["device"] == SUMP)
    return found


def _passed(rig: Rig) -> dict[str, Any] | None:
    injection = _injection(rig)
    assert injection["verdict"] in ("open", "passed"), injection
    return injection if injection["verdict"] == "passed" else None


def _leaves_a_scenario(rig: Rig, number: int) -> None:
    draft = rig.folder / "scenarios" / "draft.yaml"
    draft.parent.mkdir(exist_ok=True)
    draft.write_text(rig.ask("GET", f"/testing/sessions/{number}/scenario", "tester").text, encoding="utf-8")
    scenario = load_scenario(draft).scenario
    [breakdown] = [act for act in scenario.timeline if isinstance(act, Breakdown)]
    assert (breakdown.devices, breakdown.fault) == ((SUMP,), FAULT)
    assert f"{RULE}@{SUMP}" in [str(expected.alarm) for expected in scenario.expected.alarms]


def _leaves_a_report(rig: Rig, number: int) -> None:
    """From the command line, as somebody does who prints the file."""
    try:
        chinese_font()
    except NoFont as error:
        pytest.skip(str(error))
    pdf: Path = rig.folder / "tests.pdf"
    words = ("--data", str(rig.data), "--site", str(rig.site), "--session", str(number), "-o", str(pdf))
    assert "合格 1，" in rig.guanjia("report", "tests", *words).stdout.replace(", ", "，")
    assert pdf.read_bytes().startswith(b"%PDF")
