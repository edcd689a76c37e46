"""Figures from the real embedded history, half of it still in the spool, agree with those from memory."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from energy.calendar import day_of
from energy.consumption import consumption
from energy.demand import load_curve
from model.clock import DAY, HOUR, MINUTE
from model.reading import History
from tests.energy.remembered import METER_POINTS, Remembered, meter, site
from tests.store.bench_site import Bench, block


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kolkata"])
def test_consumption_and_load_are_the_same_from_either_history(tmp_path: Path, zone: str) -> None:
    here = site(meter("in1", "incomer"), meter("lift", item="C1"), zone=ZoneInfo(zone))
    start, end = day_of(1_769_904_000_000_000_000, here.timezone)
    bench, memory = Bench(tmp_path, here), Remembered()
    for number, at_ns in enumerate(range(start - HOUR, end + HOUR, 7 * MINUTE)):
        for device in here.devices:
            kwh = 0.0 if number == 60 else 500.0 + number * (3.5 if device == "lift" else 11.0) if number < 150 else number - 150.0
            bench.take(block(at_ns, [90.0, kwh], device))
            memory.add(f"{device}.{METER_POINTS[0].name}", at_ns, 90.0)
            memory.add(f"{device}.{METER_POINTS[1].name}", at_ns, kwh)
        if number == 110:
            assert bench.drain.drain()
    histories: list[History] = [bench.history, memory]
    for interval in ("hour", "day"):
        stored, remembered = (consumption(history, here, start, end, interval, "meter") for history in histories)
        assert stored == remembered
    stored_curve, remembered_curve = (load_curve(history, here, start, start + DAY) for history in histories)
    assert stored_curve == remembered_curve
    assert len(bench.months.names()) == 2
    bench.close()
