"""Consumption per meter, use, system and area; today against yesterday."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from energy.calendar import Interval, day_of
from energy.consumption import Grouping, consumption, today_against_yesterday
from energy.counter import Reason
from model.clock import DAY, HOUR, MINUTE, SECOND
from model.profile import WireType
from model.quality import Quality
from tests.energy.remembered import SHANGHAI, Remembered, meter, point, site

MIDNIGHT = 1_768_320_000 * SECOND
"""2026-01-14 00:00 in Shanghai."""
BERLIN = ZoneInfo("Europe/Berlin")


def steady(
    history: Remembered, device: str, kw: float, start_ns: int, end_ns: int, from_kwh: float = 1000.0, every_ns: int = 5 * MINUTE
) -> None:
    for at_ns in range(start_ns, end_ns, every_ns):
        history.add(f"{device}.energy_import", at_ns, from_kwh + kw * (at_ns - start_ns) / HOUR)


def test_a_steady_load_gives_its_power_every_hour() -> None:
    history = Remembered()
    steady(history, "m1", 12.0, MIDNIGHT - HOUR, MIDNIGHT + DAY + HOUR)
    told = consumption(history, site(meter("m1")), MIDNIGHT, MIDNIGHT + DAY, "hour", "meter")
    [row] = told.rows
    assert (row.key, row.unit, row.label.en) == ("m1", "kWh", "Meter m1")
    assert [figure.value for figure in row.figures] == pytest.approx([12.0] * 24)
    assert [figure.completeness for figure in row.figures] == [1.0] * 24
    assert row.total.value == pytest.approx(288.0)
    assert history.asked_for_readings == 0


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_on_which_clocks_change_has_its_own_length(day: str, hours: int) -> None:
    noon = {"2026-03-29": 1_774_778_400, "2026-10-25": 1_792_926_000}[day] * SECOND
    start, end = day_of(noon, BERLIN)
    history = Remembered()
    steady(history, "m1", 10.0, start - HOUR, end + HOUR)
    here = site(meter("m1"), zone=BERLIN)
    by_hour = consumption(history, here, start, end, Interval.HOUR, Grouping.METER).rows[0]
    by_day = consumption(history, here, start, end, Interval.DAY, Grouping.METER).rows[0]
    assert len(by_hour.figures) == hours
    assert [figure.value for figure in by_day.figures] == pytest.approx([10.0 * hours])


def test_a_silence_keeps_its_amount_and_lowers_completeness() -> None:
    history = Remembered()
    steady(history, "m1", 12.0, MIDNIGHT - HOUR, MIDNIGHT + 3 * HOUR)
    steady(history, "m1", 12.0, MIDNIGHT + 7 * HOUR, MIDNIGHT + DAY + HOUR, from_kwh=1000.0 + 12 * 8)
    here = site(meter("m1"))
    [day] = consumption(history, here, MIDNIGHT, MIDNIGHT + DAY, "day", "meter").rows[0].figures
    assert day.value == pytest.approx(288.0)
    assert day.completeness == pytest.approx(1 - (4 * HOUR + 5 * MINUTE) / DAY)
    assert [(made.meter, made.correction.reason) for made in day.corrections] == [("m1", Reason.GAP)]
    hours = consumption(history, here, MIDNIGHT, MIDNIGHT + DAY, "hour", "meter").rows[0].figures
    assert hours[4].value == pytest.approx(12.0)
    assert hours[4].completeness == 0.0


def test_nothing_known_is_none_not_zero() -> None:
    [row] = consumption(Remembered(), site(meter("m1")), MIDNIGHT, MIDNIGHT + HOUR, "hour", "meter").rows
    assert (row.figures[0].value, row.figures[0].completeness) == (None, 0.0)
    assert row.total.value is None


def test_a_change_of_meter_at_noon_is_corrected_in_its_own_hour() -> None:
    history = Remembered()
    steady(history, "m1", 12.0, MIDNIGHT - HOUR, MIDNIGHT + 12 * HOUR)
    steady(history, "m1", 12.0, MIDNIGHT + 12 * HOUR, MIDNIGHT + DAY + HOUR, from_kwh=77.0)
    here = site(meter("m1"))
    hours = consumption(history, here, MIDNIGHT, MIDNIGHT + DAY, "hour", "meter").rows[0].figures
    [day] = consumption(history, here, MIDNIGHT, MIDNIGHT + DAY, "day", "meter").rows[0].figures
    assert [index for index, figure in enumerate(hours) if figure.corrections] == [12]
    assert [made.correction.reason for made in day.corrections] == [Reason.RESET]
    assert day.value == pytest.approx(sum(figure.value or 0.0 for figure in hours))


def test_a_spike_between_good_readings_changes_nothing() -> None:
    clean, spiked = Remembered(), Remembered()
    steady(clean, "m1", 12.0, MIDNIGHT - HOUR, MIDNIGHT + DAY + HOUR)
    steady(spiked, "m1", 12.0, MIDNIGHT - HOUR, MIDNIGHT + DAY + HOUR)
    samples = spiked.samples["m1.energy_import"]
    samples[100] = type(samples[100])(samples[100].source_ns, 42_000_000.0, Quality.GOOD)
    here = site(meter("m1"))
    [one], [other] = (consumption(h, here, MIDNIGHT, MIDNIGHT + DAY, "day", "meter").rows[0].figures for h in (clean, spiked))
    assert other.value == pytest.approx(one.value)
    assert [made.correction.reason for made in other.corrections] == [Reason.SPIKE]
    assert spiked.asked_for_readings > 0


def test_uses_systems_and_areas_add_up_only_the_meters_of_uses() -> None:
    here = site(
        meter("incomer", "incomer"),
        meter("feeder", "feeder", "C"),
        meter("lift1", item="C1"),
        meter("lift2", item="C1", area="b02"),
        meter("chargers", item="D6"),
        meter("odd"),
    )
    history = Remembered()
    for number, device in enumerate(here.devices):
        steady(history, device, float(number + 1), MIDNIGHT - HOUR, MIDNIGHT + 2 * HOUR)

    def told(grouping: str) -> dict[str, float]:
        rows = consumption(history, here, MIDNIGHT, MIDNIGHT + HOUR, "hour", grouping).rows
        return {row.key: round(row.total.value or 0.0, 6) for row in rows}

    assert told("use") == {"": 6.0, "C1": 7.0, "D6": 5.0}
    assert told("system") == {"elevator": 7.0, "charging": 5.0, "power": 6.0}
    assert told("area") == {"b01": 14.0, "b02": 4.0}
    assert told("site") == {"talent": 1.0}
    assert len(told("meter")) == 6
    labels = consumption(history, here, MIDNIGHT, MIDNIGHT + HOUR, "hour", "use").rows
    assert [(row.label.zh, row.label.en) for row in labels][1] == ("电梯", "Elevators")


def test_units_are_those_of_the_kind_whatever_the_meter_counts_in() -> None:
    charger = meter("ev1", item="D6", points=(point("energy_total", "Wh", WireType.U32, 0.1),))
    water = meter("w1", energy="water", points=(point("forward_volume", "l", WireType.U32, 1.0),))
    history = Remembered()
    for minute in range(-60, 120, 5):
        at_ns = MIDNIGHT + minute * MINUTE
        history.add("ev1.energy_total", at_ns, 7000.0 + 7000.0 * (minute + 60) / 60)
        history.add("w1.forward_volume", at_ns, 1000.0 + 600.0 * (minute + 60) / 60)
    rows = consumption(history, site(charger, water), MIDNIGHT, MIDNIGHT + HOUR, "hour", "use").rows
    assert [(row.key, row.unit) for row in rows] == [("D6", "kWh"), ("water", "m3")]
    assert [row.total.value for row in rows] == pytest.approx([7.0, 0.6])


def test_devices_without_metering_or_counter_are_no_meters() -> None:
    here = site(meter("m1", points=(point("voltage", "V"),)))
    assert consumption(Remembered(), here, MIDNIGHT, MIDNIGHT + HOUR, "hour", "meter").rows == ()


def test_bad_readings_are_not_counted() -> None:
    history = Remembered()
    steady(history, "m1", 12.0, MIDNIGHT - HOUR, MIDNIGHT + HOUR)
    history.add("m1.energy_import", MIDNIGHT + HOUR, None, Quality.COMM_FAILURE)
    history.add("m1.energy_import", MIDNIGHT + HOUR + 1, 9e9, Quality.INACCURATE)
    steady(history, "m1", 12.0, MIDNIGHT + HOUR + 5 * MINUTE, MIDNIGHT + 3 * HOUR, from_kwh=1000.0 + 12 * 125 / 60)
    [row] = consumption(history, site(meter("m1")), MIDNIGHT, MIDNIGHT + 2 * HOUR, "hour", "meter").rows
    assert row.total.value == pytest.approx(24.0)


def test_today_is_compared_with_yesterday_until_the_same_time() -> None:
    history = Remembered()
    steady(history, "in1", 100.0, MIDNIGHT - DAY - HOUR, MIDNIGHT)
    steady(history, "in1", 120.0, MIDNIGHT, MIDNIGHT + 10 * HOUR + 1, from_kwh=1000.0 + 100 * 25)
    told = today_against_yesterday(history, site(meter("in1", "incomer")), MIDNIGHT + 10 * HOUR)
    assert told.today.value == pytest.approx(1200.0)
    assert told.yesterday_so_far.value == pytest.approx(1000.0)
    assert told.yesterday.value == pytest.approx(2400.0)
    assert told.change == pytest.approx(0.2)
    assert told.today.completeness == pytest.approx(1.0)


@pytest.mark.parametrize("now_ns", [MIDNIGHT, MIDNIGHT + 1, MIDNIGHT + DAY - 1])
def test_the_comparison_holds_at_the_ends_of_a_day(now_ns: int) -> None:
    history = Remembered()
    steady(history, "in1", 100.0, MIDNIGHT - DAY - HOUR, now_ns + 1)
    told = today_against_yesterday(history, site(meter("in1", "incomer")), now_ns)
    assert told.yesterday.value == pytest.approx(2400.0)
    assert told.change is None or told.change == pytest.approx(0.0, abs=0.01)


READINGS = st.lists(
    st.tuples(st.integers(1, 200), st.floats(0, 5), st.sampled_from(["good"] * 12 + ["spike", "zero", "bad"])), min_size=5, max_size=80
)


@settings(deadline=None, max_examples=60)
@given(READINGS, st.sampled_from([SHANGHAI, ZoneInfo("Asia/Kolkata"), BERLIN]))
@example([(1, 0.0, "good"), (1, 0.0, "good"), (1, 0.0, "zero"), (57, 0.0, "zero"), (15, 0.0, "good")], SHANGHAI)
def test_hours_add_up_to_the_day_and_days_to_the_month(steps: list[tuple[int, float, str]], zone: ZoneInfo) -> None:
    start, _ = day_of(MIDNIGHT, zone)
    _, end = day_of(start + DAY + HOUR, zone)
    history, at_ns, kwh = Remembered(), start - HOUR, 500.0
    for minutes, rise, kind in steps:
        at_ns, kwh = at_ns + minutes * MINUTE, kwh + rise
        shown = {"good": kwh, "spike": 5e7, "zero": 0.0, "bad": None}[kind]
        history.add("m1.energy_import", at_ns, shown, Quality.SENSOR_FAILURE if kind == "bad" else Quality.GOOD)
    here = site(meter("m1"), zone=zone)
    # A month is read in coarser cells: it is exact only where no reading was wrong by itself.
    wrong = any(kind in ("spike", "zero") for _, _, kind in steps)
    intervals = (Interval.HOUR, Interval.DAY) if wrong else tuple(Interval)
    totals = [consumption(history, here, start, end, interval, "meter").rows[0] for interval in intervals]
    for row in totals:
        assert row.total.value == pytest.approx(totals[0].total.value)
        assert row.total.value is None or row.total.value >= 0
    # A question that ends at midnight does not see the later reading that unmasks a wrong one.
    for number, day in enumerate(() if wrong else totals[1].figures):
        midnights = consumption(history, here, start, end, "day", "meter").edges_ns
        inside = consumption(history, here, midnights[number], midnights[number + 1], "hour", "meter").rows[0]
        assert inside.total.value == pytest.approx(day.value)
