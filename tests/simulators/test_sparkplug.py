"""Sparkplug B: bytes against the specification and against Google's decoder, sessions against the rules of births and deaths."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanjia.config.profile_file import LIBRARY
from model.profile import Point, Register, Table, TopicPath, WireType
from model.site import Mqtt, PayloadFormat
from model.text import Text
from simulators.network_fault import NetworkFault
from simulators.sparkplug_device import EdgeDevice
from simulators.sparkplug_node import FIRST_DEVICE_ALIAS, EdgeNode
from simulators.sparkplug_payload import REBIRTH, DataType, Metric, asks_rebirth, encode
from tests.simulators.fakes import FakeMachine, device, library, point, profile_of
from tests.simulators.sparkplug_proto import decode

NOW_S = 1_768_431_187.25
AT_MS = 1_768_431_187_250
WIRE = Mqtt("spBv1.0/talent/edge1/pump1", format=PayloadFormat.SPARKPLUG_B)
PUMP = profile_of(
    point("running", Register(Table.DISCRETE, 0, 1), type=WireType.BOOL),
    point("pressure", Register(Table.HOLDING, 0, 1), type=WireType.I16, scale=0.001, unit="MPa"),
    point("starts", Register(Table.HOLDING, 1, 2), type=WireType.U32),
    point("level", Register(Table.HOLDING, 3, 2), type=WireType.F32, unit="m"),
    point("plate", Register(Table.HOLDING, 5, 4), type=WireType.STRING),
)
TRUTH: dict[str, float | str] = {"running": 1.0, "pressure": 451.4, "starts": 12.0, "level": 2.5, "plate": "P1"}
UNITS = {"pressure": "kPa", "level": "m"}


def edge() -> tuple[EdgeNode, dict[str, FakeMachine]]:
    machines = {name: FakeMachine(values=dict(TRUTH), units=UNITS) for name in ("pump1", "pump2")}
    devices: dict[str, EdgeDevice] = {}
    for place, (name, machine) in enumerate(machines.items()):
        devices[name] = EdgeDevice(device(PUMP, WIRE, name), machine, FIRST_DEVICE_ALIAS + place * len(PUMP.points))
    return EdgeNode("talent", "edge1", devices), machines


# ── bytes ──


@pytest.mark.parametrize(
    ("metric", "wire"),
    [
        pytest.param(Metric(DataType.INT32, -2, 5, "a"), "0a0161 1805 2003 50feffffff0f", id="negative-is-two-s-complement-in-32-bits"),
        pytest.param(
            Metric(DataType.INT64, -1, 5, alias=300), "10ac02 1805 2004 58ffffffffffffffffff01", id="negative-in-64-bits-by-alias"
        ),
        pytest.param(Metric(DataType.FLOAT, 1.5, 5, alias=0), "1000 1805 2009 650000c03f", id="float-in-four-bytes-little-endian"),
        pytest.param(Metric(DataType.DOUBLE, 1.5, 5, alias=0), "1000 1805 200a 69000000000000f83f", id="double-in-eight"),
        pytest.param(Metric(DataType.BOOLEAN, True, 5, alias=0), "1000 1805 200b 7001", id="boolean"),
        pytest.param(Metric(DataType.STRING, "泵", 5, alias=0), "1000 1805 200c 7a03e6b3b5", id="text-in-utf-8"),
        pytest.param(Metric(DataType.UINT16, None, 5, alias=0), "1000 1805 2006 3801", id="no-value-is-null"),
        pytest.param(Metric(DataType.UINT64, 7, None, "bdSeq"), "0a05 6264536571 2008 5807", id="no-time"),
    ],
)
def test_a_metric_is_written_as_the_definition_says(metric: Metric, wire: str) -> None:
    body = bytes.fromhex(wire)
    assert encode(1, [metric], 2) == bytes.fromhex("0801") + b"\x12" + bytes((len(body),)) + body + bytes.fromhex("1802")


NUMBERS = st.one_of(
    st.tuples(st.sampled_from([DataType.INT16, DataType.INT32]), st.integers(-(2**15), 2**15 - 1)),
    st.tuples(st.just(DataType.INT64), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just(DataType.UINT32), st.integers(0, 2**32 - 1)),
    st.tuples(st.just(DataType.UINT64), st.integers(0, 2**64 - 1)),
    st.tuples(st.just(DataType.DOUBLE), st.floats(allow_nan=False)),
    st.tuples(st.just(DataType.BOOLEAN), st.booleans()),
    st.tuples(st.just(DataType.STRING), st.text(max_size=300)),
)


@given(st.lists(st.tuples(NUMBERS, st.text(max_size=20), st.integers(0, 2**40)), max_size=8), st.integers(0, 2**50), st.integers(0, 255))
def test_google_s_decoder_reads_every_payload(said: list[tuple[tuple[DataType, float | str], str, int]], at_ms: int, seq: int) -> None:
    read = decode(encode(at_ms, [Metric(kind, value, at_ms, name, alias) for (kind, value), name, alias in said], seq))
    assert (read.timestamp, read.seq, len(read.metrics)) == (at_ms, seq, len(said))
    for found, ((kind, value), name, alias) in zip(read.metrics, said, strict=True):
        assert (found.name, found.alias, found.datatype, found.timestamp) == (name, alias, kind, at_ms)
        assert _value(found) == value


def _value(metric: object) -> object:
    """As a host casts it by its datatype."""
    kind = metric.datatype  # type: ignore[attr-defined]
    if kind in (DataType.INT16, DataType.INT32):
        return struct.unpack("<i", struct.pack("<I", metric.int_value))[0]  # type: ignore[attr-defined]
    if kind == DataType.INT64:
        return struct.unpack("<q", struct.pack("<Q", metric.long_value))[0]  # type: ignore[attr-defined]
    fields = {
        DataType.UINT16: "int_value", DataType.UINT32: "int_value", DataType.UINT64: "long_value", DataType.DOUBLE: "double_value",
        DataType.FLOAT: "float_value", DataType.BOOLEAN: "boolean_value", DataType.STRING: "string_value",
    }  # fmt: skip
    return getattr(metric, fields[kind])


def test_a_rebirth_is_asked_by_name_and_only_when_true() -> None:
    asked = encode(1, [Metric(DataType.BOOLEAN, True, 1, REBIRTH)], None)
    assert asks_rebirth(asked)
    assert not asks_rebirth(encode(1, [Metric(DataType.BOOLEAN, False, 1, REBIRTH)], None))
    assert not asks_rebirth(encode(1, [Metric(DataType.BOOLEAN, True, 1, "Node Control/Reboot")], None))


@given(st.binary(max_size=60))
def test_a_command_of_noise_asks_for_nothing_and_breaks_nothing(noise: bytes) -> None:
    assert not asks_rebirth(noise)


# ── sessions ──


def test_a_node_is_born_with_its_devices_numbered_from_zero() -> None:
    node, _ = edge()
    node.next_will()
    births = node.births(NOW_S)
    assert [message.topic for message in births] == [
        "spBv1.0/talent/NBIRTH/edge1", "spBv1.0/talent/DBIRTH/edge1/pump1", "spBv1.0/talent/DBIRTH/edge1/pump2",
    ]  # fmt: skip
    assert [decode(message.payload).seq for message in births] == [0, 1, 2]
    assert all(message.qos == 0 for message in births)


def test_the_will_is_the_death_of_the_birth_that_follows() -> None:
    node, _ = edge()
    for number in (0, 1):
        will, birth = node.next_will(), node.births(NOW_S)[0]
        assert (will.topic, will.qos) == ("spBv1.0/talent/NDEATH/edge1", 1)
        dead, born = decode(will.payload), decode(birth.payload)
        assert not dead.HasField("seq")
        assert [(m.name, m.long_value) for m in dead.metrics] == [("bdSeq", number)]
        assert [m.long_value for m in born.metrics if m.name == "bdSeq"] == [number]


def test_a_birth_names_every_point_with_an_alias_of_its_own_and_its_value_in_the_profile_s_unit() -> None:
    node, _ = edge()
    node.next_will()
    births = [decode(message.payload) for message in node.births(NOW_S)]
    aliases = [metric.alias for birth in births for metric in birth.metrics if metric.HasField("alias")]
    assert len(aliases) == len(set(aliases)) == 2 + 2 * len(PUMP.points)
    assert {metric.name: _value(metric) for metric in births[1].metrics} == {
        "running": True, "pressure": pytest.approx(0.451), "starts": 12, "level": 2.5, "plate": "P1",
    }  # fmt: skip
    assert births[1].timestamp == AT_MS


def test_data_tells_what_changed_by_alias_alone_and_counts_on() -> None:
    node, machines = edge()
    node.next_will()
    births = node.births(NOW_S)
    starts = next(m.alias for m in decode(births[2].payload).metrics if m.name == "starts")
    assert node.news(NOW_S + 1) == []
    machines["pump2"].values["starts"] = 13.0
    (message,) = node.news(NOW_S + 2)
    told = decode(message.payload)
    assert message.topic == "spBv1.0/talent/DDATA/edge1/pump2"
    assert (told.seq, [(m.name, m.alias, m.int_value) for m in told.metrics]) == (3, [("", starts, 13)])


def test_a_moving_quantity_is_told_every_five_seconds() -> None:
    node, machines = edge()
    node.next_will()
    node.births(NOW_S)
    machines["pump1"].values["level"] = 2.6
    assert node.news(NOW_S + 4.9) == []
    assert len(node.news(NOW_S + 5)) == 1


def test_a_lost_device_dies_and_is_born_again_and_the_node_says_how_many_are_left() -> None:
    node, _ = edge()
    node.next_will()
    node.births(NOW_S)
    node.devices["pump1"].fault = NetworkFault.RESET
    death, count = node.news(NOW_S + 1)
    assert death.topic == "spBv1.0/talent/DDEATH/edge1/pump1"
    assert (decode(death.payload).seq, list(decode(death.payload).metrics)) == (3, [])
    assert count.topic == "spBv1.0/talent/NDATA/edge1"
    assert [m.int_value for m in decode(count.payload).metrics] == [1]
    node.devices["pump1"].fault = NetworkFault.OK
    assert [message.topic.split("/")[2] for message in node.news(NOW_S + 2)] == ["DBIRTH", "NDATA"]


def test_a_rebirth_keeps_the_death_number_and_begins_to_count_again() -> None:
    node, _ = edge()
    node.next_will()
    node.births(NOW_S)
    again = decode(node.births(NOW_S + 60)[0].payload)
    assert again.seq == 0
    assert [m.long_value for m in again.metrics if m.name == "bdSeq"] == [0]


def test_numbers_begin_again_after_255() -> None:
    node, machines = edge()
    node.next_will()
    node.births(NOW_S)
    seen = []
    for turn in range(260):
        machines["pump1"].values["starts"] = float(turn + 100)
        seen += [decode(message.payload).seq for message in node.news(NOW_S)]
    assert seen == [(3 + turn) % 256 for turn in range(260)]


def test_what_is_not_available_is_null() -> None:
    node, machines = edge()
    machines["pump1"].values["level"] = math.nan
    node.next_will()
    level = next(m for m in decode(node.births(NOW_S)[1].payload).metrics if m.name == "level")
    assert level.is_null


def test_a_wrong_clock_shows_in_the_times_of_its_data_alone() -> None:
    node, machines = edge()
    node.next_will()
    node.births(NOW_S)
    node.devices["pump1"].fault, node.devices["pump1"].amount = NetworkFault.CLOCK_ERROR, -3600.0
    machines["pump1"].values["starts"] = machines["pump2"].values["starts"] = 99.0
    assert [decode(message.payload).timestamp for message in node.news(NOW_S)] == [AT_MS - 3_600_000, AT_MS]


def test_a_node_s_own_points_are_metrics_of_its_birth_by_their_profile_s_names_and_raw() -> None:
    points = (
        Point("load", Text("负载", "Load"), TopicPath("", "CPU/{core}/Load"), WireType.U16, "%", scale=0.1, metric="CPU/{core}/Load"),
        Point("birth_number", Text("序号", "Number"), TopicPath("", "bdSeq"), WireType.U64, metric="bdSeq"),
    )
    wire = Mqtt("spBv1.0/talent/edge1", {"core": "0"}, format=PayloadFormat.SPARKPLUG_B)
    machine = FakeMachine(values={"load": 41.2}, units={"load": "%"})
    node = EdgeNode("talent", "edge1", {"": EdgeDevice(device(profile_of(*points), wire), machine, FIRST_DEVICE_ALIAS)})
    node.next_will()
    (birth,) = node.births(NOW_S)
    read = decode(birth.payload)
    assert [metric.name for metric in read.metrics] == ["bdSeq", REBIRTH, "Devices Online", "CPU/0/Load"]
    assert (read.metrics[3].int_value, read.metrics[3].datatype) == (412, DataType.UINT16)
    machine.values["load"] = 50.0
    (data,) = node.news(NOW_S + 5)
    assert (data.topic, decode(data.payload).metrics[0].int_value) == ("spBv1.0/talent/NDATA/edge1", 500)


@pytest.mark.parametrize("profile_id", sorted(path.stem for path in LIBRARY.glob("*.yaml")))
def test_any_profile_of_the_library_can_be_born(profile_id: str) -> None:
    profile = library(profile_id)
    node = EdgeNode("g", "n", {"d": EdgeDevice(device(profile, WIRE, "d"), FakeMachine(), FIRST_DEVICE_ALIAS)})
    node.next_will()
    birth = decode(node.births(NOW_S)[1].payload)
    assert [metric.name for metric in birth.metrics] == [point.metric or point.name for point in profile.points]
    assert {metric.datatype for metric in birth.metrics} <= set(DataType)
