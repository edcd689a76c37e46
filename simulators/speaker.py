"""One MQTT device's side of the conversation: what it has said, and what is due. Pure: time is an argument."""

from dataclasses import dataclass, field
from enum import IntEnum

from model.site import Device, Mqtt
from simulators.device_clock import shifted
from simulators.machine import Machine, Truth
from simulators.network_fault import NetworkFault
from simulators.payload import Topic, topics
from simulators.wire_reply import chance

_MEASURES_EVERY_S = 5.0
"""Moving quantities are news at most this often."""
_REPEAT_S = 60.0
_REPEATS_WITHIN_SILENCE = 3.5
"""Keep-alives per time after which a device counts as silent: two may be lost."""
_NOISE = b'\x00\xff{"state": }'


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
    """``now_s`` is site time in seconds since 1970 UTC."""

    device: Device
    machine: Machine
    fault: NetworkFault = NetworkFault.OK
    amount: float = 0.0
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

    @property
    def may_speak(self) -> bool:
        return self.fault not in (NetworkFault.SILENT, NetworkFault.RESET)

    @property
    def late_s(self) -> float:
        """How long after it was said the next message leaves."""
        match self.fault:
            case NetworkFault.SLOW | NetworkFault.DELAY:
                return self.amount
            case NetworkFault.JITTER:
                return self.amount * chance(self.device.id, self.published)
        return 0.0

    @property
    def loses(self) -> bool:
        """Whether the message it said last never leaves."""
        return self.fault is NetworkFault.LOSSY and chance(self.device.id, self.published) < self.amount

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
        return self._worded(topic, truth, now_s)

    def _worded(self, topic: Topic, truth: Truth, now_s: float) -> bytes:
        match self.fault:
            case NetworkFault.GARBAGE:
                return _NOISE
            case NetworkFault.TRUNCATED:
                whole = topic.payload(truth, now_s)
                return whole[: len(whole) // 2]
            case NetworkFault.CLOCK_ERROR:
                told = [leaf.name for leaf in topic.leaves if leaf.is_clock and leaf.name in truth]
                return topic.payload(shifted(truth, told, {}, self.amount), now_s + self.amount)
        return topic.payload(truth, now_s)
