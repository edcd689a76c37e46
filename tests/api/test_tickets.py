"""The maintenance desk over HTTP."""

import httpx
import pytest

from model.ticket import TicketAct, TicketState
from tests.api.house import House

TICKETS = "/api/v1/tickets"
NUMBER = "GD-260114-001"
SHAPE = {"id", "number", "class", "state", "device", "area", "title", "opened_at", "owner", "clocks", "alarms"}


@pytest.fixture(autouse=True)
def _a_ticket(house: House) -> None:
    house.raise_alarm("a1")
    house.open_ticket(NUMBER)


async def test_a_ticket_has_the_promised_shape_and_its_clocks_run(operator: httpx.AsyncClient) -> None:
    (ticket,) = (await operator.get(TICKETS)).json()["items"]
    assert ticket.keys() >= SHAPE
    assert ticket["class"] == "large"
    assert ticket["clocks"] == [
        {"promise": "accept", "due_at": "2026-01-14T08:59:00.000+08:00", "met_at": None, "paused_at": None, "broken": True}
    ]
    assert ticket["allowed"] == ["dispatch", "accept", "cancel", "comment"]


@pytest.mark.parametrize(
    ("query", "count"),
    [("open=true", 1), ("open=false", 0), ("state=registered", 1), ("state=closed", 0), ("owner=li", 0), ("device=sub1.incomer1", 1)],
)
async def test_tickets_are_filtered(query: str, count: int, operator: httpx.AsyncClient) -> None:
    assert len((await operator.get(f"{TICKETS}?{query}")).json()["items"]) == count


async def test_a_ticket_shows_its_story_its_alarms_and_what_else_the_device_had(house: House, operator: httpx.AsyncClient) -> None:
    house.open_ticket("GD-260101-001", TicketState.CLOSED)
    ticket = (await operator.get(f"{TICKETS}/{NUMBER}")).json()
    assert [line["what"] for line in ticket["story"]] == ["opened"]
    assert [occurrence["id"] for occurrence in ticket["occurrences"]] == ["a1"]
    assert [past["number"] for past in ticket["history"]] == ["GD-260101-001"]


LIFE: list[tuple[str, dict[str, str], str]] = [
    ("dispatch", {"owner": "li"}, "dispatched"),
    ("accept", {}, "accepted"),
    ("arrive", {}, "on_site"),
    ("start", {}, "in_work"),
    ("hold", {"comment": "parts"}, "held"),
    ("resume", {}, "in_work"),
    ("finish", {"comment": "tap changed"}, "finished"),
    ("rework", {"comment": "still high"}, "dispatched"),
    ("accept", {}, "accepted"),
    ("arrive", {}, "on_site"),
    ("finish", {"comment": "now really"}, "finished"),
    ("verify", {}, "verified"),
    ("visit", {}, "visited"),
    ("comment", {"comment": "all well"}, "visited"),
    ("close", {}, "closed"),
]


async def test_a_ticket_is_taken_through_its_whole_life(house: House, operator: httpx.AsyncClient) -> None:
    for act, body, state in LIFE:
        answer = await operator.post(f"{TICKETS}/{NUMBER}/{act}", json=body)
        assert (answer.status_code, answer.json()["state"]) == (200, state), act
    assert {line.by for line in house.journal.lines[1:]} == {"operator"}
    assert {act for act, _, _ in LIFE} == set(TicketAct) - {TicketAct.CANCEL}


async def test_an_act_the_state_does_not_allow_is_a_409_that_names_what_is(operator: httpx.AsyncClient) -> None:
    refused = await operator.post(f"{TICKETS}/{NUMBER}/finish", json={"comment": "x"})
    assert refused.status_code == 409
    assert "allowed now: dispatch, accept, cancel, comment" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("act", "body", "field"),
    [
        ("dispatch", {}, "owner"),
        ("dispatch", {"owner": "moon"}, "owner"),
        ("accept", {"owner": "li"}, "owner"),
        ("cancel", {}, "comment"),
        ("comment", {}, "comment"),
        ("accept", {"coment": "x"}, "coment"),
        ("explode", {}, "act"),
    ],
)
async def test_an_act_that_lacks_something_names_the_field(act: str, body: dict[str, str], field: str, operator: httpx.AsyncClient) -> None:
    refused = await operator.post(f"{TICKETS}/{NUMBER}/{act}", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


async def test_an_act_may_come_without_a_body(operator: httpx.AsyncClient) -> None:
    assert (await operator.post(f"{TICKETS}/{NUMBER}/accept")).json()["state"] == "accepted"


async def test_a_login_may_be_dispatched_to_as_well_as_the_roster(operator: httpx.AsyncClient) -> None:
    assert (await operator.post(f"{TICKETS}/{NUMBER}/dispatch", json={"owner": "technician"})).json()["owner"] == "technician"


async def test_an_unknown_ticket_is_a_404(operator: httpx.AsyncClient) -> None:
    assert (await operator.get(f"{TICKETS}/moon")).status_code == 404
    assert (await operator.post(f"{TICKETS}/moon/accept")).status_code == 404


async def test_a_ticket_opened_by_hand_takes_its_area_from_the_device(operator: httpx.AsyncClient) -> None:
    opened = await operator.post(TICKETS, json={"title": {"zh": "异响", "en": "Noise"}, "class": "hard", "device": "sub1.incomer1"})
    assert opened.status_code == 201
    ticket = opened.json()
    assert (ticket["title"], ticket["class"], ticket["area"], ticket["opened_by"]) == (
        {"zh": "异响", "en": "Noise"},
        "hard",
        "sub1",
        "operator",
    )


async def test_a_title_in_one_language_serves_for_both(operator: httpx.AsyncClient) -> None:
    opened = await operator.post(TICKETS, json={"title": "水浸", "area": "gate"})
    assert opened.json()["title"] == {"zh": "水浸", "en": "水浸"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"area": "gate"}, "title"),
        ({"title": "x"}, "area"),
        ({"title": "x", "area": "moon"}, "area"),
        ({"title": "x", "device": "moon"}, "device"),
        ({"title": "x", "area": "gate", "class": "huge"}, "class"),
    ],
)
async def test_a_malformed_report_names_its_field(body: dict[str, str], field: str, operator: httpx.AsyncClient) -> None:
    refused = await operator.post(TICKETS, json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


async def test_a_body_of_megabytes_is_not_read(operator: httpx.AsyncClient) -> None:
    refused = await operator.post(f"{TICKETS}/{NUMBER}/comment", json={"comment": "x" * 2_000_000})
    assert refused.status_code == 413
