"""Engine, spool and journal of one folder, driven by hand on a clock that stands still; and the folder as a crash would leave it.

Nothing is written but by ``drain``, ``acknowledge`` and ``checkpoint``, one transaction after the other; after each of them ``on_disk`` is
called, and may copy the folder: that is what a kill at this instant leaves behind.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from guanjia.checkpoint import FILE, Checkpoint, read_checkpoint, write_checkpoint
from guanjia.clock_steps import FILE as CLOCK_STEPS
from guanjia.clock_steps import ClockStep, ClockSteps
from guanjia.journal_record import JournalRecord
from guanjia.numbering import OccurrenceNumbers
from guanjia.recovery import Heard, Recovery, recover
from model.alarm import AlarmEvent, AlarmState
from model.ports import JournalWrite, Judged, OccurrenceFilter
from model.reading import Block
from model.rule import Rule
from model.site import Site
from rules.engine import Engine
from store.history.layout import columns_of
from store.history.spool import Spool
from store.history.trail import Trail
from store.journal import schema
from store.journal.database import connect
from store.journal.journal import SqlJournal
from tests.rules import workshop as w
from tests.store.bench_site import FixedClock
from tickets.desk import Desk

Story = tuple[list[tuple[object, ...]], list[tuple[object, ...]]]


def _nothing() -> None:
    """Nobody looks at the disk."""


class House:
    """``folder`` has a journal already. ``now_ns``: when it is started; None goes on at the very moment at which the last one fell."""

    def __init__(self, folder: Path, site: Site, rules: Sequence[Rule], now_ns: int, heard: Heard | None = None) -> None:
        self.folder = folder
        self.heir: House | None = None
        """The house that was started after this one was killed."""
        self.clock = FixedClock(now_ns)
        self.spool = Spool(folder / "spool.sqlite", columns_of(site), self.clock)
        self.trail = Trail(self.spool, columns_of(site))
        self.journal = SqlJournal(connect("sqlite", folder), {})
        self.on_disk: Callable[[], None] = _nothing
        self._desk = Desk(site, rules)
        self._record = JournalRecord(self.journal, self._on_alarm)
        self._jobs: list[tuple[list[AlarmEvent], int, int]] = []
        numbers = OccurrenceNumbers.after(self.journal, site.timezone)
        self.engine = Engine(site, rules, numbers)
        found = read_checkpoint(folder / FILE, self.trail.identity)
        self.steps = ClockSteps(folder / CLOCK_STEPS)
        on_disk = self.journal, self.trail, found
        self.recovery: Recovery = recover(self.engine, numbers, *on_disk, heard or Heard(), now_ns, self._commit, self.steps.noted)

    # ── what happens ──

    def hear(self, block: Block) -> None:
        self.spool.accept(block)
        self._put(self.engine.observe(block))

    def overhear(self, block: Block) -> None:
        """Judged and never spooled: what the platform says of itself, or another machine relays."""
        self._put(self.engine.observe(block))

    def let_pass(self, now_ns: int) -> None:
        self._put(self.engine.advance(now_ns))

    def set_clock(self, step: ClockStep) -> None:
        """Forward, as the hub follows it."""
        self.steps.note(step)
        self.let_pass(step.from_ns)
        self.engine.resume(step.to_ns)

    # ── what is written ──

    def drain(self) -> None:
        """As the lane does: the blocks first, then batch after batch what was made of them."""
        if self.spool.committed < self.spool.accepted:
            self.spool.flush()
            self.on_disk()
        while self._jobs:
            events, mark, at_ns = self._jobs.pop(0)
            self._commit(events, Judged(self.trail.identity, self._position(mark), at_ns))

    def drain_at(self, _: int) -> None:
        self.drain()

    def acknowledge_one(self, occurrence: str, now_ns: int) -> None:
        self._put(self.engine.acknowledge(occurrence, w.OPERATOR, now_ns))
        self.drain()

    def acknowledge(self, now_ns: int) -> None:
        """Every other occurrence that waits for it; whoever does it sees it done before anything else happens."""
        self.drain()
        for occurrence in self.journal.occurrences(OccurrenceFilter(active=True, limit=1_000)):
            waits = occurrence.state in (AlarmState.ACTIVE_UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED)
            if waits and int(occurrence.id.rpartition("-")[2]) % 2:
                self.acknowledge_one(occurrence.id, now_ns)

    def checkpoint(self, now_ns: int) -> None:
        self.let_pass(now_ns)
        memory, standings = self.engine.memory(), tuple(self.engine.standings())
        self._jobs.append(([], self.spool.accepted, now_ns))
        self.drain()
        position = self._position(self.spool.accepted)
        write_checkpoint(self.folder / FILE, Checkpoint(self.trail.identity, position, memory, standings))
        self.steps.forget(self.steps.noted)
        self.on_disk()

    def _put(self, events: list[AlarmEvent]) -> None:
        if events:
            self._jobs.append((events, self.spool.accepted, self.engine.now_ns))

    def _position(self, mark: int) -> int:
        row = self.spool.position(mark)
        assert row is not None, "nothing is committed so late that it is forgotten"
        return row

    def _commit(self, events: Sequence[AlarmEvent], judged: Judged) -> None:
        self._record.events(list(events), judged)
        self.on_disk()

    def _on_alarm(self, tx: JournalWrite, event: AlarmEvent) -> None:
        self._desk.on_alarm(tx, event, event.at_ns)

    # ── what came of it ──

    def story(self) -> Story:
        """Every alarm event in order, and every ticket with its occurrences."""
        events, tickets, attached = schema.alarm_events.c, schema.tickets.c, schema.ticket_occurrences.c
        told = sa.select(events.kind, events.at_ns, events.rule, events.device, events.occurrence, events.by_name).order_by(events.seq)
        joined = schema.tickets.join(schema.ticket_occurrences, tickets.id == attached.ticket)
        held = sa.select(tickets.id, tickets.device, tickets.cause, tickets.opened_at_ns, attached.occurrence).select_from(joined)
        database = connect("sqlite", self.folder)
        with database.reader.connect() as connection:
            found = _rows(connection, told), _rows(connection, held.order_by(tickets.id, attached.position))
        database.close()
        return found

    def close(self) -> None:
        """It, or whoever has lived on after it."""
        if self.heir is not None:
            self.heir.close()
        else:
            self.journal.close()
            self.spool.close()


def copied(folder: Path, to: Path) -> Path:
    """The folder as it is on disk now; its files may be open."""
    to.mkdir()
    for file in folder.iterdir():
        if not file.name.endswith("-shm"):
            shutil.copyfile(file, to / file.name)
    return to


def _rows(connection: sa.Connection, question: sa.Select[Any]) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(question)]
