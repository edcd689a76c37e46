"""Edge nodes on their broker connections: one connection per node, its death certificate left as the will."""

import asyncio
from collections.abc import Iterable, Mapping

from paho.mqtt.client import Client, MQTTMessage

from model.site import BrokerConfig, Device, Mqtt, PayloadFormat, Site
from simulators.broker_link import BrokerLink
from simulators.machine import Machine
from simulators.sparkplug_device import EdgeDevice
from simulators.sparkplug_node import FIRST_DEVICE_ALIAS, EdgeNode
from simulators.sparkplug_payload import asks_rebirth


def edge_nodes(site: Site, machines: Mapping[str, Machine]) -> list[EdgeNode]:
    """The edge nodes that the topics of the site's Sparkplug devices name."""
    placed: dict[tuple[str, str], dict[str, EdgeDevice]] = {}
    for device in site.devices.values():
        if isinstance(device.connection, Mqtt) and device.connection.format is PayloadFormat.SPARKPLUG_B:
            _place(device, machines[device.id], placed)
    return [EdgeNode(group, node, devices) for (group, node), devices in placed.items()]


def _place(device: Device, machine: Machine, placed: dict[tuple[str, str], dict[str, EdgeDevice]]) -> None:
    assert isinstance(device.connection, Mqtt)
    _, group, node, *name = device.connection.topic.split("/")
    others = placed.setdefault((group, node), {})
    others["".join(name)] = EdgeDevice(device, machine, FIRST_DEVICE_ALIAS + sum(other.aliases for other in others.values()))


class EdgeLink(BrokerLink):
    """Nothing is said before the births: they begin every connection."""

    def __init__(self, node: EdgeNode, broker: BrokerConfig) -> None:
        super().__init__(f"sim-{node.group}-{node.name}", broker)
        self.node = node
        self.rebirth_asked = False
        self._is_born = False

    def prepare(self, client: Client) -> None:
        client.on_pre_connect = self._leave_will
        client.on_message = self._on_command

    def publish_due(self, now_s: float) -> int:
        if not self.connected or not (self.reconnected or self._is_born):
            return 0
        said = self.node.births(now_s) if self.reconnected or self.rebirth_asked else self.node.news(now_s)
        self.reconnected, self.rebirth_asked, self._is_born = False, False, True
        for topic, payload, qos in said:
            self.publish(topic, payload, qos)
        return len(said)

    def close(self) -> None:
        """A goodbye does not bring the will, so the death is said first (§5.4)."""
        if self.connected:
            self.publish(*self.node.death())
        self.leave()

    def _leave_will(self, client: Client, _: object) -> None:
        self._is_born = False
        topic, payload, qos = self.node.next_will()
        client.will_set(topic, payload, qos)

    def _on_connect(self, *_: object) -> None:
        if self.client is not None:
            self.client.subscribe(self.node.commands, 1)
        super()._on_connect()

    def _on_command(self, _client: object, _data: object, message: MQTTMessage) -> None:
        self.rebirth_asked = self.rebirth_asked or asks_rebirth(bytes(message.payload))


class EdgePublisher:
    """All Sparkplug devices of the fleet."""

    def __init__(self, nodes: Iterable[EdgeNode], broker: BrokerConfig) -> None:
        self.links = tuple(EdgeLink(node, broker) for node in nodes)

    def open(self) -> None:
        for link in self.links:
            link.open()

    async def leave(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(link.leave) for link in self.links))

    async def close(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(link.close) for link in self.links))

    def publish_due(self, now_s: float, elapsed_s: float) -> int:
        """One message a device and step at most: the ceiling of the others is not needed."""
        return sum(link.publish_due(now_s) for link in self.links)
