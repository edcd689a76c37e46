"""The site's Sparkplug host application: all its edge nodes behind one broker connection, and the host's own state.

message ──► its edge node ──► blocks ──► sink
once a second ──► lost messages, silences ──► blocks;  wishes that are due ──► rebirth asked
connected ──► STATE online (retained);  connection lost ──► the broker says STATE offline: our will
(Eclipse Sparkplug 3.0.0 §5.3, §5.13–5.15)
"""

from collections.abc import Sequence

import msgspec
import structlog

from collectors.counters import Counters
from collectors.mqtt.voice import Publish, Will
from collectors.sparkplug.node import EdgeNode
from collectors.sparkplug.outcome import COUNTED, REBIRTHS, Outcome, Remark
from collectors.sparkplug.speech import HostState, Rebirth, say
from collectors.sparkplug.topics import everything_of, heading
from model.broker import SparkplugConfig
from model.clock import SECOND, Clock
from model.reading import BlockSink

log = structlog.get_logger()

GREETING_NS, APART_NS = 2 * SECOND, SECOND // 20
"""After connecting, nodes that wait for their host have this long to be born by themselves; then the others are asked, twenty a second."""
_MILLISECOND = 1_000_000
_WARNINGS = frozenset({Remark.NODE_DIED, Remark.GAP, Remark.BAD_PAYLOAD, Remark.POINTS_WITHOUT_METRIC, Remark.METRICS_UNREAD})


class SparkplugHost:
    """``collectors.mqtt.voice.Voice`` of a site's Sparkplug devices."""

    def __init__(self, config: SparkplugConfig, nodes: Sequence[EdgeNode], sink: BlockSink, clock: Clock, counters: Counters) -> None:
        self._config = config
        self._nodes = {node.place: node for node in nodes}
        self._sink, self._clock, self._counters = sink, clock, counters
        self._publish: Publish | None = None
        self._is_up: bool | None = None
        self._state_ms = 0
        own = [(HostState(config.host, True, 0).topic, 1)] if config.state else []
        self.filters = (*own, *((everything_of(place), 1) for place in self._nodes))

    # ── the connection ──

    def will(self) -> Will | None:
        """STATE offline, to be told by the broker; its time is that of the online state which follows (§5.3)."""
        if not self._config.state:
            return None
        self._state_ms = self._now_ms()
        gone = HostState(self._config.host, False, self._state_ms)
        return Will(gone.topic, gone.payload, 1, True)

    def up(self, publish: Publish) -> None:
        self._is_up, self._publish = True, publish
        if self._config.state:
            say(publish, HostState(self._config.host, True, self._state_ms))
        now_ns = self._clock.monotonic_ns()
        for place, node in enumerate(self._nodes.values()):
            node.connected(now_ns, now_ns + GREETING_NS + place * APART_NS)

    def down(self, reason: str) -> None:
        self._publish = None
        if self._is_up is False:
            return
        self._is_up = False
        for node in self._nodes.values():
            self._note(node.disconnected(self._clock.now_ns()))

    def refused(self, topic_filter: str, reason: str) -> None:
        log.error("sparkplug_subscription_refused", topic=topic_filter, reason=reason)

    # ── messages and time ──

    def message(self, topic: str, payload: bytes, receive_ns: int, retained: bool, repeated: bool = False) -> None:
        """Nothing of the field's is retained (§6.4.19–26): what the broker remembers all the same is not what a node says now.

        What comes from the inbox of a connection that is over is not read either: whoever said it has to be born anew.
        """
        if not self._is_up:
            return
        said = heading(topic)
        node = self._nodes.get(said.place) if said else None
        if said is None or node is None:
            self._insist(topic, payload)
        elif not retained:
            self._note(node.hear(said, topic, payload, receive_ns, self._clock.monotonic_ns()))
            self._ask(node)

    def watch(self) -> None:
        now_ns, at_ns = self._clock.monotonic_ns(), self._clock.now_ns()
        for node in self._nodes.values():
            self._note(node.watch(now_ns, at_ns))
            self._ask(node)

    def _ask(self, node: EdgeNode) -> None:
        """The only command there is; never said when the site has switched it off."""
        if self._publish is None or not self._config.rebirth:
            return
        reason = node.asking.due(self._clock.monotonic_ns())
        if reason is not None:
            log.info("sparkplug_rebirth_asked", node=str(node.place), because=reason.value)
            self._counters.sparkplug[REBIRTHS] += 1
            say(self._publish, Rebirth(node.place, self._now_ms()))

    def _insist(self, topic: str, payload: bytes) -> None:
        """Another with our id has said that we are gone, or an old will came late: say again that we are here (§5.3, same time)."""
        own = HostState(self._config.host, True, self._state_ms)
        if self._publish is None or not self._config.state or topic != own.topic:
            return
        try:
            told = msgspec.json.decode(payload)
        except (msgspec.DecodeError, RecursionError):
            return
        if isinstance(told, dict) and told.get("online") is False:
            say(self._publish, own)

    def _note(self, outcome: Outcome) -> None:
        counters = self._counters
        counters.clocks_implausible += outcome.clocks_implausible
        for remark, about, detail in outcome.notes:
            if remark in COUNTED:
                counters.sparkplug[COUNTED[remark]] += 1
            counters.payloads_bad += remark is Remark.BAD_PAYLOAD
            (log.warning if remark in _WARNINGS else log.info)(remark.value, about=about, **({"detail": detail} if detail else {}))
        for block in outcome.blocks:
            if block.fault is not None:
                counters.failures[block.fault] += 1
            self._sink.accept(block)

    def _now_ms(self) -> int:
        return self._clock.now_ns() // _MILLISECOND
