"""The connection to an MQTT broker: paho's blocking client on a thread of its own, its events handed to the asyncio loop.

network thread                                              loop
on_message ──► intake ────────────────────────────────────► message(topic, payload, …)
on_connect, on_subscribe, on_disconnect, on_connect_fail ─► up(publish), refused(filter, reason), down(reason)

A QoS 1 message is acknowledged once the blocks it brought are on disk; until then the broker keeps it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from collectors.counters import Counters
from collectors.mqtt.dial import Broker, BrokerClient
from collectors.mqtt.intake import Intake, Message, Sitting
from collectors.mqtt.voice import Voice
from model.clock import Clock
from model.reading import Commits

log = structlog.get_logger()

OVERSIZE_TOPICS = 100
"""Topics with messages too long that are logged, each once; all are counted."""
STOP_TIMEOUT_S = 4.0
LAST_COMMIT_S = 0.5
"""How long a goodbye waits for the last commits, so that less comes twice."""
LAST_WORD_S = 1.0
FILTERS_PER_SUBSCRIBE = 50
MAX_QOS = 1
"""At QoS 2 the broker forgets a message once it is received, before it is on disk: so nothing is subscribed above QoS 1."""


class Session:
    """Stays connected and subscribed until stopped. Without ``commits`` a message is acknowledged as soon as it is handled."""

    def __init__(
        self,
        broker: Broker,
        filters: Sequence[tuple[str, int]],
        voice: Voice,
        clock: Clock,
        counters: Counters,
        commits: Commits | None = None,
    ) -> None:
        self._broker, self._filters, self._voice = broker, [(name, min(qos, MAX_QOS)) for name, qos in filters], voice
        self._clock, self._counters, self._commits = clock, counters, commits
        self._intake = Intake(voice, counters, commits, broker.in_flight, self._tell, self._acknowledge)
        self._asked: dict[int | None, Sequence[str]] = {}
        self._oversize: set[str] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: BrokerClient | None = None

    @property
    def alive(self) -> bool:
        return self._client is not None and self._client.is_working

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._intake.open()
        client = self._client = BrokerClient(self._broker)
        client.on_pre_connect = self._on_pre_connect
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_connect_fail = self._on_connect_fail
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.loop_start()

    async def stop(self) -> None:
        """Leave the broker politely; give up on the thread after ``STOP_TIMEOUT_S``."""
        client = self._client
        self._intake.close()
        await self._last_commits()
        self._loop = None
        if client is None:
            return
        await self._last_word(client)
        client.disconnect()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await asyncio.to_thread(client.loop_stop)

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        """Hand it to the network thread. Without a connection it is lost at QoS 0, and kept for the next one at QoS 1."""
        if self._client is not None:
            self._client.publish(topic, payload, qos, retain)

    async def _last_commits(self) -> None:
        if self._commits is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_COMMIT_S):
                while self._intake.receipts:
                    self._commits.hasten()
                    await asyncio.sleep(0.01)

    async def _last_word(self, client: Client) -> None:
        """A clean goodbye brings no will: say it ourselves."""
        will = self._voice.will()
        if will is not None and client.is_connected():
            said = client.publish(will.topic, will.payload, will.qos, will.retain)
            with contextlib.suppress(ValueError, RuntimeError):
                await asyncio.to_thread(said.wait_for_publish, LAST_WORD_S)

    # From here to the next line like this one: on the network thread.

    def _on_pre_connect(self, client: Client, _: Any) -> None:
        will = self._voice.will()
        if will is not None:
            client.will_set(will.topic, will.payload, will.qos, will.retain)

    def _on_connect(self, client: Client, _: Any, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None) -> None:
        if reason.is_failure:
            self._tell(self._voice.down, f"the broker refuses us: {reason}")
            return
        self._intake.sitting = Sitting(flags.session_present)
        self._asked = {}
        for start in range(0, len(self._filters), FILTERS_PER_SUBSCRIBE):
            some = self._filters[start : start + FILTERS_PER_SUBSCRIBE]
            mid = self._subscribe(client, some)
            self._asked[mid] = [topic_filter for topic_filter, _ in some]
        if not self._asked:
            self._tell(self._voice.up, self.publish)

    def _subscribe(self, client: Client, filters: Sequence[tuple[str, int]]) -> int | None:
        if self._broker.is_v5:
            return client.subscribe([(topic_filter, SubscribeOptions(qos)) for topic_filter, qos in filters])[1]
        return client.subscribe(list(filters))[1]

    def _on_subscribe(self, client: Client, _: Any, mid: int, reasons: list[ReasonCode], properties: Properties | None) -> None:
        for topic_filter, reason in zip(self._asked.pop(mid, ()), reasons, strict=False):
            if reason.is_failure:
                self._tell(self._voice.refused, topic_filter, str(reason))
        if not self._asked:
            self._tell(self._voice.up, self.publish)

    def _on_disconnect(self, client: Client, _: Any, flags: DisconnectFlags, reason: ReasonCode, properties: Properties | None) -> None:
        self._tell(self._voice.down, f"connection lost: {reason}")

    def _on_connect_fail(self, client: Client, _: Any) -> None:
        assert isinstance(client, BrokerClient)
        self._tell(self._voice.down, f"no connection: {client.trouble}")

    def _on_message(self, client: Client, _: Any, message: MQTTMessage) -> None:
        receive_ns, payload = self._clock.now_ns(), bytes(message.payload)
        topic = _topic(message)
        if topic is None or len(payload) > self._broker.max_payload:
            self._throw_away(client, message, topic)
            return
        mid = message.mid if message.qos else 0
        self._intake.arrive(Message(topic, payload, receive_ns, message.retain, message.dup, mid, self._intake.sitting))

    def _throw_away(self, client: Client, message: MQTTMessage, topic: str | None) -> None:
        """Acknowledged, or it would come again for ever."""
        if topic is None:
            self._counters.payloads_bad += 1
        else:
            self._counters.payloads_oversize += 1
            self._tell(self._note_oversize, topic, len(message.payload))
        client.ack(message.mid, message.qos)

    def _tell(self, act: Callable[..., None], *arguments: object) -> None:
        loop = self._loop
        if loop is not None:
            # The loop may close between the two lines when the whole program ends.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(act, *arguments)

    # On the loop.

    def _acknowledge(self, mids: Sequence[int]) -> None:
        if self._client is not None:
            self._client.acknowledge(mids)

    def _note_oversize(self, topic: str, size: int) -> None:
        if topic not in self._oversize and len(self._oversize) < OVERSIZE_TOPICS:
            self._oversize.add(topic)
            log.warning("payload_oversize", topic=topic, bytes=size, limit=self._broker.max_payload)


def _topic(message: MQTTMessage) -> str | None:
    """None when it is not UTF-8, which MQTT forbids (§1.5.3)."""
    try:
        return message.topic
    except UnicodeDecodeError:
        return None
