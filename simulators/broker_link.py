"""A connection of the simulators to the site's broker, in paho's own thread; it comes back by itself."""

import contextlib
import socket
from urllib.parse import urlsplit

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from model.site import BrokerConfig

HELD = 200
"""Messages kept while the broker is away; when full the oldest is forgotten, as a device's own small buffer does."""
RECONNECT_S = (1, 10)
"""First and longest pause between attempts."""
_PORTS = {"mqtts": 8883}


class BrokerLink:
    """``reconnected`` is set at every connection and taken back by whoever has noticed. ``client`` is there while it is open."""

    def __init__(self, client_id: str, broker: BrokerConfig) -> None:
        self._broker, self._client_id = broker, client_id[:64]
        self.client: Client | None = None
        self.reconnected = False

    def prepare(self, client: Client) -> None:
        """Leave wills, listen to commands: what has to be done before a client connects."""

    def open(self) -> None:
        """Connect, and go on trying."""
        if self.client is not None:
            return
        where = urlsplit(self._broker.url if self._broker.url != "embedded" else f"mqtt://127.0.0.1:{self._broker.port}")
        self.client = _client(self._client_id, self._broker, where.scheme == "mqtts")
        self.client.on_connect = self._on_connect
        self.prepare(self.client)
        self.client.connect_async(where.hostname or "127.0.0.1", where.port or _PORTS.get(where.scheme, 1883), keepalive=30)
        self.client.loop_start()

    def leave(self) -> None:
        """Disconnect without a word. Blocks until the thread has ended: at most about a second."""
        client, self.client = self.client, None
        if client is not None:
            client.disconnect()
            client.loop_stop()

    @property
    def connected(self) -> bool:
        return self.client is not None and self.client.is_connected()

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        """Nothing while it is closed; kept by the client while the broker is away."""
        if self.client is not None:
            self.client.publish(topic, payload, qos, retain)

    def drop(self) -> None:
        """Cut the connection without a goodbye, so that the broker publishes the last will."""
        cut = self.client.socket() if self.client is not None else None
        if isinstance(cut, socket.socket):
            with contextlib.suppress(OSError):  # already gone
                cut.shutdown(socket.SHUT_RDWR)

    def _on_connect(self, *_: object) -> None:
        self.reconnected = True


def _client(client_id: str, broker: BrokerConfig, encrypted: bool) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id)
    if broker.username:
        client.username_pw_set(broker.username, broker.password)
    if encrypted:
        client.tls_set(broker.tls.ca or None, broker.tls.cert or None, broker.tls.key or None)
    client.max_queued_messages_set(HELD)
    client.reconnect_delay_set(*RECONNECT_S)
    return client
