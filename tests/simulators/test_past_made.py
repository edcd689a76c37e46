"""A made history: what collectors would have kept, the same for the same seed, with the faults that were planted and no others."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from guanjia.config.site_file import load_site, read_site
from model.clock import DAY, HOUR, MINUTE, SECOND
from model.quality import ABSENT, GOOD, Quality
from model.site import Device, Mqtt, PayloadFormat, Site
from simulators.machine import Machine
from simulators.past_events import LOST_LINK, PlantedEvent, planted
from simulators.past_log import DeviceLog, Stretch
from simulators.past_made import MadePast, Span
from simulators.physics.site_physics import build_machines
from simulators.reference_site import Size, reference_site
from tests.simulators.test_past import read_by_collector

BENCH = Path(__file__).parents[2] / "examples" / "test-bench" / "site.yaml"
END_NS = 1_768_384_800 * SECOND
CLOCKS = ("time", "timestamp", "heartbeat")


@cache
def site_of(size: Size) -> Site:
    return read_site(reference_site(size, broker="mqtt://127.0.0.1:9"), f"{size}.yaml", Path(), {})


@pytest.fixture(scope="module")
def site() -> Site:
    return site_of("small")


def lived(past: MadePast) -> Iterator[Stretch]:
    for day in past.days():
        yield from day


def by_device(past: MadePast) -> dict[str, Stretch]:
    """All of it, when it lies within one day."""
    found = list(lived(past))
    assert len({said.device.id for said in found}) == len(found)
    return {said.device.id: said for said in found}


def one_instant(device: Device, machine: Machine) -> Stretch:
    log = DeviceLog(device, machine)
    log.note()
    return log.stretch(np.array([END_NS]))


def checked(device: Device, machine: Machine) -> None:
    """Every column as the collectors make it of the simulated wire: number, quality."""
    read, judged = read_by_collector(device, machine)
    made = one_instant(device, machine)
    for column, point in enumerate(device.points):
        where = (device.id, point.name, machine.active_faults())
        assert made.qualities[column, 0] == judged[column], where
        if point.name in CLOCKS or point.is_text:
            continue
        tolerance = 1e-6 if point.encoding == "schneider_4q_fp_pf" else 1e-12  # the folded float keeps a digit less
        assert made.values[column, 0] == pytest.approx(read[column], rel=tolerance, abs=1e-9, nan_ok=True), where


def speaks_sparkplug(device: Device) -> bool:
    """Its payload is read by the Sparkplug host, which has tests of its own."""
    return isinstance(device.connection, Mqtt) and device.connection.format is PayloadFormat.SPARKPLUG_B


def test_a_made_reading_is_what_a_collector_would_have_read() -> None:
    """Every device of the reference site, in its own unit, to the last digit, with its quality."""
    site = site_of("reference")
    physics = build_machines(site, 1, END_NS)
    physics.step(60.0)
    for device in site.devices.values():
        checked(device, physics.machines[device.id])


@pytest.mark.parametrize("load", [lambda: site_of("reference"), lambda: load_site(BENCH, {})], ids=["reference", "bench"])
def test_it_is_so_whatever_breaks(load: Callable[[], Site]) -> None:
    """Every fault of one device of each profile: what is not available, saturates or leaves its range is judged alike."""
    site = load()
    physics = build_machines(site, 1, END_NS)
    for device in {device.profile.id: device for device in site.devices.values() if not speaks_sparkplug(device)}.values():
        machine = physics.machines[device.id]
        for kind in machine.faults:
            machine.inject(kind)
            physics.step(5.0)
            checked(device, machine)
            machine.heal(kind)


def test_words_are_those_of_the_wire() -> None:
    site = site_of("reference")
    physics = build_machines(site, 1, END_NS)
    serials = {
        device.id: one_instant(device, physics.machines[device.id]).texts[column][0]
        for device in site.devices.values()
        if (column := device.profile.column("serial_number")) is not None and device.points[column].is_text
    }
    assert serials
    assert all(serial and device.startswith(serial) for device, serial in serials.items())


def span(length_ns: int = 3 * HOUR, step_ns: int = MINUTE) -> Span:
    return Span.before(END_NS, length_ns, step_ns)


def test_every_device_has_a_reading_of_every_point_at_every_step(site: Site) -> None:
    found = by_device(MadePast(site, 1, span(), ()))
    assert set(found) == set(site.devices)
    for device, said in found.items():
        assert said.at_ns.tolist() == list(range(END_NS - 3 * HOUR + MINUTE, END_NS + 1, MINUTE)), device
        silent = [site.devices[device].points[column].name for column in np.flatnonzero((said.qualities == ABSENT).any(axis=1))]
        assert not silent or isinstance(site.devices[device].connection, Mqtt), (device, silent)


def test_days_end_at_midnight_and_leave_out_no_step() -> None:
    whole = Span.before(END_NS + 17 * SECOND, 2 * DAY + 5 * HOUR, 7 * MINUTE + MINUTE)
    days = [day.tolist() for day in whole.days()]
    instants = [at_ns for day in days for at_ns in day]
    assert instants == list(range(whole.start_ns + whole.step_ns, whole.end_ns + 1, whole.step_ns))
    assert len(instants) == whole.steps()
    assert all(len({at_ns // DAY for at_ns in day}) == 1 for day in days)
    assert whole.end_ns <= END_NS + 17 * SECOND < whole.end_ns + whole.step_ns


def told(past: MadePast) -> list[tuple[object, ...]]:
    return [(s.device.id, s.at_ns.tobytes(), s.values.tobytes(), s.qualities.tobytes(), s.texts) for s in lived(past)]


def test_the_same_seed_lives_the_same_past_and_another_seed_another(site: Site) -> None:
    first = told(MadePast(site, 1, span(HOUR)))
    assert first == told(MadePast(site, 1, span(HOUR)))
    assert first != told(MadePast(site, 2, span(HOUR)))


def test_lifts_and_counters_live_through_long_steps(site: Site) -> None:
    found = by_device(MadePast(site, 1, span(6 * HOUR), ()))
    for device, said in found.items():
        points = [point.name for point in site.devices[device].points]
        for name in ("total_run_count", "door_operation_count", "active_energy_import_total", "entries", "exits"):
            if name in points:
                counted = said.values[points.index(name)].tolist()
                assert all(later >= earlier for earlier, later in pairwise(counted)), (device, name)
        if site.devices[device].device_class == "elevator":
            floors = said.values[points.index("car_position")]
            assert len(set(floors.tolist())) > 2, device


def test_a_planted_fault_shows_from_its_start_to_its_end(site: Site) -> None:
    start_ns, end_ns = END_NS - 2 * HOUR, END_NS - HOUR
    feeder = next(d for d in site.devices.values() if d.metering is not None and d.metering.role != "incomer")
    past = MadePast(site, 1, span(), [PlantedEvent(feeder.id, "feeder_trip", start_ns, end_ns)])
    said = by_device(past)[feeder.id]
    dark = said.at_ns[said.values[feeder.profile.column("voltage_l1") or 0] < 10.0]
    assert (dark.min(), dark.max()) == (start_ns + MINUTE, end_ns)


def test_a_fault_grows_to_its_severity(site: Site) -> None:
    meter = next(d for d in site.devices.values() if d.device_class == "water_meter")
    burst = PlantedEvent(meter.id, "burst", END_NS - 2 * HOUR, END_NS, severity=0.5, onset_s=3600.0)

    def flow(events: list[PlantedEvent]) -> NDArray[np.float64]:
        said: NDArray[np.float64] = by_device(MadePast(site, 1, span(), events))[meter.id].values[meter.profile.column("volume_flow") or 0]
        return said

    more = flow([burst]) - flow([])
    assert more[:60].max() == 0
    assert more[90] == pytest.approx(more[-1] / 2, rel=0.1)
    assert more[-1] == pytest.approx(more[130], rel=0.05)


def test_a_device_whose_link_is_lost_is_bad_in_every_column_meanwhile(site: Site) -> None:
    meter = next(d for d in site.devices.values() if d.device_class == "power_meter")
    lost = PlantedEvent(meter.id, LOST_LINK, END_NS - 2 * HOUR, END_NS - HOUR, network=True)
    said = by_device(MadePast(site, 1, span(), [lost]))[meter.id]
    gone = (said.qualities == Quality.COMM_FAILURE).all(axis=0)
    assert said.at_ns[gone].tolist() == list(range(END_NS - 2 * HOUR + MINUTE, END_NS - HOUR + 1, MINUTE))
    assert np.isnan(said.values[:, gone]).all()
    assert (said.qualities[:, ~gone] >= Quality.UNCERTAIN).all()


def test_an_arm_seen_seldom_is_noted_as_it_stood_before_its_stroke(site: Site) -> None:
    physics = build_machines(site, 1, END_NS)
    barrier = next(d for d in site.devices.values() if d.device_class == "parking_barrier")
    machine, column = physics.machines[barrier.id], [point.name for point in barrier.points].index("state")
    seldom, often = DeviceLog(barrier, machine, is_seldom_seen=True), DeviceLog(barrier, machine)
    for _ in range(1200):
        physics.step(1.0)
        seldom.note()
        often.note()
    instants = END_NS + np.arange(1200) * SECOND
    held, moved = seldom.stretch(instants).values[column], often.stretch(instants).values[column]
    strokes = np.isin(moved, (2.0, 3.0))
    assert strokes.any()
    assert not np.isin(held, (2.0, 3.0)).any()
    assert np.array_equal(held[~strokes], moved[~strokes])


@pytest.fixture(scope="module")
def plan() -> tuple[Site, "Callable[[int], list[PlantedEvent]]"]:
    site = site_of("reference")
    machines = build_machines(site, 1, END_NS).machines
    return site, lambda seed: planted(site, machines, seed, END_NS - 30 * DAY, END_NS)


def test_a_month_has_its_share_of_everything_that_goes_wrong(plan: tuple[Site, Callable[[int], list[PlantedEvent]]]) -> None:
    site, planned = plan
    events = planned(1)
    kinds = {event.kind for event in events}
    assert {"leak", "sensor_drift", "left_on", "feeder_trip", "pump_fail", LOST_LINK} <= kinds
    assert kinds & {"motor_trip", "start_failure"}
    assert 30 <= len(events) <= 120
    assert {site.devices[event.device].system for event in events} >= {"power", "water", "elevator", "fire", "charging", "parking"}


@pytest.mark.parametrize("seed", range(5))
def test_no_device_has_two_events_at_once_and_the_ends_are_calm(plan: tuple[Site, Callable[[int], list[PlantedEvent]]], seed: int) -> None:
    _, planned = plan
    events = planned(seed)
    assert events == sorted(events, key=lambda event: event.start_ns)
    assert min(event.start_ns for event in events) >= END_NS - 30 * DAY + 6 * HOUR
    assert max(event.end_ns for event in events) <= END_NS - HOUR
    for device in {event.device for event in events}:
        own = [event for event in events if event.device == device]
        assert all(later.start_ns - earlier.end_ns >= 6 * HOUR for earlier, later in pairwise(own)), device


def test_every_planted_fault_is_one_its_machine_takes(plan: tuple[Site, Callable[[int], list[PlantedEvent]]]) -> None:
    site, planned = plan
    machines = build_machines(site, 1, END_NS).machines
    for event in planned(3):
        if not event.network:
            assert machines[event.device].faults[event.kind].objection(event.severity, event.onset_s) is None, event


def test_no_value_is_good_and_no_number(site: Site) -> None:
    for said in lived(MadePast(site, 1, span(HOUR))):
        texts = set(said.texts)
        numbers = [column for column in range(len(said.values)) if column not in texts]
        good = said.qualities[numbers] == GOOD
        assert not np.isnan(said.values[numbers][good]).any(), said.device.id
