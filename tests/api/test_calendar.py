"""Intervals of the site's own calendar."""

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.calendar import LADDER, TooMany, edges, parse_interval
from api.period import instant
from api.problem import Problem
from model.clock import DAY, HOUR, SECOND

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * SECOND


def local(edges_ns: list[int], zone: ZoneInfo = SHANGHAI) -> list[str]:
    return [datetime.fromtimestamp(edge // SECOND, zone).strftime("%m-%d %H:%M") for edge in edges_ns]


@pytest.mark.parametrize(
    ("interval", "start", "end", "expected"),
    [
        ("15min", "2026-01-14T09:07", "2026-01-14T09:31", ["01-14 09:00", "01-14 09:15", "01-14 09:30", "01-14 09:45"]),
        ("6h", "2026-01-14T23:00", "2026-01-15T01:00", ["01-14 18:00", "01-15 00:00", "01-15 06:00"]),
        ("1d", "2026-01-14T09:00", "2026-01-15T00:00", ["01-14 00:00", "01-15 00:00"]),
        ("1w", "2026-01-14T09:00", "2026-01-20T00:00", ["01-12 00:00", "01-19 00:00", "01-26 00:00"]),
        ("1mo", "2026-01-31T09:00", "2026-03-01T00:00", ["01-01 00:00", "02-01 00:00", "03-01 00:00"]),
        ("1y", "2026-07-01T00:00", "2026-07-02T00:00", ["01-01 00:00", "01-01 00:00"]),
    ],
)
def test_edges_are_those_of_the_wall_clock(interval: str, start: str, end: str, expected: list[str]) -> None:
    assert local(edges(parse_interval(interval), at(start), at(end), SHANGHAI, 100)) == expected


def test_a_day_in_which_the_clocks_change_is_an_hour_shorter_or_longer() -> None:
    spring = edges(parse_interval("1d"), at("2026-03-29T00:00", BERLIN), at("2026-03-30T00:00", BERLIN), BERLIN, 10)
    autumn = edges(parse_interval("1d"), at("2026-10-25T00:00", BERLIN), at("2026-10-26T00:00", BERLIN), BERLIN, 10)
    assert [b - a for a, b in pairwise(spring)] == [23 * HOUR]
    assert [b - a for a, b in pairwise(autumn)] == [25 * HOUR]


@given(
    interval=st.sampled_from(LADDER[2:]).map(parse_interval),
    start_s=st.integers(0, 4_000_000_000),
    length_s=st.integers(1, 400 * 86_400),
    zone=st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/St_Johns")]),
)
def test_intervals_cover_the_period_without_gap_and_begin_at_midnight_each_day(
    interval: object, start_s: int, length_s: int, zone: ZoneInfo
) -> None:
    found = parse_interval(str(interval))
    start_ns, end_ns = start_s * SECOND, (start_s + length_s) * SECOND
    try:
        made = edges(found, start_ns, end_ns, zone, 2000)
    except TooMany:
        assert length_s * SECOND // found.least_ns > 2000
        return
    assert made[0] <= start_ns < made[1]
    assert made[-2] < end_ns <= made[-1]
    assert all(a < b for a, b in pairwise(made))


def test_too_many_intervals_name_the_shortest_that_fits() -> None:
    with pytest.raises(TooMany) as refused:
        edges(parse_interval("1s"), 0, 30 * DAY, SHANGHAI, 1000)
    assert refused.value.better == "1h"


@pytest.mark.parametrize("text", ["", "15", "min", "0min", "7min", "5h", "2d", "3mo", "-1h", "1 h", "1e3s", "99999h", "١h"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"interval|one by one"):
        parse_interval(text)


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("2026-01-14T08:00:00+08:00", "2026-01-14T08:00"),
        ("2026-01-14T00:00:00Z", "2026-01-14T08:00"),
        ("2026-01-14T08:00:00 08:00", "2026-01-14T08:00"),
        ("2026-01-14", "2026-01-14T00:00"),
    ],
    ids=["offset", "utc", "plus lost in the address", "day"],
)
def test_an_instant_is_rfc_3339_or_a_local_day(text: str, same_as: str) -> None:
    assert instant("start", text, SHANGHAI) == at(same_as)


def test_an_instant_keeps_its_microseconds() -> None:
    assert instant("start", "1970-01-01T00:00:01.000250Z", SHANGHAI) == SECOND + 250_000


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "2026-01-14T08:00:00", "0001-01-01T00:00:00Z", "9999-12-31", "2026-01-14T25:00:00Z"]
)
def test_what_is_no_instant_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(Problem) as refused:
        instant("start", text, SHANGHAI)
    assert refused.value.status == 422
    assert refused.value.errors[0]["field"] == "start"
