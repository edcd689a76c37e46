"""The live stream inside the process.

::

    publish ──► memory (4,096 events, for resuming) ──► one queue per client ──► routes/stream.py ──► the client
    accept  ──► what is new, once a second one batch ──────────────┘

A client's queue is bounded. Readings are dropped first: the queue then says ``resync``, and the client gets every value anew. Alarms,
tickets and links are never dropped: a client that leaves thousands of them unread is let go, and resumes by the id of its last event.
"""

import asyncio
from collections import deque
from collections.abc import Container, Iterable
from typing import Any

from api.batches import Batches
from model.clock import Clock
from model.ports import StreamEvent
from model.reading import Block, LiveValues
from model.site import Site

READINGS = "readings"
RESYNC = "resync"
NOTICE = "notice"
"""For one person alone, whom ``to`` names."""
_MEMORY = 4096
_WAITING_READINGS = 3
_WAITING_EVENTS = 2048


class EventStream:
    """``model.ports.Stream`` and ``model.reading.BlockSink``. Everything here happens on the event loop.

    Ids start at the wall clock's milliseconds, so that they go on rising over a restart and a client of the process before is recognised.
    """

    def __init__(self, site: Site, live: LiveValues, clock: Clock, period_s: float = 1.0) -> None:
        self._batches = Batches(site, live)
        self._period_s = period_s
        self._last_id = self._first_id = clock.now_ns() // 1_000_000
        self._memory: deque[StreamEvent] = deque(maxlen=_MEMORY)
        self._clients: set[Client] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def last_id(self) -> int:
        return self._last_id

    @property
    def has_clients(self) -> bool:
        return bool(self._clients)

    def publish(self, kind: str, data: dict[str, Any]) -> None:
        """Tell every client, and remember it for those who are away."""
        event = self._event(kind, data)
        self._memory.append(event)
        self._offer(event)

    def accept(self, block: Block) -> None:
        """Note what the device said that is new; it goes out with the next batch. Costs nothing while nobody listens."""
        if not self._clients:
            return
        self._batches.note(block)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._period_s, self.flush)

    def flush(self) -> None:
        """Send one batch of the values that changed since the last. Called once a second while anything speaks and anyone listens."""
        self._timer = None
        data = self._batches.take()
        if data["items"] or data["devices"]:
            self._offer(self._event(READINGS, data))

    def subscribe(self, after_id: int | None) -> "Client":
        """A client from now on, or from the event after ``after_id`` where memory reaches that far; ``resumed`` says whether it did."""
        if not self._clients:
            self._batches.forget()
        remembered = after_id is not None and self._oldest_resumable() <= after_id <= self._last_id
        backlog = [event for event in self._memory if event.id > (after_id or 0)] if remembered else []
        client = Client(self._clients, backlog, resumed=remembered)
        if self._closed:
            client.close()
        return client

    def everything(self, devices: Container[str]) -> dict[str, Any]:
        """A batch with the last value of every point of these devices; may be asked for from any thread."""
        return self._batches.everything(devices)

    def close(self) -> None:
        """Let every client go; call it before the server stops, which otherwise waits for them."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for client in list(self._clients):
            client.close()

    def _oldest_resumable(self) -> int:
        """The id after which nothing has been forgotten."""
        full = len(self._memory) == self._memory.maxlen
        return self._memory[0].id if full else self._first_id

    def _event(self, kind: str, data: dict[str, Any]) -> StreamEvent:
        self._last_id += 1
        return StreamEvent(self._last_id, kind, data)

    def _offer(self, event: StreamEvent) -> None:
        for client in list(self._clients):
            client.offer(event)


class Client:
    """``model.ports.Subscription``: one client's bounded queue."""

    def __init__(self, clients: "set[Client]", backlog: Iterable[StreamEvent], *, resumed: bool) -> None:
        self.resumed = resumed
        self._clients = clients
        self._waiting = deque(backlog)
        self._wake = asyncio.Event()
        self._closed = False
        clients.add(self)

    def offer(self, event: StreamEvent) -> None:
        if event.kind == READINGS and sum(waiting.kind == READINGS for waiting in self._waiting) >= _WAITING_READINGS:
            self._drop_readings(event.id)
        elif len(self._waiting) >= _WAITING_EVENTS:
            self.close()
        else:
            self._waiting.append(event)
        self._wake.set()

    def _drop_readings(self, last_id: int) -> None:
        kept = [event for event in self._waiting if event.kind not in (READINGS, RESYNC)]
        self._waiting = deque([*kept, StreamEvent(last_id, RESYNC, {"reason": "readings_dropped"})])

    def __aiter__(self) -> "Client":
        return self

    async def __anext__(self) -> StreamEvent:
        """The next event; ends once the client is let go and nothing waits any more."""
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        return self._waiting.popleft()

    def close(self) -> None:
        self._closed = True
        self._clients.discard(self)
        self._wake.set()
