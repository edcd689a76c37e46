"""Alarms, the operator's acts, and the walk back to the register."""

import httpx
import pytest

from model.clock import HOUR
from rules.flood import Flood
from tests.api.house import House
from tests.api.place import NOW

ALARMS = "/api/v1/alarms"
SERVICE = "/api/v1/rules/power.voltage_high/devices/sub1.incomer1"
SHAPE = {
    *("id", "rule", "rule_version", "device", "points", "priority", "state", "flags", "text", "cause", "ticket"),
    *("raised_at", "returned_at", "acknowledged_at", "acknowledged_by"),
}


@pytest.fixture(autouse=True)
def _two_alarms(house: House) -> None:
    house.raise_alarm("a1")
    house.raise_alarm("a0", NOW - 2 * HOUR, ended_at_ns=NOW - HOUR)


async def test_an_occurrence_has_the_promised_shape(operator: httpx.AsyncClient) -> None:
    items = (await operator.get(ALARMS)).json()["items"]
    assert [item["id"] for item in items] == ["a1", "a0"]
    assert items[0].keys() >= SHAPE
    assert items[0]["text"] == {"zh": "1#进线柜 电压高", "en": "Incomer 1 voltage high"}
    assert items[0]["state"] == "active_unacknowledged"
    assert items[0]["inputs"] == {"sub1.incomer1.voltage": 240.5}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("active=true", ["a1"]),
        ("active=false", ["a0"]),
        ("state=active_unacknowledged", ["a1"]),
        ("system=power&priority=high", ["a1", "a0"]),
        ("system=fire", []),
        ("device=gate.north", []),
        ("limit=1", ["a1"]),
        ("limit=1&cursor=a1", ["a0"]),
    ],
)
async def test_the_list_is_filtered_and_paged(query: str, found: list[str], operator: httpx.AsyncClient) -> None:
    page = (await operator.get(f"{ALARMS}?{query}")).json()
    assert [item["id"] for item in page["items"]] == found
    assert page["next_cursor"] == ("a1~" if query == "limit=1" else None)


async def test_acknowledging_names_who_did_it_and_leaves_an_audit_line(house: House, operator: httpx.AsyncClient) -> None:
    seen = (await operator.post(f"{ALARMS}/a1/acknowledge", json={"comment": "going there"})).json()
    assert seen["state"] == "active_acknowledged"
    assert seen["acknowledged_by"] == "operator"
    line = house.journal.audited[-1]
    assert (line.who, line.what, line.target, line.detail) == ("operator", "alarm.acknowledge", "a1", "going there")


async def test_acknowledging_needs_no_body(operator: httpx.AsyncClient) -> None:
    assert (await operator.post(f"{ALARMS}/a1/acknowledge")).status_code == 200


async def test_an_act_the_state_does_not_allow_is_a_409_that_names_what_is(house: House, operator: httpx.AsyncClient) -> None:
    await operator.post(f"{ALARMS}/a1/acknowledge")
    audited = len(house.journal.audited)
    refused = await operator.post(f"{ALARMS}/a1/acknowledge")
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert "allowed: shelve, comment" in refused.json()["detail"]
    assert len(house.journal.audited) == audited


async def test_shelving_tells_who_why_and_until_when(operator: httpx.AsyncClient) -> None:
    shelved = (await operator.post(f"{ALARMS}/a1/shelve", json={"reason": "transformer works", "minutes": 30})).json()
    assert shelved["flags"] == ["shelved"]
    flags = (await operator.get(f"{ALARMS}/flags")).json()["items"]
    assert flags[0]["shelving"] == {
        "by": "operator",
        "reason": "transformer works",
        "at": "2026-01-14T09:00:00.000+08:00",
        "until": "2026-01-14T09:30:00.000+08:00",
        "one_shot": False,
    }
    assert (await operator.post(f"{ALARMS}/a1/unshelve")).json()["flags"] == []
    assert (await operator.get(f"{ALARMS}/flags")).json()["items"] == []


@pytest.mark.parametrize(
    ("act", "body", "field"),
    [
        ("shelve", {"minutes": 5}, "reason"),
        ("shelve", {"reason": "", "minutes": 5}, "reason"),
        ("shelve", {"reason": "x", "minutes": 0}, "minutes"),
        ("shelve", {"reason": "x", "minutes": 100_000}, "minutes"),
        ("shelve", {"reason": "x", "minutes": 5, "untill": 1}, "untill"),
        ("comment", {}, "comment"),
        ("comment", {"comment": ""}, "comment"),
    ],
)
async def test_a_malformed_act_names_its_field(act: str, body: dict[str, object], field: str, operator: httpx.AsyncClient) -> None:
    refused = await operator.post(f"{ALARMS}/a1/{act}", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("act", ["acknowledge", "unshelve", "reset"])
async def test_an_unknown_alarm_is_a_404(act: str, operator: httpx.AsyncClient) -> None:
    assert (await operator.post(f"{ALARMS}/moon/{act}")).status_code == 404
    assert (await operator.get(f"{ALARMS}/moon")).status_code == 404
    assert (await operator.get(f"{ALARMS}/moon/trace")).status_code == 404


async def test_an_alarm_tells_its_story_and_why_it_matters(operator: httpx.AsyncClient) -> None:
    await operator.post(f"{ALARMS}/a1/comment", json={"comment": "called the grid"})
    alarm = (await operator.get(f"{ALARMS}/a1")).json()
    assert [(line["what"], line["by"], line["comment"]) for line in alarm["story"]] == [
        ("raised", "guanjia", ""),
        ("commented", "operator", "called the grid"),
    ]
    assert (alarm["story"][0]["priority"], alarm["story"][0]["level"]) == (alarm["priority"], "")
    assert alarm["why"]["action"] == {"zh": "措", "en": "action"}
    assert alarm["why"]["respond_within_s"] == 900


async def test_the_trace_leads_from_the_alarm_to_the_register_and_the_profile_line(house: House, operator: httpx.AsyncClient) -> None:
    ticket = house.open_ticket()
    house.journal.attach("a1", ticket.id)
    trace = (await operator.get(f"{ALARMS}/a1/trace")).json()
    assert trace["rule"]["when"] == "voltage > 235.4"
    assert trace["rule"]["same_version"] is True
    (found,) = trace["inputs"]
    assert (found["value"], found["unit"]) == (240.5, "V")
    assert found["profile"] == {"id": "meter", "file": "profiles/meter.yaml", "line": 12}
    assert found["wire"] == {"table": "holding", "register": 3027, "words": 2, "byte_order": "big", "word_order": "msw_first"}
    assert trace["ticket"]["number"] == "GD-260114-001"


async def test_out_of_service_is_asked_for_by_one_and_approved_by_another(operator: httpx.AsyncClient, manager: httpx.AsyncClient) -> None:
    wish = {"reason": "meter removed", "until": "2026-01-15T08:00:00+08:00"}
    asked = (await operator.post(f"{SERVICE}/out-of-service", json=wish)).json()
    assert (asked["flags"], asked["request"]["by"], asked["request"]["approved_by"]) == ([], "operator", None)
    assert asked["request"]["until"] == "2026-01-15T08:00:00.000+08:00"
    assert [standing["request"]["reason"] for standing in (await manager.get(f"{ALARMS}/flags")).json()["items"]] == ["meter removed"]
    approved = (await manager.post(f"{SERVICE}/out-of-service/approve")).json()
    assert (approved["flags"], approved["request"], approved["out_of_service"]["approved_by"]) == (["out_of_service"], None, "manager")
    assert (await operator.post(f"{SERVICE}/in-service")).json()["flags"] == []


async def test_nobody_approves_their_own_request_but_may_take_it_back(manager: httpx.AsyncClient, operator: httpx.AsyncClient) -> None:
    await manager.post(f"{SERVICE}/out-of-service", json={"reason": "x"})
    assert (await manager.post(f"{SERVICE}/out-of-service/approve")).status_code == 409
    assert (await operator.post(f"{SERVICE}/out-of-service/refuse")).status_code == 403
    assert (await manager.post(f"{SERVICE}/out-of-service/refuse", json={"reason": "done already"})).json()["request"] is None


async def test_an_end_that_is_no_time_is_refused_by_name(operator: httpx.AsyncClient) -> None:
    refused = await operator.post(f"{SERVICE}/out-of-service", json={"reason": "x", "until": "tomorrow"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "until")


async def test_a_flood_says_since_when_and_how_high(house: House, operator: httpx.AsyncClient) -> None:
    assert (await operator.get(f"{ALARMS}/flood")).json() == {"active": False, "since": None, "count": 3, "peak": 0}
    house.alarms.flooding = Flood(NOW, 14, 31)
    flood = (await operator.get(f"{ALARMS}/flood")).json()
    assert (flood["active"], flood["since"], flood["count"], flood["peak"]) == (True, "2026-01-14T09:00:00.000+08:00", 14, 31)


@pytest.mark.parametrize("path", ["moon/devices/sub1.incomer1", "power.voltage_high/devices/moon"])
async def test_out_of_service_of_what_is_not_there_is_a_404(path: str, manager: httpx.AsyncClient) -> None:
    assert (await manager.post(f"/api/v1/rules/{path}/out-of-service", json={"reason": "x"})).status_code == 404


async def test_the_rule_book_is_searched_in_both_languages(operator: httpx.AsyncClient) -> None:
    for query, count in (("", 1), ("?q=电压", 1), ("?q=VOLTAGE", 1), ("?q=moon", 0), ("?priority=low", 0)):
        assert len((await operator.get(f"/api/v1/rules{query}")).json()["items"]) == count
    rule = (await operator.get("/api/v1/rules/power.voltage_high")).json()
    assert rule["for"] == {"class": "power_meter"}
    assert rule["on_delay_s"] == 10
    assert (await operator.get("/api/v1/rules/moon")).status_code == 404


async def test_the_key_figures_cover_the_last_day(operator: httpx.AsyncClient) -> None:
    kpis = (await operator.get(f"{ALARMS}/kpis")).json()
    assert kpis["total"] == 2
    assert kpis["priorities"] == {"critical": 0, "high": 2, "medium": 0, "low": 0}
    assert kpis["top_ten"] == [{"rule": "power.voltage_high", "device": "sub1.incomer1", "count": 2, "share": 1.0}]
    assert len(kpis["hours"]) == 24
    assert kpis["targets"]["per_day"] == 144


async def test_an_alarm_active_for_days_is_stale_even_if_raised_before_the_period(house: House, operator: httpx.AsyncClient) -> None:
    house.raise_alarm("old", NOW - 100 * HOUR)
    assert (await operator.get(f"{ALARMS}/kpis")).json()["stale"] == 1


async def test_the_key_figures_of_years_are_refused(operator: httpx.AsyncClient) -> None:
    assert (await operator.get(f"{ALARMS}/kpis?start=2024-01-01")).status_code == 422


async def test_a_state_filter_is_one_of_the_four_on_the_wire(operator: httpx.AsyncClient) -> None:
    refused = await operator.get(f"{ALARMS}?state=latched_acknowledged")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "state"
