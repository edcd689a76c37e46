"""From MQTT messages to columns."""

import json
import math
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import ProfileError
from collectors.mqtt import jsonpath
from collectors.mqtt.jsonpath import MISSING
from collectors.mqtt.payload import PayloadDecoder, Verdict
from collectors.mqtt.topics import matches
from model.clock import DAY, SECOND
from model.profile import ByteOrder, Point, TopicPath, WireType
from model.quality import ABSENT, GOOD, Quality
from model.reading import Block, Fault
from model.site import Mqtt
from model.text import Text
from tests.collectors.support import START_NS, good, mqtt_profile, topic_point

STATE = "parking/north/state"


def decoder(*points: Point, **values: str) -> PayloadDecoder:
    return PayloadDecoder("gate", mqtt_profile(*points), Mqtt("parking/north", values))


def decode(payload: object, *points: Point, topic: str = STATE) -> Block:
    written = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decoder(*points).decode(topic, written, START_NS)[0]


BARRIER = (
    topic_point("state", "$.state", WireType.U16),
    topic_point("current", "$.motor.current", low=0, high=50),
    topic_point("phase2", "$.motor.phases[1]"),
    topic_point("arm_off", "$.arm_off", WireType.BOOL),
    topic_point("plate", "$.plate", WireType.STRING),
)


def test_scalars_nested_values_arrays_booleans_and_words() -> None:
    block = decode({"state": 2, "motor": {"current": 3.5, "phases": [1, 2, 3]}, "arm_off": True, "plate": "京A12345"}, *BARRIER)
    assert list(block.values)[:4] == [2, 3.5, 2, 1]
    assert block.qualities == good(5)
    assert dict(block.texts) == {4: "京A12345"}
    assert block.raw[0][0] == STATE


def test_what_a_message_does_not_speak_of_stays_as_it_was() -> None:
    assert decode({"state": 1}, *BARRIER).qualities == bytes([GOOD, ABSENT, ABSENT, ABSENT, ABSENT])


def test_null_is_not_available_and_not_zero() -> None:
    block = decode({"state": None, "plate": None}, *BARRIER)
    assert math.isnan(block.values[0])
    assert block.qualities == bytes([Quality.SENSOR_FAILURE, ABSENT, ABSENT, ABSENT, Quality.SENSOR_FAILURE])
    assert not block.texts


@pytest.mark.parametrize(
    ("found", "value", "quality"),
    [
        ("12.5", 12.5, Quality.GOOD),
        (51, 51, Quality.OUT_OF_RANGE),
        ("abc", None, Quality.CONFIG_ERROR),
        ("nan", None, Quality.CONFIG_ERROR),
        ([1], None, Quality.CONFIG_ERROR),
        ({}, None, Quality.CONFIG_ERROR),
        (10**400, None, Quality.CONFIG_ERROR),
    ],
    ids=["quoted number", "unbelievable", "word", "quoted nan", "array", "object", "too large"],
)
def test_a_number_is_a_number_or_says_why_not(found: object, value: float | None, quality: Quality) -> None:
    block = decode({"x": found}, topic_point("x", "$.x", high=50))
    assert block.qualities == bytes([quality])
    assert block.values[0] == value if value is not None else math.isnan(block.values[0])


@pytest.mark.parametrize(("found", "value"), [(True, 1), (0, 0), (7, 1), ("on", 1), ("OFF", 0), ("online", 1), ("false", 0)])
def test_a_boolean_comes_in_many_spellings(found: object, value: float) -> None:
    assert decode({"x": found}, topic_point("x", "$.x", WireType.BOOL)).values[0] == value


def test_scale_and_sentinels_apply_as_on_a_wire() -> None:
    points = topic_point("a", "$.a", scale=0.001), topic_point("b", "$.b", sentinels=(-1,))
    block = decode({"a": 2500, "b": -1}, *points)
    assert block.values[0] == 2.5
    assert block.qualities == bytes([GOOD, Quality.SENSOR_FAILURE])


def test_a_bare_scalar_or_array_may_be_the_whole_message() -> None:
    amp, l2 = topic_point("amp", "$", topic="go/{serial}/amp"), topic_point("l2", "$[1]", topic="go/{serial}/nrg")
    charger = decoder(amp, l2, serial="007")
    assert charger.filters == ("go/007/amp", "go/007/nrg")
    assert charger.decode("go/007/amp", b"16", START_NS)[0].qualities == bytes([GOOD, ABSENT])
    assert charger.decode("go/007/nrg", b"[230, 231.5]", START_NS)[0].values[1] == 231.5


def test_unquoted_words_are_words_where_a_word_is_all_there_is() -> None:
    online = topic_point("online", "$", WireType.STRING, topic="tele/{topic}/LWT")
    block, verdict = decoder(online).decode("tele/parking/north/LWT", b"Online", START_NS)
    assert (dict(block.texts), verdict) == ({0: "Online"}, Verdict.FINE)


@pytest.mark.parametrize(
    ("encoding", "sent", "words"),
    [
        ("base64 of UTF-8", "5LqsQTEyMzQ1", "京A12345"),
        ("base64 of UTF-8", "京A12345", "京A12345"),
        ("base64 of UTF-8", "/////w==", "/////w=="),
        ("base64", "AQI=", "0102"),
    ],
    ids=["encoded plate", "plain plate", "no text inside", "bytes"],
)
def test_base64_text_and_bytes(encoding: str, sent: str, words: str) -> None:
    assert dict(decode({"x": sent}, topic_point("x", "$.x", WireType.STRING, encoding=encoding)).texts) == {0: words}


def field(octets: tuple[int, int], type_: WireType, *, encoding: str = "base64", scale: float = 1.0, **more: Any) -> Point:
    """A number inside a binary field of the message."""
    return Point("x", Text("x", "x"), TopicPath("{topic}/state", "$.x", octets, **more), type_, scale=scale, encoding=encoding)


@pytest.mark.parametrize(
    ("point", "sent", "value"),
    [
        (field((0, 0), WireType.BOOL, bit=0), "Af8=", 1),
        (field((0, 0), WireType.BOOL, bit=1), "Af8=", 0),
        (field((0, 1), WireType.BOOL), "AAE=", 1),
        (field((1, 1), WireType.I16), "Af8=", -1),
        (field((1, 1), WireType.U16), "Af8=", 255),
        (field((0, 1), WireType.U16), "Af8=", 0x01FF),
        (field((0, 1), WireType.U16, byte_order=ByteOrder.LITTLE), "Af8=", 0xFF01),
        (field((0, 2), WireType.U32, encoding="hex", scale=0.1), "0003E8FF", 100),
        (field((1, 4), WireType.F32, encoding="hex"), "0041C80000", 25),
        (field((2, 2), WireType.I16), "Af8=", ABSENT),
        (field((0, 0), WireType.U16), "no base64!", Quality.CONFIG_ERROR),
        (field((0, 0), WireType.U16), 7, Quality.CONFIG_ERROR),
        (field((0, 0), WireType.U16), None, Quality.SENSOR_FAILURE),
        (field((0, 3), WireType.F32, encoding="hex"), "7FC00000", Quality.CONFIG_ERROR),
    ],
)
def test_numbers_inside_a_binary_field(point: Point, sent: object, value: float) -> None:
    block = decode({"x": sent}, point)
    if math.isnan(block.values[0]):
        assert block.qualities == bytes([int(value)])
    else:
        assert block.values[0] == pytest.approx(value)
        assert block.qualities == good(1)


def test_a_point_may_be_meant_by_some_messages_of_its_topic_alone() -> None:
    x = Point("x", Text("x", "x"), TopicPath("{topic}/state", "$.x", when={"$.port": (1, 2), "$.kind": ("status",)}), WireType.F64)
    said = [decode({"x": 5, "port": port, "kind": kind}, x).qualities[0] for port, kind in ((1, "status"), (3, "status"), (2, "other"))]
    assert said == [GOOD, ABSENT, ABSENT]
    assert decode({"x": 5}, x).qualities[0] == ABSENT


def test_a_time_in_words_dates_the_message_when_it_names_its_zone() -> None:
    received = topic_point("received_at", "$.at", unit="s", encoding="rfc3339")
    measured_ns = START_NS - 2 * SECOND
    at = datetime.fromtimestamp(measured_ns // SECOND, ZoneInfo("Asia/Shanghai"))
    assert decode({"at": at.isoformat()}, received).source_ns == measured_ns
    fine = decode({"at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + ".123456789Z"}, received)
    assert abs(fine.source_ns - measured_ns - 123_456_789) < 1_000
    local = decode({"at": at.strftime("%Y-%m-%dT%H:%M:%S")}, received)
    assert (local.source_ns, local.qualities[0]) == (START_NS, Quality.CONFIG_ERROR)


def test_an_active_low_contact_says_the_contrary() -> None:
    door = topic_point("door", "$.contact", WireType.BOOL, active_low=1)
    assert [decode({"contact": closed}, door).values[0] for closed in (True, False, "ON")] == [0, 1, 0]


def test_a_leading_nul_byte_is_forgiven() -> None:
    assert decode(b'\0{"state": 1}', *BARRIER).values[0] == 1


@pytest.mark.parametrize(
    "payload",
    [b"{", b"", b"\xff\xfe", b"42", b'"state"', b"[" * 100_000],
    ids=["cut off", "empty", "binary", "number", "word", "endless nesting"],
)
def test_a_bad_payload_is_a_bad_quality_and_is_told(payload: bytes) -> None:
    block, verdict = decoder(*BARRIER).decode(STATE, payload, START_NS)
    assert verdict is Verdict.BAD_PAYLOAD
    assert block.fault is Fault.BAD_PAYLOAD
    assert block.qualities == bytes([Quality.COMM_FAILURE] * 5)
    assert all(math.isnan(value) for value in block.values)


def test_a_bad_payload_on_one_of_several_topics_spoils_only_that_topic() -> None:
    points = topic_point("a", "$.a"), topic_point("b", "$.b", topic="{topic}/other")
    block = decode(b"{", *points)
    assert block.fault is None
    assert block.qualities == bytes([Quality.COMM_FAILURE, ABSENT])


@pytest.mark.parametrize(("unit", "factor"), [("s", 1), ("ms", 1000)])
def test_the_devices_own_time_is_kept(unit: str, factor: int) -> None:
    measured_ns = START_NS - 3 * SECOND
    block = decode({"time": measured_ns // SECOND * factor}, topic_point("time", "$.time", unit=unit))
    assert (block.source_ns, block.receive_ns) == (measured_ns, START_NS)


@pytest.mark.parametrize(
    "wrong_s", [0, START_NS // SECOND + 3600, (START_NS - 2 * DAY) // SECOND, 1e300], ids=["1970", "ahead", "two days old", "absurd"]
)
def test_a_time_that_cannot_be_gives_way_to_the_receipt(wrong_s: float) -> None:
    gate = decoder(topic_point("time", "$.time", unit="s"))
    block, verdict = gate.decode(STATE, json.dumps({"time": wrong_s}).encode(), START_NS)
    assert (block.source_ns, verdict) == (START_NS, Verdict.BAD_CLOCK)


def test_a_time_on_another_topic_does_not_date_this_message() -> None:
    points = topic_point("x", "$.x"), topic_point("heartbeat", "$.timestamp", unit="s", topic="{topic}/keep_alive")
    assert decode({"x": 1, "timestamp": 5}, *points).source_ns == START_NS


def test_a_wildcard_point_takes_messages_whose_last_level_is_its_name() -> None:
    points = (
        topic_point("floor", "$.value", topic="/{topic}/elevator/floor"),
        topic_point("moving", "$.value", WireType.BOOL, topic="/{topic}/elevator/#"),
        topic_point("door_state", "$.value", WireType.STRING, topic="/{topic}/elevator/#"),
    )
    assert decode({"value": 3}, *points, topic="/parking/north/elevator/floor").qualities == bytes([GOOD, ABSENT, ABSENT])
    assert decode({"value": True}, *points, topic="/parking/north/elevator/moving").qualities == bytes([ABSENT, GOOD, ABSENT])
    assert dict(decode({"value": "open"}, *points, topic="/parking/north/elevator/car/door-state").texts) == {2: "open"}
    assert decode({"value": 1}, *points, topic="/parking/north/elevator/else").qualities == bytes([ABSENT] * 3)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (topic_point("x", "protobuf Payload"), "is not a path"),
        (topic_point("x", "$.a", topic="go/{serial}/x"), "give the device a value for serial"),
        (topic_point("x", "$.a", WireType.STRING, encoding="rot13"), "encoding 'rot13' is not known"),
        (topic_point("x", "$.a", encoding="bcd"), "not known for a f64"),
        (topic_point("x", "$.a", encoding="base64"), "say which bytes"),
        (topic_point("x", "$.a", encoding="rfc3339", unit="h"), "its unit is .h."),
        (topic_point("x", "$.a", unit_select="y"), "unit_select is for Modbus"),
    ],
)
def test_what_cannot_be_decoded_is_said_before_the_first_message(broken: Point, words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        decoder(broken)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.a[0].b", 1),
        ("$.a[-1]", None),
        ("$.a[2]", MISSING),
        ("$.a[-3]", MISSING),
        ("$.a.b", MISSING),
        ("$[0]", MISSING),
        ("$['odd.key [1]'].c", 5),
        ("$.of[?@.name=='temp'].v", 21),
        ('$.of[?@.name=="hum"].v', 40),
        ("$.of[?@.id==7].v", 40),
        ("$.of[?@.id==true].v", MISSING),
        ("$.of[?@.on==true].v", 21),
        ("$.of[?@.id==8]", MISSING),
        ("$.of[?@.id==8].v[0]", MISSING),
    ],
)
def test_paths_lead_to_values_or_nowhere(path: str, found: object) -> None:
    document = {
        "a": [{"b": 1}, None],
        "odd.key [1]": {"c": 5},
        "of": [3, {"name": "temp", "id": 1, "on": True, "v": 21}, {"name": "hum", "id": 7, "on": 1, "v": 40}],
    }
    steps = jsonpath.parse(path)
    assert steps is not None
    assert jsonpath.find(document, steps) == found
    assert jsonpath.find(document, ()) is document


@pytest.mark.parametrize("path", ["", "a", "$.", "$..a", "$.a[x]", "$a", "$.*[*]", "$.a[?@.b=1]", "$.a[?@.b==x]", "$['']"])
def test_paths_beyond_our_means_are_refused(path: str) -> None:
    assert jsonpath.parse(path) is None


@pytest.mark.parametrize(
    ("topic_filter", "topic", "expected"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+/c", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("/a/#", "a/b", False),
        ("+", "/a", False),
    ],
)
def test_filters_match_as_the_standard_says(topic_filter: str, topic: str, expected: bool) -> None:
    assert matches(topic_filter, topic) is expected


ODD = (
    *BARRIER,
    topic_point("chosen", "$.motor[?@.state==1].current"),
    topic_point("dated", "$.plate", unit="s", encoding="rfc3339"),
    Point("inside", Text("x", "x"), TopicPath("{topic}/state", "$.plate", (0, 1), when={"$.state": (1,)}), WireType.I16, encoding="base64"),
    topic_point("time", "$.current", unit="ms"),
)
KEYS = st.sampled_from(["state", "motor", "current", "phases", "plate"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.just("AfU="),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner),
    max_leaves=12,
)
TEXT_COLUMN = 4


@given(st.one_of(st.binary(max_size=80), JSON.map(lambda found: json.dumps(found).encode())), st.sampled_from([STATE, "else", ""]))
def test_no_payload_breaks_the_decoder_and_no_bad_value_is_a_number(payload: bytes, topic: str) -> None:
    block, _ = decoder(*ODD).decode(topic, payload, START_NS)
    for column, quality in enumerate(block.qualities):
        usable = quality != ABSENT and Quality(quality).severity != "bad"
        assert math.isfinite(block.values[column]) is (usable and column != TEXT_COLUMN)
        assert (column in block.texts) is (usable and column == TEXT_COLUMN)
    assert START_NS - DAY <= block.source_ns <= START_NS + 60 * SECOND
    for words in block.texts.values():
        words.encode()


@given(st.text(max_size=40) | st.from_regex(r"\$(\.[a-z]|\[[-?@.'\"=a-z0-9 ]*\])*", fullmatch=True), JSON)
def test_no_path_breaks_its_parser_or_the_search(path: str, document: object) -> None:
    steps = jsonpath.parse(path)
    if steps is not None:
        jsonpath.find(document, steps)
