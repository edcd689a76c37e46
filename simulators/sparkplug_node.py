"""A Sparkplug edge node: births, data and deaths in their order and with their numbers. Pure: no connection, time is an argument.

connect (will: NDEATH bdSeq n) ─► NBIRTH bdSeq n, seq 0 ─► DBIRTH … ─► DDATA, NDATA, DDEATH, seq + 1 each ─► NDEATH bdSeq n
                                   ▲── rebirth asked by NCMD: the same bdSeq, seq 0 again
(Eclipse Sparkplug 3.0.0 §5.4, §6.4.20-26)
"""

from collections.abc import Sequence
from typing import NamedTuple

from simulators.network_fault import NetworkFault
from simulators.sparkplug_device import EdgeDevice
from simulators.sparkplug_payload import REBIRTH, DataType, Metric, encode

NAMESPACE = "spBv1.0"
_REBIRTH_ALIAS, _ONLINE_ALIAS = 0, 1
FIRST_DEVICE_ALIAS = 2
_ONLINE = "Devices Online"


class Message(NamedTuple):
    """Nothing of Sparkplug's is retained."""

    topic: str
    payload: bytes
    qos: int = 0


class EdgeNode:
    """``devices`` by the name their topic has; the empty name is the node itself. Its two numbers count from 0 to 255 and begin again."""

    def __init__(self, group: str, name: str, devices: dict[str, EdgeDevice]) -> None:
        self.group, self.name, self.devices = group, name, devices
        self.bd_seq = 255
        self._seq = 0
        self._online_said = -1

    def next_will(self) -> Message:
        """The death certificate to leave with the broker at the next connection."""
        self.bd_seq = (self.bd_seq + 1) % 256
        return self.death()

    def death(self) -> Message:
        payload = encode(None, [Metric(DataType.INT64, self.bd_seq, None, "bdSeq")], None)
        return Message(self._topic("NDEATH"), payload, 1)

    def births(self, now_s: float) -> list[Message]:
        """The node's and those of all devices it can reach."""
        self._seq = 255
        at_ms = round(1000 * now_s)
        for device in self.devices.values():
            device.is_born = False
        living = [name for name, device in self.devices.items() if name and device.fault is not NetworkFault.RESET]
        self._online_said = len(living)
        metrics = [
            Metric(DataType.INT64, self.bd_seq, at_ms, "bdSeq"),
            Metric(DataType.BOOLEAN, False, at_ms, REBIRTH, _REBIRTH_ALIAS),
            Metric(DataType.UINT32, len(living), at_ms, _ONLINE, _ONLINE_ALIAS),
        ]
        if "" in self.devices:
            metrics += self.devices[""].born(now_s)
        return [self._said("NBIRTH", at_ms, metrics), *(self._birth(name, now_s) for name in living)]

    def news(self, now_s: float) -> list[Message]:
        """What has happened to its devices since the last time."""
        found: list[Message] = []
        for name, device in self.devices.items():
            found += self._news_of(name, device, now_s)
        online = sum(device.is_born for name, device in self.devices.items() if name)
        if online != self._online_said:
            self._online_said = online
            at_ms = round(1000 * now_s)
            found.append(self._said("NDATA", at_ms, [Metric(DataType.UINT32, online, at_ms, alias=_ONLINE_ALIAS)]))
        return found

    def _news_of(self, name: str, device: EdgeDevice, now_s: float) -> list[Message]:
        lost = bool(name) and device.fault is NetworkFault.RESET
        if device.is_born and lost:
            device.is_born = False
            return [self._said("DDEATH", round(1000 * now_s), [], name)]
        if lost:
            return []
        if not device.is_born:
            return [self._birth(name, now_s)]
        changed = device.news(now_s)
        if not changed:
            return []
        device.published += 1
        return [self._said("DDATA" if name else "NDATA", device.clock_ms(now_s), changed, name)]

    def _birth(self, name: str, now_s: float) -> Message:
        device = self.devices[name]
        device.published += 1
        return self._said("DBIRTH", device.clock_ms(now_s), device.born(now_s), name)

    def _said(self, kind: str, at_ms: int, metrics: Sequence[Metric], device: str = "") -> Message:
        self._seq = (self._seq + 1) % 256
        return Message(self._topic(kind, device), encode(at_ms, metrics, self._seq))

    def _topic(self, kind: str, device: str = "") -> str:
        return "/".join(filter(None, (NAMESPACE, self.group, kind, self.name, device)))

    @property
    def commands(self) -> str:
        """The topic on which a host asks for a rebirth."""
        return self._topic("NCMD")
