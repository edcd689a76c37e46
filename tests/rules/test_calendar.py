"""The site's own time in conditions: when each function is true, and that it turns at the very second it says."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.clock import DAY, HOUR, SECOND
from model.site import Calendar
from rules.calendar_windows import hours_of
from rules.errors import ConditionError
from rules.hints import Hint, hints
from rules.syntax import parse
from tests.examples import examples
from tests.rules.test_condition import PUMP, SITE, Trial
from tests.rules.workshop import at, engine, kinds, rule

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
YEAR = Calendar(
    holidays=frozenset({date(2026, 10, day) for day in range(1, 8)}),
    workdays=frozenset({date(2026, 9, 27), date(2026, 10, 10)}),
)


def _hours(when: str, zone: ZoneInfo = SHANGHAI):  # type: ignore[no-untyped-def]
    return hours_of(parse(when).tree, zone, YEAR)  # type: ignore[arg-type]


def _ns(moment: str, zone: ZoneInfo = SHANGHAI) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=zone).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("when", "true_at", "false_at"),
    [
        ('between_times("08:30", "18:00")', ["2026-01-14 08:30", "2026-01-14 17:59:59"], ["2026-01-14 08:29:59", "2026-01-14 18:00"]),
        ('between_times("22:15", "06:45")', ["2026-01-14 22:15", "2026-01-14 06:44"], ["2026-01-14 06:45", "2026-01-14 22:14"]),
        ('between_times("18:00", "24:00")', ["2026-01-14 23:59:59"], ["2026-01-15 00:00"]),
        ("between_hours(22, 6)", ["2026-01-14 22:00", "2026-01-14 05:59"], ["2026-01-14 06:00", "2026-01-14 21:59"]),
        ("on_weekdays(1, 5)", ["2026-01-12 00:00", "2026-01-16 23:59"], ["2026-01-17 00:00", "2026-01-18 12:00"]),
        ("on_weekdays(6, 1)", ["2026-01-17 00:00", "2026-01-19 23:59"], ["2026-01-20 00:00", "2026-01-16 12:00"]),
        ('between_dates("11-15", "03-15")', ["2026-11-15 00:00", "2026-03-15 23:59"], ["2026-11-14 23:59", "2026-03-16 00:00"]),
        ('between_dates("05-01", "09-30")', ["2026-05-01 00:00"], ["2026-04-30 12:00", "2026-10-01 00:00"]),
        (
            "workday()",
            ["2026-10-09 12:00", "2026-09-27 12:00", "2026-10-10 12:00"],
            ["2026-10-01 12:00", "2026-10-11 12:00", "2026-01-17 09:00"],
        ),
        ("holiday()", ["2026-10-01 00:00", "2026-10-07 23:59"], ["2026-10-08 00:00", "2026-01-17 12:00"]),
    ],
)
def test_it_is_true_by_the_sites_own_clock_and_calendar(when: str, true_at: list[str], false_at: list[str]) -> None:
    hours = _hours(when)
    assert [hours.at(_ns(moment)) for moment in true_at] == [True] * len(true_at)
    assert [hours.at(_ns(moment)) for moment in false_at] == [False] * len(false_at)


@given(
    st.sampled_from(
        ['between_times("02:15", "02:45")', "between_hours(2, 3)", 'between_times("23:30", "00:30")', "on_weekdays(7, 7)", "workday()",
         'between_dates("10-25", "10-25")']
    ),
    st.sampled_from(["2026-03-28 12:00", "2026-10-24 12:00", "2026-09-26 20:00"]),
    st.integers(0, 2 * 24 * 3600),
    st.sampled_from([SHANGHAI, BERLIN]),
)  # fmt: skip
@settings(max_examples=examples(60))
def test_between_two_turns_nothing_changes_though_clocks_be_put_forward_or_back(
    when: str, start: str, seconds: int, zone: ZoneInfo
) -> None:
    hours, now_ns = _hours(when, zone), _ns(start, zone) + seconds * SECOND
    turn_ns = hours.next_turn_ns(now_ns)
    assert now_ns < turn_ns <= now_ns + 2 * DAY + HOUR
    step_ns = max(SECOND, (turn_ns - now_ns) // 97 // SECOND * SECOND)
    assert {hours.at(moment) for moment in (*range(now_ns, turn_ns, step_ns), turn_ns - SECOND)} == {hours.at(now_ns)}


@pytest.mark.parametrize("when", ['between_times("02:30", "03:00")', 'between_times("01:30", "02:10")', 'between_times("03:00", "02:30")'])
def test_clocks_put_back_may_turn_it_at_no_time_that_it_names(when: str) -> None:
    """On 25 October 2026, 02:59:59 is followed by 02:00 again."""
    hours = _hours(when, BERLIN)
    change_ns = _ns("2026-10-25 02:00", BERLIN) + HOUR
    assert hours.at(change_ns - SECOND) is not hours.at(change_ns)
    assert hours.next_turn_ns(change_ns - 60 * SECOND) == change_ns


def test_an_alarm_on_the_calendar_is_raised_at_the_very_minute_without_a_reading() -> None:
    """It is 22:13:20 when the test begins."""
    room = engine(SITE, rule("night", 'between_times("22:30", "22:45")'))
    room.advance(at(0))
    events = room.advance(at(3600))
    assert [kind for kind in kinds(events) if kind.endswith("@p1")] == ["raised night@p1", "returned night@p1"]
    assert [event.at_ns - at(0) for event in events if event.standing.device == "p1"] == [1000 * SECOND, 1900 * SECOND]


def test_the_calendar_is_the_sites() -> None:
    site = replace(SITE, calendar=Calendar(holidays=frozenset({date(2026, 1, 14)})))
    assert Trial("holiday() and not workday()", site, PUMP).look(0) is True
    assert Trial("holiday() or not workday()", SITE, PUMP).look(0) is False


@pytest.mark.parametrize(
    ("when", "column"),
    [
        ('between_times("8:30", "18:00")', 15),
        ('between_times("08:30", "24:30")', 24),
        ("between_hours(22, 25)", 19),
        ("on_weekdays(0, 5)", 13),
        ('between_dates("02-30", "03-01")', 15),
        ('between_dates("2026-11-15", "03-01")', 15),
        ("workday(1)", 1),
        ("between_hours(6, 6)", 1),
        ('between_times("08:00", "08:00")', 1),
    ],
)
def test_a_time_that_does_not_exist_is_named_with_its_place(when: str, column: int) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(when)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("when", "calendar", "told"),
    [
        ("running and not workday()", Calendar(), (Hint.NO_HOLIDAYS,)),
        ("running and holiday()", Calendar(), (Hint.NO_HOLIDAYS,)),
        ("running and not workday()", YEAR, ()),
        ("running and on_weekdays(1, 5)", Calendar(), ()),
    ],
)
def test_who_asks_for_workdays_of_a_site_without_holidays_is_told(when: str, calendar: Calendar, told: tuple[Hint, ...]) -> None:
    assert hints(rule(when=when), calendar) == told
