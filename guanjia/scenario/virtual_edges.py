"""Sparkplug edge nodes without a network: what they say goes straight to the production host, and what it asks comes straight back."""

from collections.abc import Sequence

from collectors.sparkplug.host import SparkplugHost
from model.clock import SECOND
from simulators.network_fault import NetworkFault
from simulators.sparkplug_node import EdgeNode
from simulators.sparkplug_payload import asks_rebirth


class VirtualEdges:
    """The site's edge nodes, all on one broker: connected while it is up and somebody listens."""

    def __init__(self, nodes: Sequence[EdgeNode]) -> None:
        self._nodes = nodes
        self._devices = {device.device.id: device for node in nodes for device in node.devices.values()}
        self._unborn = {node.commands: node for node in nodes}
        self._host: SparkplugHost | None = None
        self._up = True

    def __contains__(self, device: str) -> bool:
        return device in self._devices

    def attach(self, host: SparkplugHost | None) -> None:
        """From now on this one listens, or nobody."""
        self._host = host
        if host is not None and self._up:
            self._connect(host)

    def go_down(self) -> None:
        self._up = False
        if self._host is not None:
            self._host.down("the broker is away")

    def come_up(self) -> None:
        self._up = True
        if self._host is not None:
            self._connect(self._host)

    def misbehave(self, device: str, fault: NetworkFault, amount: float) -> None:
        self._devices[device].fault, self._devices[device].amount = fault, amount

    def speak(self, now_ns: int) -> None:
        """Births of those that connected or were asked, news of the others; then the host looks who was silent."""
        if self._host is None or not self._up:
            return
        for node in self._nodes:
            is_due = self._unborn.pop(node.commands, None) is not None
            for topic, payload, _ in node.births(now_ns / SECOND) if is_due else node.news(now_ns / SECOND):
                self._host.message(topic, payload, now_ns, False)
        self._host.watch()

    def _connect(self, host: SparkplugHost) -> None:
        for node in self._nodes:
            node.next_will()
        self._unborn = {node.commands: node for node in self._nodes}
        host.up(self._asked)

    def _asked(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        self._unborn |= {node.commands: node for node in self._nodes if node.commands == topic and asks_rebirth(payload)}
