"""Hours, days and months by the site's own clocks."""

from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from energy.calendar import Interval, day_of, edges, instant, local_time, midnight, same_time_yesterday
from model.clock import DAY, HOUR, MINUTE

SHANGHAI, KOLKATA, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin")
LORD_HOWE, HAVANA, KATHMANDU = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Havana"), ZoneInfo("Asia/Kathmandu")


def at(text: str, zone: ZoneInfo) -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=zone))


def hours_of(day: str, zone: ZoneInfo) -> list[int]:
    start, end = day_of(at(f"{day}T12:00", zone), zone)
    return edges(start, end, Interval.HOUR, zone)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        pytest.param("2026-01-14", SHANGHAI, 24, id="no change of clocks"),
        pytest.param("2026-03-29", BERLIN, 23, id="clocks go forward"),
        pytest.param("2026-10-25", BERLIN, 25, id="clocks go back"),
        pytest.param("2026-01-14", KOLKATA, 24, id="half an hour off"),
        pytest.param("2026-01-14", KATHMANDU, 24, id="three quarters off"),
        pytest.param("2026-03-08", HAVANA, 23, id="no midnight"),
        pytest.param("2026-11-01", HAVANA, 25, id="midnight twice"),
    ],
)
def test_a_day_has_the_hours_its_clocks_show(day: str, zone: ZoneInfo, hours: int) -> None:
    found = hours_of(day, zone)
    assert len(found) - 1 == hours
    assert all(end - start == HOUR for start, end in pairwise(found))


def test_clocks_that_move_by_half_an_hour_make_one_odd_hour() -> None:
    found = hours_of("2026-04-05", LORD_HOWE)
    assert found[-1] - found[0] == 24 * HOUR + 30 * MINUTE
    assert sorted({end - start for start, end in pairwise(found)}) == [HOUR, 90 * MINUTE]


def test_hours_begin_when_local_clocks_show_a_full_hour() -> None:
    start = at("2026-01-14T00:00", KOLKATA)
    assert start % HOUR == 30 * MINUTE
    assert all(local_time(one, KOLKATA).minute == 0 for one in edges(start, start + DAY, Interval.HOUR, KOLKATA))


def test_months_and_days_are_local() -> None:
    found = edges(at("2025-12-15T00:00", SHANGHAI), at("2026-03-02T06:00", SHANGHAI), Interval.MONTH, SHANGHAI)
    assert [local_time(one, SHANGHAI).isoformat()[:16] for one in found] == [
        "2025-12-15T00:00",
        "2026-01-01T00:00",
        "2026-02-01T00:00",
        "2026-03-01T00:00",
        "2026-03-02T06:00",
    ]
    assert len(edges(found[1], found[2], Interval.DAY, SHANGHAI)) == 32


def test_the_ends_are_kept_as_given() -> None:
    start = at("2026-01-14T10:20", SHANGHAI)
    assert edges(start, start + HOUR, Interval.HOUR, SHANGHAI) == [start, at("2026-01-14T11:00", SHANGHAI), start + HOUR]
    with pytest.raises(ValueError, match="start"):
        edges(start, start, Interval.DAY, SHANGHAI)


@pytest.mark.parametrize(
    ("now", "yesterday"),
    [("2026-03-30T02:30", "2026-03-29T03:30"), ("2026-10-25T12:00", "2026-10-24T12:00"), ("2026-03-29T12:00", "2026-03-28T12:00")],
    ids=["a time that was skipped", "a long day", "a short day"],
)
def test_the_same_time_yesterday_is_by_the_clock(now: str, yesterday: str) -> None:
    assert same_time_yesterday(at(now, BERLIN), BERLIN) == at(yesterday, BERLIN)


def test_midnight_is_the_first_instant_of_the_day() -> None:
    start = midnight(date(2026, 3, 8), HAVANA)
    assert local_time(start, HAVANA).hour == 1
    assert local_time(start - 1, HAVANA).date() == date(2026, 3, 7)
