"""Who gets in, and what each role may do."""

from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from api.security import BadToken, issue_token, password_matches, read_token
from api.throttle import LoginThrottle
from model.clock import DAY, HOUR, MINUTE, SECOND
from model.people import ROLE_RIGHTS, Right, Role
from tests.api.conftest import client_of
from tests.api.house import PASSWORD, House
from tests.api.place import NOW

TOKEN = "/api/v1/auth/token"
SESSION = "/api/v1/auth/session"
OWN_PAGE = {"X-Requested-With": "guanjia"}


async def log_in(client: httpx.AsyncClient, name: str, password: str) -> httpx.Response:
    return await client.post(TOKEN, data={"grant_type": "password", "username": name, "password": password})


async def test_a_password_becomes_a_bearer_token_that_says_who_one_is(stranger: httpx.AsyncClient) -> None:
    given = (await log_in(stranger, "operator", PASSWORD)).json()
    assert given["token_type"] == "bearer"
    assert given["expires_in"] == 13 * 3600
    me = (await stranger.get("/api/v1/me", headers={"Authorization": f"Bearer {given['access_token']}"})).json()
    assert me["name"] == "operator"
    assert me["display"] == "Operator"
    assert set(me["rights"]) == {right.value for right in ROLE_RIGHTS[Role.OPERATOR]}


async def test_a_token_with_a_long_life_is_an_api_key(house: House, stranger: httpx.AsyncClient) -> None:
    key = issue_token(house.journal.kept_users["energy"], house.platform.token_secret, NOW, 365 * DAY)
    house.clock.at_ns = NOW + 364 * DAY
    assert (await stranger.get("/api/v1/me", headers={"X-API-Key": key})).json()["role"] == "energy"
    house.clock.at_ns = NOW + 366 * DAY
    assert (await stranger.get("/api/v1/me", headers={"X-API-Key": key})).status_code == 401


@pytest.mark.parametrize(("name", "password"), [("operator", "wrong"), ("nobody", PASSWORD), ("", "")], ids=["password", "user", "empty"])
async def test_wrong_user_and_wrong_password_look_the_same(name: str, password: str, stranger: httpx.AsyncClient, house: House) -> None:
    refused = await log_in(stranger, name or "x", password or "x")
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"] == "user or password is wrong"
    assert [line.what for line in house.journal.audited] == ["login_refused"]


async def test_a_disabled_user_stays_outside(house: House, stranger: httpx.AsyncClient) -> None:
    user = house.journal.kept_users["operator"]
    house.journal.put_user(replace(user, disabled=True))
    assert (await log_in(stranger, "operator", PASSWORD)).status_code == 401


async def test_five_failures_make_a_user_wait_at_that_address_only(house: House, stranger: httpx.AsyncClient) -> None:
    for _ in range(5):
        assert (await log_in(stranger, "operator", "wrong")).status_code == 401
    refused = await log_in(stranger, "operator", PASSWORD)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "300"
    assert (await log_in(stranger, "manager", PASSWORD)).status_code == 200
    house.clock.at_ns += 300 * SECOND
    assert (await log_in(stranger, "operator", PASSWORD)).status_code == 200


async def test_disabling_a_user_or_changing_the_password_ends_their_tokens(house: House, operator: httpx.AsyncClient) -> None:
    assert (await operator.get("/api/v1/me")).status_code == 200
    user = house.journal.kept_users["operator"]
    for changed in (replace(user, disabled=True), replace(user, password_hash="another")):
        house.journal.put_user(changed)
        house.clock.at_ns += 6 * SECOND
        assert (await operator.get("/api/v1/me")).status_code == 401
    house.journal.put_user(replace(user, role=Role.VIEWER))
    house.clock.at_ns += 6 * SECOND
    assert (await operator.get("/api/v1/me")).json()["role"] == "viewer"


async def test_a_browser_logs_in_with_a_cookie_no_script_can_read(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post(SESSION, json={"username": "operator", "password": PASSWORD})
    assert answer.json()["role"] == "operator"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert (await stranger.get("/api/v1/me")).json()["name"] == "operator"


async def test_a_write_with_the_cookie_alone_is_refused(house: House, stranger: httpx.AsyncClient) -> None:
    house.raise_alarm()
    await stranger.post(SESSION, json={"username": "operator", "password": PASSWORD})
    refused = await stranger.post("/api/v1/alarms/a1/acknowledge", json={"comment": ""})
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["field"] == "X-Requested-With"
    assert (await stranger.post("/api/v1/alarms/a1/acknowledge", json={"comment": ""}, headers=OWN_PAGE)).status_code == 200


async def test_logging_out_clears_the_cookie(stranger: httpx.AsyncClient) -> None:
    await stranger.post(SESSION, json={"username": "operator", "password": PASSWORD})
    assert (await stranger.delete(SESSION)).status_code == 403
    assert (await stranger.delete(SESSION, headers=OWN_PAGE)).status_code == 204
    assert (await stranger.get("/api/v1/me")).status_code == 401


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer rubbish"}, {"X-API-Key": "a.b.c"}, {"Cookie": "guanjia_session=x"}])
async def test_without_a_good_token_nothing_is_told(header: dict[str, str], stranger: httpx.AsyncClient) -> None:
    refused = await stranger.get("/api/v1/devices", headers=header)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"


ACTS: list[tuple[str, dict[str, object], Right]] = [
    ("/api/v1/alarms/a1/acknowledge", {}, Right.ALARM_ACT),
    ("/api/v1/alarms/a1/shelve", {"reason": "test", "minutes": 5}, Right.ALARM_ACT),
    ("/api/v1/alarms/a1/unshelve", {}, Right.ALARM_ACT),
    ("/api/v1/alarms/a1/reset", {}, Right.ALARM_ACT),
    ("/api/v1/alarms/a1/comment", {"comment": "seen"}, Right.ALARM_ACT),
    ("/api/v1/rules/power.voltage_high/devices/sub1.incomer1/out-of-service", {"reason": "x"}, Right.ALARM_OUT_OF_SERVICE),
    ("/api/v1/rules/power.voltage_high/devices/sub1.incomer1/out-of-service/approve", {}, Right.ALARM_APPROVE),
    ("/api/v1/rules/power.voltage_high/devices/sub1.incomer1/out-of-service/refuse", {}, Right.ALARM_OUT_OF_SERVICE),
    ("/api/v1/rules/power.voltage_high/devices/sub1.incomer1/in-service", {}, Right.ALARM_OUT_OF_SERVICE),
    ("/api/v1/tickets", {"title": "漏水", "area": "sub1"}, Right.TICKET_OPEN),
    ("/api/v1/tickets/GD-260114-001/comment", {"comment": "x"}, Right.TICKET_OPEN),
    ("/api/v1/tickets/GD-260114-001/dispatch", {"owner": "li"}, Right.TICKET_DISPATCH),
    ("/api/v1/tickets/GD-260114-001/accept", {}, Right.TICKET_WORK),
    ("/api/v1/tickets/GD-260114-001/finish", {"comment": "x"}, Right.TICKET_WORK),
    ("/api/v1/tickets/GD-260114-001/cancel", {"comment": "x"}, Right.TICKET_CLOSE),
    ("/api/v1/tickets/GD-260114-001/verify", {}, Right.TICKET_CLOSE),
]


@pytest.mark.parametrize("role", list(Role))
async def test_each_act_is_open_to_exactly_the_roles_with_its_right(role: Role, house: House, app: FastAPI) -> None:
    async with client_of(house, app, role) as client:
        for path, body, right in ACTS:
            house.raise_alarm()
            house.open_ticket()
            status = (await client.post(path, json=body)).status_code
            assert (status != 403) == (right in ROLE_RIGHTS[role]), (path, status)
            assert status in (200, 201, 403, 409)


LOOKS = [("/api/v1/audit", Right.AUDIT_READ), ("/api/v1/users", Right.USER_ADMIN), ("/api/v1/roster?phones=true", Right.TICKET_DISPATCH)]


@pytest.mark.parametrize("role", list(Role))
async def test_what_is_not_for_everyone_is_shown_to_those_with_the_right(role: Role, house: House, app: FastAPI) -> None:
    async with client_of(house, app, role) as client:
        for path, right in LOOKS:
            assert (await client.get(path)).status_code == (200 if right in ROLE_RIGHTS[role] else 403), path


def test_a_token_of_another_site_is_not_ours(house: House) -> None:
    user = house.journal.kept_users["viewer"]
    token = issue_token(user, "their secret", NOW, HOUR)
    with pytest.raises(BadToken, match="not a token of this site"):
        read_token(token, "our secret", NOW)


def test_a_token_ends_with_its_time(house: House) -> None:
    token = issue_token(house.journal.kept_users["viewer"], "s", NOW, HOUR)
    assert read_token(token, "s", NOW + HOUR - SECOND).name == "viewer"
    with pytest.raises(BadToken, match="expired"):
        read_token(token, "s", NOW + HOUR)


def test_no_password_matches_a_user_who_is_not_there() -> None:
    assert not password_matches(None, "the password of nobody")


def test_a_hash_that_is_damaged_matches_nothing() -> None:
    assert not password_matches("not a hash", "demo")


class TestThrottle:
    def test_failures_are_forgotten_one_by_one_as_they_leave_the_window(self) -> None:
        throttle = LoginThrottle(allowed=2, window_ns=MINUTE)
        throttle.failed(("a", "b"), 0)
        throttle.failed(("a", "b"), 30 * SECOND)
        assert throttle.wait_ns(("a", "b"), 30 * SECOND) == 30 * SECOND
        assert throttle.wait_ns(("a", "b"), MINUTE) == 0

    def test_only_so_many_keys_are_remembered(self) -> None:
        throttle = LoginThrottle(allowed=1, remembered=2)
        for name in "abc":
            throttle.failed((name, ""), 0)
        assert [throttle.wait_ns((name, ""), 0) > 0 for name in "abc"] == [False, True, True]
