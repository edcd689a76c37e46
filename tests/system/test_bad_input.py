"""What bad input gets, on a running platform."""

import pytest

from tests.system.rig import Rig, until

pytestmark = pytest.mark.timeout(300)  # whoever comes first waits for the site to start


def test_an_unknown_point_is_not_found(rig: Rig) -> None:
    reply = rig.ask("GET", "/points/sub2.incomer1.nothing/readings")
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")
    assert "sub2.incomer1.nothing" in reply.text


def test_a_malformed_time_names_its_field(rig: Rig) -> None:
    reply = rig.ask("GET", "/points/sub2.incomer1.frequency/readings", params={"start": "yesterday"})
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert "start" in reply.text


def test_garbage_frames_are_counted_and_make_bad_quality(rig: Rig) -> None:
    before = rig.metrics().get("guanjia_modbus_frames_garbage_total", 0)
    rig.network(["sub2.t1"], "garbage")
    until("counted garbage", lambda: rig.metrics().get("guanjia_modbus_frames_garbage_total", 0) > before or None, 60)
    point = until("bad quality", lambda: _bad(rig, "sub2.t1.winding1_temp"), 60)
    assert (point["value"], point["reason"]) == (None, "comm_failure")
    rig.network(["sub2.t1"], "ok")
    until("good again", lambda: rig.get("/points/sub2.t1.winding1_temp")["quality"] == "good" or None, 60)


def test_garbage_payloads_are_counted_and_make_bad_quality(rig: Rig) -> None:
    rig.network(["gate.north.out"], "garbage")
    until("a counted payload", lambda: rig.metrics().get("guanjia_mqtt_payloads_bad_total", 0) > 0 or None, 60)
    point = until("bad quality", lambda: _bad(rig, "gate.north.out.state"), 60)
    assert point["value"] is None
    rig.network(["gate.north.out"], "ok")
    until("good again", lambda: rig.get("/points/gate.north.out.state")["quality"] == "good" or None, 60)
    assert rig.ready()


def _bad(rig: Rig, point: str) -> dict[str, object] | None:
    now: dict[str, object] = rig.get(f"/points/{point}")
    return now if now["quality"] == "bad" else None
