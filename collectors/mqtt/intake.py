"""From the network thread to the loop: messages in turn, held while the spool is full, acknowledged once what they brought is on disk.

network thread                     loop                                            spool's thread
arrive ──► inbox (bounded) ──────► room? ──yes──► voice.message ──► blocks ──────► committed
                                     └──no──► held, until there is                     │
     PUBACK ◄───────────────────── due: number ≤ committed ◄───────────────────────────┘
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog

from collectors.counters import Counters
from collectors.mqtt.receipts import Receipts
from collectors.mqtt.voice import Voice
from model.reading import Commits

log = structlog.get_logger()

INBOX = 10_000
"""Messages waiting for the loop. Full: a QoS 0 message is dropped and counted; for a QoS 1 message the network thread stops reading, and
what the broker has more stays there."""
BATCH = 200
"""Messages handled before the loop gets its breath."""
ROOM = 1_000
"""Blocks the spool must still have room for: one message may speak of as many devices as hang on one gateway's topic."""


class Sitting:
    """One connection, from its CONNACK on. Message ids mean nothing beyond it. ``is_resumed``: the broker has kept our session."""

    def __init__(self, is_resumed: bool) -> None:
        self.is_resumed = is_resumed


class Message(NamedTuple):
    topic: str
    payload: bytes
    receive_ns: int
    retained: bool
    repeated: bool
    mid: int
    """0 at QoS 0."""
    sitting: Sitting


class Intake:
    """``tell`` has something done on the loop, from any thread; ``acknowledge`` sends PUBACK for message ids of the present sitting."""

    def __init__(
        self,
        voice: Voice,
        counters: Counters,
        commits: Commits | None,
        in_flight: int,
        tell: Callable[[Callable[[], None]], None],
        acknowledge: Callable[[Sequence[int]], None],
    ) -> None:
        self.sitting = self._acknowledged = Sitting(False)
        self.receipts = Receipts(in_flight)
        self.is_closed = False
        self._voice, self._counters, self._commits = voice, counters, commits
        self._tell, self._acknowledge = tell, acknowledge
        self._inbox: deque[Message] = deque()
        self._held: deque[Message] = deque()
        self._has_room = threading.Event()
        self._is_draining = False
        if commits is not None:
            commits.on_commit(lambda _: tell(self._committed))

    @property
    def held(self) -> int:
        """Messages that wait for room in the spool."""
        return len(self._held)

    def arrive(self, message: Message) -> None:
        """On the network thread. Waits for room when a QoS 1 message finds none."""
        if self._is_crowded() and not message.mid:
            self._counters.messages_dropped += 1
            return
        while self._is_crowded() and not self.is_closed:
            self._has_room.clear()
            self._has_room.wait(0.1)
        self._inbox.append(message)
        if not self._is_draining:
            self._is_draining = True
            self._tell(self._drain)

    def open(self) -> None:
        """Again, or for the first time."""
        # A call that asked for the draining may have been lost with the loop of the time before.
        self.is_closed = self._is_draining = False

    def close(self) -> None:
        """Nothing more is handled: what is left stays unacknowledged, and comes again."""
        self.is_closed = True
        self._has_room.set()

    def _is_crowded(self) -> bool:
        return len(self._inbox) + len(self._held) >= INBOX

    # From here on: on the loop.

    def _drain(self) -> None:
        # First, so that a message that comes after the last look below wakes us again.
        self._is_draining = False
        for _ in range(BATCH):
            if self.is_closed or not self._inbox:
                break
            message = self._inbox.popleft()
            if message.mid and (self._held or self._is_full()):
                self._held.append(message)
            else:
                self._handle(message)
        else:
            self._is_draining = True
            asyncio.get_running_loop().call_soon(self._drain)
        self._settle()

    def _handle(self, message: Message) -> None:
        if message.mid:
            self._begin(message.sitting)
            if message.repeated and self.receipts.is_known(message.mid, message.topic, message.payload):
                return
        try:
            self._voice.message(message.topic, message.payload, message.receive_ns, message.retained, message.repeated)
        except Exception:
            # A mistake of ours must not bring the same message again for ever.
            log.exception("message_broke", topic=message.topic)
            self._counters.restarts += 1
        if message.mid:
            self.receipts.take(message.mid, self._commits.accepted if self._commits else 0, message.topic, message.payload)

    def _begin(self, sitting: Sitting) -> None:
        if sitting is not self._acknowledged:
            self._acknowledged = sitting
            self.receipts.began(sitting.is_resumed)

    def _is_full(self) -> bool:
        return self._commits is not None and self._commits.room < ROOM

    def _committed(self) -> None:
        """Something is on disk: acknowledge it, and take what waited for the room."""
        while self._held and not self._is_full() and not self.is_closed:
            self._handle(self._held.popleft())
        self._settle()

    def _settle(self) -> None:
        """Acknowledge what is safe; have the rest made safe."""
        self._has_room.set()
        if not self.receipts or self._acknowledged is not self.sitting:
            return
        self._acknowledge(self.receipts.due(self._commits.committed if self._commits else 0))
        if self.receipts and self._commits is not None:
            self._commits.hasten()
