"""The platform of one site, wired: the only place where the rooms of the house are put together."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import structlog

from api.context import Platform
from api.streams import EventStream
from api.words import Wire
from collectors.run import Collectors
from guanjia.control_client import ControlClient
from guanjia.desks import AlarmDesk, TicketDesk
from guanjia.hub import Hub
from guanjia.journal_lane import JournalLane
from guanjia.journal_record import TicketChange
from guanjia.live import LiveTable
from guanjia.numbering import OccurrenceNumbers
from guanjia.test_report.bench import SiteBench
from guanjia.test_report.expectations import Promises
from guanjia.token_secret import token_secret
from guanjia.web_server import WebServer
from model.alarm import AlarmEvent
from model.carrier import things
from model.clock import SECOND, Clock
from model.ports import JournalWrite, PartHealth
from model.reading import BlockSink, Link
from model.rule import Rule
from model.site import Site
from rules.engine import Engine
from store.history.open import open_history
from store.journal.journal import open_journal
from tickets.desk import Desk

log = structlog.get_logger()
_FIRST_ANSWERS_S = 15.0
"""How long after start the collectors may lack every device before ``/readyz`` says so."""


class Source(Protocol):
    """Where blocks come from: the devices, or a recording of them."""

    async def run(self) -> None: ...

    async def stop(self) -> None:
        """Ends ``run``."""
        ...

    def metrics(self) -> Mapping[str, float]: ...


class SitePlatform:
    """Everything of one site between its devices and its people. ``run`` goes on until ``stop``; then all is flushed and closed."""

    def __init__(
        self,
        site: Site,
        rules: Sequence[Rule],
        data: Path,
        clock: Clock,
        *,
        demo: bool = False,
        simulators: str = "",
        read: Callable[[Site, BlockSink, Clock], Source] = Collectors,
    ) -> None:
        """``simulators``: where the control API of the simulated site answers; empty for a real one."""
        data.mkdir(parents=True, exist_ok=True)
        self._site, self._clock = site, clock
        self._journal = open_journal(site.journal_url, data, {d.id: d.system.value for d in things(site).values()})
        self._store = open_history(site.store, site, data, clock)
        self._live = LiveTable(site)
        self._stream = EventStream(site, self._live, clock)
        self._wire = Wire(site)
        self._engine = Engine(site, rules, OccurrenceNumbers.after(self._journal, site.timezone))
        desk = Desk(site, rules)

        def on_alarm(tx: JournalWrite, event: AlarmEvent) -> Sequence[TicketChange]:
            return desk.on_alarm(tx, event, clock.now_ns())

        self._lane = JournalLane(self._journal, on_alarm, self._tell, clock)
        self._hub = Hub(self._live, (self._store, self._stream), self._engine, self._lane.put, self._tell_link, clock)
        self._read = read
        self._collectors: Source | None = None
        self._bench = self._open_bench(simulators, data) if simulators else None
        self._started_ns = clock.monotonic_ns()
        self._stopping = asyncio.Event()
        self.journal = self._journal
        self.store = self._store
        self.context = Platform(
            site=site,
            rules=rules,
            live=self._live,
            history=self._store.history,
            journal=self._journal,
            alarms=AlarmDesk(self._engine, self._lane, self._journal, clock),
            tickets=TicketDesk(desk, self._lane, clock),
            stream=self._stream,
            clock=clock,
            health=self._health,
            token_secret=token_secret(data),
            counters=_Counters(self),
            bench=self._bench,
            demo=demo,
        )

    def _open_bench(self, simulators: str, data: Path) -> SiteBench:
        return SiteBench(ControlClient(simulators), data, self._journal, Promises.of(self._engine.book), self._clock)

    async def run(self, web: WebServer) -> None:
        """Restore the alarms, then read, judge, record and serve until ``stop``."""
        # Made here, not before: the first polls are spread over the seconds after this moment.
        collectors = self._collectors = self._read(self._site, self._hub, self._clock)
        self._lane.put(self._engine.restore(self._journal.standings(), self._clock.now_ns()))
        self._store.start()
        lane = asyncio.create_task(self._lane.run(), name="journal-lane")
        try:
            async with asyncio.TaskGroup() as group:
                hub = group.create_task(self._hub.run(), name="hub")
                group.create_task(collectors.run(), name="collectors")
                group.create_task(web.serve(), name="web")
                await self._stopping.wait()
                await collectors.stop()
                self._stream.close()
                web.stop()
                hub.cancel()
        finally:
            self._lane.stop()
            await lane
            await asyncio.to_thread(self._store.stop)
            if self._bench is not None:
                await self._bench.close()
            self._journal.close()

    def stop(self) -> None:
        """End ``run``: first the reading, then the telling, then the writing."""
        self._stopping.set()

    def _tell(self, event: AlarmEvent | None, changes: Sequence[TicketChange]) -> None:
        now_ns = self._clock.now_ns()
        if event is not None:
            self._stream.publish("alarm", self._wire.alarm_news(event))
        for ticket, line in changes:
            self._stream.publish("ticket", self._wire.ticket_news(ticket, line, now_ns))

    def _tell_link(self, device: str, link: Link) -> None:
        self._stream.publish("link", self._wire.link_news(device, link))

    def _health(self) -> list[PartHealth]:
        return [self._lane.health(), *self._store.health(), self._reading()]

    def _reading(self) -> PartHealth:
        """Reading is well while anything answers; just after the start it is given time."""
        connected = self._live.connected()
        young = self._clock.monotonic_ns() - self._started_ns < _FIRST_ANSWERS_S * SECOND
        ok = connected > 0 or young
        return PartHealth("collectors", ok, "" if ok else f"none of {len(self._site.devices)} devices answers")

    def counters(self) -> dict[str, float]:
        """Every counter of the process by metric name."""
        reading = self._collectors.metrics() if self._collectors else {}
        return {**self._hub.counters, **reading, **self._store.counters()}


class _Counters(Mapping[str, float]):
    """The counters as they stand whenever somebody looks."""

    def __init__(self, platform: SitePlatform) -> None:
        self._platform = platform

    def __getitem__(self, name: str) -> float:
        return self._platform.counters()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._platform.counters())

    def __len__(self) -> int:
        return len(self._platform.counters())

    def items(self):  # type: ignore[no-untyped-def] # one look for all of them
        return self._platform.counters().items()
