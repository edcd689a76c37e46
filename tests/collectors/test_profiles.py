"""Every profile of the library, and one with every feature beside it, planned, encoded by the tests' own encoder and decoded again."""

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import plan
from collectors.mqtt.payload import PayloadDecoder
from guanjia.config.profile_file import load_profile
from model.profile import ByteOrder, Point, Profile, Register, Table, TopicPath, WireType, WordOrder
from model.quality import GOOD, Quality
from model.site import Mqtt
from tests.collectors.register_writer import image
from tests.collectors.support import START_NS, address_bytes, good

LIBRARY = Path(__file__).resolve().parents[2] / "profiles"
PROFILES = [load_profile(path) for path in (*sorted(LIBRARY.glob("*.yaml")), Path(__file__).parent / "every_feature.yaml")]
MODBUS = [profile for profile in PROFILES if profile.modbus]
MQTT = [profile for profile in PROFILES if profile.mqtt and all(p.wire.topic for p in profile.points if isinstance(p.wire, TopicPath))]
"""Those whose points come on topics of their own; what Sparkplug B carries by name is tested with it."""
DEVICES = 30
"""Real devices whose maps the library holds, beside the typical ones."""


def believable(point: Point, value: float) -> Quality:
    low, high = point.low if point.low is not None else value, point.high if point.high is not None else value
    return Quality.GOOD if low <= value <= high else Quality.OUT_OF_RANGE


def test_the_library_is_there() -> None:
    assert sum(any("typical" not in line for line in profile.source) for profile in PROFILES) >= DEVICES
    assert len(MODBUS) >= 20
    assert len(MQTT) >= 8


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


def plain(point: Point) -> Point:
    """The point as the whole number that its registers make: nothing but where it lies and in which order."""
    register = point.wire
    assert isinstance(register, Register)
    same_length = {WireType.F32: WireType.U32, WireType.F64: WireType.U64}
    bare = Point(point.name, point.label, replace(register, scale_register=None), same_length.get(point.type, point.type))
    is_number = register.words in (1, 2, 4) or register.table in (Table.COIL, Table.DISCRETE)
    return bare if is_number and not point.is_text else replace(bare, type=WireType.STRING)


def number_at(point: Point) -> float:
    """What the point reads where every register holds its own address, worked out on its words."""
    register = point.wire
    assert isinstance(register, Register)
    addresses = [register.address + n for n in range(register.words)]
    if register.table in (Table.COIL, Table.DISCRETE):
        return sum((address & 1) << n for n, address in enumerate(addresses))
    if register.byte_order is ByteOrder.LITTLE:
        addresses = [256 * (address % 256) + address // 256 for address in addresses]
    number = 0
    for word in addresses if register.word_order is WordOrder.MSW_FIRST else reversed(addresses):
        number = 65536 * number + word
    is_negative = point.type in (WireType.I16, WireType.I32, WireType.I64) and number >> (16 * register.words - 1)
    return float(number != 0) if point.type is WireType.BOOL else float(number - (1 << 16 * register.words) * bool(is_negative))


@pytest.mark.parametrize("profile", MODBUS, ids=lambda profile: profile.id)
def test_where_every_register_holds_its_address_every_point_reads_its_own(profile: Profile) -> None:
    """Whole numbers, and floats taken as such, without scale, encoding or sentinel: only where they lie and in which order counts."""
    bare = replace(profile, points=tuple(plain(point) for point in profile.points))
    requests = plan(bare)
    values, qualities, _ = compile_decoder(bare, requests).decode([address_bytes(request) for request in requests], good(len(requests)))
    for column, point in enumerate(bare.points):
        if not point.is_text:
            assert (values[column], qualities[column]) == (number_at(point), GOOD), point.name


@pytest.mark.parametrize("profile", MQTT, ids=lambda profile: profile.id)
def test_every_topic_profile_reads_back_what_was_published(profile: Profile) -> None:
    names = {name for point in profile.points for name in re.findall(r"\{(\w+)\}", wire(point).topic)}
    decoder = PayloadDecoder("device", profile, Mqtt("x", dict.fromkeys(names - {"topic"}, "x")))
    for column, point in enumerate(profile.points):
        topic = re.sub(r"\{\w+\}", "x", wire(point).topic).replace("#", point.name)
        sent, value = sample(point, column)
        document = wrapped(wire(point).path, sent)
        for path, accepted in wire(point).when.items():
            document = merged(document, wrapped(path, accepted[0]))
        block, _ = decoder.decode(topic, json.dumps(document).encode(), START_NS)
        if point.is_text:
            assert block.texts[column] == value, point.name
        else:
            assert block.values[column] == pytest.approx(value), point.name
            assert block.qualities[column] in (GOOD, believable(point, float(value))), point.name
        spoken = {wire(point).path, *wire(point).when}
        assert all(q != GOOD or wire(p).path in spoken for q, p in zip(block.qualities, profile.points, strict=True))


def wire(point: Point) -> TopicPath:
    assert isinstance(point.wire, TopicPath)
    return point.wire


def sample(point: Point, column: int) -> tuple[object, float | str]:
    """What is sent for the point, and what it should read as."""
    if point.is_text:
        return {"base64 of UTF-8": ("5LqsQQ==", "京A"), "base64": ("AQI=", "0102")}.get(point.encoding or "", (f"w{column}", f"w{column}"))
    octets = wire(point).octets
    if octets is not None:
        number, bit = 1 << (wire(point).bit or 0), wire(point).bit
        packed = bytes(octets[0]) + number.to_bytes(octets[1] - octets[0] + 1, wire(point).byte_order.value)
        written = packed.hex() if point.encoding == "hex" else base64.b64encode(packed).decode()
        return written, 1.0 if bit is not None else number
    if point.encoding == "rfc3339":
        return "2024-02-29T12:30:00.250Z", 1709209800.25
    if point.type is WireType.BOOL:
        return not point.active_low, 1.0
    return column + 1, (column + 1) * point.scale + point.offset


def merged(one: Any, other: Any) -> Any:
    """Two documents in one."""
    if not isinstance(one, dict):
        return other
    return {key: merged(one[key], other[key]) if key in one and key in other else {**one, **other}[key] for key in {**one, **other}}


def wrapped(path: str, value: object) -> Any:
    """The smallest document that has the value at the path."""
    for name, index in reversed(re.findall(r"\.([^.\[]+)|\[(\d+)\]", path)):
        value = {name: value} if name else [None] * int(index) + [value]
    return value
