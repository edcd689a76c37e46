"""History over HTTP, raw and by interval."""

import httpx
import pytest

READINGS = "/api/v1/points/sub1.incomer1.voltage/readings"
NOW = {"end": "2026-01-14T09:00:00+08:00"}


async def ask(client: httpx.AsyncClient, path: str = READINGS, **query: str) -> httpx.Response:
    return await client.get(path, params=query)


async def test_without_a_period_the_last_hour_is_given_raw(operator: httpx.AsyncClient) -> None:
    answer = (await ask(operator)).json()
    assert answer["start"] == "2026-01-14T08:00:00.000+08:00"
    assert answer["unit"] == "V"
    assert answer["items"][0] == {"source_time": "2026-01-14T08:00:00.000+08:00", "value": 1768348800.0, "quality": "good", "reason": ""}


async def test_raw_readings_are_paged_without_gap_or_repeat(operator: httpx.AsyncClient) -> None:
    first = (await ask(operator, limit="3000")).json()
    second = (await ask(operator, limit="3000", cursor=first["next_cursor"])).json()
    assert second["next_cursor"] is None
    values = [item["value"] for item in first["items"] + second["items"]]
    assert values == [1768348800.0 + second for second in range(3600)]


async def test_intervals_carry_their_start_in_local_time(operator: httpx.AsyncClient) -> None:
    answer = (await ask(operator, interval="1d", start="2026-01-12", end="2026-01-14", aggregate="max")).json()
    assert answer["aggregate"] == "max"
    assert answer["items"] == [
        {"start": "2026-01-12T00:00:00.000+08:00", "value": 0.0},
        {"start": "2026-01-13T00:00:00.000+08:00", "value": 1.0},
    ]


async def test_intervals_are_paged_too(operator: httpx.AsyncClient) -> None:
    first = (await ask(operator, interval="15min", limit="3")).json()
    assert [item["start"][11:16] for item in first["items"]] == ["08:00", "08:15", "08:30"]
    second = (await ask(operator, interval="15min", limit="3", cursor=first["next_cursor"])).json()
    assert [item["start"][11:16] for item in second["items"]] == ["08:45"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(("point", "aggregate"), [("voltage", "mean"), ("state", "last")])
async def test_numbers_are_averaged_and_codes_are_not(point: str, aggregate: str, operator: httpx.AsyncClient) -> None:
    answer = await ask(operator, f"/api/v1/points/sub1.incomer1.{point}/readings", interval="15min")
    assert answer.json()["aggregate"] == aggregate


async def test_a_count_has_no_unit(operator: httpx.AsyncClient) -> None:
    assert (await ask(operator, interval="15min", aggregate="count")).json()["unit"] == ""


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ({"start": "tomorrow"}, "start", "write 2026-01-14T08:00:00"),
        ({"start": "2026-01-15", **NOW}, "start", "before end"),
        ({"interval": "7min"}, "interval", "divide the day"),
        ({"aggregate": "mean"}, "interval", "add interval=15min"),
        ({"aggregate": "median", "interval": "1h"}, "aggregate", "mean"),
        ({"start": "2025-01-01"}, "interval", "add interval=1h"),
        ({"start": "2025-01-01", "interval": "1min"}, "interval", "ask for interval=1h"),
        ({"limit": "1000000"}, "limit", "10000"),
        ({"cursor": "x"}, "cursor", "pattern"),
        ({"point": "x"}, "point", "is not known; known here: aggregate, cursor"),
    ],
)
async def test_a_question_too_large_or_malformed_says_what_to_ask_instead(
    query: dict[str, str], field: str, says: str, operator: httpx.AsyncClient
) -> None:
    refused = await ask(operator, **query)
    assert refused.status_code == 422
    error = refused.json()["errors"][0]
    assert error["field"] == field
    assert says in error["message"]


async def test_text_is_not_averaged(operator: httpx.AsyncClient) -> None:
    path = "/api/v1/points/sub1.incomer1.name/readings"
    assert (await ask(operator, path, interval="1h")).status_code == 422
    assert (await ask(operator, path, interval="1h", aggregate="count")).status_code == 200
    assert (await ask(operator, path)).status_code == 200


async def test_several_points_share_their_intervals(operator: httpx.AsyncClient) -> None:
    answer = (await ask(operator, "/api/v1/readings", points="sub1.incomer1.voltage,sub1.incomer1.energy", interval="6h")).json()
    assert [series["point"] for series in answer["series"]] == ["sub1.incomer1.voltage", "sub1.incomer1.energy"]
    assert [series["unit"] for series in answer["series"]] == ["V", "Wh"]
    starts = [[item["start"] for item in series["items"]] for series in answer["series"]]
    assert starts[0] == starts[1]
    assert len(starts[0]) == 5


@pytest.mark.parametrize(
    ("points", "status"), [("", 422), (",,", 422), (",".join(f"p.{n}" for n in range(21)), 422), ("moon.voltage", 404)]
)
async def test_several_points_must_be_some_and_known(points: str, status: int, operator: httpx.AsyncClient) -> None:
    assert (await ask(operator, "/api/v1/readings", points=points)).status_code == status
