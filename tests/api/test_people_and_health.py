"""The roster, the audit trail, health, metrics and the reference page."""

import re

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.routes.people import masked
from model.people import Role
from model.ports import AuditLine, JournalUnavailable, PartHealth
from model.quality import Quality
from tests.api.house import House
from tests.api.place import NOW


async def test_the_roster_hides_the_middle_of_a_telephone_number(house: House, operator: httpx.AsyncClient) -> None:
    (person,) = (await operator.get("/api/v1/roster")).json()["items"]
    assert (person["name"], person["skills"], person["phone"]) == ("李师傅", ["electric"], "138****5678")
    assert house.journal.audited == []


async def test_a_look_at_a_whole_number_is_on_the_record(house: House, operator: httpx.AsyncClient) -> None:
    (person,) = (await operator.get("/api/v1/roster?phones=true")).json()["items"]
    assert person["phone"] == "13812345678"
    assert [(line.who, line.what) for line in house.journal.audited] == [("operator", "roster.phones")]


@pytest.mark.parametrize(("phone", "shown"), [("13812345678", "138****5678"), ("5678", "****"), ("", "")])
def test_a_short_number_shows_nothing(phone: str, shown: str) -> None:
    assert masked(phone) == shown


async def test_the_audit_trail_is_read_newest_first_by_pages(house: House, manager: httpx.AsyncClient) -> None:
    for number in range(3):
        house.journal.audit(AuditLine(NOW + number, "operator", "alarm.acknowledge", f"a{number}"))
    first = (await manager.get("/api/v1/audit?limit=2")).json()
    second = (await manager.get(f"/api/v1/audit?limit=2&cursor={first['next_cursor']}")).json()
    assert [line["target"] for line in first["items"] + second["items"]] == ["a2", "a1", "a0"]
    assert second["next_cursor"] is None


async def test_users_are_listed_without_their_hashes(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/api/v1/users")
    assert {user["name"] for user in answer.json()["items"]} == {role.value for role in Role}
    assert "argon2" not in answer.text


async def test_readiness_names_the_part_that_is_not_well(house: House, stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/healthz")).json() == {"alive": True}
    assert (await stranger.get("/readyz")).status_code == 200
    house.health.append(PartHealth("broker", False, "connection refused"))
    answer = await stranger.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"][1] == {"part": "broker", "ok": False, "reason": "connection refused"}


async def test_metrics_count_points_devices_alarms_and_tickets(house: House, stranger: httpx.AsyncClient) -> None:
    house.says("sub1.incomer1", 0, 231.5)
    house.says("sub1.incomer1", 1, 5.0, Quality.OUT_OF_RANGE)
    house.counters["guanjia_spool_rows"] = 3
    house.raise_alarm()
    house.open_ticket()
    text = (await stranger.get("/metrics")).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    found = {(sample.name, *sorted(sample.labels.values())): sample.value for sample in samples}
    assert found["guanjia_blocks_total",] == 7
    assert found["guanjia_spool_rows",] == 3
    assert found["guanjia_points", "good"] == 1
    assert found["guanjia_points", "uncertain"] == 1
    assert found["guanjia_points", "bad"] == 4
    assert found["guanjia_devices", "connected"] == 1
    assert found["guanjia_alarms", "active_unacknowledged", "high"] == 1
    assert found["guanjia_tickets_open", "large", "true"] == 1


async def test_the_reference_page_lists_every_path_and_asks_no_other_host(stranger: httpx.AsyncClient) -> None:
    page = (await stranger.get("/docs")).text
    description = (await stranger.get("/openapi.json")).json()
    for path in description["paths"]:
        assert f"<code>{path}</code>" in page
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page)
    assert "<script" not in page


async def test_every_path_under_the_api_but_the_logins_asks_who_is_there(stranger: httpx.AsyncClient) -> None:
    description = (await stranger.get("/openapi.json")).json()
    for path, operations in description["paths"].items():
        for verb in operations:
            if path.startswith("/api/v1/") and "/auth/" not in path:
                answer = await stranger.request(verb, re.sub(r"\{\w+\}", "x", path))
                assert answer.status_code == 401, (verb, path)


async def test_data_is_never_kept_by_a_browser(operator: httpx.AsyncClient) -> None:
    headers = (await operator.get("/api/v1/site")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "access-control-allow-origin" not in headers


async def test_a_mistake_of_ours_tells_nothing_of_our_inside(
    house: House, operator: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(where: object) -> None:
        raise RuntimeError("password of the database")

    monkeypatch.setattr(house.journal, "occurrences", broken)
    answer = await operator.get("/api/v1/alarms")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "password" not in answer.text


async def test_a_journal_that_is_away_is_a_503_to_be_tried_again(
    house: House, operator: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(where: object) -> None:
        raise JournalUnavailable("disk full")

    monkeypatch.setattr(house.journal, "tickets", away)
    answer = await operator.get("/api/v1/tickets")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
