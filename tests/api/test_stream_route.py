"""Server-sent events over HTTP: once as one answer, once over a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from model.clock import SECOND
from model.people import Role
from tests.api.conftest import client_of
from tests.api.house import House

STREAM = "/api/v1/stream"


def events(text: str) -> list[tuple[str, int | None, Any]]:
    """``(kind, id, data)`` of every event in the text."""
    found = []
    for chunk in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in chunk.splitlines() if line and not line.startswith(":"))
        if "event" in fields:
            found.append((fields["event"], int(fields["id"]) if "id" in fields else None, json.loads(fields["data"])))
    return found


async def until(holds: Callable[[], bool]) -> None:
    """Let the server go on until this holds."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - what is waited for lies in the server, which sets no event for tests
            await asyncio.sleep(0.001)


async def listen(house: House, client: httpx.AsyncClient, query: str = "", **headers: str) -> list[tuple[str, int | None, Any]]:
    """Open the stream, let one alarm and one batch pass, close it, and give back everything heard."""
    answering = asyncio.ensure_future(client.get(STREAM + query, headers=headers))
    await until(lambda: house.stream.has_clients or answering.done())
    house.stream.publish("alarm", {"what": "raised"})
    for device in house.site.devices:
        house.stream.accept(house.block(device, 1.0))
    house.stream.flush()
    house.stream.close()
    answer = await answering
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return events(answer.text)


async def test_a_client_is_greeted_given_every_value_and_then_what_happens(house: House, operator: httpx.AsyncClient) -> None:
    house.says("gate.north", 0, 1.0)
    kinds = await listen(house, operator)
    assert [kind for kind, _, _ in kinds] == ["hello", "readings", "alarm", "readings"]
    assert kinds[0][2]["resync"] is False
    assert len(kinds[1][2]["items"]) == 6
    assert kinds[2][2] == {"what": "raised"}


@pytest.mark.parametrize(
    ("query", "devices"),
    [
        ("?devices=gate.north", {"gate.north"}),
        ("?systems=power", {"sub1.incomer1"}),
        ("?systems=power&devices=gate.north", {"sub1.incomer1", "gate.north"}),
        ("?readings=none", set()),
        ("?systems=fire", set()),
    ],
)
async def test_readings_are_only_of_what_was_asked_for_and_alarms_of_everything(
    query: str, devices: set[str], house: House, operator: httpx.AsyncClient
) -> None:
    found = await listen(house, operator, query)
    assert {item["device"] for kind, _, data in found if kind == "readings" for item in data["items"]} == devices
    assert [kind for kind, _, _ in found].count("alarm") == 1


async def test_last_event_id_brings_what_was_missed(house: House, operator: httpx.AsyncClient) -> None:
    house.stream.publish("ticket", {"n": 1})
    heard = house.stream.last_id
    house.stream.publish("ticket", {"n": 2})
    found = await listen(house, operator, "?readings=none", **{"Last-Event-ID": str(heard)})
    assert [(kind, data.get("n")) for kind, _, data in found][1:] == [("ticket", 2), ("alarm", None)]
    kind, event_id, data = found[0]
    assert (kind, event_id) == ("hello", heard)
    assert (data["resumed"], data["resync"]) == (True, False)


@pytest.mark.parametrize("last_event_id", ["1", "99999999999999999", "rubbish", "9" * 400])
async def test_a_client_not_remembered_is_told_to_fetch_everything(last_event_id: str, house: House, operator: httpx.AsyncClient) -> None:
    found = await listen(house, operator, "?readings=none", **{"Last-Event-ID": last_event_id})
    assert (found[0][2]["resumed"], found[0][2]["resync"]) == (False, True)


@pytest.mark.parametrize(
    ("query", "status"), [("?devices=moon", 404), ("?systems=moon", 422), ("?readings=some", 422), ("?last_event_id=-1", 422)]
)
async def test_a_stream_of_what_is_not_there_is_refused(query: str, status: int, operator: httpx.AsyncClient) -> None:
    assert (await operator.get(STREAM + query)).status_code == status


async def test_the_stream_ends_when_the_user_is_no_longer_welcome(house: House, operator: httpx.AsyncClient) -> None:
    answering = asyncio.ensure_future(operator.get(STREAM, params={"readings": "none"}))
    await until(lambda: house.stream.has_clients)
    house.journal.kept_users.pop("operator")

    def is_over() -> bool:
        house.clock.at_ns += 16 * SECOND
        house.stream.publish("alarm", {})
        return answering.done()

    await until(is_over)
    assert answering.result().status_code == 200
    assert not house.stream.has_clients


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application behind a real socket on a free port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", loop="asyncio"))
        serving = asyncio.ensure_future(server.serve([listener]))
        await until(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


async def test_over_a_socket_events_arrive_as_they_happen_and_a_client_that_leaves_is_forgotten(house: House, app: FastAPI) -> None:
    token = client_of(house, app, Role.OPERATOR).headers["Authorization"]
    async with (
        served(app) as address,
        httpx.AsyncClient(base_url=address, headers={"Authorization": token}, timeout=60) as client,
        client.stream("GET", STREAM, params={"readings": "none"}) as answer,
    ):
        lines = answer.aiter_lines()
        assert await anext(lines) == "retry: 2000"
        house.stream.publish("alarm", {"what": "raised"})
        async for line in lines:
            if line == 'data: {"what":"raised"}':
                break
        await answer.aclose()
        await until(lambda: not house.stream.has_clients)


async def test_closing_the_stream_lets_the_server_stop_while_clients_listen(house: House, app: FastAPI) -> None:
    token = client_of(house, app, Role.OPERATOR).headers["Authorization"]
    async with asyncio.timeout(60), httpx.AsyncClient(headers={"Authorization": token}, timeout=60) as client:
        async with served(app) as address, client.stream("GET", f"{address}{STREAM}") as answer:
            house.stream.close()
            text = "".join([part async for part in answer.aiter_text()])
        assert [kind for kind, _, _ in events(text)] == ["hello", "readings"]
