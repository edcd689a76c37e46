"""What becomes of devices that speak JSON: values that stand, presence, silence. No wire: messages are handed over by the test."""

import json
import math
from collections.abc import Callable

import pytest
import structlog

from collectors.counters import Counters
from collectors.mqtt.devices import JsonDevices
from collectors.mqtt.intake import ROOM
from collectors.mqtt.payload import PayloadDecoder
from collectors.mqtt.presence import PresenceTopic
from collectors.mqtt.receipts import Receipts
from collectors.mqtt.said import TOPICS
from collectors.mqtt.topics import covers, fewest
from model.broker import Presence
from model.clock import DAY, SECOND
from model.profile import WireType
from model.quality import ABSENT, GOOD, Quality
from model.reading import Block, Commits, Fault, Reach
from model.site import Mqtt
from tests.collectors.support import START_NS, HandClock, Remembered, mqtt_profile, topic_point

PROFILE = mqtt_profile(
    topic_point("occupied", "$.occupied", WireType.BOOL, topic="{topic}"),
    topic_point("temperature", "$.temperature", topic="{topic}"),
    topic_point("battery", "$.battery", topic="{topic}/battery"),
)
ZIGBEE = (Presence("zigbee/{topic}/availability", "$.state"), Presence("zigbee/bridge/state", "$.state"))


class Crowded:
    """A spool so full that nothing the broker keeps is taken."""

    accepted, committed, room = 0, 0, ROOM - 1

    def on_commit(self, tell: Callable[[int], None]) -> None: ...

    def hasten(self) -> None: ...


class Bays:
    """Parking bays behind a broker: they speak when a car comes or goes. ``presence``: where it is said whether they are there."""

    def __init__(
        self, *presence: Presence, silent_after_s: int | None = None, bays: tuple[str, ...] = ("bay",), commits: Commits | None = None
    ) -> None:
        self.clock, self.sink, self.counters = HandClock(), Remembered(), Counters()
        connections = {bay: Mqtt(bay) for bay in bays}
        self.voice = JsonDevices(
            [PayloadDecoder(bay, PROFILE, mqtt) for bay, mqtt in connections.items()],
            {},
            {} if silent_after_s is None else dict.fromkeys(bays, silent_after_s * SECOND),
            self.sink,
            self.clock,
            self.counters,
            {bay: [PresenceTopic(one, mqtt) for one in presence] for bay, mqtt in connections.items()},
            commits,
        )
        self.voice.up(lambda *_: None)

    def say(self, topic: str, payload: object, *, retained: bool = False) -> None:
        written = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
        self.voice.message(topic, written, self.clock.now_ns(), retained)

    def told(self) -> list[Block]:
        """What the devices were told to have said since this was last asked."""
        blocks, self.sink.blocks[:] = list(self.sink.blocks), []
        return blocks

    def faults(self) -> list[Fault | None]:
        return [block.fault for block in self.told()]


async def test_a_device_that_speaks_when_it_likes_is_not_silent_and_its_last_value_stands_with_its_age() -> None:
    bays = Bays()
    bays.say("bay", {"occupied": True, "temperature": 21})
    await bays.clock.advance(3 * 24 * 3600)
    bays.voice.watch()
    bays.voice.down("the broker is restarted")
    bays.voice.up(lambda *_: None)
    present, failed, again, there = bays.told()[1:]
    assert failed.fault is Fault.BROKER_LOST
    assert (list(again.values)[:2], again.fault, again.reach) == ([1, 21], None, Reach.LIVE)
    assert (again.source_ns, again.receive_ns) == (present.source_ns, START_NS + 3 * DAY) == (START_NS, START_NS + 3 * DAY)
    assert there.qualities == bytes([ABSENT] * 3)


def test_after_a_fault_what_other_topics_said_stands_again_beside_the_topic_that_speaks() -> None:
    bays = Bays(silent_after_s=30)
    bays.say("bay", {"occupied": True})
    bays.say("bay/battery", {"battery": 80})
    bays.voice.down("away")
    bays.voice.up(lambda *_: None)
    bays.told()
    bays.say("bay", {"occupied": False})
    remembered, spoken = bays.told()
    assert remembered.qualities == bytes([ABSENT, ABSENT, GOOD])
    assert spoken.values[0] == 0


@pytest.mark.parametrize("lost", ["silent", "last_will", "garbage", "broker_lost"])
async def test_what_a_message_leaves_out_stands_again_after_every_fault(lost: str) -> None:
    """Each message speaks of what has changed: of the temperature again after the device was lost, of occupied only long before."""
    bays = Bays(Presence("{topic}/online"), silent_after_s=30)
    for said in ({"occupied": True, "temperature": 20}, {"temperature": 21}):
        bays.say("bay", said)
    if lost == "silent":
        await bays.clock.advance(31)
        bays.voice.watch()
    elif lost == "broker_lost":
        bays.voice.down("away")
        bays.voice.up(lambda *_: None)
    else:
        bays.say(*{"last_will": ("bay/online", "false"), "garbage": ("bay", "{{")}[lost])
    assert bays.told()[-1].qualities[1] == Quality.COMM_FAILURE
    bays.say("bay", {"temperature": 22})
    *again, spoken = bays.told()
    stands = [(column, block.values[column]) for block in again for column in range(3) if block.qualities[column] != ABSENT]
    assert stands == [(0, 1)], "not the temperature, of which the message speaks itself"
    assert {block.reach for block in again} == {Reach.LIVE}
    assert (spoken.values[1], spoken.reach) == (22, Reach.EVERYWHERE)
    bays.say("bay", {"temperature": 23})
    assert len(bays.told()) == 1


def test_what_is_not_understood_is_said_once_where_it_begins_and_once_where_it_is_over() -> None:
    bays = Bays(Presence("{topic}/online"))
    with structlog.testing.capture_logs() as lines:
        for said in ("{{", "{{", {"temperature": "warm"}, {"temperature": "warm"}, {"occupied": True}, {"temperature": 21}):
            bays.say("bay", said)
        for word in ("kaputt", "kaputt", "true"):
            bays.say("bay/online", word)
    assert [(line["event"], line.get("after", line.get("payload"))) for line in lines] == [
        ("payload_unreadable", "{{"),
        ("understood_again", "payload_unreadable"),
        ("value_unreadable", '{"temperature": "warm"}'),
        ("understood_again", "value_unreadable"),
        ("presence_word_unknown", "kaputt"),
        ("understood_again", "presence_word_unknown"),
    ]


def test_what_the_broker_remembers_is_not_measured_anew_and_ends_a_fault_all_the_same() -> None:
    bays = Bays(silent_after_s=30)
    bays.say("bay", {"occupied": True})
    bays.voice.down("away")
    bays.voice.up(lambda *_: None)
    bays.told()
    bays.say("bay", {"occupied": True}, retained=True)
    bays.say("bay", {"occupied": True}, retained=True)
    (again,) = bays.told()
    assert (again.values[0], again.source_ns, again.reach) == (1, START_NS, Reach.LIVE)


def test_a_last_will_fails_its_device_until_it_says_it_is_back() -> None:
    bays = Bays(Presence("tele/{topic}/LWT"), bays=("bay", "other"))
    bays.say("bay", {"occupied": True})
    bays.told()
    bays.say("tele/bay/LWT", "Offline")
    bays.say("tele/bay/LWT", "Offline", retained=True)
    (gone,) = bays.told()
    assert (gone.device, gone.fault, set(gone.qualities)) == ("bay", Fault.LAST_WILL, {Quality.COMM_FAILURE})
    bays.say("tele/bay/LWT", "Online", retained=True)
    again, there = bays.told()
    assert (again.values[0], again.fault, there.fault) == (1, None, None)


@pytest.mark.parametrize(
    ("presence", "said", "fault"),
    [
        (ZIGBEE, ("zigbee/bay/availability", {"state": "offline"}), Fault.LAST_WILL),
        (ZIGBEE, ("zigbee/bay/availability", "offline"), Fault.LAST_WILL),
        (ZIGBEE, ("zigbee/bridge/state", {"state": "offline"}), Fault.LAST_WILL),
        ((Presence("{topic}/online"),), ("bay/online", "false"), Fault.LAST_WILL),
        ((Presence("{topic}/c", "$.n", ("up",), ("2", "down")),), ("bay/c", {"n": 2}), Fault.LAST_WILL),
        ((Presence("{topic}/c", "$.n", ("up",), ("2", "down")),), ("bay/c", {"n": 3}), None),
        ((Presence("{topic}/c", "$.n"),), ("bay/c", {"m": "offline"}), None),
        ((Presence("{topic}/c"),), ("bay/c", "[["), None),
    ],
    ids=["zigbee2mqtt", "zigbee2mqtt of old", "its bridge", "shelly", "own words", "no word", "no such path", "no JSON"],
)
def test_presence_is_read_as_the_profile_says(presence: tuple[Presence, ...], said: tuple[str, object], fault: Fault | None) -> None:
    bays = Bays(*presence)
    bays.told()
    bays.say(*said, retained=True)
    assert bays.faults() == ([fault] if fault else [])


def test_a_device_is_away_while_any_of_its_topics_says_so() -> None:
    bays = Bays(*ZIGBEE)
    bays.say("zigbee/bay/availability", {"state": "offline"})
    bays.say("zigbee/bridge/state", {"state": "offline"})
    bays.told()
    bays.say("zigbee/bridge/state", {"state": "online"})
    assert bays.faults() == []
    bays.say("zigbee/bay/availability", {"state": "online"})
    assert bays.faults() == [None]


def test_a_device_that_speaks_itself_is_there_whatever_was_said_about_it() -> None:
    bays = Bays(*ZIGBEE)
    bays.say("zigbee/bay/availability", {"state": "offline"})
    bays.say("bay", {"occupied": True})
    assert bays.faults()[-1] is None
    bays.voice.down("away")
    bays.voice.up(lambda *_: None)
    assert bays.faults()[-1] is None


def test_a_restarted_broker_does_not_make_an_absent_device_present() -> None:
    bays = Bays(*ZIGBEE)
    bays.say("zigbee/bay/availability", {"state": "offline"})
    bays.told()
    bays.voice.down("away")
    bays.voice.down("still away")
    bays.voice.up(lambda *_: None)
    assert bays.faults() == [Fault.BROKER_LOST, Fault.LAST_WILL]


def test_what_the_broker_remembers_does_not_make_an_absent_device_present() -> None:
    bays = Bays(*ZIGBEE)
    bays.say("zigbee/bay/availability", {"state": "offline"}, retained=True)
    bays.told()
    bays.say("bay", {"occupied": True}, retained=True)
    assert [(block.fault, block.reach) for block in bays.told()] == [(None, Reach.HISTORY)]
    bays.say("zigbee/bay/availability", {"state": "online"})
    assert next((block.values[0], block.reach) for block in bays.told()) == (1, Reach.LIVE)


async def test_nobody_is_silent_while_messages_are_held_back_for_want_of_room() -> None:
    bays = Bays(silent_after_s=30, commits=Crowded())
    await bays.clock.advance(60)
    bays.voice.watch()
    assert Fault.SILENT not in bays.faults()


def test_a_topic_is_heard_by_those_who_name_it_and_by_those_whose_wildcard_it_falls_under() -> None:
    sink = Remembered()
    profiles = {"named": mqtt_profile(topic_point("t", "$", topic="p/a/temp")), "wide": mqtt_profile(topic_point("temp", "$", topic="p/#"))}
    voice = JsonDevices([PayloadDecoder(name, p, Mqtt()) for name, p in profiles.items()], {}, {}, sink, HandClock(), Counters())
    voice.message("p/a/temp", b"21", START_NS, False)
    assert [(block.device, block.values[0]) for block in sink.blocks] == [("named", 21), ("wide", 21)]


def test_what_is_kept_of_a_device_under_a_wildcard_is_bounded() -> None:
    sink = Remembered()
    profile = mqtt_profile(topic_point("temp", "$", topic="{topic}/#"))
    voice = JsonDevices([PayloadDecoder("d", profile, Mqtt("x"))], {}, {}, sink, HandClock(), Counters())
    for number in range(TOPICS + 5):
        voice.message(f"x/{number}/temp", b"1", START_NS, False)
    voice.down("away")
    sink.blocks.clear()
    voice.up(lambda *_: None)
    assert [block.raw[0][0] for block in sink.blocks if block.raw] == [f"x/{number}/temp" for number in range(5, TOPICS + 5)]


async def test_an_absent_device_is_not_called_silent_as_well() -> None:
    bays = Bays(*ZIGBEE, silent_after_s=30)
    bays.say("zigbee/bay/availability", {"state": "offline"})
    bays.told()
    await bays.clock.advance(60)
    bays.voice.watch()
    assert bays.faults() == []
    bays.say("zigbee/bay/availability", {"state": "online"})
    await bays.clock.advance(31)
    bays.voice.watch()
    assert bays.faults() == [None, Fault.SILENT]


def test_a_refused_subscription_fails_those_who_hang_on_it() -> None:
    bays = Bays(bays=("a", "b"))
    bays.told()
    bays.voice.refused("a", "Not authorized")
    bays.voice.up(lambda *_: None)
    assert [(block.device, block.fault) for block in bays.told()] == [("a", Fault.REFUSED), ("b", None)]


def test_what_a_device_has_dated_itself_is_taken_once_though_it_says_it_again() -> None:
    clock, sink = HandClock(), Remembered()
    profile = mqtt_profile(topic_point("n", "$.n"), topic_point("time", "$.time", unit="s"))
    voice = JsonDevices([PayloadDecoder("meter", profile, Mqtt("m"))], {}, {}, sink, clock, Counters())
    for n in (1, 2, 1, 2, 3, 1):
        voice.message("m/state", json.dumps({"n": n, "time": START_NS // SECOND - 5 + n % 2}).encode(), clock.now_ns(), False)
    assert [block.values[0] for block in sink.blocks] == [1, 2, 3]


def test_messages_are_acknowledged_in_turn_and_known_when_they_come_again() -> None:
    receipts = Receipts(limit=100)
    for mid, number in ((1, 10), (2, 10), (3, 12)):
        receipts.take(mid, number, "t", b"%d" % mid)
    assert receipts.due(9) == []
    assert receipts.due(11) == [1, 2]
    receipts.began(is_resumed=True)
    assert receipts.is_known(3, "t", b"3")
    assert receipts.is_known(1, "t", b"1"), "the broker may have missed our acknowledgement"
    assert not receipts.is_known(2, "t", b"another one under that number")
    assert not receipts.is_known(4, "t", b"4")
    assert receipts.due(12) == [3, 1]
    receipts.began(is_resumed=False)
    assert not receipts.is_known(3, "t", b"3")
    assert not receipts


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ([("a/b", 1), ("a/c", 0)], [("a/b", 1), ("a/c", 0)]),
        ([("a/b", 0), ("a/b", 1)], [("a/b", 1)]),
        ([("a/b", 1), ("a/#", 0), ("a/+", 0)], [("a/#", 1)]),
        ([("a/+", 0), ("+/b", 0)], [("a/+", 0), ("+/b", 0)]),
        ([("$SYS/x", 0), ("#", 0), ("a", 1)], [("$SYS/x", 0), ("#", 1)]),
        ([("a", 0), ("a/#", 0)], [("a/#", 0)]),
    ],
    ids=["apart", "twice", "covered", "crossing", "the broker's own", "parent"],
)
def test_a_message_comes_once_however_many_filters_match_it(asked: list[tuple[str, int]], kept: list[tuple[str, int]]) -> None:
    assert fewest(asked) == kept


def test_no_filter_covers_more_than_it_matches() -> None:
    assert not covers("a/+", "a/#")
    assert not covers("+/#", "#")
    assert covers("#", "+/+")
    assert math.isnan(Bays().sink.blocks[0].values[0])
