"""Every profile of the library, planned, encoded by the tests' own encoder and decoded again."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import plan
from collectors.mqtt.payload import PayloadDecoder
from guanjia.config.profile_file import load_profile
from model.profile import Point, Profile, TopicPath, WireType
from model.quality import GOOD, Quality
from model.site import Mqtt
from tests.collectors.register_writer import image
from tests.collectors.support import START_NS, good

LIBRARY = Path(__file__).resolve().parents[2] / "profiles"
PROFILES = [load_profile(path) for path in sorted(LIBRARY.glob("*.yaml"))]
MODBUS = [profile for profile in PROFILES if profile.modbus]
MQTT = [profile for profile in PROFILES if profile.mqtt]


def believable(point: Point, value: float) -> Quality:
    low, high = point.low if point.low is not None else value, point.high if point.high is not None else value
    return Quality.GOOD if low <= value <= high else Quality.OUT_OF_RANGE


def test_the_library_is_there() -> None:
    assert len(MODBUS) >= 10
    assert len(MQTT) >= 3


@pytest.mark.parametrize("profile", MODBUS, ids=lambda profile: profile.id)
def test_every_register_profile_reads_back_what_was_written(profile: Profile) -> None:
    memory, requests = image(profile), plan(profile)
    decoder = compile_decoder(profile, requests)
    values, qualities, texts = decoder.decode([memory.answer(request) for request in requests], good(len(requests)))
    for column, point in enumerate(profile.points):
        expected = memory.expected[point.name]
        if isinstance(expected, str):
            assert texts[column] == expected, point.name
            assert qualities[column] == GOOD, point.name
        else:
            assert values[column] == pytest.approx(expected, rel=1e-9), point.name
            assert qualities[column] == believable(point, expected), point.name


@pytest.mark.parametrize("profile", MQTT, ids=lambda profile: profile.id)
def test_every_topic_profile_reads_back_what_was_published(profile: Profile) -> None:
    names = {name for point in profile.points for name in re.findall(r"\{(\w+)\}", wire(point).topic)}
    decoder = PayloadDecoder("device", profile, Mqtt("x", dict.fromkeys(names - {"topic"}, "x")))
    for column, point in enumerate(profile.points):
        topic = re.sub(r"\{\w+\}", "x", wire(point).topic).replace("#", point.name)
        sent, value = sample(point, column)
        block, _ = decoder.decode(topic, json.dumps(wrapped(wire(point).path, sent)).encode(), START_NS)
        if point.is_text:
            assert block.texts[column] == value, point.name
        else:
            assert block.values[column] == pytest.approx(value), point.name
            assert block.qualities[column] in (GOOD, believable(point, float(value))), point.name
        assert all(q != GOOD or wire(p).path == wire(point).path for q, p in zip(block.qualities, profile.points, strict=True))


def wire(point: Point) -> TopicPath:
    assert isinstance(point.wire, TopicPath)
    return point.wire


def sample(point: Point, column: int) -> tuple[object, float | str]:
    """What is sent for the point, and what it should read as."""
    if point.is_text:
        return {"base64 of UTF-8": ("5LqsQQ==", "京A"), "base64": ("AQI=", "0102")}.get(point.encoding or "", (f"w{column}", f"w{column}"))
    if point.type is WireType.BOOL:
        return True, 1.0
    return column + 1, (column + 1) * point.scale + point.offset


def wrapped(path: str, value: object) -> Any:
    """The smallest document that has the value at the path."""
    for name, index in reversed(re.findall(r"\.([^.\[]+)|\[(\d+)\]", path)):
        value = {name: value} if name else [None] * int(index) + [value]
    return value
