"""Whatever is asked, the answer is never a mistake of ours."""

import asyncio
import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import create_app
from model.people import Role
from tests.api.conftest import client_of
from tests.api.house import House
from tests.examples import examples

NOT_ENDING = "/api/v1/stream"


@dataclass(frozen=True)
class Open:
    """A house with its doors, and what can be asked at them."""

    house: House
    app: FastAPI
    gets: list[tuple[str, Any]]
    posts: list[str]


@cache
def opened() -> Open:
    """Made when first asked: whoever only collects the tests needs none."""
    house = House()
    house.raise_alarm()
    house.open_ticket()
    app = create_app(house.platform)
    paths: dict[str, Any] = app.openapi()["paths"]
    gets = [(path, operations["get"]) for path, operations in paths.items() if "get" in operations and path != NOT_ENDING]
    return Open(house, app, gets, [path for path, operations in paths.items() if "post" in operations and "/auth/" not in path])


words = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    st.dates().map(str),
    st.sampled_from(["sub1.incomer1", "sub1.incomer1.voltage", "gate.north", "a1", "GD-260114-001", "power.voltage_high", "sub1"]),
    st.sampled_from(["true", "false", "power", "high", "registered", "1h", "15min", "1d", "1mo", "1y", "mean", "last", "site", "meter"]),
    st.sampled_from(["-1", "0", "9" * 18, "9" * 19, "9" * 40, "\x00", "2026-01-14T08:00:00+08:00", "1970-01-01", "2200-12-31"]),
)


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """A path that exists, with anything in its places and its parameters."""
    path, operation = draw(st.sampled_from(opened().gets))
    filled = re.sub(r"\{\w+\}", lambda _: quote(draw(words).strip("."), safe="") or "x", path)
    names = [parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    asked = draw(st.lists(st.sampled_from(names), unique=True, max_size=4)) if names else []
    return filled, {name: draw(words) for name in asked}


async def _ask(method: str, path: str, **rest: Any) -> httpx.Response:
    async with client_of(opened().house, opened().app, Role.ADMIN) as client:
        return await client.request(method, path, **rest)


def _is_an_answer(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


@given(questions())
@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_question_is_answered_with_a_mistake_of_ours(question: tuple[str, dict[str, str]]) -> None:
    path, query = question
    _is_an_answer(asyncio.run(_ask("GET", path, params=query)))


posts = st.deferred(lambda: st.sampled_from(opened().posts))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
bodies = st.dictionaries(
    st.sampled_from(["comment", "reason", "minutes", "one_shot", "owner", "title", "class", "area", "device", "skill", "note", "else"]),
    json_values | words | st.integers(-10, 2000),
    max_size=5,
)


@given(posts, st.sampled_from(["accept", "dispatch", "hold", "comment", "x"]), bodies | json_values)
@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_body_is_answered_with_a_mistake_of_ours(path: str, act: str, body: object) -> None:
    places = {"alarm_id": "a1", "ticket_id": "GD-260114-001", "rule_id": "power.voltage_high", "device_id": "sub1.incomer1", "act": act}
    filled = re.sub(r"\{(\w+)\}", lambda place: places.get(place[1], "x"), path)
    _is_an_answer(asyncio.run(_ask("POST", filled, json=body)))
