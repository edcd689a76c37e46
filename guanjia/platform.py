"""The platform of one site, wired: the only place where the rooms of the house are put together."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import structlog

from api.context import Platform
from api.rulebook import Adopted
from api.streams import NOTICE, EventStream
from api.words import Wire
from collectors.run import Collectors
from guanjia.backtest_jobs import BacktestJobs
from guanjia.backtest_work import BacktestWork
from guanjia.checkpoint import FILE as CHECKPOINT
from guanjia.checkpoint import Checkpoint, read_checkpoint
from guanjia.checkpoints import Checkpoints
from guanjia.clock_steps import FILE as CLOCK_STEPS
from guanjia.clock_steps import ClockSteps
from guanjia.config.configuration import Configuration
from guanjia.control_client import ControlClient
from guanjia.desks import AlarmDesk, TicketDesk
from guanjia.flood_watch import FloodWatch
from guanjia.hub import Hub
from guanjia.journal_lane import JournalLane
from guanjia.journal_record import Told
from guanjia.live import LiveTable
from guanjia.live_counters import LiveCounters
from guanjia.numbering import OccurrenceNumbers
from guanjia.own_state import OwnWatch
from guanjia.promise_timer import PromiseTimer
from guanjia.recovery import Recovery, heard_in, recover
from guanjia.rulebook.adoption import Adoption
from guanjia.rulebook.desk import RuleDesk, opened
from guanjia.rulebook.file_watch import FileWatch
from guanjia.rulebook.live_rules import LiveRules
from guanjia.suggestions.work import SuggestionDesk, SuggestionWork
from guanjia.test_report.bench import SiteBench
from guanjia.test_report.expectations import Promises
from guanjia.token_secret import token_secret
from guanjia.web_server import WebServer
from guanjia.write_ahead import WriteAhead
from model.alarm import AlarmEvent, Occurrence
from model.carrier import things
from model.clock import SECOND, Clock
from model.people import Actor
from model.ports import JournalWrite, PartHealth
from model.reading import Link
from model.site import Site
from rules.book import Book
from rules.engine import Engine
from rules.flood import Flood
from rules.rationalisation import watched_by
from store.history.open import HistoryStore, open_history
from store.journal.journal import open_journal
from tickets.desk import Desk

log = structlog.get_logger()
_LAST_CHECKPOINT_S = 5.0
"""How long the end waits for one: where the journal refuses, more is judged again at the next start."""
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
    return Collectors(site, hub, clock, commits=store.commits, before=store.trail.dated)


class SitePlatform:
    """Everything of one site between its devices and its people. ``run`` goes on until ``stop``; then all is flushed and closed."""

    def __init__(
        self,
        found: Configuration,
        data: Path,
        clock: Clock,
        *,
        demo: bool = False,
        simulators: str = "",
        read: Read = whole_site,
    ) -> None:
        """``simulators``: where the control API of the simulated site answers; empty for a real one."""
        data.mkdir(parents=True, exist_ok=True)
        site = found.site
        self._site, self._clock = site, clock
        self._journal = open_journal(site.journal_url, data, {d.id: d.system.value for d in things(site).values()})
        self._store = open_history(site.store, site, data, clock)
        self._live = LiveTable(site)
        self._stream = EventStream(site, self._live, clock)
        self._wire = Wire(site)
        numbers = self._numbers = OccurrenceNumbers.after(self._journal, site.timezone)
        now, self._unheard = opened(found.in_force, self._journal.rule_versions(), clock.now_ns())
        rules = now.bound.book.rules
        # Bound to this very site already, unless a part of it runs elsewhere.
        self._engine = Engine(site, rules, numbers, now.bound.book if now.bound.book.site is site else None)
        desk = self._desk = Desk(site, rules)

        def on_alarm(tx: JournalWrite, event: AlarmEvent) -> None:
            desk.on_alarm(tx, event, clock.now_ns())

        ahead = WriteAhead(self._store.commits, self._store.trail.identity, lambda: self._engine.now_ns)
        self._lane = JournalLane(self._journal, on_alarm, self._tell, clock, ahead)
        self._recovery: Recovery | None = None
        self._promises = PromiseTimer(desk, self._lane, self._journal)
        self._steps = ClockSteps(data / CLOCK_STEPS)
        tells = self._lane.put, self._tell_link
        self._hub = Hub(self._live, self._store, self._stream, self._engine, *tells, clock, self._store, self._steps.note)
        memory = data / CHECKPOINT, self._engine, self._lane, ahead, self._store.trail
        self._checkpoints = Checkpoints(*memory, clock, self._hub.let_pass, self._steps)
        self._own = OwnWatch(self._store, data, self._hub.observe, clock, lambda: self._engine.annunciated(clock.now_ns()))
        self._flood = FloodWatch(self._engine, self._tell_flood, clock)
        self._read = read
        self._collectors: Source | None = None
        self._bench = self._open_bench(simulators, data) if simulators else None
        adoption = Adoption(self._engine, site, numbers, self._lane.put, self._follow, clock, self._hub.let_pass)
        self._rules = RuleDesk(now, found.shelf, adoption, self._lane, clock, self._tell_rules, found.refused)
        self._files = FileWatch(found.shelf, self._rules, clock, found.marks)
        work = BacktestWork(lambda: self._rules.in_force, site, self._store.columns, self._journal, clock)
        self._backtests = BacktestJobs(data, work, clock, site.timezone)
        past, columns = self._store.history, self._store.columns
        suggestions = SuggestionWork(lambda: self._rules.in_force, site, past, columns, self._journal, clock)
        self._started_ns = clock.monotonic_ns()
        self._stopping = asyncio.Event()
        self.journal = self._journal
        self.store = self._store
        self.context = Platform(
            site=site,
            rules=LiveRules(lambda: self._engine.book),
            rulebook=self._rules,
            live=self._live,
            history=self._store.history,
            journal=self._journal,
            alarms=AlarmDesk(self._engine, self._lane, self._past, clock),
            tickets=TicketDesk(desk, self._lane, clock),
            stream=self._stream,
            clock=clock,
            health=self._health,
            token_secret=token_secret(data),
            counters=LiveCounters(self.counters),
            watched=lambda: watched_by(self._engine.book),
            backtests=self._backtests,
            suggestions=SuggestionDesk(suggestions, self._backtests),
            bench=self._bench,
            demo=demo,
        )

    def _open_bench(self, simulators: str, data: Path) -> SiteBench:
        return SiteBench(ControlClient(simulators), data, self._journal, Promises.of(self._engine.book), self._clock)

    async def run(self, web: WebServer) -> None:
        """Restore the alarms, then read, judge, record and serve until ``stop``."""
        # Made here, not before: the first polls are spread over the seconds after this moment.
        collectors = self._collectors = self._read(self._site, self._hub, self._clock, self._store)
        self._recover(collectors)
        self._store.start()
        lane = asyncio.create_task(self._lane.run(), name="journal-lane")
        try:
            async with asyncio.TaskGroup() as group:
                hub = group.create_task(self._hub.run(), name="hub")
                own = group.create_task(self._own.run(), name="own-state")
                promises = group.create_task(self._promises.run(self._clock), name="promises")
                flood = group.create_task(self._flood.run(), name="flood")
                checkpoints = group.create_task(self._checkpoints.run(), name="checkpoints")
                rules = group.create_task(self._run_rules(), name="rules")
                backtests = group.create_task(self._backtests.run(), name="backtests")
                group.create_task(collectors.run(), name="collectors")
                group.create_task(web.serve(), name="web")
                await self._stopping.wait()
                await collectors.stop()
                self._stream.close()
                web.stop()
                hub.cancel()
                own.cancel()
                promises.cancel()
                flood.cancel()
                rules.cancel()
                backtests.cancel()
                checkpoints.cancel()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_CHECKPOINT_S):
                    await self._checkpoints.save()
        finally:
            self._lane.stop()
            await lane
            await asyncio.to_thread(self._store.stop)
            if self._bench is not None:
                await self._bench.close()
            self._journal.close()

    def _recover(self, source: Source) -> None:
        """The engine as it was, and on from there; what the journal lacks is queued for it."""
        trail, data = self._store.trail, self._checkpoints.path
        heard = heard_in(self._site, is_remote=not isinstance(source, Collectors))
        found = read_checkpoint(data, trail.identity)
        now_ns = self._clock.now_ns()
        on_disk = self._journal, trail, found
        done = self._recovery = recover(self._engine, self._numbers, *on_disk, heard, now_ns, self._lane.put_judged, self._steps.noted)
        why = "" if isinstance(found, Checkpoint) else found.value
        log.info("engine_recovered", start=done.plan.start.value, checkpoint=why, torn=done.plan.is_torn, **done.figures())

    def stop(self) -> None:
        """End ``run``: first the reading, then the telling, then the writing."""
        self._stopping.set()

    async def _past(self, occurrence: str) -> Occurrence | None:
        return await asyncio.to_thread(self._journal.occurrence, occurrence)

    def _tell(self, told: Told) -> None:
        now_ns = self._clock.now_ns()
        if told.event is not None:
            self._stream.publish("alarm", self._wire.alarm_news(told.event))
            self._flood.note()
        for ticket, line in told.changes:
            self._promises.note(ticket)
            self._stream.publish("ticket", self._wire.ticket_news(ticket, line, now_ns))
        for notice in told.notices:
            self._stream.publish(NOTICE, self._wire.notice_news(notice))

    async def _run_rules(self) -> None:
        """Put down which rules have begun to run, then see whether the files change."""
        await self._rules.keep(self._unheard)
        await self._files.run()

    def _follow(self, book: Book) -> None:
        """Other rules are in force: all that knows rules besides the engine."""
        self._desk.know(book.rules)
        if self._bench is not None:
            self._bench.know(Promises.of(book))

    def _tell_rules(self, adopted: Adopted, by: Actor) -> None:
        changed = [{"id": rule, "version": version} for rule, version in adopted.versions.items()]
        self._stream.publish("rules", {"changed": changed, "by": by.name})

    def _tell_flood(self, flood: Flood | None, count: int) -> None:
        self._stream.publish("flood", {**self._wire.flood(flood, count)})

    def _tell_link(self, device: str, link: Link) -> None:
        self._stream.publish("link", self._wire.link_news(device, link))

    def _health(self) -> list[PartHealth]:
        parts = self._collectors.health() if self._collectors else ()
        return [self._lane.health(), *self._store.health(), self._rules.health(), self._reading(), *parts]

    def _reading(self) -> PartHealth:
        """Reading is well while anything answers; just after the start it is given time."""
        connected = self._live.connected()
        young = self._clock.monotonic_ns() - self._started_ns < _FIRST_ANSWERS_S * SECOND
        ok = connected > 0 or young
        return PartHealth("collectors", ok, "" if ok else f"none of {len(self._site.devices)} devices answers")

    def counters(self) -> dict[str, float]:
        """Every counter of the process by metric name."""
        reading = self._collectors.metrics() if self._collectors else {}
        recovered = self._recovery.counters() if self._recovery else {}
        parts = (self._hub.counters, reading, self._store.counters(), self._lane.counters(), self._checkpoints.counters(), recovered)
        return {name: value for part in parts for name, value in part.items()}
