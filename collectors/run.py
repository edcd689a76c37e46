"""The collectors of a site: one link per connection, each supervised on its own, so that a bad device cancels nobody."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import structlog

from collectors.counters import Counters
from collectors.links import modbus_links, mqtt_link, payload_decoders, sparkplug_link
from collectors.mqtt.broker import EmbeddedBroker
from collectors.sparkplug.edge_nodes import edge_nodes
from collectors.truth import Truth
from model.clock import SECOND, Clock
from model.ports import PartHealth
from model.reading import BlockSink, Commits, Dated
from model.site import Site

log = structlog.get_logger()

RESTART_NS = 5 * SECOND
"""Pause before a link that broke by a mistake of our own is started again."""


class _Runner(Protocol):
    @property
    def name(self) -> str: ...

    async def run(self) -> None: ...


class Collectors:
    """Reads every device of the site into the sink, from ``run`` until ``stop``.

    ``broker_port`` is the port of an embedded broker that already runs; None with an embedded broker in the site starts one here.
    ``commits`` tells when a message may be acknowledged to the broker; without it that is as soon as it is handled.
    ``before`` finds what devices have dated themselves and is on disk: a message that comes again after a crash is known by it.
    Raises ProfileError, naming every device whose profile cannot be read as written.
    """

    def __init__(
        self,
        site: Site,
        sink: BlockSink,
        clock: Clock,
        broker_port: int | None = None,
        commits: Commits | None = None,
        before: Callable[[Sequence[str]], Mapping[str, Sequence[Dated]]] | None = None,
    ) -> None:
        self.counters = Counters()
        self.broker_port = broker_port
        self._site, self._clock, self._commits, self._before = site, clock, commits, before
        self._sink = Truth(site, sink, clock, self.counters)
        self._modbus = modbus_links(site, self._sink, clock, self.counters)
        self._decoders = payload_decoders(site)
        self._nodes = edge_nodes(site)
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()
        self._stopped.set()

    def health(self) -> Sequence[PartHealth]:
        """Of each link nothing is told here: a lost one shows in its devices."""
        return ()

    def metrics(self) -> Mapping[str, float]:
        """The collectors' counters by metric name."""
        return self.counters.metrics(self._clock.monotonic_ns())

    async def run(self) -> None:
        """Goes on until ``stop``. Raises OSError when the embedded broker finds its port taken."""
        self._stopped.clear()
        try:
            embedded = await self._start_broker()
            try:
                await self._run_links()
            finally:
                if embedded is not None:
                    await embedded.stop()
        finally:
            self._stopped.set()

    async def stop(self) -> None:
        """Ends ``run`` and returns when every connection is closed."""
        self._stopping.set()
        await self._stopped.wait()

    async def _run_links(self) -> None:
        links: list[_Runner] = [*self._modbus, self._sink]
        if self._decoders:
            before = self._before([decoder.device for decoder in self._decoders]) if self._before else None
            read = self._site, self.broker_port, self._decoders, self._sink, self._clock, self.counters, self._commits
            links.append(mqtt_link(*read, before))
        if self._nodes:
            links.append(sparkplug_link(self._site, self.broker_port, self._nodes, self._sink, self._clock, self.counters))
        async with asyncio.TaskGroup() as group:
            children = [group.create_task(self._supervised(link), name=link.name) for link in links]
            await self._stopping.wait()
            for child in children:
                child.cancel()

    async def _supervised(self, link: _Runner) -> None:
        while True:
            try:
                await link.run()
            except Exception:
                # A mistake of ours in one link: say so, and keep the others out of it.
                log.exception("link_broke", link=link.name)
                self.counters.restarts += 1
            await self._clock.sleep_until(self._clock.monotonic_ns() + RESTART_NS)

    async def _start_broker(self) -> EmbeddedBroker | None:
        """Start the embedded broker when the site wants one, has a use for it and none runs yet; ``broker_port`` then says where."""
        config = self._site.broker
        if config.url != "embedded" or self.broker_port is not None or not (self._decoders or self._nodes):
            return None
        embedded = EmbeddedBroker(config.port, config.username, config.password)
        await embedded.start()
        self.broker_port = embedded.port
        return embedded
