"""The devices that speak JSON over a broker: a message becomes one Block; silence, a last will and a lost broker become failed ones.

message ──► its devices ──► decode ──► Block ──► sink
too long no message        ──► one failed Block, SILENT
said to be away            ──► one failed Block, LAST_WILL
broker away                ──► one failed Block per device, BROKER_LOST
back after any of these    ──► what it said last of every point, with its own time: the last value stands, its age visible
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import nan

import structlog

from collectors.counters import Counters
from collectors.mqtt.doubts import Doubts
from collectors.mqtt.intake import ROOM
from collectors.mqtt.payload import PayloadDecoder, Verdict
from collectors.mqtt.presence import Presences, PresenceTopic, Word
from collectors.mqtt.recent import Recent
from collectors.mqtt.said import Said
from collectors.mqtt.silence import Silence
from collectors.mqtt.topics import covers, is_filter, matches
from collectors.mqtt.voice import Publish, Will
from model.clock import Clock
from model.quality import ABSENT
from model.reading import Block, BlockSink, Commits, Dated, Fault, Reach, failed_block

log = structlog.get_logger()

TOPICS = 65_536
"""Topics whose devices are remembered."""


class JsonDevices:
    """A ``Voice``: one broker's devices with JSON messages.

    ``silent_after_ns`` has the devices that promise to speak; the others count as present whenever the broker is.
    """

    def __init__(
        self,
        decoders: Sequence[PayloadDecoder],
        qos: Mapping[str, int],
        silent_after_ns: Mapping[str, int],
        sink: BlockSink,
        clock: Clock,
        counters: Counters,
        presences: Mapping[str, Sequence[PresenceTopic]] | None = None,
        commits: Commits | None = None,
        before: Mapping[str, Sequence[Dated]] | None = None,
    ) -> None:
        """``before``: messages that devices have dated themselves, on disk from an earlier life of the process."""
        self._decoders = {decoder.device: decoder for decoder in decoders}
        self._silent_after_ns = silent_after_ns
        self._sink, self._clock, self._counters, self._commits = sink, clock, counters, commits
        self._silence = Silence(silent_after_ns, clock.monotonic_ns())
        self._presences = Presences(presences or {})
        self._faults: dict[str, Fault] = {}
        self._barred: set[str] = set()
        self._said = {decoder.device: Said() for decoder in decoders}
        self._doubts = Doubts()
        self._recent = {decoder.device: Recent((before or {}).get(decoder.device, ())) for decoder in decoders}
        self._listeners = lru_cache(maxsize=TOPICS)(_finder(*_by_topic(decoders)))
        self.filters = [(name, qos.get(decoder.device, 0)) for decoder in decoders for name in decoder.filters]
        self.filters += [(name, 1) for name in self._presences.topics]

    def will(self) -> Will | None:
        return None

    def up(self, publish: Publish) -> None:
        self._silence.restart(self._clock.monotonic_ns())
        for device in self._decoders:
            if self._presences.is_away(device):
                self._failed(device, Fault.LAST_WILL)
            elif device not in self._silent_after_ns and device not in self._barred:
                self._show(device)

    def down(self, reason: str) -> None:
        self._silence.suspend()
        self._barred.clear()
        for device in self._decoders:
            if self._faults.get(device) is not Fault.BROKER_LOST:
                self._failed(device, Fault.BROKER_LOST)

    def refused(self, topic_filter: str, reason: str) -> None:
        for device, decoder in self._decoders.items():
            if device not in self._barred and any(covers(topic_filter, name) for name in decoder.filters):
                log.error("subscription_refused", device=device, topic=topic_filter, reason=reason)
                self._barred.add(device)
                self._failed(device, Fault.REFUSED)

    def message(self, topic: str, payload: bytes, receive_ns: int, retained: bool, repeated: bool = False) -> None:
        for decoder in self._listeners(topic):
            block, verdict = decoder.decode(topic, payload, receive_ns)
            is_readable = verdict is not Verdict.BAD_PAYLOAD
            self._note(verdict)
            self._doubts.message(block, topic, payload, decoder.names, is_readable=is_readable)
            block.repeated = repeated
            if not retained:
                # A retained message is what the broker remembers; it does not show that the device lives.
                self._silence.heard(decoder.device, self._clock.monotonic_ns())
                self._presences.proved(decoder.device)
            again = self._is_again(block, topic, retained)
            is_past = retained and self._presences.is_away(decoder.device)
            if not is_past:
                self._present(decoder.device, topic, None if again else block)
            if again:
                continue
            if is_readable:
                self._said[decoder.device].take(topic, block)
            else:
                self._said[decoder.device].spoil(topic)
            # What the broker remembers of a device that is away stands again when that is back.
            self._sink.accept(replace(block, reach=Reach.HISTORY) if is_past else block)
        if topic in self._presences:
            self._word(topic, payload, retained)

    def _is_again(self, block: Block, topic: str, retained: bool) -> bool:
        """Whether it is known already: what the broker remembers, or what its publisher says once more."""
        remembered = retained and self._said[block.device].knows(topic, block)
        return self._recent[block.device].is_again(block) or remembered

    def watch(self) -> None:
        """Tell of every device that has now been silent for too long."""
        now_ns = self._clock.monotonic_ns()
        if self._commits is not None and self._commits.room < ROOM:
            # Messages are held back for want of room: the silence is ours.
            self._silence.restart(now_ns)
        for device in self._silence.fell_silent(now_ns):
            self._failed(device, Fault.SILENT)

    def _note(self, verdict: Verdict) -> None:
        self._counters.clocks_implausible += verdict is Verdict.BAD_CLOCK
        if verdict is Verdict.BAD_PAYLOAD:
            self._counters.payloads_bad += 1
            self._counters.failures[Fault.BAD_PAYLOAD] += 1

    def _word(self, topic: str, payload: bytes, retained: bool) -> None:
        for device, word in self._presences.take(topic, payload):
            self._doubts.word(device, topic, payload, is_known=word is not Word.UNKNOWN)
            if word is Word.UNKNOWN:
                continue
            if word is Word.ONLINE:
                self._came_online(device, retained)
            elif self._faults.get(device) is not Fault.LAST_WILL:
                self._silence.forget(device)
                self._failed(device, Fault.LAST_WILL)

    def _came_online(self, device: str, retained: bool) -> None:
        was_away = self._faults.get(device) is Fault.LAST_WILL
        if was_away or not retained:
            self._silence.heard(device, self._clock.monotonic_ns())
        if was_away or (not retained and device in self._faults):
            self._show(device)

    def _show(self, device: str) -> None:
        """It is there, though it has said nothing: a block that says no more than that."""
        self._present(device)
        width, now_ns = self._decoders[device].width, self._clock.now_ns()
        self._sink.accept(Block(device, now_ns, now_ns, array("d", [nan]) * width, bytes([ABSENT]) * width))

    def _failed(self, device: str, fault: Fault) -> None:
        self._counters.failures[fault] += 1
        if fault is not Fault.BROKER_LOST:
            log.warning("device_lost", device=device, fault=fault.value)
        self._faults[device] = fault
        self._sink.accept(failed_block(device, self._decoders[device].width, self._clock.now_ns(), fault))

    def _present(self, device: str, topic: str = "", newer: Block | None = None) -> None:
        """What it said before stands again if it was away, or if its topic could not be read; but for what it now says anew."""
        fault, said = self._faults.pop(device, None), self._said[device]
        if fault not in (None, Fault.BROKER_LOST):
            log.info("device_back", device=device, after=fault.value)
        for block in said.mended(topic, newer) if fault is None else said.revived(newer):
            # Nothing was measured anew: it is for the screens and the rules, not for the history.
            self._sink.accept(replace(block, receive_ns=self._clock.now_ns(), reach=Reach.LIVE))


def _by_topic(decoders: Sequence[PayloadDecoder]) -> tuple[dict[str, tuple[PayloadDecoder, ...]], list[tuple[str, PayloadDecoder]]]:
    """Decoders by the topics they name outright; and those that name a filter, beside it."""
    exact: dict[str, tuple[PayloadDecoder, ...]] = {}
    wild: list[tuple[str, PayloadDecoder]] = []
    for decoder in decoders:
        for name in decoder.filters:
            if is_filter(name):
                wild.append((name, decoder))
            else:
                exact[name] = (*exact.get(name, ()), decoder)
    return exact, wild


def _finder(
    exact: Mapping[str, tuple[PayloadDecoder, ...]], wild: Sequence[tuple[str, PayloadDecoder]]
) -> Callable[[str], tuple[PayloadDecoder, ...]]:
    def listeners(topic: str) -> tuple[PayloadDecoder, ...]:
        found = {decoder.device: decoder for decoder in exact.get(topic, ())}
        return tuple((found | {decoder.device: decoder for name, decoder in wild if matches(name, topic)}).values())

    return listeners
