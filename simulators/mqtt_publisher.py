"""Devices that speak MQTT in JSON, over the connections they say it on.

machine's step ─► Speaker.due() (pure: what is news, what must be repeated) ─► Publisher (30 a second for all) ─► broker
                                                                                left over: stays due, the newest value goes out
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from paho.mqtt.client import Client

from model.site import BrokerConfig
from simulators.broker_link import HELD, BrokerLink
from simulators.broker_state import BrokerState
from simulators.network_fault import NetworkFault
from simulators.payload import Topic
from simulators.speaker import Speaker, Urgency

__all__ = ["MESSAGES_PER_S", "Link", "Publisher", "Speaker", "Urgency"]

MESSAGES_PER_S = 30
"""Ceiling for the whole fleet: an embedded broker carries a demo, not a flood."""


class _Message(NamedTuple):
    topic: str
    payload: bytes
    qos: int
    retain: bool
    due_s: float


class Link(BrokerLink):
    """One device's connection and what it holds back: it is late, or its broker is."""

    def __init__(self, speaker: Speaker, broker: BrokerConfig) -> None:
        super().__init__(f"sim-{speaker.device.id}", broker)
        self.speaker = speaker
        self.held: deque[_Message] = deque(maxlen=HELD)

    def prepare(self, client: Client) -> None:
        for topic in _presence(self.speaker.topics):
            client.will_set(topic.name, b"false", 1, True)

    def may_speak(self) -> bool:
        if self.reconnected:
            self.reconnected = False
            self.speaker.forget()
        if self.speaker.fault is NetworkFault.RESET:
            self.drop()
        return self.connected and self.speaker.may_speak

    def say(self, urgency: Urgency, topic: Topic, now_s: float, broker_late_s: float) -> None:
        """Now, later or, when it gets lost, never."""
        defaults = self.speaker.device.profile.mqtt
        qos, retain = (defaults.qos, defaults.retain) if defaults else (0, False)
        if urgency is Urgency.STATE_CHANGED:
            qos = max(qos, 1)
        payload = self.speaker.say(topic, now_s)
        late_s = self.speaker.late_s + broker_late_s
        if self.speaker.loses:
            return
        if late_s > 0 or self.held:
            self.held.append(_Message(topic.name, payload, qos, retain, now_s + late_s))
        else:
            self.publish(topic.name, payload, qos, retain)

    def release(self, now_s: float) -> None:
        """Send what has been held back long enough."""
        while self.held and self.held[0].due_s <= now_s:
            topic, payload, qos, retain, _ = self.held.popleft()
            self.publish(topic, payload, qos, retain)


class Publisher:
    """All JSON devices of the fleet."""

    def __init__(self, speakers: Iterable[Speaker], broker: BrokerConfig, state: BrokerState | None = None) -> None:
        self.links = tuple(Link(speaker, broker) for speaker in speakers)
        self.state = state or BrokerState()

    def open(self) -> None:
        for link in self.links:
            link.open()

    async def leave(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(link.leave) for link in self.links))

    async def close(self) -> None:
        await self.leave()

    def publish_due(self, now_s: float, elapsed_s: float) -> int:
        """Say what is due, the most urgent first, within the fleet's ceiling for ``elapsed_s`` of real time; how many were said."""
        due = [(urgency, link, topic) for link in self.links if link.may_speak() for urgency, topic in link.speaker.due(now_s)]
        due.sort(key=lambda item: item[0])
        chosen = due[: max(1, round(MESSAGES_PER_S * elapsed_s))]
        for urgency, link, topic in chosen:
            link.say(urgency, topic, now_s, self.state.late_s)
        for link in self.links:
            link.release(now_s)
        return len(chosen)


def _presence(found: Sequence[Topic]) -> list[Topic]:
    """The topic, if the profile has one, on which the broker says the device is gone: a bare boolean called presence or online."""
    return [t for t in found if len(t.leaves) == 1 and t.leaves[0].path == () and t.leaves[0].name in ("presence", "online")]
