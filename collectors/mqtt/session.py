"""The connection to an MQTT broker: paho's blocking client on a thread of its own, its events handed to the asyncio loop.

network thread                                   loop
on_message ──► inbox (bounded, oldest dropped) ──► message(topic, payload, receive_ns, retained)
on_connect, on_disconnect, on_connect_fail ──────► up(), down(reason)
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collectors.counters import Counters
from model.clock import Clock

INBOX = 10_000
"""Messages waiting for the loop. Full: the oldest goes, for a newer one says more, and is counted as dropped."""
BATCH = 200
"""Messages handled before the loop gets its breath."""
KEEPALIVE_S = 20
CONNECT_TIMEOUT_S = 3.0
RECONNECT_S = (1, 8)
STOP_TIMEOUT_S = 4.0
FILTERS_PER_SUBSCRIBE = 50


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are there."""

    host: str
    port: int
    client_id: str
    username: str = ""
    password: str = ""
    tls: bool = False


class Listener(Protocol):
    """Told on the loop what happens on the wire."""

    def up(self) -> None: ...

    def down(self, reason: str) -> None: ...

    def message(self, topic: str, payload: bytes, receive_ns: int, retained: bool) -> None: ...


class Session:
    """Stays connected and subscribed until stopped."""

    def __init__(self, broker: Broker, filters: Sequence[tuple[str, int]], listener: Listener, clock: Clock, counters: Counters) -> None:
        self._broker, self._filters, self._listener = broker, filters, listener
        self._clock, self._counters = clock, counters
        self._inbox: deque[tuple[str, bytes, int, bool]] = deque(maxlen=INBOX)
        self._draining = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client = self._new_client()

    @property
    def alive(self) -> bool:
        """Whether the network thread runs; ``is_connected()`` goes on saying yes after its death."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._client = self._new_client()
        self._client.connect_async(self._broker.host, self._broker.port, KEEPALIVE_S)
        self._thread = threading.Thread(target=self._work, args=(self._client,), name="mqtt", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Leave the broker politely; give up on the thread after ``STOP_TIMEOUT_S``."""
        thread, self._loop = self._thread, None
        self._client.disconnect()
        if thread is not None:
            await asyncio.to_thread(thread.join, STOP_TIMEOUT_S)

    def _new_client(self) -> Client:
        broker = self._broker
        client = Client(CallbackAPIVersion.VERSION2, broker.client_id, clean_session=False, protocol=MQTTv311)
        client.suppress_exceptions = True
        client.max_queued_messages_set(1000)
        client.reconnect_delay_set(*RECONNECT_S)
        client.connect_timeout = CONNECT_TIMEOUT_S
        if broker.username:
            client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_connect_fail = self._on_connect_fail
        client.on_message = self._on_message
        return client

    def _work(self, client: Client) -> None:
        client.loop_forever(retry_first_connection=True)

    # From here to the next line like this one: on the network thread.

    def _on_connect(self, client: Client, _: Any, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None) -> None:
        if reason.is_failure:
            self._tell(self._listener.down, f"the broker refuses us: {reason}")
            return
        for start in range(0, len(self._filters), FILTERS_PER_SUBSCRIBE):
            client.subscribe(list(self._filters[start : start + FILTERS_PER_SUBSCRIBE]))
        self._tell(self._listener.up)

    def _on_disconnect(self, client: Client, _: Any, flags: DisconnectFlags, reason: ReasonCode, properties: Properties | None) -> None:
        self._tell(self._listener.down, f"connection lost: {reason}")

    def _on_connect_fail(self, client: Client, _: Any) -> None:
        self._tell(self._listener.down, "no connection")

    def _on_message(self, client: Client, _: Any, message: MQTTMessage) -> None:
        self._counters.messages_dropped += len(self._inbox) == INBOX
        self._inbox.append((message.topic, bytes(message.payload), self._clock.now_ns(), message.retain))
        if not self._draining:
            self._draining = True
            self._tell(self._drain)

    def _tell(self, act: Any, *arguments: object) -> None:
        loop = self._loop
        if loop is not None:
            # The loop may close between the two lines when the whole program ends.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(act, *arguments)

    # On the loop.

    def _drain(self) -> None:
        # First, so that a message that comes after the last look below wakes us again.
        self._draining = False
        for _ in range(BATCH):
            try:
                message = self._inbox.popleft()
            except IndexError:
                return
            self._listener.message(*message)
        self._draining = True
        asyncio.get_running_loop().call_soon(self._drain)
