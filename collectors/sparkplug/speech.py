"""All that the platform ever says to the field, and the only place it is said from (docs/adr/0017).

A host of Sparkplug has to tell whether it is there, and has to be able to ask a node for its births. These are the two things that can be
made here: a state and a rebirth. Neither has a field for a metric's name or a value, so no other command can be said, and no device can
be written to.

Payload of a rebirth   1 timestamp u64 ms │ 2 metric: 1 name "Node Control/Rebirth" │ 3 timestamp │ 4 datatype Boolean │ 14 true
(Eclipse Sparkplug 3.0.0 §6.4.23 NCMD, §6.4.27 STATE)
"""

from dataclasses import dataclass

import msgspec

from collectors.mqtt.voice import Publish
from collectors.sparkplug.datatype import DataType
from collectors.sparkplug.topics import NodePlace, command, state

REBIRTH = b"Node Control/Rebirth"


@dataclass(frozen=True, slots=True)
class HostState:
    """Whether the host with this id is there, since when: retained JSON, QoS 1. Both states of one connection have the same time."""

    host: str
    online: bool
    at_ms: int

    @property
    def topic(self) -> str:
        return state(self.host)

    @property
    def payload(self) -> bytes:
        return msgspec.json.encode({"online": self.online, "timestamp": self.at_ms})


@dataclass(frozen=True, slots=True)
class Rebirth:
    """Asks a node to say its births again. Not retained, QoS 0."""

    place: NodePlace
    at_ms: int

    @property
    def topic(self) -> str:
        return command(self.place)

    @property
    def payload(self) -> bytes:
        metric = _bytes(1, REBIRTH) + _number(3, self.at_ms) + _number(4, DataType.BOOLEAN) + _number(14, 1)
        return _number(1, self.at_ms) + _bytes(2, metric)


def say(publish: Publish, what: HostState | Rebirth) -> None:
    match what:
        case HostState():
            publish(what.topic, what.payload, 1, True)
        case Rebirth():
            publish(what.topic, what.payload, 0, False)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*found, value))
