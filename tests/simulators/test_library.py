"""Every profile of the library spoken by a simulated device, and understood by the platform's own readers."""

import math
import re
from pathlib import Path

import pytest

from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import plan
from collectors.modbus.wire import FUNCTIONS, answer_data
from collectors.mqtt.payload import PayloadDecoder
from guanjia.config.profile_file import LIBRARY, load_profile
from model.profile import Point, Profile, TopicPath
from model.quality import GOOD, Quality
from model.site import Mqtt, System
from model.units import conversion
from simulators.machine import Machine
from simulators.payload import topics
from simulators.station import Station
from tests.simulators.fakes import device
from tests.simulators.physics.conftest import device as on_site
from tests.simulators.physics.conftest import site_of, start

PROFILES = [load_profile(path) for path in sorted(Path(LIBRARY).glob("*.yaml"))]
POLLED = [profile for profile in PROFILES if profile.modbus]
SPOKEN = [profile for profile in PROFILES if profile.mqtt and all(p.wire.topic for p in profile.points if isinstance(p.wire, TopicPath))]
NOW_S = 1_767_240_000.0
_PLACE = re.compile(r"\{(\w+)\}")


def machine(profile: Profile) -> Machine:
    """The machine that the site builds for such a device, at noon."""
    return start(12.0, site=site_of(on_site("one", profile.id, System.POWER, "b01"))).machines["one"]


@pytest.mark.parametrize("profile", POLLED, ids=lambda profile: profile.id)
def test_a_simulated_device_shows_its_truth_in_its_registers(profile: Profile) -> None:
    one = machine(profile)
    station, requests = Station(device(profile), one), plan(profile)
    pdus = [bytes((FUNCTIONS[r.table], *r.address.to_bytes(2, "big"), *r.count.to_bytes(2, "big"))) for r in requests]
    answers = [answer_data(station.answer(pdu), request) for pdu, request in zip(pdus, requests, strict=True)]
    values, qualities, _ = compile_decoder(profile, requests).decode(answers, bytes([GOOD]) * len(requests))
    told, truths = 0, one.truth()
    for column, point in enumerate(profile.points):
        truth = truths.get(point.name)
        if isinstance(truth, float) and not math.isnan(truth) and not point.is_text and Quality(qualities[column]).severity != "bad":
            told += 1
            assert values[column] == pytest.approx(shown(point, truth, one), abs=step(point), rel=0.01), point.name
    assert told >= 1


def shown(point: Point, truth: float, one: Machine) -> float:
    """The truth in the point's unit, as the platform converts."""
    unit = one.units.get(point.name)
    if unit is None or unit == point.unit or not point.unit:
        return truth * (100 if (unit, point.unit) == ("", "%") else 1)
    factor, offset = (100.0, 0.0) if (unit, point.unit) == ("", "%") else conversion(unit, point.unit) or (1.0, 0.0)
    return truth * factor + offset


def step(point: Point) -> float:
    """What a register of that point can't tell apart; where the device gives the scale, a whole unit."""
    return max(abs(point.scale), 1.0 if "sf" in point.name or getattr(point.wire, "scale_register", None) is not None else 0.0)


@pytest.mark.parametrize("profile", SPOKEN, ids=lambda profile: profile.id)
def test_what_a_simulated_device_publishes_is_understood(profile: Profile) -> None:
    places = {name for point in profile.points if isinstance(point.wire, TopicPath) for name in _PLACE.findall(point.wire.topic)}
    one, connection = machine(profile), Mqtt("x", dict.fromkeys(places - {"topic"}, "x"))
    decoder = PayloadDecoder("one", profile, connection)
    truth = one.truth()
    heard: dict[str, int] = {}
    for topic in topics(device(profile, connection), one.units, truth):
        block, _ = decoder.decode(topic.name, topic.payload(truth, NOW_S), int(NOW_S * 1e9))
        heard |= {point.name: code for point, code in zip(profile.points, block.qualities, strict=True) if code != Quality.ABSENT}
    said = {name for name, value in truth.items() if profile.column(name) is not None and value == value}
    usable = {name for name, code in heard.items() if Quality(code).severity != "bad"}
    exact = {p.name for p in profile.points if isinstance(p.wire, TopicPath) and not set(p.wire.topic) & {"#", "+"}}
    assert said
    assert (said & exact) - usable == set()
