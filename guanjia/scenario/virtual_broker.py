"""A message broker without a network: what the simulated devices say goes straight to the production listener."""

import heapq
from collections.abc import Mapping
from itertools import count

from collectors.mqtt.client import MqttLink
from model.clock import SECOND
from simulators.network_fault import NetworkFault
from simulators.speaker import Speaker, Urgency

_GONE = b"false"
_PRESENCE = ("presence", "online")
"""The bare boolean, where a profile has one, that the broker sets to false when the device is cut off: its last will."""


class VirtualBroker:
    """Carries messages while it is up and somebody listens. It is the platform's own: a new ``listener`` means that it came up afresh."""

    def __init__(self, speakers: Mapping[str, Speaker]) -> None:
        self._speakers = speakers
        self._late: list[tuple[int, int, str, bytes]] = []
        self._order = count()
        self._listener: MqttLink | None = None
        self._up = True

    def attach(self, listener: MqttLink | None) -> None:
        """From now on this one listens, or nobody."""
        self._listener = listener
        if listener is not None and self._up:
            self._all_connect(listener)

    def go_down(self) -> None:
        self._up = False
        if self._listener is not None:
            self._listener.down("the broker is away")

    def come_up(self) -> None:
        self._up = True
        if self._listener is not None:
            self._all_connect(self._listener)

    def misbehave(self, device: str, fault: NetworkFault, amount: float, now_ns: int) -> None:
        """A device that is cut off leaves its last will; one that is back says everything again."""
        speaker = self._speakers[device]
        before, speaker.fault, speaker.amount = speaker.fault, fault, amount
        if fault is NetworkFault.RESET:
            for topic in speaker.topics:
                if len(topic.leaves) == 1 and topic.leaves[0].path == () and topic.leaves[0].name in _PRESENCE:
                    self._carry(topic.name, _GONE, now_ns)
        elif before is NetworkFault.RESET:
            speaker.forget()

    def speak(self, device: str, now_ns: int) -> None:
        """Carry whatever the device has to say by now, the most urgent first."""
        speaker = self._speakers[device]
        if self._listener is None or not self._up or not speaker.may_speak:
            return
        now_s = now_ns / SECOND
        for _, topic in sorted(speaker.due(now_s), key=_urgency):
            payload = speaker.say(topic, now_s)
            if speaker.late_s:
                heapq.heappush(self._late, (now_ns + round(speaker.late_s * SECOND), next(self._order), topic.name, payload))
            elif not speaker.loses:
                self._carry(topic.name, payload, now_ns)

    def watch(self, now_ns: int) -> None:
        """Deliver what was late, and tell of those who have been silent for too long."""
        while self._late and self._late[0][0] <= now_ns:
            _, _, topic, payload = heapq.heappop(self._late)
            self._carry(topic, payload, now_ns)
        if self._listener is not None:
            self._listener.watch()

    def _carry(self, topic: str, payload: bytes, now_ns: int) -> None:
        if self._listener is not None and self._up:
            self._listener.message(topic, payload, now_ns, False)

    def _all_connect(self, listener: MqttLink) -> None:
        for speaker in self._speakers.values():
            speaker.forget()
        listener.up(_unheard)


def _unheard(topic: str, payload: bytes, qos: int, retain: bool) -> None:
    """Where what the platform itself says goes: the virtual devices don't listen."""


def _urgency(due: tuple[Urgency, object]) -> int:
    return due[0]
