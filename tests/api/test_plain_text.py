"""What no journal can keep is refused at the door, by name, whatever it was for."""

import httpx
import pytest

from tests.api.house import House

NUL, HALF = "leave out NUL (U+0000)", "leave out U+D800, half of a character"


@pytest.mark.parametrize(
    ("method", "path", "body", "mistakes"),
    [
        pytest.param("POST", "/alarms/a1/acknowledge", rb'{"comment": "a\u0000b"}', {"comment": NUL}, id="comment"),
        pytest.param("POST", "/alarms/a1/shelve", rb'{"reason": "a\ud800", "minutes": 5}', {"reason": HALF}, id="half of a character"),
        pytest.param("POST", "/tickets", rb'{"title": {"zh": "\u0000", "en": "\ud800"}}', {"title.zh": NUL, "title.en": HALF}, id="deep"),
        pytest.param("POST", "/auth/session", rb'{"username": "\u0000", "password": "x"}', {"username": NUL}, id="name of a user"),
        pytest.param("POST", "/auth/token", b"username=%00&password=x&grant_type=password", {"username": NUL}, id="form"),
        pytest.param("POST", "/alarms/a1/acknowledge", rb'{"\ud800": "a"}', {r"\ud800": HALF}, id="name of a field"),
        pytest.param("GET", "/alarms?device=%00", b"", {"device": NUL}, id="query"),
        pytest.param("GET", "/tickets/GD-1%00", b"", {"ticket_id": NUL}, id="path"),
    ],
)
async def test_what_no_journal_can_keep_is_refused_by_field(
    house: House, admin: httpx.AsyncClient, method: str, path: str, body: bytes, mistakes: dict[str, str]
) -> None:
    house.raise_alarm()
    before = list(house.journal.audited), list(house.journal.alarm_events("a1"))
    kind = "application/x-www-form-urlencoded" if path == "/auth/token" else "application/json"
    answer = await admin.request(method, f"/api/v1{path}", content=body, headers={"content-type": kind})
    assert answer.status_code == 422
    found = {mistake["field"]: mistake["message"].partition(":")[0] for mistake in answer.json()["errors"]}
    assert found == mistakes
    assert (house.journal.audited, list(house.journal.alarm_events("a1"))) == before


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
async def test_a_number_of_more_digits_than_python_reads_is_no_mistake_of_ours(admin: httpx.AsyncClient, kind: str) -> None:
    """Some routes ask for no body, and would not look at this one."""
    for method, path in (("DELETE", "/auth/session"), ("POST", "/alarms/a1/acknowledge")):
        answer = await admin.request(method, f"/api/v1{path}", content=b"1" * 5_000, headers={"content-type": kind})
        assert answer.status_code < 500
