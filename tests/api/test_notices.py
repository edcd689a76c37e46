"""Notices over HTTP: a person's own, told when delivered, seen when they say so; on the stream for that person alone."""

import asyncio
from itertools import count

import httpx
import pytest
from fastapi import FastAPI

from api.app import attach
from api.routes.notices import mark_told, number_of
from api.words import Wire
from model.clock import SECOND
from model.notice import Notice, NoticeKind, NoticeState
from model.people import Role
from model.text import Text
from tests.api.conftest import client_of
from tests.api.fakes import FakeClock
from tests.api.house import House
from tests.api.place import NOW

NOTICES = "/api/v1/notices"
TICKET = "GD-260114-001"
SHAPE = {"id", "ticket", "to", "kind", "text", "created_at", "state", "told_at", "seen_at", "attempts", "channel"}


def put(house: House, recipient: str = "operator", kind: NoticeKind = NoticeKind.DISPATCHED) -> Notice:
    text = Text("派给您：1#进线柜 电压高", "Yours: incomer 1 voltage high")
    kept = house.journal.put_notice(Notice(TICKET, recipient, kind, f"dispatch@{len(house.journal.kept_notices)}", text, NOW))
    assert kept is not None
    return kept


@pytest.fixture(autouse=True)
def _two_notices(house: House) -> None:
    house.raise_alarm("a1")
    house.open_ticket(TICKET)
    put(house)
    put(house, "manager", NoticeKind.ARRIVE_LATE)


async def test_ones_own_notices_are_told_by_being_read(house: House, operator: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    instants = count(house.clock.at_ns + SECOND, SECOND)
    monkeypatch.setattr(FakeClock, "now_ns", lambda clock: next(instants))  # a clock that moves between any two looks at it
    (notice,) = (await operator.get(NOTICES)).json()["items"]
    assert notice.keys() == SHAPE
    assert (notice["id"], notice["to"], notice["kind"]) == ("N-1", "operator", "dispatched")
    assert (notice["state"], notice["channel"], notice["attempts"]) == ("told", "console", 1)
    kept = house.journal.kept_notices[1]
    assert (kept.state, notice["told_at"]) == (NoticeState.TOLD, Wire(house.site).maybe_time(kept.told_at_ns))
    (again,) = (await operator.get(NOTICES)).json()["items"]
    assert again == notice


async def test_those_of_others_may_be_looked_up_and_are_not_told_by_it(house: House, operator: httpx.AsyncClient) -> None:
    items = (await operator.get(f"{NOTICES}?mine=false")).json()["items"]
    assert {(item["to"], item["state"]) for item in items} == {("operator", "pending"), ("manager", "pending")}
    assert {notice.state for notice in house.journal.kept_notices.values()} == {NoticeState.PENDING}


async def test_only_its_person_can_say_that_it_is_seen(house: House, operator: httpx.AsyncClient) -> None:
    seen = (await operator.post(f"{NOTICES}/N-1/seen")).json()
    assert seen["state"] == "seen"
    assert (await operator.post(f"{NOTICES}/N-1/seen")).json() == seen
    assert [(line.who, line.what, line.target) for line in house.journal.audited] == [("operator", "notice.seen", "N-1")]
    assert (await operator.post(f"{NOTICES}/N-2/seen")).status_code == 403
    assert (await operator.post(f"{NOTICES}/N-9/seen")).status_code == 404
    assert (await operator.post(f"{NOTICES}/A-260114-001/seen")).status_code == 404


async def test_the_list_is_paged(house: House, operator: httpx.AsyncClient) -> None:
    put(house)
    first = (await operator.get(f"{NOTICES}?limit=1")).json()
    assert first["next_cursor"] == "N-3~"
    second = (await operator.get(f"{NOTICES}?limit=1&cursor=N-3~")).json()
    assert ([item["id"] for item in second["items"]], second["next_cursor"]) == (["N-1"], None)
    assert (await operator.get(f"{NOTICES}?cursor=3")).status_code == 422


async def test_ticket_and_trace_tell_who_was_told(operator: httpx.AsyncClient, house: House) -> None:
    house.journal.attach("a1", TICKET)
    expected = [("N-1", "operator", "pending"), ("N-2", "manager", "pending")]
    ticket = (await operator.get(f"/api/v1/tickets/{TICKET}")).json()
    trace = (await operator.get("/api/v1/alarms/a1/trace")).json()
    for notices in (ticket["notices"], trace["ticket"]["notices"]):
        assert [(notice["id"], notice["to"], notice["state"]) for notice in notices] == expected


async def test_the_stream_brings_a_notice_to_its_person_alone(house: House, app: FastAPI) -> None:
    attach(app, house.platform)
    wire = Wire(house.site)
    heard = {role: asyncio.create_task(_kinds(house, app, role, more)) for role, more in _LISTENERS}
    while len(house.stream._clients) < len(heard):  # noqa: ASYNC110 - until all of them listen
        await asyncio.sleep(0)
    house.stream.publish("notice", wire.notice_news(house.journal.kept_notices[1]))
    house.stream.publish("ticket", {"what": "end"})
    house.stream.close()
    assert {role: await told for role, told in heard.items()} == {
        Role.OPERATOR: ["hello", "notice", "ticket"],
        Role.MANAGER: ["hello", "ticket"],
    }
    assert house.journal.kept_notices[1].state is NoticeState.TOLD


_LISTENERS = [(Role.OPERATOR, ""), (Role.MANAGER, "")]


async def test_a_screen_that_shows_no_notices_does_not_count_as_telling(house: House, app: FastAPI) -> None:
    listening = asyncio.create_task(_kinds(house, app, Role.OPERATOR, "&notices=none"))
    while not house.stream.has_clients:  # noqa: ASYNC110
        await asyncio.sleep(0)
    house.stream.publish("notice", Wire(house.site).notice_news(house.journal.kept_notices[1]))
    house.stream.close()
    assert await listening == ["hello"]
    assert house.journal.kept_notices[1].state is NoticeState.PENDING


async def _kinds(house: House, app: FastAPI, role: Role, more: str) -> list[str]:
    """Kinds of the events that came until the stream ended."""
    async with client_of(house, app, role) as client:
        answer = await client.get(f"/api/v1/stream?readings=none{more}")
    return [line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event: ")]


def test_an_id_that_was_never_ours_means_no_notice(house: House) -> None:
    assert [number_of(name) for name in ("N-12", "N-", "12", "N-１", "N--1", f"N-{'9' * 40}")] == [12, 0, 12, 0, 0, 0]
    mark_told(house.platform, [], NOW)
    assert house.journal.kept_notices[1].state is NoticeState.PENDING
