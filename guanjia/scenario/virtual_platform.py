"""The platform of a virtual site: the production engine, ticket desk and desks of people over a real journal on disk."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from guanjia.desks import AlarmDesk, TicketDesk
from guanjia.flood_watch import past_raises
from guanjia.journal_record import JournalRecord, Told
from guanjia.numbering import OccurrenceNumbers
from guanjia.promise_timer import PromiseTimer
from guanjia.scenario.virtual_clock import VirtualClock, at_once
from guanjia.scenario.virtual_store import VirtualStore
from model.alarm import AlarmEvent, Occurrence
from model.carrier import things
from model.ports import JournalWrite
from model.rule import Rule
from model.site import Site
from rules.engine import Engine
from store.journal.journal import open_journal
from tickets.desk import Desk

T = TypeVar("T")
Tell = Callable[[Sequence[Told]], None]


class Ground(Protocol):
    """The platform's end of a site in virtual time, simulated or recorded."""

    site: Site
    clock: VirtualClock
    engine: Engine

    @property
    def now_ns(self) -> int: ...

    def step(self, dt_s: float) -> list[AlarmEvent]: ...

    def heard(self) -> list[AlarmEvent]: ...

    def listen(self, engine: Engine) -> None: ...

    def deafen(self) -> None: ...


class VirtualPlatform:
    """Alive from ``start``, dead from ``crash`` until the next ``start``. Whatever is committed is told."""

    def __init__(self, site: Ground, rules: Sequence[Rule], folder: Path, tell: Tell) -> None:
        self._virtual = site
        self._rules = rules
        self._tell = tell
        self.journal = open_journal("sqlite", folder, {d.id: d.system.value for d in things(site.site).values()})
        self._desk = desk = Desk(site.site, rules)

        def on_alarm(tx: JournalWrite, event: AlarmEvent) -> None:
            # A live platform commits within milliseconds of the event; here a whole step is committed at once.
            desk.on_alarm(tx, event, event.at_ns)

        self.store = VirtualStore(site.site.store.spool_max_age_ns)
        self._record = JournalRecord(self.journal, on_alarm)
        self.tickets = TicketDesk(desk, self, site.clock)
        self.alarms: AlarmDesk
        self._promises: PromiseTimer | None = None
        """None while the platform is dead."""
        self.start()

    @property
    def engine(self) -> Engine:
        return self._virtual.engine

    @property
    def now_ns(self) -> int:
        return self._virtual.now_ns

    def start(self) -> None:
        """Rebuild the alarms from the journal and look at the promises, then read and judge."""
        self._promises = PromiseTimer(self._desk, self, self.journal)
        engine = Engine(self._virtual.site, self._rules, OccurrenceNumbers.after(self.journal, self._virtual.site.timezone))
        engine.count_raises(past_raises(self.journal, self.now_ns))
        self._commit(engine.restore(self.journal.standings(), self._virtual.now_ns))
        self.alarms = AlarmDesk(engine, self, self._past, self._virtual.clock)
        self._virtual.listen(engine)
        at_once(self._promises.lapse(self._virtual.now_ns))

    def crash(self) -> None:
        """Everything in memory is gone."""
        self._promises = None
        self._virtual.deafen()

    def step(self, dt_s: float) -> None:
        events = self._virtual.step(dt_s)
        if self._promises is not None:
            events += self.engine.observe(self.store.block(self.now_ns, self.engine.annunciated(self.now_ns)))
        self._commit(events)
        self._lapse()

    def settle(self) -> None:
        """Commit what was judged between two steps."""
        self._commit(self._virtual.heard())

    def close(self) -> None:
        self.journal.close()

    async def commit(self, events: Sequence[AlarmEvent]) -> None:
        """``guanjia.desks.Lane``."""
        self._commit(events)

    async def work(self, work: Callable[[JournalWrite], T]) -> T:
        """``guanjia.desks.Lane``."""
        result, told = self._record.work(work)
        self._told([told])
        return result

    async def _past(self, occurrence: str) -> Occurrence | None:
        """``guanjia.desks.Past``; virtual time waits for nothing."""
        return self.journal.occurrence(occurrence)

    def _commit(self, events: Sequence[AlarmEvent]) -> None:
        if events:
            self._told(self._record.events(list(events)))

    def _told(self, told: Sequence[Told]) -> None:
        if self._promises is not None:
            for ticket in (ticket for one in told for ticket, _ in one.changes):
                self._promises.note(ticket)
        self._tell(told)

    def _lapse(self) -> None:
        """Each promise at the very moment it runs out, though a whole step has passed at once."""
        while self._promises and (due_ns := self._promises.next_due_ns) is not None and due_ns <= self._virtual.now_ns:
            at_once(self._promises.lapse(due_ns))
