"""kill -9 of the platform with alarms active, acknowledged and shelved; started again it stands where it stood."""

import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.system.rig import Rig, running, until

FAULTS = {
    ("pr2.pump1", "seal_leak"): "pump.seal_leak",
    ("gate.north.in", "arm_off"): "barrier.arm_off",
    ("charge.b15", "connector_lock_failure"): "charger.lock_failed",
}
UNACKNOWLEDGED, ACKNOWLEDGED, SHELVED = FAULTS.values()
POLLED_EVERY_SECOND = "sub2.incomer1.active_power_total"
LONGEST_GAP_S = 8.0
"""A busy machine may miss some polls of a device that is polled every second."""


def _standing(rig: Rig) -> dict[str, tuple[Any, ...]]:
    """Rule → everything about its open occurrence that a crash must not change."""
    items = rig.get("/alarms", active=True, limit=200)["items"]
    keys = ("id", "device", "state", "flags", "raised_at", "acknowledged_at", "acknowledged_by", "ticket")
    return {item["rule"]: tuple(map(str, (item[k] for k in keys))) for item in items if item["rule"] in FAULTS.values()}


def _tickets(rig: Rig) -> list[tuple[str, str, str]]:
    """The tickets of the three devices: number, cause and state."""
    devices = {device for device, _ in FAULTS}
    return sorted((t["id"], t["cause"], t["state"]) for t in rig.get("/tickets", limit=200)["items"] if t["device"] in devices)


@pytest.mark.timeout(400)
def test_after_kill_nine_the_same_alarms_and_tickets_stand(tmp_path: Path) -> None:
    with running(tmp_path) as rig:
        for device, fault in FAULTS:
            rig.inject(device, fault)
        until("the three alarms", lambda: len(_standing(rig)) == 3 or None, 60)
        ids = {rule: values[0] for rule, values in _standing(rig).items()}
        rig.act(f"/alarms/{ids[ACKNOWLEDGED]}/acknowledge", comment="在看")
        rig.act(f"/alarms/{ids[SHELVED]}/shelve", reason="等配件", minutes=30)
        until("the tickets", lambda: len(_tickets(rig)) == 3 or None, 60)
        before, tickets = _standing(rig), _tickets(rig)
        inputs = {rule: rig.get(f"/alarms/{key}/trace")["inputs"] for rule, key in ids.items()}
        assert all(value["raw"]["hex"] for values in inputs.values() for value in values)
        assert "shelved" in before[SHELVED][3]

        rig.kill_platform()
        killed_s = time.time()
        rig.start_platform()
        assert _standing(rig) == before, "restored from the journal, before the first reading has come"
        until("readings again", lambda: rig.share_good() >= 0.95 or None, 60)
        until("polls again", lambda: rig.metrics()["guanjia_polls_total"] > 200 or None, 60)
        assert _standing(rig) == before
        assert _tickets(rig) == tickets
        assert {rule: rig.get(f"/alarms/{key}/trace")["inputs"] for rule, key in ids.items()} == inputs, "the bytes behind them are kept"

        times = _times(rig, POLLED_EVERY_SECOND)
        before_s, after_s = [at_s for at_s in times if at_s < killed_s], [at_s for at_s in times if at_s > killed_s]
        assert killed_s - before_s[-1] < LONGEST_GAP_S, "what was read before the kill is there"
        assert max(b - a for part in (before_s, after_s) for a, b in pairwise(part)) < LONGEST_GAP_S, "the kill's is the only gap"

        for device, fault in FAULTS:
            rig.heal(device, fault)
        until("the acknowledged one to end", lambda: ACKNOWLEDGED not in _standing(rig) or None, 60)


def _times(rig: Rig, point: str) -> list[float]:
    """When it was read, in seconds."""
    items = rig.get(f"/points/{point}/readings", limit=5000)["items"]
    return sorted(datetime.fromisoformat(item["source_time"]).timestamp() for item in items if item["quality"] == "good")
