"""For each system of the first circle: a fault on a real socket becomes the right alarm and one ticket, and both come to their end."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import pytest

from tests.system.rig import Rig, until


@dataclass(frozen=True)
class Case:
    device: str
    fault: str
    rule: str
    zh: str
    en: str


CASES = [
    Case("sub2.d6", "feeder_trip", "power.feeder_off", "失电", "no voltage"),
    Case("pr2.pump1", "dry_run", "pump.dry_run", "干转", "dry"),
    Case("b07.lift1", "entrapment", "elevator.entrapment", "困人", "trapped"),
    Case("fcc.loop07", "smoke", "fire.alarm", "火警", "fire"),
    Case("gate.north.in", "arm_off", "barrier.arm_off", "闸杆", "arm"),
    Case("charge.b15", "ground_failure", "charger.leakage", "漏电", "leak"),
]
PATIENCE_S = 90.0
LIFE = ("accept", "arrive", "start", "finish", "verify", "close")


@pytest.fixture(scope="module", autouse=True)
def _all_injected(rig: Rig) -> None:
    """All six at once: what is to be shown holds for each beside the others too, and the delays run side by side."""
    for case in CASES:
        rig.inject(case.device, case.fault)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.device)
def test_a_fault_becomes_one_alarm_and_one_ticket_and_both_end(rig: Rig, case: Case) -> None:
    alarm = until(case.rule, lambda: _active(rig, case), PATIENCE_S)
    assert case.zh in alarm["text"]["zh"]
    assert case.en in alarm["text"]["en"].lower()
    ticket = until("the ticket", lambda: _ticket_of(rig, case, alarm["id"]), 60)
    assert ticket["clocks"], "the promises run from the start"
    _acknowledge(rig, alarm["id"])
    _leads_back_to_the_bytes(rig, alarm["id"])

    rig.heal(case.device, case.fault)
    until("the return to normal", lambda: _over(rig, alarm["id"]), 60)
    until("all alarms of the ticket to end", lambda: all(_over(rig, other) for other in _attached(rig, ticket["id"])) or None, 60)
    _through_its_life(rig, ticket["id"])
    opened = [t for t in _tickets(rig, case) if t["cause"] == ticket["cause"]]
    assert [(t["id"], t["state"]) for t in opened] == [(ticket["id"], "closed")]
    story = rig.get(f"/alarms/{alarm['id']}")["story"]
    assert [line["by"] for line in story if line["what"] == "acknowledged"] == ["engineer"]


def _leads_back_to_the_bytes(rig: Rig, alarm: str) -> None:
    """Every value that fired it stands in the bytes that were kept, where the trace says that it does."""
    inputs = rig.get(f"/alarms/{alarm}/trace")["inputs"]
    assert inputs
    for value in inputs:
        raw = value["raw"]
        own = bytes.fromhex(raw["hex"])[raw["offset"] : raw["offset"] + raw["length"]]
        assert _read(own, value, raw["bit"]) == value["value"], value


def _read(own: bytes, value: dict[str, Any], bit: int | None) -> float:
    """What a person with a calculator would read from the bytes; registers of the small fleet come high word first."""
    if "topic" in value["wire"]:
        return float(json.loads(own))
    if bit is not None:
        return float(own[0] >> bit & 1)
    decode = value["decode"]
    raw = struct.unpack(">f", own)[0] if decode["type"] == "f32" else int.from_bytes(own, "big")
    return float(raw * decode["scale"] + decode["offset"])


def _active(rig: Rig, case: Case) -> dict[str, Any] | None:
    return rig.alarm(case.rule, case.device, state="active_unacknowledged")


def _tickets(rig: Rig, case: Case) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = rig.get("/tickets", device=case.device, limit=100)["items"]
    return items


def _ticket_of(rig: Rig, case: Case, alarm: str) -> dict[str, Any] | None:
    return next((t for t in _tickets(rig, case) if alarm in t["alarms"]), None)


def _attached(rig: Rig, ticket: str) -> list[str]:
    """The alarms of one cause: an entrapment also presses the alarm button and stops the car off its landing."""
    attached: list[str] = rig.get(f"/tickets/{ticket}")["alarms"]
    for alarm in attached:
        if rig.get(f"/alarms/{alarm}")["state"].endswith("unacknowledged"):
            _acknowledge(rig, alarm)
    return attached


def _acknowledge(rig: Rig, alarm: str) -> None:
    after = rig.act(f"/alarms/{alarm}/acknowledge", comment="看到了")
    assert (after["state"] in ("active_acknowledged", "normal"), after["acknowledged_by"]) == (True, "engineer")


def _over(rig: Rig, alarm: str) -> bool | None:
    """Back to normal; a latched alarm is reset by hand once its condition is clear."""
    now = rig.get(f"/alarms/{alarm}")
    if now["state"] == "normal":
        return True
    if "latched" in now["standing"]["flags"]:
        rig.act(f"/alarms/{alarm}/reset")
    return None


def _through_its_life(rig: Rig, ticket: str) -> None:
    for act in LIFE:
        user = "technician" if act in ("accept", "arrive", "start", "finish") else "engineer"
        rig.act(f"/tickets/{ticket}/{act}", user, comment="换件，试运行正常" if act == "finish" else "")
    done = rig.get(f"/tickets/{ticket}")
    assert done["state"] == "closed"
    assert all(clock["met_at"] for clock in done["clocks"])
    assert [line["what"] for line in done["story"] if line["by"] == "technician"] == ["accept", "arrive", "start", "finish"]
