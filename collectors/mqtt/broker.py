"""The MQTT broker that comes with the product: amqtt on the loopback, for demonstrations and for sites without a broker of their own.

Good for a few hundred messages a second; a real site runs Mosquitto or EMQX.
"""

import asyncio
import hmac
from dataclasses import dataclass
from functools import partial

from amqtt.broker import Broker
from amqtt.contexts import BaseContext, BrokerConfig, ListenerConfig, ListenerType
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

_LISTENER = "default"
_PATIENCE_S = 1.0
"""How long a client may take to be dropped in peace. In Python 3.11 ``asyncio.wait_for`` swallows the cancellation of a reader whose packet
comes in that moment, and amqtt would then wait until the client leaves by itself.
"""


class EmbeddedBroker:
    """Serves on ``host``:``port`` from ``start`` to ``stop``; port 0 takes a free one, ``port`` then says which."""

    def __init__(self, port: int = 1883, username: str = "", password: str = "", host: str = "127.0.0.1") -> None:
        self.host, self.port = host, port
        self._username, self._password = username, password
        self._broker: Broker | None = None
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        listener = ListenerConfig(type=ListenerType.EXTERNAL)
        plugin = {f"{__name__}.{LoginPlugin.__name__}": {"username": self._username, "password": self._password}}
        broker = Broker(BrokerConfig(listeners={_LISTENER: listener}, plugins=plugin))
        await broker.start()
        # The listening socket is ours, not the broker's: only so does port 0 tell which port it became.
        try:
            self._server = await asyncio.start_server(partial(self._serve, broker), self.host, self.port)
        except OSError:
            await broker.shutdown()
            raise
        self._broker = broker
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Returns once nothing listens and every client is dropped. Stopping twice is the same as once."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._broker is not None:
            ending, self._broker = asyncio.create_task(self._broker.shutdown()), None
            while not (await asyncio.wait([ending], timeout=_PATIENCE_S))[0]:
                for client in self._clients:
                    client.transport.abort()
            await ending

    async def _serve(self, broker: Broker, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            await broker.stream_connected(reader, writer, listener_name=_LISTENER)
        finally:
            self._clients.discard(writer)


class LoginPlugin(BaseAuthPlugin):  # type: ignore[misc]
    """Lets in whoever names the configured user and password; anyone when none is configured, for it listens on the loopback alone."""

    @dataclass
    class Config:
        username: str = ""
        password: str = ""

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._wanted = (context.config.username, context.config.password)

    async def authenticate(self, *, session: Session) -> bool:
        given = (session.username or "", session.password or "")
        return not any(self._wanted) or all(hmac.compare_digest(a.encode(), b.encode()) for a, b in zip(given, self._wanted, strict=True))
