"""Listening to a broker for a while: which topics there are, how often and how much is said on them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from collectors.counters import Counters
from collectors.mqtt.dial import Broker
from collectors.mqtt.session import Session
from collectors.mqtt.voice import Publish, Will
from guanjia.system_clock import SystemClock

MOST_TOPICS = 2_000
"""Kept of a broker where everybody speaks under names of their own; further ones are counted only."""


@dataclass
class Topic:
    """What came on one topic. ``sample`` is the newest payload."""

    messages: int = 0
    most_bytes: int = 0
    retained: bool = False
    sample: bytes = b""


@dataclass
class Ear:
    """A ``Voice`` that says nothing and remembers what it hears."""

    filters: Sequence[tuple[str, int]]
    topics: dict[str, Topic] = field(default_factory=dict)
    others: int = 0
    """Messages on topics beyond the first ``MOST_TOPICS``."""
    troubles: list[str] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    told: Callable[[], None] = lambda: None

    def will(self) -> Will | None:
        return None

    def up(self, publish: Publish) -> None:
        self.connected.set()

    def down(self, reason: str) -> None:
        if reason not in self.troubles:
            self.troubles.append(reason)

    def refused(self, topic_filter: str, reason: str) -> None:
        self.troubles.append(f"the broker does not let us listen to '{topic_filter}': {reason}")

    def message(self, topic: str, payload: bytes, receive_ns: int, retained: bool, repeated: bool) -> None:
        if topic not in self.topics and len(self.topics) >= MOST_TOPICS:
            self.others += 1
            return
        heard = self.topics.setdefault(topic, Topic())
        heard.messages += 1
        heard.most_bytes = max(heard.most_bytes, len(payload))
        heard.retained |= retained
        heard.sample = payload
        self.told()

    def watch(self) -> None:
        """Nothing here grows old."""


CONNECT_S = 8.0


async def listen(broker: Broker, ear: Ear, seconds: float) -> bool:
    """Listen that long once connected; False when there was no connection, ``ear.troubles`` says why. What was heard is in the ear."""
    session = Session(broker, ear.filters, ear, SystemClock(), Counters())
    session.start()
    try:
        try:
            await asyncio.wait_for(ear.connected.wait(), CONNECT_S)
        except TimeoutError:
            return False
        await asyncio.sleep(seconds)
        return True
    finally:
        await session.stop()
