"""From the ticket back to the register: bytes, decode, reading, rule, alarm, ticket, and what comes next."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.app import attach
from model.alarm import AlarmEvent, AlarmEventKind, AlarmState, Evidence, Occurrence, Priority, Shelving, Standing
from model.clock import HOUR, MINUTE
from model.people import PLATFORM
from model.quality import Quality
from model.rule import Level
from model.text import Text
from model.ticket import Promise, PromiseClock
from tests.api.house import House
from tests.api.place import NOW

VOLTAGE = "sub1.incomer1.voltage"
ANSWER = "0000000043708000ffff"
CARRIER = Evidence("sub1.incomer1", "holding 3025+5", ANSWER, 10, NOW - 62_000_000_000, NOW - 61_973_000_000, {VOLTAGE: Quality.GOOD})


def raised(house: House, evidence: tuple[Evidence, ...] = (CARRIER,), **changes: Any) -> Occurrence:
    occurrence = replace(house.raise_alarm("a1", evidence=evidence), **changes)
    house.journal.kept_occurrences["a1"] = occurrence
    return occurrence


async def traced(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/api/v1/alarms/a1/trace")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_a_value_is_shown_within_the_bytes_that_carried_it(house: House, operator: httpx.AsyncClient) -> None:
    raised(house)
    (value,) = (await traced(operator))["inputs"]
    assert value["raw"] == {
        "asked": "holding 3025+5",
        "hex": "00 00 00 00 43 70 80 00 FF FF",
        "size": 10,
        "at": "2026-01-14T08:58:58.027+08:00",
        "offset": 4,
        "length": 4,
        "bit": None,
    }
    assert value["scale_raw"] is None
    assert (value["quality"], value["reason"]) == ("good", "")
    assert (value["source_time"], value["receive_time"]) == ("2026-01-14T08:58:58.000+08:00", "2026-01-14T08:58:58.027+08:00")
    assert value["limits"] == [{"value": 235.4, "above": True}]


async def test_the_platform_s_own_alarm_has_label_and_unit_of_what_fired_it(house: House, operator: httpx.AsyncClient) -> None:
    raised(house, (), device="platform", inputs={"platform.history_wait": 950.0})
    (value,) = (await traced(operator))["inputs"]
    assert (value["present"], value["value"], value["unit"], value["label"]["zh"]) == (True, 950.0, "s", "等待入库时间")


async def test_an_uncertain_value_tells_why(house: House, operator: httpx.AsyncClient) -> None:
    raised(house, (replace(CARRIER, qualities={VOLTAGE: Quality.OUT_OF_RANGE}),))
    (value,) = (await traced(operator))["inputs"]
    assert (value["quality"], value["reason"]) == ("uncertain", "out_of_range")


async def test_a_value_that_did_not_come_has_a_reason_and_no_bytes(house: House, operator: httpx.AsyncClient) -> None:
    failed = Evidence("sub1.incomer1", "", "", 0, NOW, NOW, {VOLTAGE: Quality.COMM_FAILURE})
    raised(house, (failed,), inputs={VOLTAGE: None})
    (value,) = (await traced(operator))["inputs"]
    assert (value["value"], value["quality"], value["reason"], value["raw"]) == (None, "bad", "comm_failure", None)


async def test_what_a_refusing_device_sent_is_shown_with_nothing_marked_in_it(house: House, operator: httpx.AsyncClient) -> None:
    raised(house, (replace(CARRIER, hex="8302", size=2, qualities={VOLTAGE: Quality.CONFIG_ERROR}),), inputs={VOLTAGE: None})
    (value,) = (await traced(operator))["inputs"]
    assert (value["raw"]["hex"], value["raw"]["offset"]) == ("83 02", None)


async def test_without_evidence_the_way_still_leads_to_the_register(house: House, operator: httpx.AsyncClient) -> None:
    raised(house, ())
    (value,) = (await traced(operator))["inputs"]
    assert value["wire"]["register"] == 3027
    assert value["raw"] is None
    assert "quality" not in value


async def test_the_answer_that_told_the_scale_is_shown_too(house: House, operator: httpx.AsyncClient) -> None:
    status = "sub1.incomer1.status"
    own = Evidence("sub1.incomer1", "holding 10+2", "00010009", 4, NOW, NOW, {status: Quality.GOOD})
    scale = Evidence("sub1.incomer1", "holding 29+20", "ffff" + "00" * 38, 40, NOW, NOW, {})
    raised(house, (own, scale), inputs={status: 9.0})
    (value,) = (await traced(operator))["inputs"]
    assert (value["raw"]["offset"], value["raw"]["length"]) == (2, 2)
    assert [bit["en"] for bit in value["bits_set"]] == ["closed", "tripped"]
    assert (value["scale_raw"]["asked"], value["scale_raw"]["offset"], value["scale_raw"]["length"]) == ("holding 29+20", 0, 2)


async def test_a_value_in_a_message_is_found_by_its_path(house: House, operator: httpx.AsyncClient) -> None:
    message = '{"名": "北门", "arm_off": true}'.encode()
    point = "gate.north.arm_off"
    raised(
        house,
        (Evidence("gate.north", "parking/north/state", message.hex(), len(message), NOW, NOW, {point: Quality.GOOD}),),
        inputs={point: 1.0},
    )
    (value,) = (await traced(operator))["inputs"]
    raw = value["raw"]
    assert bytes.fromhex(raw["hex"])[raw["offset"] : raw["offset"] + raw["length"]] == b"true"
    assert value["meaning"] == {"zh": "是", "en": "yes"}
    assert value["wire"] == {"topic": "parking/north/state", "path": "$.arm_off"}


async def test_a_point_that_has_left_the_site_keeps_its_value_and_quality(house: House, operator: httpx.AsyncClient) -> None:
    raised(house, (replace(CARRIER, qualities={"sub9.old.level": Quality.GOOD}),), inputs={"sub9.old.level": 1.5})
    (value,) = (await traced(operator))["inputs"]
    assert (value["present"], value["value"], value["quality"]) == (False, 1.5, "good")


async def test_limits_of_a_rule_that_has_changed_since_are_not_shown(house: House, operator: httpx.AsyncClient) -> None:
    raised(house, rule_version="v0")
    trace = await traced(operator)
    assert trace["rule"]["same_version"] is False
    assert trace["inputs"][0]["limits"] == []


async def test_a_devices_own_figure_goes_before_the_rules(house: House, app: FastAPI, operator: httpx.AsyncClient) -> None:
    (rule,) = house.platform.rules
    params = {"rated_current": 630.0, "unused": 1.0}
    changed = replace(rule, when="voltage > 235.4 and voltage > rated_current", params=params)
    house.platform = replace(house.platform, rules=(changed,))
    attach(app, house.platform)
    raised(house)
    trace = await traced(operator)
    assert trace["rule"]["params"] == params
    assert trace["rule"]["values"] == {"rated_current": 400}
    assert trace["inputs"][0]["limits"] == [{"value": 235.4, "above": True}, {"value": 400.0, "above": True}]


async def test_at_a_graver_level_it_says_what_that_level_asks_for(house: House, app: FastAPI, operator: httpx.AsyncClient) -> None:
    """And the time to answer counts from the rise."""
    (rule,) = house.platform.rules
    why = replace(rule.why, action=Text("撤离", "Get out"), respond_within_s=120)
    grave = Level("second", "voltage > 250", Priority.CRITICAL, Text("更高", "higher"), why=why)
    house.platform = replace(house.platform, rules=(replace(rule, levels=(grave,)),))
    attach(app, house.platform)
    risen = raised(house, level="second")
    standing = house.journal.standing_of(risen)
    house.journal.record(AlarmEvent(AlarmEventKind.ROSE, NOW - MINUTE // 2, standing, risen, PLATFORM))
    assert (await operator.get("/api/v1/alarms/a1")).json()["why"]["action"]["en"] == "Get out"
    assert [(due["what"], due["at"]) for due in (await traced(operator))["next"]] == [("acknowledge", "2026-01-14T09:01:30.000+08:00")]
    house.journal.record(AlarmEvent(AlarmEventKind.SHELVING_EXPIRED, NOW - 1_000_000_000, standing, risen, PLATFORM))
    assert [due["at"] for due in (await traced(operator))["next"]] == ["2026-01-14T09:01:59.000+08:00"]


async def test_the_trace_tells_both_stories(house: House, operator: httpx.AsyncClient) -> None:
    raised(house)
    ticket = house.open_ticket()
    house.journal.attach("a1", ticket.id)
    await operator.post("/api/v1/alarms/a1/acknowledge", json={"comment": "seen"})
    await operator.post(f"/api/v1/tickets/{ticket.id}/comment", json={"comment": "called"})
    trace = await traced(operator)
    assert [(line["what"], line["by"]) for line in trace["story"]] == [("raised", "guanjia"), ("acknowledged", "operator")]
    assert [line["what"] for line in trace["ticket"]["story"]] == ["opened", "comment"]
    assert trace["rule"]["text"] == {"zh": "{device} 电压高", "en": "{device} voltage high"}


@pytest.mark.parametrize(
    ("state", "standing", "expected"),
    [
        (AlarmState.ACTIVE_UNACKNOWLEDGED, {}, [("acknowledge", "2026-01-14T09:14:00.000+08:00")]),
        (AlarmState.RETURNED_UNACKNOWLEDGED, {}, [("acknowledge", None)]),
        (AlarmState.LATCHED_UNACKNOWLEDGED, {}, [("acknowledge", None)]),
        (AlarmState.LATCHED_ACKNOWLEDGED, {}, [("reset", None)]),
        (AlarmState.ACTIVE_ACKNOWLEDGED, {}, []),
        (AlarmState.ACTIVE_ACKNOWLEDGED, {"realarm_at_ns": NOW + HOUR}, [("realarm", "2026-01-14T10:00:00.000+08:00")]),
        (
            AlarmState.ACTIVE_UNACKNOWLEDGED,
            {"shelving": Shelving("operator", "x", NOW, NOW + MINUTE)},
            [("shelving_expires", "2026-01-14T09:01:00.000+08:00"), ("acknowledge", "2026-01-14T09:14:00.000+08:00")],
        ),
    ],
)
async def test_what_an_alarm_waits_for(
    state: AlarmState, standing: dict[str, Any], expected: list[tuple[str, str | None]], house: House, operator: httpx.AsyncClient
) -> None:
    occurrence = raised(house, state=state)
    house.journal.kept_standings[occurrence.rule, occurrence.device] = Standing(occurrence.rule, occurrence.device, state, "a1", **standing)
    assert [(due["what"], due["at"]) for due in (await traced(operator))["next"]] == expected


async def test_the_promises_of_the_ticket_that_are_not_kept_yet_come_next(house: House, operator: httpx.AsyncClient) -> None:
    raised(house, state=AlarmState.ACTIVE_ACKNOWLEDGED)
    clocks = (
        PromiseClock(Promise.ACCEPT, NOW - HOUR, met_at_ns=NOW - HOUR),
        PromiseClock(Promise.FINISH, NOW + HOUR, paused_at_ns=NOW),
        PromiseClock(Promise.ARRIVE, NOW - MINUTE),
    )
    ticket = replace(house.open_ticket(), clocks=clocks)
    house.journal.kept_tickets[ticket.id] = ticket
    house.journal.attach("a1", ticket.id)
    due = (await traced(operator))["next"]
    assert [(one["what"], one["overdue"], one["paused"]) for one in due] == [("arrive", True, False), ("finish", False, True)]


async def test_nothing_comes_next_once_alarm_and_ticket_are_over(house: House, operator: httpx.AsyncClient) -> None:
    raised(house, state=AlarmState.NORMAL, ended_at_ns=NOW)
    assert (await traced(operator))["next"] == []


async def test_bytes_are_part_of_the_trace_alone(house: House, operator: httpx.AsyncClient) -> None:
    """Lists and the stream stay light."""
    raised(house)
    assert "evidence" not in (await operator.get("/api/v1/alarms")).json()["items"][0]
    assert "evidence" not in (await operator.get("/api/v1/alarms/a1")).json()
