"""The energy figures over HTTP; what they are is proved with the energy room."""

import httpx
import pytest

from tests.api.house import House

CONSUMPTION = "/api/v1/energy/consumption"
DEMAND = "/api/v1/energy/demand"


async def test_consumption_is_given_per_interval_and_in_total(operator: httpx.AsyncClient) -> None:
    answer = (await operator.get(f"{CONSUMPTION}?start=2026-01-12&end=2026-01-14&interval=1d&group_by=site")).json()
    (row,) = answer["items"]
    assert (row["key"], row["energy"], row["unit"]) == ("talent", "electricity", "kWh")
    assert [item["start"] for item in row["items"]] == ["2026-01-12T00:00:00.000+08:00", "2026-01-13T00:00:00.000+08:00"]
    assert row["total"]["value"] == pytest.approx(sum(item["value"] for item in row["items"]))


@pytest.mark.parametrize("grouping", ["meter", "use", "system", "area", "site"])
async def test_every_grouping_is_answered(grouping: str, operator: httpx.AsyncClient) -> None:
    assert (await operator.get(f"{CONSUMPTION}?group_by={grouping}")).status_code == 200


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (f"{CONSUMPTION}?interval=5min", "interval"),
        (f"{CONSUMPTION}?interval=1h&start=2025-01-01", "interval"),
        (f"{CONSUMPTION}?group_by=colour", "group_by"),
        (f"{CONSUMPTION}?start=2027-01-01", "start"),
        (f"{DEMAND}?day=yesterday", "day"),
        (f"{DEMAND}?day=0001-01-01", "day"),
        (f"{DEMAND}?end=2026-01-14", "end"),
        (f"{DEMAND}?day=2026-01-14&start=2026-01-14", "day"),
        (f"{DEMAND}?start=2026-01-01&end=2026-01-14", "end"),
        ("/api/v1/energy/today?energy=gas", "energy"),
    ],
)
async def test_a_question_without_sense_names_its_field(path: str, field: str, operator: httpx.AsyncClient) -> None:
    refused = await operator.get(path)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("query", ["", "?day=2026-01-14", "?start=2026-01-14T00:00:00%2B08:00&end=2026-01-14T09:00:00%2B08:00"])
async def test_the_load_of_a_day_comes_by_quarters_until_now(query: str, operator: httpx.AsyncClient) -> None:
    answer = (await operator.get(DEMAND + query)).json()
    assert len(answer["items"]) == 9 * 4
    assert answer["items"][0]["start"] == "2026-01-14T00:00:00.000+08:00"
    assert answer["declared_kw"] == 1500


async def test_a_part_of_a_day_shows_only_that_part(operator: httpx.AsyncClient) -> None:
    answer = (await operator.get(f"{DEMAND}?start=2026-01-14T08:00:00%2B08:00")).json()
    assert [item["start"][11:16] for item in answer["items"]] == ["08:00", "08:15", "08:30", "08:45"]


async def test_today_is_set_against_yesterday(house: House, operator: httpx.AsyncClient) -> None:
    answer = (await operator.get("/api/v1/energy/today")).json()
    assert answer["unit"] == "kWh"
    assert answer.keys() == {"unit", "today", "yesterday_so_far", "yesterday", "change"}
