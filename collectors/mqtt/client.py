"""Listens for every device behind one broker: a message becomes one Block, silence and a lost broker become failed ones.

message ──► its devices ──► decode ──► Block ──► sink
too long no message        ──► one failed Block, SILENT
broker away                ──► one failed Block per device, BROKER_LOST
"""

from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import nan

import structlog

from collectors.counters import Counters
from collectors.mqtt.payload import PayloadDecoder, Verdict
from collectors.mqtt.session import Broker, Session
from collectors.mqtt.silence import Silence
from collectors.mqtt.topics import matches
from model.clock import SECOND, Clock
from model.quality import ABSENT
from model.reading import Block, BlockSink, Fault, failed_block

log = structlog.get_logger()

WATCH_NS = SECOND
"""How often the network thread and the silences are looked at."""


class MqttLink:
    """One broker and the devices behind it; ``run`` goes on until cancelled.

    ``silent_after_ns`` has the devices that promise to speak; the others count as present whenever the broker is.
    """

    def __init__(
        self,
        broker: Broker,
        decoders: Sequence[PayloadDecoder],
        qos: Mapping[str, int],
        silent_after_ns: Mapping[str, int],
        sink: BlockSink,
        clock: Clock,
        counters: Counters,
    ) -> None:
        self.name = f"{broker.host}:{broker.port}"
        self._decoders = {decoder.device: decoder for decoder in decoders}
        self._silent_after_ns = silent_after_ns
        self._sink, self._clock, self._counters = sink, clock, counters
        self._silence = Silence(silent_after_ns, clock.monotonic_ns())
        self._faults: dict[str, Fault] = {}
        self._broker_up: bool | None = None
        self._listeners = lru_cache(maxsize=4096)(self._find_listeners)
        filters = {topic: max(qos.get(d.device, 0) for d in decoders if topic in d.filters) for d in decoders for topic in d.filters}
        self._session = Session(broker, tuple(filters.items()), self, clock, counters)

    async def run(self) -> None:
        self._silence.restart(self._clock.monotonic_ns())
        self._session.start()
        try:
            while True:
                await self._clock.sleep_until(self._clock.monotonic_ns() + WATCH_NS)
                self._watch()
        finally:
            await self._session.stop()

    def up(self) -> None:
        log.info("broker_connected", broker=self.name)
        self._broker_up = True
        self._counters.connects += 1
        self._silence.restart(self._clock.monotonic_ns())
        for device in self._decoders:
            if device not in self._silent_after_ns:
                self._present(device)
                self._sink.accept(self._nothing_new(device))

    def down(self, reason: str) -> None:
        if self._broker_up is False:
            return
        log.warning("broker_lost", broker=self.name, reason=reason)
        self._broker_up = False
        self._silence.suspend()
        for device in self._decoders:
            self._failed(device, Fault.BROKER_LOST)

    def message(self, topic: str, payload: bytes, receive_ns: int, retained: bool) -> None:
        self._counters.messages += 1
        for decoder in self._listeners(topic):
            block, verdict = decoder.decode(topic, payload, receive_ns)
            self._counters.clocks_implausible += verdict is Verdict.BAD_CLOCK
            if verdict is Verdict.BAD_PAYLOAD:
                self._counters.payloads_bad += 1
                self._counters.failures[Fault.BAD_PAYLOAD] += 1
            if not retained:
                # A retained message is what the broker remembers; it does not show that the device lives.
                self._silence.heard(decoder.device, self._clock.monotonic_ns())
            self._present(decoder.device)
            self._sink.accept(block)

    def _find_listeners(self, topic: str) -> tuple[PayloadDecoder, ...]:
        return tuple(d for d in self._decoders.values() if any(matches(topic_filter, topic) for topic_filter in d.filters))

    def _watch(self) -> None:
        if not self._session.alive:
            log.error("mqtt_thread_died", broker=self.name)
            self._counters.restarts += 1
            self.down("the network thread died")
            self._session.start()
        self.note_silences()

    def note_silences(self) -> None:
        """Tell of every device that has now been silent for too long."""
        for device in self._silence.fell_silent(self._clock.monotonic_ns()):
            self._failed(device, Fault.SILENT)

    def _failed(self, device: str, fault: Fault) -> None:
        self._counters.failures[fault] += 1
        if fault is not Fault.BROKER_LOST:
            log.warning("device_lost", device=device, link=self.name, fault=fault.value)
        self._faults[device] = fault
        self._sink.accept(failed_block(device, self._decoders[device].width, self._clock.now_ns(), fault))

    def _nothing_new(self, device: str) -> Block:
        """A block that says no more than that the device can be heard."""
        width, now_ns = self._decoders[device].width, self._clock.now_ns()
        return Block(device, now_ns, now_ns, array("d", [nan]) * width, bytes([ABSENT]) * width)

    def _present(self, device: str) -> None:
        fault = self._faults.pop(device, None)
        if fault is not None and fault is not Fault.BROKER_LOST:
            log.info("device_back", device=device, after=fault.value)
