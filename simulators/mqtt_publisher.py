"""Devices that speak MQTT: what each has to say now, and the connection it says it over.

machine's step ─► Speaker.due() (pure: what is news, what must be repeated) ─► Publisher (30 a second for all) ─► broker
                                                                                left over: stays due, the newest value goes out
"""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from urllib.parse import urlsplit

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from model.site import BrokerConfig, Device, Mqtt
from simulators.machine import Machine
from simulators.network_fault import NetworkFault
from simulators.payload import Topic, topics

MESSAGES_PER_S = 30
"""Ceiling for the whole fleet: an embedded broker carries a demo, not a flood."""
_MEASURES_EVERY_S = 5.0
"""Moving quantities are news at most this often."""
_REPEAT_S = 60.0
_REPEATS_WITHIN_SILENCE = 3.5
"""Keep-alives per time after which a device counts as silent: two may be lost."""
_LATE_S = 20.0
"""How late a slow device's messages leave."""
_NOISE = b'\x00\xff{"state": }'
_HELD = 200
"""Messages a slow device holds back; when full the oldest is forgotten, as a device's own small buffer does."""


class Urgency(IntEnum):
    """Why a topic is due; the smaller goes first."""

    STATE_CHANGED = 0
    FIRST = 1
    KEEP_ALIVE = 2
    MEASURES_MOVED = 3


@dataclass(slots=True)
class _Said:
    states: tuple[object, ...] | None = None
    measures: tuple[object, ...] | None = None
    at_s: float = 0.0


@dataclass(slots=True)
class Speaker:
    """One device's side of the conversation: what it has said and when. No I/O; ``now_s`` is site time."""

    device: Device
    machine: Machine
    fault: NetworkFault = NetworkFault.OK
    published: int = 0
    topics: tuple[Topic, ...] = ()
    _said: dict[str, _Said] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.topics = topics(self.device, self.machine.units, self.machine.truth())
        self.forget()

    def forget(self) -> None:
        """After a reconnection everything has to be said again."""
        self._said = {topic.name: _Said() for topic in self.topics}

    @property
    def repeat_s(self) -> float:
        assert isinstance(self.device.connection, Mqtt)
        defaults = self.device.profile.mqtt
        silence = self.device.connection.silent_after_s or (defaults.silent_after_s if defaults else None)
        return silence / _REPEATS_WITHIN_SILENCE if silence else _REPEAT_S

    def due(self, now_s: float) -> list[tuple[Urgency, Topic]]:
        truth = self.machine.truth()
        found = []
        for topic in self.topics:
            urgency = self._urgency(topic, topic.states(truth), topic.measures(truth), now_s)
            if urgency is not None:
                found.append((urgency, topic))
        return found

    def _urgency(self, topic: Topic, states: tuple[object, ...], measures: tuple[object, ...], now_s: float) -> Urgency | None:
        said = self._said[topic.name]
        age_s = now_s - said.at_s
        if said.states is None:
            return Urgency.FIRST
        if states != said.states:
            return Urgency.STATE_CHANGED
        if measures != said.measures and age_s >= _MEASURES_EVERY_S:
            return Urgency.MEASURES_MOVED
        return Urgency.KEEP_ALIVE if age_s >= self.repeat_s and not topic.tells_happenings else None

    def say(self, topic: Topic, now_s: float) -> bytes:
        """The payload, noted as said."""
        truth = self.machine.truth()
        self._said[topic.name] = _Said(topic.states(truth), topic.measures(truth), now_s)
        self.published += 1
        return _NOISE if self.fault is NetworkFault.GARBAGE else topic.payload(truth, now_s)


@dataclass(frozen=True, slots=True)
class _Message:
    topic: str
    payload: bytes
    qos: int
    retain: bool
    due_s: float


class Link:
    """One device's connection to the broker, in paho's own thread; it comes back by itself."""

    def __init__(self, speaker: Speaker, broker: BrokerConfig) -> None:
        self.speaker = speaker
        self.held: deque[_Message] = deque(maxlen=_HELD)
        self.reconnected = False
        self._client = _client(speaker, broker)
        self._client.on_connect = self._on_connect

    def _on_connect(self, *_: object) -> None:
        self.reconnected = True

    def open(self) -> None:
        self._client.loop_start()

    def close(self) -> None:
        """Blocks until the thread has ended: at most about a second."""
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def connected(self) -> bool:
        return self._client.is_connected()

    def drop(self) -> None:
        """Cut the connection without a goodbye, so that the broker publishes the last will."""
        cut = self._client.socket()
        if isinstance(cut, socket.socket):
            with contextlib.suppress(OSError):  # already gone
                cut.shutdown(socket.SHUT_RDWR)

    def publish(self, message: _Message) -> None:
        self._client.publish(message.topic, message.payload, message.qos, message.retain)


class Publisher:
    """All MQTT devices of the fleet."""

    def __init__(self, speakers: Iterable[Speaker], broker: BrokerConfig) -> None:
        self.links = tuple(Link(speaker, broker) for speaker in speakers)

    def open(self) -> None:
        for link in self.links:
            link.open()

    async def close(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(link.close) for link in self.links))

    def publish_due(self, now_s: float, elapsed_s: float) -> int:
        """Say what is due, the most urgent first, within the fleet's ceiling for ``elapsed_s`` of real time; how many messages left."""
        due = [(urgency, link, topic) for link in self.links if self._may_speak(link) for urgency, topic in link.speaker.due(now_s)]
        due.sort(key=lambda item: item[0])
        chosen = due[: max(1, round(MESSAGES_PER_S * elapsed_s))]
        for urgency, link, topic in chosen:
            self._send(link, self._message(link.speaker, urgency, topic, now_s))
        for link in self.links:
            self._release(link, now_s)
        return len(chosen)

    def _may_speak(self, link: Link) -> bool:
        if link.reconnected:
            link.reconnected = False
            link.speaker.forget()
        if link.speaker.fault is NetworkFault.RESET:
            link.drop()
        return link.connected and link.speaker.fault not in (NetworkFault.SILENT, NetworkFault.RESET)

    def _message(self, speaker: Speaker, urgency: Urgency, topic: Topic, now_s: float) -> _Message:
        defaults = speaker.device.profile.mqtt
        qos, retain = (defaults.qos, defaults.retain) if defaults else (0, False)
        if urgency is Urgency.STATE_CHANGED:
            qos = max(qos, 1)
        late_s = _LATE_S if speaker.fault is NetworkFault.SLOW else 0.0
        return _Message(topic.name, speaker.say(topic, now_s), qos, retain, now_s + late_s)

    def _send(self, link: Link, message: _Message) -> None:
        if link.speaker.fault is NetworkFault.SLOW:
            link.held.append(message)
        else:
            link.publish(message)

    def _release(self, link: Link, now_s: float) -> None:
        while link.held and link.held[0].due_s <= now_s:
            link.publish(link.held.popleft())


def _client(speaker: Speaker, broker: BrokerConfig) -> Client:
    where = urlsplit(broker.url if broker.url != "embedded" else f"mqtt://127.0.0.1:{broker.port}")
    client = Client(CallbackAPIVersion.VERSION2, client_id=f"sim-{speaker.device.id}"[:64])
    if broker.username:
        client.username_pw_set(broker.username, broker.password)
    if where.scheme == "mqtts":
        client.tls_set()
    client.max_queued_messages_set(_HELD)
    client.reconnect_delay_set(1, 10)
    for topic in _presence(speaker.topics):
        client.will_set(topic.name, b"false", 1, True)
    client.connect_async(where.hostname or "127.0.0.1", where.port or (8883 if where.scheme == "mqtts" else 1883), keepalive=30)
    return client


def _presence(found: Sequence[Topic]) -> list[Topic]:
    """The topic, if the profile has one, on which the broker says the device is gone: a bare boolean called presence or online."""
    return [t for t in found if len(t.leaves) == 1 and t.leaves[0].path == () and t.leaves[0].name in ("presence", "online")]
