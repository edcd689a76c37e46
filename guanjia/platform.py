"""The platform of one site, wired: the only place where the rooms of the house are put together."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import structlog

from api.context import Platform
from api.streams import NOTICE, EventStream
from api.words import Wire
from collectors.run import Collectors
from guanjia.control_client import ControlClient
from guanjia.desks import AlarmDesk, TicketDesk
from guanjia.hub import Hub
from guanjia.journal_lane import JournalLane
from guanjia.journal_record import Told
from guanjia.live import LiveTable
from guanjia.live_counters import LiveCounters
from guanjia.numbering import OccurrenceNumbers
from guanjia.own_state import OwnWatch
from guanjia.promise_timer import PromiseTimer
from guanjia.test_report.bench import SiteBench
from guanjia.test_report.expectations import Promises
from guanjia.token_secret import token_secret
from guanjia.web_server import WebServer
from model.alarm import AlarmEvent
from model.carrier import things
from model.clock import SECOND, Clock
from model.ports import JournalWrite, PartHealth
from model.reading import Link
from model.rule import Rule
from model.site import Site
from rules.engine import Engine
from store.history.open import HistoryStore, open_history
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

    def health(self) -> Sequence[PartHealth]:
        """Parts of its own; whether devices answer is seen in the live values."""
        ...


Read = Callable[[Site, Hub, Clock, HistoryStore], Source]


def whole_site(site: Site, hub: Hub, clock: Clock, store: HistoryStore) -> Source:
    """Every device is read by this process."""
    return Collectors(site, hub, clock, commits=store.commits)


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
        read: Read = whole_site,
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

        def on_alarm(tx: JournalWrite, event: AlarmEvent) -> None:
            desk.on_alarm(tx, event, clock.now_ns())

        self._lane = JournalLane(self._journal, on_alarm, self._tell, clock)
        self._promises = PromiseTimer(desk, self._lane, self._journal)
        self._hub = Hub(self._live, self._store, self._stream, self._engine, self._lane.put, self._tell_link, clock)
        self._own = OwnWatch(self._store, data, self._hub.observe, clock)
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
            counters=LiveCounters(self.counters),
            bench=self._bench,
            demo=demo,
        )

    def _open_bench(self, simulators: str, data: Path) -> SiteBench:
        return SiteBench(ControlClient(simulators), data, self._journal, Promises.of(self._engine.book), self._clock)

    async def run(self, web: WebServer) -> None:
        """Restore the alarms, then read, judge, record and serve until ``stop``."""
        # Made here, not before: the first polls are spread over the seconds after this moment.
        collectors = self._collectors = self._read(self._site, self._hub, self._clock, self._store)
        self._lane.put(self._engine.restore(self._journal.standings(), self._clock.now_ns()))
        self._store.start()
        lane = asyncio.create_task(self._lane.run(), name="journal-lane")
        try:
            async with asyncio.TaskGroup() as group:
                hub = group.create_task(self._hub.run(), name="hub")
                own = group.create_task(self._own.run(), name="own-state")
                promises = group.create_task(self._promises.run(self._clock), name="promises")
                group.create_task(collectors.run(), name="collectors")
                group.create_task(web.serve(), name="web")
                await self._stopping.wait()
                await collectors.stop()
                self._stream.close()
                web.stop()
                hub.cancel()
                own.cancel()
                promises.cancel()
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

    def _tell(self, told: Told) -> None:
        now_ns = self._clock.now_ns()
        if told.event is not None:
            self._stream.publish("alarm", self._wire.alarm_news(told.event))
        for ticket, line in told.changes:
            self._promises.note(ticket)
            self._stream.publish("ticket", self._wire.ticket_news(ticket, line, now_ns))
        for notice in told.notices:
            self._stream.publish(NOTICE, self._wire.notice_news(notice))

    def _tell_link(self, device: str, link: Link) -> None:
        self._stream.publish("link", self._wire.link_news(device, link))

    def _health(self) -> list[PartHealth]:
        parts = self._collectors.health() if self._collectors else ()
        return [self._lane.health(), *self._store.health(), self._reading(), *parts]

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
