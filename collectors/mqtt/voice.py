"""What is spoken over a connection to a broker, as the connection sees it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

Publish = Callable[[str, bytes, int, bool], None]
"""Topic, payload, QoS, retain. From any thread."""


class Will(NamedTuple):
    """What the broker says in our name when we are gone without a goodbye, and we when we leave."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


class Voice(Protocol):
    """What is spoken over a connection. Told on the loop what happens on the wire."""

    @property
    def filters(self) -> Sequence[tuple[str, int]]:
        """Topic filters to subscribe to, each with the QoS wanted."""
        ...

    def will(self) -> Will | None:
        """Asked before each connect, on the network thread."""
        ...

    def up(self, publish: Publish) -> None:
        """Connected, and every subscription answered."""
        ...

    def down(self, reason: str) -> None:
        """Told at every loss and every failed attempt."""
        ...

    def refused(self, topic_filter: str, reason: str) -> None:
        """The broker does not let us subscribe to it."""
        ...

    def message(self, topic: str, payload: bytes, receive_ns: int, retained: bool, repeated: bool) -> None:
        """``retained``: what the broker remembers. ``repeated``: it may have come before, over a connection since lost."""
        ...

    def watch(self) -> None:
        """Once a second."""
        ...
