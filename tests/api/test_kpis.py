"""The key figures of alarm management, counted by hand beside."""

from dataclasses import replace

import pytest

from api.kpis import figures
from model.alarm import Occurrence
from model.clock import DAY, HOUR, MINUTE, SECOND
from tests.api.house import House

DAY_START = 20_000 * DAY


def alarm(at_ns: int, number: int = 0, device: str = "d1", ended: bool = True) -> Occurrence:
    raised = House().raise_alarm(f"a{number}-{at_ns}", DAY_START + at_ns, ended_at_ns=DAY_START + at_ns + SECOND if ended else None)
    return replace(raised, device=device)


def test_a_quiet_day_has_zeroes_everywhere() -> None:
    found = figures([], DAY_START, DAY_START + DAY)
    assert (found.total, found.busiest_hour, found.flood_share, found.top_ten, found.stale) == (0, 0, 0.0, (), 0)
    assert len(found.hours) == 24


def test_only_what_was_annunciated_within_the_period_counts() -> None:
    silent = replace(alarm(0), annunciated=False)
    found = figures([alarm(-1), alarm(0), silent, alarm(DAY - 1), alarm(DAY)], DAY_START, DAY_START + DAY)
    assert found.total == 2
    assert (found.hours[0], found.hours[23]) == (1, 1)


def test_a_flood_lasts_until_fewer_than_five_in_ten_minutes() -> None:
    windows = [3, 11, 6, 5, 4, 9]
    raised = [alarm(window * 10 * MINUTE + n, n) for window, count in enumerate(windows) for n in range(count)]
    found = figures(raised, DAY_START, DAY_START + HOUR)
    assert found.flood_share == pytest.approx(3 / 6)
    assert found.busy_windows_share == pytest.approx(1 / 6)
    assert found.busiest_window == 11
    assert found.busy_hours_share == 1.0
    assert found.per_hour == 38


def test_the_ten_worst_are_named_with_their_share() -> None:
    raised = [alarm(n, n, f"d{n % 12}") for n in range(24)] + [alarm(100 + n, n, "d0") for n in range(6)]
    found = figures(raised, DAY_START, DAY_START + DAY)
    assert len(found.top_ten) == 10
    assert (found.top_ten[0].device, found.top_ten[0].count) == ("d0", 8)
    assert found.top_ten_share == pytest.approx((8 + 9 * 2) / 30)


def test_three_times_within_a_minute_is_chattering_and_twice_is_not() -> None:
    chatter = [alarm(n * 30 * SECOND, n, "loud") for n in range(3)]
    calm = [alarm(n * 31 * SECOND, n, "calm") for n in range(3)]
    assert figures([*chatter, *calm], DAY_START, DAY_START + DAY).chattering == (("power.voltage_high", "loud"),)


def test_stale_is_what_has_been_active_for_more_than_a_day_at_the_end() -> None:
    old = alarm(-DAY, ended=False)
    returned = replace(alarm(-DAY, 1, ended=False), returned_at_ns=DAY_START)
    young = alarm(0, 2, ended=False)
    assert figures([old, returned, young], DAY_START, DAY_START + DAY - 1).stale == 1
