"""What the fleet's MQTT devices say, heard through a real Mosquitto."""

import asyncio
import json

import pytest

from model.profile import Point, Profile, TopicPath, WireType
from model.site import BrokerConfig, Mqtt
from model.text import Text
from simulators.mqtt_publisher import MESSAGES_PER_S, Publisher
from simulators.network_fault import NetworkFault
from simulators.speaker import Speaker
from tests.simulators.conftest import Listener, until
from tests.simulators.fakes import FakeMachine, device, library

NOW_S = 1_768_431_187.0


def barrier() -> tuple[Speaker, FakeMachine]:
    machine = FakeMachine("parking_barrier", {"state": 0.0, "entries": 3.0})
    return Speaker(device(library("barrier_json"), Mqtt("parking/gate"), "gate.one"), machine), machine


async def opened(broker: BrokerConfig, *speakers: Speaker) -> Publisher:
    publisher = Publisher(speakers, broker)
    publisher.open()
    await until(lambda: all(link.connected for link in publisher.links))
    return publisher


async def test_a_barrier_is_heard_at_connection_and_at_every_change(broker: BrokerConfig, listener: Listener) -> None:
    speaker, machine = barrier()
    publisher = await opened(broker, speaker)
    assert publisher.publish_due(NOW_S, 1) == 1
    assert publisher.publish_due(NOW_S + 1, 1) == 0
    machine.values["state"] = 2.0
    assert publisher.publish_due(NOW_S + 2, 1) == 1
    await until(lambda: len(listener.heard) == 2)
    assert [(topic, json.loads(payload)["state"], qos) for topic, payload, qos in listener.heard] == [
        ("parking/gate/state", 0, 1),
        ("parking/gate/state", 2, 1),
    ]
    await publisher.close()


async def test_a_silent_device_says_nothing_and_comes_back_with_the_newest(broker: BrokerConfig, listener: Listener) -> None:
    speaker, machine = barrier()
    publisher = await opened(broker, speaker)
    speaker.fault = NetworkFault.SILENT
    assert publisher.publish_due(NOW_S, 1) == 0
    machine.values["state"] = 4.0
    speaker.fault = NetworkFault.OK
    assert publisher.publish_due(NOW_S + 1, 1) == 1
    await until(lambda: len(listener.heard) == 1)
    assert json.loads(listener.heard[0][1])["state"] == 4
    await publisher.close()


async def test_a_slow_device_is_heard_late_with_the_time_it_spoke(broker: BrokerConfig, listener: Listener) -> None:
    speaker, _ = barrier()
    publisher = await opened(broker, speaker)
    speaker.fault, speaker.amount = NetworkFault.SLOW, 20.0
    publisher.publish_due(NOW_S, 1)
    publisher.publish_due(NOW_S + 19, 1)
    await asyncio.sleep(0.1)
    assert listener.heard == []
    publisher.publish_due(NOW_S + 20, 1)
    await until(lambda: len(listener.heard) == 1)
    assert json.loads(listener.heard[0][1])["time"] == NOW_S
    await publisher.close()


async def test_a_babbling_device_is_heard_and_not_understood(broker: BrokerConfig, listener: Listener) -> None:
    speaker, _ = barrier()
    publisher = await opened(broker, speaker)
    speaker.fault = NetworkFault.GARBAGE
    publisher.publish_due(NOW_S, 1)
    await until(lambda: len(listener.heard) == 1)
    with pytest.raises(ValueError):
        json.loads(listener.heard[0][1])
    await publisher.close()


async def test_many_messages_leave_no_faster_than_the_ceiling_and_none_is_forgotten(broker: BrokerConfig, listener: Listener) -> None:
    chargers = [
        Speaker(device(library("go_e"), Mqtt("", {"serial": f"{n}"}), f"charge.{n}"), FakeMachine("ev_charger", {"car_state": 2.0}))
        for n in range(3)
    ]
    everything = {topic.name for charger in chargers for topic in charger.topics}
    publisher = await opened(broker, *chargers)
    rounds = 0
    while publisher.publish_due(NOW_S + rounds, 1) == MESSAGES_PER_S:
        rounds += 1
    assert rounds == len(everything) // MESSAGES_PER_S
    await until(lambda: listener.topics() == everything)
    await publisher.close()


async def test_a_dropped_connection_comes_back_and_the_broker_tells_the_last_will(broker: BrokerConfig, listener: Listener) -> None:
    online = Point("online", Text("在线", "Online"), TopicPath("{topic}/online", "$"), WireType.BOOL)
    profile = Profile("made_up", "mqtt_generic", "nobody", "none", (online,), mqtt=library("barrier_json").mqtt)
    speaker = Speaker(device(profile, Mqtt("plug/1"), "plug.one"), FakeMachine("mqtt_generic", {"online": 1.0}))
    publisher = await opened(broker, speaker)
    publisher.publish_due(NOW_S, 1)
    await until(lambda: [payload for _, payload, _ in listener.heard] == [b"true"])
    speaker.fault = NetworkFault.RESET
    assert publisher.publish_due(NOW_S + 1, 1) == 0
    await until(lambda: listener.heard[-1] == ("plug/1/online", b"false", 1))
    speaker.fault = NetworkFault.OK
    await until(lambda: publisher.links[0].connected)
    publisher.publish_due(NOW_S + 2, 1)
    await until(lambda: listener.heard[-1][1] == b"true")
    await publisher.close()
