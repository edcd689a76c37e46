"""An edge node as its host understands it: births, data, deaths, gaps; by tables of what is said and what comes of it."""

from collections.abc import Callable
from math import isnan

import pytest

from collectors.errors import ProfileError
from collectors.sparkplug.columns import DeviceColumns
from collectors.sparkplug.node import BIRTH_WITHIN_NS, FIRST_BIRTH_NS
from collectors.sparkplug.outcome import Remark
from collectors.sparkplug.rebirth import Asking, Reason
from collectors.sparkplug.topics import Heading, Kind, NodePlace, heading
from model.clock import DAY, MINUTE, SECOND
from model.profile import Point, WireType
from model.quality import ABSENT, GOOD, Quality
from model.reading import Fault, Reach
from tests.collectors.sparkplug.support import (
    BIRTH,
    POINTS,
    START_MS,
    Fields,
    Trial,
    bd_seq,
    faults,
    metric_point,
    shown,
    sparkplug_device,
)
from tests.collectors.support import START_NS, point

PUMP, TANK = sparkplug_device("pump", *POINTS), sparkplug_device("tank", *POINTS)
LEVEL_3 = {"alias": 1, "double_value": 3.0}


def alive() -> Trial:
    """Node and pump are born: numbers 0 and 1; nothing is asked."""
    trial = Trial(PUMP)
    trial.born("pump")
    assert trial.asks() is None
    return trial


# ── births and data ──


def test_a_birth_fills_every_column_and_data_by_alias_those_it_speaks_of() -> None:
    trial = Trial(PUMP)
    (birth,) = trial.born("pump")
    assert shown(birth) == {0: 2.5, 1: 7.0, 2: "P1"}
    assert (birth.device, birth.source_ns, birth.fault) == ("pump", START_NS, None)
    (block,) = trial.say("DDATA", LEVEL_3, device="pump", seq=2, at_ms=START_MS + 5).blocks
    assert shown(block) == {0: 3.0}
    assert (block.source_ns, block.qualities) == (START_NS + 5_000_000, bytes([GOOD, ABSENT, ABSENT]))
    assert block.raw[0][0] == "spBv1.0/plant/DDATA/edge1/pump"


def test_data_may_name_its_metric_and_leave_out_what_the_birth_has_said() -> None:
    (block,) = alive().say("DDATA", {"name": "starts", "int_value": 8}, device="pump", seq=2).blocks
    assert shown(block) == {1: 8.0}


def test_what_a_node_says_of_itself_is_a_device_too() -> None:
    trial = Trial(sparkplug_device("gateway", metric_point("cpu"), topic="spBv1.0/plant/edge1/"))
    (birth,) = trial.say("NBIRTH", bd_seq(0), {"name": "cpu", "alias": 9, "datatype": 9, "float_value": 0.5}, seq=0).blocks
    (block,) = trial.say("NDATA", {"alias": 9, "float_value": 0.75}, seq=1).blocks
    assert (shown(birth), shown(block)) == ({0: 0.5}, {0: 0.75})


@pytest.mark.parametrize(
    ("metric", "quality"),
    [
        pytest.param({"is_null": True}, Quality.SENSOR_FAILURE, id="null"),
        pytest.param({}, Quality.SENSOR_FAILURE, id="no-value"),
        pytest.param({"double_value": float("nan")}, Quality.SENSOR_FAILURE, id="not-a-number"),
        pytest.param({"string_value": "3"}, Quality.CONFIG_ERROR, id="another-field-than-its-type-s"),
        pytest.param({"double_value": 3.0, "quality": 0}, Quality.BAD, id="bad-by-its-own-word"),
        pytest.param({"double_value": 3.0, "quality": 500}, Quality.LAST_KNOWN, id="stale-by-its-own-word"),
    ],
)
def test_a_value_that_is_not_to_be_had_is_bad_with_a_reason_and_no_number(metric: dict[str, object], quality: Quality) -> None:
    (block,) = alive().say("DDATA", {"alias": 1, **metric}, device="pump", seq=2).blocks
    assert block.qualities[0] == quality
    assert isnan(block.values[0])


def test_points_without_a_metric_and_types_that_are_not_read_are_bad_and_told_at_birth() -> None:
    trial = Trial(PUMP)
    trial.say("NBIRTH", bd_seq(0), seq=0)
    outcome = trial.say(
        "DBIRTH", {"name": "level", "datatype": 16}, {"name": "starts", "datatype": 7, "int_value": 1}, device="pump", seq=1
    )
    bad = {column for block in outcome.blocks for column, quality in enumerate(block.qualities) if quality == Quality.CONFIG_ERROR}
    assert bad == {0, 2}
    assert [(note.remark, note.detail) for note in outcome.notes] == [
        (Remark.POINTS_WITHOUT_METRIC, "plate"),
        (Remark.METRICS_UNREAD, "level (dataset)"),
    ]


TEXT = metric_point("x", WireType.STRING)
AHU = {"name": "AHU/7/Temp", "datatype": 3, "int_value": 612}


@pytest.mark.parametrize(
    ("written", "metric", "value"),
    [
        pytest.param(metric_point("x", metric="AHU/{no}/Temp", scale=0.1, offset=-40.0), AHU, 21.2, id="scaled-by-a-profile-for-sparkplug"),
        pytest.param(point("x", 0, WireType.I16, scale=0.1), {"datatype": 10, "double_value": 21.2}, 21.2, id="finished-before-registers"),
        pytest.param(metric_point("x", unit="s"), {"datatype": 13, "long_value": 1500}, 1.5, id="a-date-in-seconds"),
        pytest.param(TEXT, {"datatype": 13, "long_value": 0}, "1970-01-01T00:00:00.000Z", id="a-date-as-words"),
        pytest.param(TEXT, {"datatype": 17, "bytes_value": b"\x0a"}, "0a", id="bytes-as-digits"),
        pytest.param(metric_point("x", WireType.BOOL), {"datatype": 11, "boolean_value": True}, 1.0, id="boolean"),
        pytest.param(metric_point("x", WireType.U64), {"datatype": 8, "long_value": 2**53}, float(2**53), id="long"),
    ],
)
def test_a_metric_becomes_the_value_of_its_point(written: Point, metric: dict[str, object], value: float | str) -> None:
    trial = Trial(sparkplug_device("ahu", written, no="7"))
    trial.say("NBIRTH", bd_seq(0), seq=0)
    (block,) = trial.say("DBIRTH", {"name": "x", **metric}, device="ahu", seq=1).blocks
    assert shown(block) == {0: pytest.approx(value) if isinstance(value, float) else value}


def test_two_points_of_one_metric_are_a_mistake_of_the_profile() -> None:
    with pytest.raises(ProfileError, match="a and b are both the metric 'T'"):
        DeviceColumns(sparkplug_device("d", metric_point("a", metric="T"), metric_point("b", metric="T")))
    with pytest.raises(ProfileError, match="give the device a value for no"):
        DeviceColumns(sparkplug_device("d", metric_point("a", metric="{no}/T")))


# ── time ──


def test_metrics_of_several_times_are_several_blocks_oldest_first_and_the_past_goes_to_history_alone() -> None:
    past = [{"alias": 1, "double_value": float(n), "timestamp": START_MS - 5000 + n, "is_historical": True} for n in (2, 1)]
    now = {"alias": 1, "double_value": 9.0, "timestamp": START_MS}
    brief = {"alias": 2, "int_value": 1, "timestamp": START_MS, "is_transient": True}
    blocks = alive().say("DDATA", now, *past, brief, device="pump", seq=2).blocks
    assert [(shown(block), block.source_ns // 1_000_000 - START_MS, block.reach) for block in blocks] == [
        ({0: 1.0}, -4999, Reach.HISTORY),
        ({0: 2.0}, -4998, Reach.HISTORY),
        ({0: 9.0}, 0, Reach.EVERYWHERE),
        ({1: 1.0}, 0, Reach.LIVE),
    ]
    assert sum(len(block.raw[0][1]) for block in blocks) < 200, "each block keeps the bytes of its own metrics alone"


@pytest.mark.parametrize(
    ("metric", "source_ns"),
    [
        pytest.param({}, START_NS - MINUTE, id="the-payload-s-time-where-the-metric-has-none"),
        pytest.param({"timestamp": START_MS - 1}, START_NS - 1_000_000, id="its-own"),
        pytest.param({"timestamp": START_MS - DAY // 1_000_000 - 1}, START_NS, id="not-a-clock-that-is-days-behind"),
        pytest.param({"timestamp": START_MS + 61_000}, START_NS, id="nor-one-ahead"),
        pytest.param({"timestamp": START_MS - 300 * DAY // 1_000_000, "is_historical": True}, START_NS - 300 * DAY, id="old-history"),
        pytest.param({"timestamp": START_MS + 61_000, "is_historical": True}, None, id="but-not-of-tomorrow"),
    ],
)
def test_the_time_of_a_value_is_when_its_node_measured_it_where_that_can_be_believed(
    metric: dict[str, object], source_ns: int | None
) -> None:
    outcome = alive().say("DDATA", {**LEVEL_3, **metric}, device="pump", seq=2, at_ms=START_MS - 60_000)
    assert [block.source_ns for block in outcome.blocks] == ([] if source_ns is None else [source_ns])
    assert outcome.clocks_implausible == (source_ns in (START_NS, None))


# ── deaths ──


def test_the_death_of_this_birth_takes_all_devices_with_it_and_one_of_another_none() -> None:
    trial = Trial(PUMP, TANK)
    trial.born("pump", "tank", number=7)
    other = trial.say("NDEATH", bd_seq(6))
    assert (other.blocks, [note.remark for note in other.notes]) == ([], [Remark.OTHER_DEATH])
    dead = trial.say("NDEATH", bd_seq(7)).blocks
    assert faults(dead) == [("pump", Fault.NODE_LOST), ("tank", Fault.NODE_LOST)]
    assert {*dead[0].qualities} == {Quality.NOT_CONNECTED}
    assert trial.say("NDEATH", bd_seq(7)).blocks == [], "nobody dies twice"
    assert trial.asks() is None, "the dead are not asked"


def test_a_birth_without_its_number_ends_with_any_death() -> None:
    trial = Trial(PUMP)
    trial.say("NBIRTH", seq=0)
    assert faults(trial.say("NDEATH", bd_seq(3)).blocks) == [("pump", Fault.NODE_LOST)]


def test_the_death_of_a_device_is_its_own_and_its_next_birth_brings_it_back() -> None:
    trial = Trial(PUMP, TANK)
    trial.born("pump", "tank")
    assert faults(trial.say("DDEATH", device="tank", seq=3).blocks) == [("tank", Fault.LAST_WILL)]
    assert shown(trial.say("DDATA", LEVEL_3, device="pump", seq=4).blocks[0]) == {0: 3.0}
    assert shown(trial.say("DBIRTH", *BIRTH, device="tank", seq=5).blocks[0]) == {0: 2.5, 1: 7.0, 2: "P1"}


def test_with_its_broker_everything_is_lost_and_after_it_every_birth_is_needed_anew() -> None:
    trial = alive()
    assert faults(trial.node.disconnected(START_NS).blocks) == [("pump", Fault.BROKER_LOST)]
    trial.node.connected(trial.now_ns, trial.now_ns)
    assert trial.asks() == Reason.JUST_CONNECTED
    assert trial.say("DDATA", LEVEL_3, device="pump", seq=2).blocks == []


# ── what has to be asked for ──


def unborn() -> Trial:
    trial = Trial(PUMP)
    trial.node.asking.forget()
    return trial


def reborn_without_its_device() -> Trial:
    trial = alive()
    trial.say("NBIRTH", bd_seq(0), seq=0)
    return trial


def dead_device() -> Trial:
    trial = alive()
    trial.say("DDEATH", device="pump", seq=2)
    return trial


UNKNOWN, RETYPED = {"alias": 77, "int_value": 1}, {"alias": 1, "datatype": 3, "int_value": 5}
NEW_NAME = {"name": "News", "datatype": 3, "int_value": 1}


@pytest.mark.parametrize(
    ("before", "kind", "metric", "seq", "reason"),
    [
        pytest.param(unborn, "DDATA", LEVEL_3, 5, Reason.DATA_BEFORE_BIRTH, id="data-of-an-unheard-node"),
        pytest.param(unborn, "DBIRTH", BIRTH[0], 5, Reason.DATA_BEFORE_BIRTH, id="a-device-born-before-its-node"),
        pytest.param(reborn_without_its_device, "DDATA", LEVEL_3, 1, Reason.DATA_BEFORE_BIRTH, id="data-of-a-device-not-born-again"),
        pytest.param(dead_device, "DDATA", LEVEL_3, 3, Reason.DATA_BEFORE_BIRTH, id="data-of-a-dead-device"),
        pytest.param(alive, "DDATA", UNKNOWN, 2, Reason.UNKNOWN_METRIC, id="an-alias-nobody-gave"),
        pytest.param(alive, "DDATA", NEW_NAME, 2, Reason.UNKNOWN_METRIC, id="a-name-that-was-not-born"),
        pytest.param(alive, "DDATA", RETYPED, 2, Reason.UNKNOWN_METRIC, id="an-alias-that-means-something-else-now"),
    ],
)
def test_what_has_no_birth_is_not_read_and_its_node_is_asked(
    before: Callable[[], Trial], kind: str, metric: Fields, seq: int, reason: Reason
) -> None:
    trial = before()
    assert trial.say(kind, metric, device="pump", seq=seq).blocks == []
    assert trial.asks() == reason
    trial.born("pump")
    assert trial.node.asking.wish is None, "a birth fulfils the wish"


def test_a_message_that_can_not_be_read_asks_for_a_birth_and_leaves_what_stands() -> None:
    trial = alive()
    outcome = trial.say_bytes("DDATA", b"\xff\xff", "pump")
    assert (outcome.blocks, outcome.notes[0].remark, trial.asks()) == ([], Remark.BAD_PAYLOAD, Reason.BAD_PAYLOAD)
    assert faults(unborn().say_bytes("DBIRTH", b"\xff\xff", "pump").blocks) == [("pump", Fault.BAD_PAYLOAD)]


def test_out_of_turn_waits_for_what_is_missing() -> None:
    trial = alive()
    assert trial.say("DDATA", {"alias": 1, "double_value": 5.0}, device="pump", seq=4).blocks == []
    assert trial.say("DDATA", {"alias": 1, "double_value": 4.0}, device="pump", seq=3).blocks == []
    late = trial.say("DDATA", LEVEL_3, device="pump", seq=2).blocks
    assert [shown(block)[0] for block in late] == [3.0, 4.0, 5.0]
    assert trial.later(10).blocks == []
    assert trial.asks() is None


def test_what_never_comes_is_a_gap_the_rest_is_taken_and_the_node_asked() -> None:
    trial = alive()
    trial.say("DDATA", LEVEL_3, device="pump", seq=4)
    assert trial.later(1.9).blocks == []
    outcome = trial.later(0.1)
    assert ([shown(block) for block in outcome.blocks], [note.remark for note in outcome.notes]) == ([{0: 3.0}], [Remark.GAP])
    assert trial.asks() == Reason.LOST_MESSAGES
    assert shown(trial.say("DDATA", LEVEL_3, device="pump", seq=5).blocks[0]) == {0: 3.0}, "the count goes on"


def test_numbers_begin_again_after_255_and_one_said_twice_is_dropped() -> None:
    trial = alive()
    for turn in range(2, 600):
        assert len(trial.say("DDATA", LEVEL_3, device="pump", seq=turn % 256).blocks) == 1
    assert trial.say("DDATA", LEVEL_3, device="pump", seq=599 % 256).blocks == []
    assert (trial.later(60).blocks, trial.asks()) == ([], None)


def test_devices_that_are_none_of_the_site_s_only_count() -> None:
    trial = alive()
    assert trial.say("DDATA", UNKNOWN, device="stranger", seq=2).blocks == []
    assert len(trial.say("DDATA", LEVEL_3, device="pump", seq=3).blocks) == 1
    assert trial.asks() is None


# ── silence ──


def test_a_node_that_is_never_heard_and_a_device_that_is_not_born_with_it_are_lost() -> None:
    trial = Trial(PUMP, TANK)
    assert trial.later(FIRST_BIRTH_NS / SECOND - 1).blocks == []
    assert faults(trial.later(1).blocks) == [("pump", Fault.NODE_LOST), ("tank", Fault.NODE_LOST)]
    trial.born("pump")
    assert faults(trial.later(BIRTH_WITHIN_NS / SECOND).blocks) == [("tank", Fault.SILENT)]
    assert trial.later(1000).blocks == [], "told once; what has nothing new to say may be quiet"


def test_a_site_may_promise_for_a_device_that_it_speaks() -> None:
    trial = Trial(PUMP, silent_after_ns=MINUTE)
    trial.born("pump")
    trial.later(59)
    trial.say("DDATA", LEVEL_3, device="pump", seq=2)
    assert trial.later(59).blocks == []
    assert faults(trial.later(1).blocks) == [("pump", Fault.SILENT)]
    assert trial.asks() == Reason.SILENT


def test_a_node_is_asked_after_growing_pauses_until_a_birth_answers() -> None:
    asking, asked = Asking(10 * SECOND), []
    asking.want(Reason.LOST_MESSAGES, not_before_ns=2 * SECOND)
    for second in range(2500):
        if asking.due(second * SECOND):
            asked.append(second)
    assert asked == [2, 12, 32, 72, 152, 312, 632, 1232, 1832, 2432]
    asking.forget()
    asking.want(Reason.UNKNOWN_METRIC)
    assert [asking.due(at * SECOND) for at in (3031, 3032, 3041, 3042)] == [None, Reason.UNKNOWN_METRIC, None, Reason.UNKNOWN_METRIC]


def test_a_node_whose_births_help_nothing_is_not_asked_oftener_than_the_shortest_pause() -> None:
    asking, asked = Asking(10 * SECOND), []
    for second in range(60):
        asking.want(Reason.LOST_MESSAGES)
        if asking.due(second * SECOND):
            asked.append(second)
            asking.forget()
    assert asked == [0, 10, 20, 30, 40, 50]


# ── topics ──


@pytest.mark.parametrize(
    ("topic", "found"),
    [
        ("spBv1.0/g/NBIRTH/n", Heading(NodePlace("g", "n"), Kind.NODE_BIRTH, "")),
        ("spBv1.0/g/DDATA/n/d", Heading(NodePlace("g", "n"), Kind.DEVICE_DATA, "d")),
        ("spBv1.0/g/DDATA/n", None),
        ("spBv1.0/g/NBIRTH/n/d", None),
        ("spBv1.0/g/NCMD/n", None),
        ("spBv1.0/STATE/host", None),
        ("spAv1.0/g/NBIRTH/n", None),
        ("spBv1.0/g/DDATA/n/d/more", None),
    ],
)
def test_a_topic_says_who_speaks_and_of_what(topic: str, found: Heading | None) -> None:
    assert heading(topic) == found
