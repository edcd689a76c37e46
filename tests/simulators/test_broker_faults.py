"""Devices on a real Mosquitto: wires that lose, cut and delay, a broker that goes and comes, Sparkplug sessions with their wills."""

import asyncio
import json

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from model.site import BrokerConfig, Mqtt, PayloadFormat
from simulators.broker_state import BrokerState
from simulators.mqtt_publisher import Publisher
from simulators.network_fault import BrokerFault, NetworkFault
from simulators.sparkplug_device import EdgeDevice
from simulators.sparkplug_node import FIRST_DEVICE_ALIAS, EdgeNode
from simulators.sparkplug_payload import REBIRTH, DataType, Metric, encode
from simulators.sparkplug_publisher import EdgePublisher
from simulators.speaker import Speaker
from tests.simulators.conftest import Listener, until
from tests.simulators.fakes import FakeMachine, device, library

NOW_S = 1_768_431_187.0


def barrier() -> Speaker:
    return Speaker(device(library("barrier_json"), Mqtt("parking/gate"), "gate.one"), FakeMachine("parking_barrier", {"state": 0.0}))


async def opened(broker: BrokerConfig, speaker: Speaker, state: BrokerState | None = None) -> Publisher:
    publisher = Publisher([speaker], broker, state)
    publisher.open()
    await until(lambda: publisher.links[0].reconnected)
    return publisher


async def test_a_lossy_device_thinks_it_spoke_and_is_not_heard(broker: BrokerConfig, listener: Listener) -> None:
    speaker = barrier()
    publisher = await opened(broker, speaker)
    speaker.fault, speaker.amount = NetworkFault.LOSSY, 1.0
    assert publisher.publish_due(NOW_S, 1) == 1
    speaker.fault = NetworkFault.OK
    publisher.publish_due(NOW_S + 60, 1)
    await until(lambda: len(listener.heard) == 1)
    assert json.loads(listener.heard[0][1])["time"] == NOW_S + 60
    await publisher.close()


async def test_a_truncated_message_is_half_a_document(broker: BrokerConfig, listener: Listener) -> None:
    speaker = barrier()
    publisher = await opened(broker, speaker)
    speaker.fault = NetworkFault.TRUNCATED
    publisher.publish_due(NOW_S, 1)
    await until(lambda: len(listener.heard) == 1)
    said = listener.heard[0][1]
    assert said.startswith(b'{"state"')
    assert not said.endswith(b"}")
    await publisher.close()


async def test_a_wrong_clock_shows_in_the_device_time(broker: BrokerConfig, listener: Listener) -> None:
    speaker = barrier()
    publisher = await opened(broker, speaker)
    speaker.fault, speaker.amount = NetworkFault.CLOCK_ERROR, -7200.0
    publisher.publish_due(NOW_S, 1)
    await until(lambda: len(listener.heard) == 1)
    assert json.loads(listener.heard[0][1])["time"] == NOW_S - 7200
    await publisher.close()


async def test_while_the_broker_is_away_nobody_is_connected_and_then_everything_is_said_again(
    broker: BrokerConfig, listener: Listener
) -> None:
    state = BrokerState()
    publisher = await opened(broker, barrier(), state)
    publisher.publish_due(NOW_S, 1)
    state.fault = BrokerFault.DOWN
    await state.rule([publisher])
    assert not publisher.links[0].connected
    assert publisher.publish_due(NOW_S + 1, 1) == 0
    state.fault = BrokerFault.OK
    await state.rule([publisher])
    await until(lambda: publisher.links[0].reconnected)
    assert publisher.publish_due(NOW_S + 2, 1) == 1
    await until(lambda: len(listener.heard) == 2)
    await publisher.close()


async def test_a_slow_broker_passes_messages_on_late(broker: BrokerConfig, listener: Listener) -> None:
    publisher = await opened(broker, barrier(), BrokerState(BrokerFault.SLOW, 20.0))
    publisher.publish_due(NOW_S, 1)
    publisher.publish_due(NOW_S + 10, 1)
    await asyncio.sleep(0.1)  # long enough for a message that should not come
    assert listener.heard == []
    publisher.publish_due(NOW_S + 20, 1)
    await until(lambda: len(listener.heard) >= 1)
    assert json.loads(listener.heard[0][1])["time"] == NOW_S
    await publisher.close()


# ── Sparkplug B ──


async def edge(broker: BrokerConfig) -> tuple[EdgePublisher, EdgeDevice]:
    wire = Mqtt("spBv1.0/talent/edge1/tank", format=PayloadFormat.SPARKPLUG_B)
    tank = EdgeDevice(device(library("tank"), wire, "tank"), FakeMachine("tank", {"level": 2.0}, {"level": "m"}), FIRST_DEVICE_ALIAS)
    publisher = EdgePublisher([EdgeNode("talent", "edge1", {"tank": tank})], broker)
    publisher.open()
    await until(lambda: publisher.links[0].reconnected)
    return publisher, tank


def kinds(listener: Listener) -> list[str]:
    return [topic.split("/")[2] for topic, _, _ in listener.heard]


async def test_an_edge_node_is_born_speaks_and_dies_with_a_goodbye(broker: BrokerConfig, listener: Listener) -> None:
    publisher, tank = await edge(broker)
    assert publisher.publish_due(NOW_S, 1) == 2
    tank.machine.values["level"] = 1.9  # type: ignore[attr-defined]
    assert publisher.publish_due(NOW_S + 6, 1) == 1
    await until(lambda: "DDATA" in kinds(listener))
    await publisher.close()
    await until(lambda: len(listener.heard) == 4)
    assert kinds(listener) == ["NBIRTH", "DBIRTH", "DDATA", "NDEATH"]


async def test_the_broker_tells_of_an_edge_node_that_was_cut_off_and_the_next_birth_has_another_number(
    broker: BrokerConfig, listener: Listener
) -> None:
    publisher, _ = await edge(broker)
    publisher.publish_due(NOW_S, 1)
    await until(lambda: "DBIRTH" in kinds(listener))
    publisher.links[0].drop()
    await until(lambda: "NDEATH" in kinds(listener))
    await until(lambda: publisher.links[0].reconnected)
    publisher.publish_due(NOW_S + 5, 1)
    await until(lambda: kinds(listener).count("DBIRTH") == 2)
    assert kinds(listener) == ["NBIRTH", "DBIRTH", "NDEATH", "NBIRTH", "DBIRTH"]
    assert listener.heard[2][1] == encode(None, [Metric(DataType.INT64, 0, None, "bdSeq")], None)
    assert publisher.links[0].node.bd_seq == 1
    await publisher.close()


async def test_a_host_that_asks_for_a_rebirth_gets_it(broker: BrokerConfig, listener: Listener) -> None:
    publisher, _ = await edge(broker)
    publisher.publish_due(NOW_S, 1)
    host = Client(CallbackAPIVersion.VERSION2)
    host.connect("127.0.0.1", int(broker.url.rpartition(":")[2]))
    host.loop_start()
    host.publish("spBv1.0/talent/NCMD/edge1", encode(1, [Metric(DataType.BOOLEAN, True, 1, REBIRTH)], None), 1)
    await until(lambda: publisher.links[0].rebirth_asked)
    assert publisher.publish_due(NOW_S + 1, 1) == 2
    assert publisher.links[0].node.bd_seq == 0
    host.disconnect()
    await asyncio.to_thread(host.loop_stop)
    await publisher.close()
