"""A question that can't be taken is answered in a person's words: the field, what is wrong, what to write."""

import httpx
import pytest

from tests.api.house import House

JSON = {"content-type": "application/json"}
COMMENT = "/api/v1/tickets/GD-260114-001/comment"

QUERIES = {
    "name misspelt": ("/api/v1/devices?sytem=power", "sytem", "'sytem' is not known; did you mean 'system'?"),
    "name by its alias": ("/api/v1/devices?clas=pump", "clas", "'clas' is not known; did you mean 'class'?"),
    "name like none": ("/api/v1/energy/today?colour=red", "colour", "'colour' is not known; known here: energy"),
    "word misspelt": ("/api/v1/devices?system=powr", "system", "write one of power, hvac, "),
    "word under another name": ("/api/v1/devices?system=lift", "system", "did you mean 'elevator'? (found 'lift')"),
    "no number": ("/api/v1/devices?limit=many", "limit", "write a whole number (found 'many')"),
    "number too small": ("/api/v1/devices?limit=0", "limit", "must be at least 1 (found '0')"),
    "no date": ("/api/v1/energy/demand?day=today", "day", "write a date such as 2026-01-14 (found 'today')"),
}


def _only(answer: httpx.Response) -> tuple[str, str]:
    assert answer.status_code == 422, answer.text
    (mistake,) = answer.json()["errors"]
    return mistake["field"], mistake["message"]


@pytest.mark.parametrize(("path", "field", "words"), QUERIES.values(), ids=QUERIES.keys())
async def test_a_wrong_parameter_is_named_with_what_to_write(path: str, field: str, words: str, operator: httpx.AsyncClient) -> None:
    named, message = _only(await operator.get(path))
    assert named == field
    assert words in message


BODIES = {
    "broken": ('{"comment": "a",\n "x" 1}', JSON, "not valid JSON at line 2, column 6: Expecting ':' delimiter"),
    "cut off": ('{"comment": ', JSON, "not valid JSON at line 1, column 13: Expecting value"),
    "a list": ("[1]", JSON, 'write a JSON object, {"name": value}; known here: '),
    "without a content type": ('{"comment": "a"}', {}, "send it as JSON, with the header 'Content-Type: application/json'"),
    "as a form": ("comment=a", {"content-type": "application/x-www-form-urlencoded"}, ", not 'application/x-www-form-urlencoded'"),
}


@pytest.mark.parametrize(("body", "headers", "words"), BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_is_no_json_object_is_told_how_to_be_one(
    body: str, headers: dict[str, str], words: str, house: House, operator: httpx.AsyncClient
) -> None:
    house.open_ticket()
    field, message = _only(await operator.post(COMMENT, content=body.encode(), headers=headers))
    assert field == "body"
    assert words in message


async def test_a_body_that_is_not_there_is_asked_for_with_its_names(operator: httpx.AsyncClient) -> None:
    field, message = _only(await operator.post("/api/v1/tickets"))
    assert field == "body"
    assert message == 'write a JSON object, {"name": value}; known here: title, class, area, device, skill, note'


async def test_a_field_misspelt_is_one_mistake_although_the_right_one_is_missing(operator: httpx.AsyncClient) -> None:
    answer = await operator.post("/api/v1/tickets", json={"titel": "Lamp out", "area": "sub1"})
    assert _only(answer) == ("titel", "'titel' is not known; did you mean 'title'?")
