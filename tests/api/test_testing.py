"""The tester's hand on the simulated site: who may, what is passed on, what is written down, what came of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import FastAPI

from api.app import attach
from api.bench import NoFont
from guanjia.control_client import ControlClient
from guanjia.test_report.bench import SiteBench
from guanjia.test_report.expectations import Promises
from guanjia.test_report.fonts import chinese_font
from model.clock import MINUTE, SECOND
from model.people import Role
from model.site import Site
from rules.book import Book
from tests.api.conftest import client_of
from tests.api.fake_simulators import METER, FakeSimulators
from tests.api.house import House
from tests.api.place import NOW, RULES

FAULT = f"/api/v1/testing/devices/{METER}/faults"
RULE = "power.voltage_high"


@pytest.fixture
def simulators(house: House) -> FakeSimulators:
    return FakeSimulators(house.clock)


@pytest.fixture
async def tester(house: House, simulators: FakeSimulators, one_app: FastAPI, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A tester at a house that is simulated."""
    bench = SiteBench(
        ControlClient("http://simulators", simulators.transport()), tmp_path, house.journal, _promises(house.site), house.clock
    )
    house.platform = replace(house.platform, bench=bench)
    attach(one_app, house.platform)
    async with client_of(house, one_app, Role.TESTER) as client:
        yield client
    await bench.close()


def _promises(site: Site) -> Promises:
    return Promises.of(Book(site, RULES))


# ── who may ──


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.TESTER, Role.ADMIN)])
async def test_only_testers_and_administrators_may_break_anything(
    house: House, one_app: FastAPI, tester: httpx.AsyncClient, simulators: FakeSimulators, role: Role
) -> None:
    async with client_of(house, one_app, role) as client:
        for method, path in (("GET", "/api/v1/testing"), ("POST", FAULT), ("POST", "/api/v1/testing/sessions")):
            refused = await client.request(method, path, json={"kind": "overvoltage"})
            assert refused.status_code == 403, path
            assert refused.headers["content-type"] == "application/problem+json"
    assert simulators.asked == []


async def test_a_real_site_cannot_be_broken_from_here(admin: httpx.AsyncClient) -> None:
    for path in ("/api/v1/testing", "/api/v1/testing/sessions", f"/api/v1/testing/devices/{METER}"):
        answer = await admin.get(path)
        assert answer.status_code == 404
        assert "--simulators" in answer.json()["detail"]


async def test_simulators_that_do_not_answer_are_a_503_to_be_tried_again(tester: httpx.AsyncClient, simulators: FakeSimulators) -> None:
    simulators.away = True
    answer = await tester.post(FAULT, json={"kind": "overvoltage"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "do not answer" in answer.json()["detail"]


# ── what is passed on ──


async def test_a_fault_is_passed_on_with_who_did_it_and_put_on_record(
    house: House, tester: httpx.AsyncClient, simulators: FakeSimulators
) -> None:
    body = {"kind": "overvoltage", "for": 60, "severity": 0.8, "onset": 30, "expect": [RULE]}
    answer = await tester.post(FAULT, json=body)
    assert answer.status_code == 204, answer.text
    sent = {"kind": "overvoltage", "for": 60.0, "severity": 0.8, "onset": 30.0, "by": "tester"}
    assert simulators.asked == [("POST", f"/devices/{METER}/faults", sent)]
    [line] = house.journal.audited
    assert (line.who, line.what, line.target, line.detail) == (
        "tester",
        "testing.fault",
        METER,
        "kind=overvoltage for=60.0 onset=30.0 severity=0.8",
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "sent"),
    [
        ("DELETE", f"/devices/{METER}/faults/overvoltage", None, f"/devices/{METER}/faults/overvoltage?by=tester"),
        ("POST", f"/devices/{METER}/network", {"kind": "lossy", "share": 0.3}, f"/devices/{METER}/network"),
        ("POST", "/network", {"kind": "silent", "devices": [METER]}, "/network"),
        ("POST", "/gateways/10.0.0.11:502/network", {"kind": "silent", "for": 60}, "/gateways/10.0.0.11:502/network"),
        ("POST", "/broker", {"kind": "down", "for": 60}, "/broker"),
        ("POST", "/clock", {"speed": 10}, "/clock"),
        ("POST", "/scenarios/smoke", None, "/scenarios/smoke"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("/") else "",
)
async def test_every_act_goes_where_it_belongs_and_leaves_an_audit_line(
    house: House, tester: httpx.AsyncClient, simulators: FakeSimulators, method: str, path: str, body: dict[str, Any] | None, sent: str
) -> None:
    answer = await tester.request(method, f"/api/v1/testing{path}", json=body)
    assert answer.status_code < 300, answer.text
    assert [(verb, where) for verb, where, _ in simulators.asked] == [(method, sent)]
    assert all(asked["by"] == "tester" for _, _, asked in simulators.asked)
    assert [line.what.partition(".")[0] for line in house.journal.audited] == ["testing"]


async def test_what_the_simulators_refuse_is_refused_in_their_words(house: House, tester: httpx.AsyncClient) -> None:
    answer = await tester.post(FAULT, json={"kind": "impossible"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "kind", "message": f"'{METER}' has no fault 'impossible'; known: overvoltage"}]
    assert house.journal.audited == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/testing/devices/nowhere/faults", {"kind": "overvoltage"}, 404),
        (FAULT, {"kind": "../../clock"}, 422),
        (FAULT, {"kind": "overvoltage", "severity": 2}, 422),
        (FAULT, {"kind": "overvoltage", "for": -1}, 422),
        (FAULT, {"kind": "overvoltage", "pour": 1}, 422),
        ("/api/v1/testing/gateways/..%2Fclock/network", {"kind": "silent"}, 404),
    ],
)
async def test_nothing_wrong_gets_as_far_as_the_simulators(
    tester: httpx.AsyncClient, simulators: FakeSimulators, path: str, body: dict[str, Any], status: int
) -> None:
    assert (await tester.post(path, json=body)).status_code == status
    assert simulators.asked == []


# ── what is seen ──


async def test_the_board_shows_what_is_broken_by_name_with_the_time_left(tester: httpx.AsyncClient, simulators: FakeSimulators) -> None:
    simulators.speed = 2.0
    board = (await tester.get("/api/v1/testing")).json()
    machine, gateway = board["active"]
    assert (machine["name"]["zh"], machine["left_s"]) == ("三相过压", 30.0), "60 s of site time at double speed"
    assert (gateway["gateway"], gateway["name"]["zh"], gateway["left_s"], gateway["devices"]) == ("10.0.0.11:502", "无应答", None, 1)


async def test_a_device_shows_its_physical_state_in_words_and_units(tester: httpx.AsyncClient) -> None:
    told = (await tester.get(f"/api/v1/testing/devices/{METER}")).json()
    assert [(one["name"], one["unit"]) for one in told["state"]] == [("voltage", "V"), ("state", ""), ("phantom", "")]
    assert told["state"][1]["meaning"]["zh"] == "合闸"
    [fault] = told["faults"]
    assert fault["name"] == {"zh": "三相过压", "en": "Overvoltage"}
    assert fault["effect"]["en"] == "All phases rise to 113 %."
    assert fault["expected"] is None, "the profile of this house is not in the book"


# ── sessions ──


async def test_a_session_keeps_what_was_broken_and_what_came(house: House, tester: httpx.AsyncClient) -> None:
    assert (await tester.get("/api/v1/testing/sessions/current")).json() == {"account": None}
    started = await tester.post("/api/v1/testing/sessions", json={"title": "进线"})
    assert (started.status_code, started.json()["number"]) == (201, 1)
    house.clock.at_ns = NOW + 10 * SECOND
    await tester.post(FAULT, json={"kind": "overvoltage", "expect": [RULE]})
    waiting = (await tester.get("/api/v1/testing/sessions/current")).json()["account"]
    assert [(one["verdict"], len(one["missing"])) for one in waiting["items"]] == [("open", 1)]

    house.raise_alarm("a1", raised_at_ns=NOW + 25 * SECOND)
    house.open_ticket()
    house.journal.attach("a1", "GD-260114-001")
    house.clock.at_ns = NOW + MINUTE
    stopped = (await tester.post("/api/v1/testing/sessions/current/stop")).json()
    [injection] = stopped["items"]
    assert (injection["verdict"], injection["name"]["zh"], injection["by"]) == ("passed", "三相过压", "tester")
    [came] = injection["came"]
    assert (came["after_s"], came["alarm"]["id"], came["ticket"]["number"]) == (15.0, "a1", "GD-260114-001")
    assert (await tester.get("/api/v1/testing/sessions/1")).json() == stopped
    assert [(one["number"], one["injections"]) for one in (await tester.get("/api/v1/testing/sessions")).json()["items"]] == [(1, 1)]
    assert [line.what for line in house.journal.audited] == ["testing.session_started", "testing.fault", "testing.session_stopped"]


async def test_what_somebody_else_breaks_meanwhile_is_in_the_book_too(
    house: House, tester: httpx.AsyncClient, simulators: FakeSimulators
) -> None:
    simulators.line("fault_injected", kind="unbalance", by="day")
    house.clock.at_ns = NOW + MINUTE
    await tester.post("/api/v1/testing/sessions", json={})
    house.clock.at_ns = NOW + 2 * MINUTE
    simulators.line("fault_injected", kind="phase_loss", by="day")
    for _ in range(2):
        account = (await tester.get("/api/v1/testing/sessions/current")).json()["account"]
        assert [(one["kind"], one["by"]) for one in account["items"]] == [("phase_loss", "day")]


async def test_a_session_can_be_stopped_while_the_simulators_are_away(tester: httpx.AsyncClient, simulators: FakeSimulators) -> None:
    await tester.post("/api/v1/testing/sessions", json={})
    simulators.away = True
    assert (await tester.get("/api/v1/testing/sessions/current")).json()["account"]["number"] == 1
    assert (await tester.post("/api/v1/testing/sessions/current/stop")).status_code == 200


async def test_one_session_at_a_time(tester: httpx.AsyncClient) -> None:
    assert (await tester.post("/api/v1/testing/sessions/current/stop")).status_code == 409
    await tester.post("/api/v1/testing/sessions", json={})
    again = await tester.post("/api/v1/testing/sessions", json={})
    assert again.status_code == 409
    assert "still running" in again.json()["detail"]


async def test_a_session_leaves_as_a_scenario_and_as_a_report(house: House, tester: httpx.AsyncClient) -> None:
    try:
        chinese_font()
    except NoFont as error:
        pytest.skip(str(error))
    await tester.post("/api/v1/testing/sessions", json={"title": "进线"})
    await tester.post(FAULT, json={"kind": "overvoltage", "for": 60})
    draft = await tester.get("/api/v1/testing/sessions/1/scenario")
    assert 'filename="test-session-1.yaml"' in draft.headers["content-disposition"]
    assert yaml.safe_load(draft.text)["timeline"] == [{"at": "0s", "device": METER, "fault": "overvoltage", "for": "1min"}]
    report = await tester.get("/api/v1/testing/sessions/1/report")
    assert report.headers["content-type"] == "application/pdf"
    assert report.content.startswith(b"%PDF")
    for kind in ("", "/scenario", "/report"):
        assert (await tester.get(f"/api/v1/testing/sessions/9{kind}")).status_code == 404
