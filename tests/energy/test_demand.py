"""The site's load curve and its highest quarter of an hour."""

import pytest

from energy.demand import load_curve
from model.clock import DAY, HOUR, MINUTE, SECOND
from tests.energy.remembered import Remembered, meter, site

MIDNIGHT = 1_768_320_000 * SECOND
HERE = site(meter("in1", "incomer"), meter("in2", "incomer"), meter("lift", item="C1"))


def load(history: Remembered, device: str, start_ns: int, kw_by_quarter: list[float], from_kwh: float = 100.0) -> None:
    """Readings each minute of a load that changes every quarter."""
    kwh = from_kwh
    for quarter, kw in enumerate(kw_by_quarter):
        for minute in range(15):
            at_ns = start_ns + (quarter * 15 + minute) * MINUTE
            history.add(f"{device}.energy_import", at_ns, kwh)
            history.add(f"{device}.active_power_total", at_ns, float(kw))
            kwh += kw / 60
    history.add(f"{device}.energy_import", start_ns + len(kw_by_quarter) * 15 * MINUTE, kwh)


def test_the_load_is_the_sum_of_the_incomers_by_quarter() -> None:
    history = Remembered()
    load(history, "in1", MIDNIGHT, [100, 100, 180, 100])
    load(history, "in2", MIDNIGHT, [50, 90, 60, 50])
    curve = load_curve(history, HERE, MIDNIGHT + HOUR, MIDNIGHT + HOUR)
    assert [slot.kw for slot in curve.slots] == pytest.approx([150, 190, 240, 150])
    assert curve.maximum is not None
    assert curve.maximum.start_ns == MIDNIGHT + 30 * MINUTE
    assert curve.maximum.kw == pytest.approx(240)
    assert (curve.declared_kw, curve.end_ns - curve.start_ns) == (400.0, DAY)


def test_only_full_quarters_are_in_the_curve() -> None:
    history = Remembered()
    load(history, "in1", MIDNIGHT, [100] * 8)
    load(history, "in2", MIDNIGHT, [100] * 8)
    curve = load_curve(history, HERE, MIDNIGHT, MIDNIGHT + HOUR + 20 * MINUTE)
    assert len(curve.slots) == 5


def test_the_present_load_needs_every_incomer() -> None:
    history = Remembered()
    load(history, "in1", MIDNIGHT, [100, 110])
    assert load_curve(history, HERE, MIDNIGHT, MIDNIGHT + 29 * MINUTE).current_kw is None
    load(history, "in2", MIDNIGHT, [50, 60])
    assert load_curve(history, HERE, MIDNIGHT, MIDNIGHT + 29 * MINUTE).current_kw == pytest.approx(170)


def test_a_silent_incomer_leaves_its_quarters_open() -> None:
    history = Remembered()
    load(history, "in1", MIDNIGHT, [100] * 4)
    load(history, "in2", MIDNIGHT, [50])
    curve = load_curve(history, HERE, MIDNIGHT, MIDNIGHT + HOUR)
    assert [slot.kw for slot in curve.slots] == [pytest.approx(150), None, None, None]
    assert curve.maximum == curve.slots[0]


def test_where_the_counter_is_missing_the_meter_s_power_stands_in() -> None:
    history = Remembered()
    load(history, "in1", MIDNIGHT, [100] * 4)
    load(history, "in2", MIDNIGHT, [50] * 4)
    del history.samples["in2.energy_import"]
    curve = load_curve(history, HERE, MIDNIGHT, MIDNIGHT + HOUR)
    assert [slot.kw for slot in curve.slots] == pytest.approx([150] * 4)


def test_before_the_first_quarter_there_is_no_curve() -> None:
    curve = load_curve(Remembered(), HERE, MIDNIGHT, MIDNIGHT + MINUTE)
    assert (curve.slots, curve.maximum, curve.current_kw) == ((), None, None)
