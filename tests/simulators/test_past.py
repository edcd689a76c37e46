"""The past: repeatable, said the way the devices say it, and continued by the fleet that has lived through it."""

import io
import json
from array import array
from collections import defaultdict
from itertools import pairwise
from math import nan
from pathlib import Path

import pytest

from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import plan
from collectors.mqtt.payload import PayloadDecoder
from energy.meters import meters
from guanjia.config.site_file import read_site
from model.clock import HOUR, SECOND
from model.quality import ABSENT, GOOD
from model.reading import Block
from model.site import Device, ModbusTcp, Mqtt, Site
from simulators.fleet import Fleet
from simulators.machine import Machine
from simulators.past import STEP_NS, full_step, instants, live_through, rows
from simulators.past_stream import RowReader, write_rows
from simulators.payload import topics
from simulators.physics.site_physics import build_machines
from simulators.readout import Readout
from simulators.reference_site import Size, reference_site
from simulators.register_image import is_bits, register_image
from tests.simulators.fake_time import StandingClock

NOW_NS = StandingClock().now_ns()
START_NS = full_step(NOW_NS - 3 * HOUR)


def site_of(size: Size) -> Site:
    return read_site(reference_site(size, broker="mqtt://127.0.0.1:9"), f"{size}.yaml", Path(), {})


@pytest.fixture(scope="module")
def site() -> Site:
    return site_of("small")


@pytest.fixture(scope="module")
def past(site: Site) -> list[Block]:
    return list(rows(site, 1, START_NS, NOW_NS))


def written(blocks: list[Block]) -> bytes:
    stream = io.BytesIO()
    write_rows(blocks, stream)
    return stream.getvalue()


def counters(site: Site, blocks: list[Block]) -> dict[str, list[float]]:
    """What each meter's counter showed, row by row."""
    columns = {meter.id: meter.device.points.index(meter.point) for meter in meters(site)}
    shown: dict[str, list[float]] = defaultdict(list)
    for block in blocks:
        if block.device in columns:
            shown[block.device].append(block.values[columns[block.device]])
    return shown


def test_the_same_seed_has_the_same_past_and_another_seed_another(site: Site, past: list[Block]) -> None:
    assert written(list(rows(site, 1, START_NS, NOW_NS))) == written(past)
    assert written(list(rows(site, 2, START_NS, NOW_NS))) != written(past)


def test_starts_agree_whenever_they_are_asked_for() -> None:
    assert {full_step(START_NS + seconds * SECOND) for seconds in (0, 1, 299)} == {START_NS}
    assert set(instants(START_NS, NOW_NS)) < set(instants(START_NS, NOW_NS + HOUR))


def test_every_device_worth_it_has_a_row_at_the_end_of_every_step_oldest_first(site: Site, past: list[Block]) -> None:
    by_device: dict[str, list[int]] = defaultdict(list)
    for block in past:
        by_device[block.device].append(block.source_ns)
    classes = {site.devices[device].device_class for device in by_device}
    assert {"power_meter", "tank", "sump", "pump", "water_meter", "ev_charger", "parking_barrier"} <= classes
    assert "elevator" not in classes
    for times in by_device.values():
        assert times == list(instants(START_NS, NOW_NS))
    assert NOW_NS - HOUR < past[-1].source_ns < NOW_NS
    assert all(later.source_ns >= earlier.source_ns for earlier, later in pairwise(past))


def test_counters_of_the_past_only_rise(site: Site, past: list[Block]) -> None:
    for meter, shown in counters(site, past).items():
        assert all(later >= earlier for earlier, later in pairwise(shown)), meter
        assert shown[-1] > shown[0] or site.devices[meter].device_class == "water_meter", meter


def test_the_fleet_goes_on_where_the_past_ends(site: Site, past: list[Block]) -> None:
    """The live counter is not below the last row's, and not further above it than two steps' worth: the fleet starts in the second."""
    fleet = Fleet(site, StandingClock(), seed=1, control_port=None, past_from_ns=START_NS)
    assert fleet.site_time_s == NOW_NS / SECOND
    assert NOW_NS - past[-1].source_ns < 2 * STEP_NS
    for meter, shown in counters(site, past).items():
        device = site.devices[meter]
        column = next(m.device.points.index(m.point) for m in meters(site) if m.id == meter)
        live = Readout(device, fleet.desk.machine(meter)).read()[0][column]
        most = max(later - earlier for earlier, later in pairwise(shown))
        assert 0 <= live - shown[-1] <= 2 * most, meter


def test_a_fleet_without_a_past_begins_now(site: Site) -> None:
    fleet = Fleet(site, StandingClock(), seed=1, control_port=None)
    fresh = build_machines(site, 1, NOW_NS)
    assert fleet.site_time_s == NOW_NS / SECOND
    for name, machine in fresh.machines.items():
        assert dict(fleet.desk.machine(name).truth()) == dict(machine.truth()), name


def test_whoever_lives_through_the_past_stands_at_its_last_row(site: Site, past: list[Block]) -> None:
    physics = build_machines(site, 1, START_NS)
    for _ in instants(START_NS, NOW_NS):
        physics.step(STEP_NS / SECOND)
    last = {block.device: block for block in past}
    for device, block in last.items():
        assert Readout(site.devices[device], physics.machines[device]).read()[0].tobytes() == block.values.tobytes(), device
    assert abs(physics.time.now_ns - past[-1].source_ns) < SECOND // 100


def test_after_the_past_everything_has_settled(site: Site) -> None:
    """The last two minutes are lived in short steps: headers hold their pressure, nothing overflows, no one is held between floors."""
    physics = build_machines(site, 1, START_NS)
    assert live_through(physics, START_NS, StandingClock()) == NOW_NS
    assert abs(physics.time.now_ns - NOW_NS) < SECOND // 100
    for device in site.devices.values():
        truth = physics.machines[device.id].truth()
        assert not any(truth.get(sign) for sign in ("overflow", "high_float", "fault", "fault_code")), device.id
    for pump_set in physics.water.sets.values():
        assert pump_set.header_mpa > 0.9 * pump_set.duty.setpoint_mpa


def read_by_collector(device: Device, machine: Machine) -> tuple["array[float]", bytes]:
    """What the platform makes of the device's wire."""
    if isinstance(device.connection, Mqtt):
        decoder = PayloadDecoder(device.id, device.profile, device.connection)
        values, qualities = array("d", [nan]) * decoder.width, bytearray([ABSENT]) * decoder.width
        for topic in topics(device, machine.units, machine.truth()):
            document = topic.payload(machine.truth(), NOW_NS / SECOND)
            block, _ = decoder.decode(topic.name, document, NOW_NS)
            for column, quality in enumerate(block.qualities):
                if quality != ABSENT:
                    values[column], qualities[column] = block.values[column], quality
        return values, bytes(qualities)
    image, requests = register_image(device, machine.truth(), machine.units), plan(device.profile)
    answers = [image.read(request.table, request.address, request.count) for request in requests]
    packed = [
        _packed(answer) if answer is not None and is_bits(request.table) else answer
        for answer, request in zip(answers, requests, strict=True)
    ]
    values, read, _ = compile_decoder(device.profile, requests).decode(packed, [0] * len(requests))
    return values, read


def _packed(coils: bytes) -> bytes:
    return sum(bit << place for place, bit in enumerate(coils)).to_bytes((len(coils) + 7) // 8, "little")


def test_a_row_says_what_a_collector_would_have_read() -> None:
    """Every profile of the reference site, in its own unit, to the last digit; words and what is not available are left out."""
    site = site_of("reference")
    physics = build_machines(site, 1, START_NS)
    physics.step(60.0)
    by_profile = {device.profile.id: device for device in site.devices.values() if isinstance(device.connection, ModbusTcp | Mqtt)}
    assert len(by_profile) > 12
    for profile, device in by_profile.items():
        machine = physics.machines[device.id]
        shown, qualities = Readout(device, machine).read()
        read, judged = read_by_collector(device, machine)
        for column, point in enumerate(device.points):
            if point.is_text or judged[column] not in (GOOD, 84):
                assert qualities[column] == ABSENT, (profile, point.name)
            elif point.name not in ("time", "timestamp", "heartbeat"):
                assert qualities[column] == GOOD, (profile, point.name)
                assert shown[column] == pytest.approx(read[column], rel=1e-12, abs=1e-12), (profile, point.name)


@pytest.mark.parametrize("piece", [1, 7, 4096, 10**9])
def test_the_stream_is_read_in_pieces_of_any_size(past: list[Block], piece: int) -> None:
    some = past[:40]
    data, reader = written(some), RowReader()
    found = [block for at in range(0, len(data), piece) for block in reader.feed(data[at : at + piece])]
    assert json.dumps([(b.device, b.source_ns, b.receive_ns, list(b.qualities)) for b in found]) == json.dumps(
        [(b.device, b.source_ns, b.receive_ns, list(b.qualities)) for b in some]
    )
    assert [b.values.tobytes() for b in found] == [b.values.tobytes() for b in some]
