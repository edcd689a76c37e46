"""Anything may happen in any order: never two open tickets of one cause, no alarm without its ticket, no ticket without its story."""

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from model.alarm import AlarmEvent, AlarmEventKind, AlarmState, Shelving
from model.clock import MINUTE
from model.ports import TicketFilter
from model.ticket import IllegalTicketAct, TicketAct, TicketState
from tests.examples import examples
from tests.journal.builders import ended, followed, raised, returned
from tests.tickets.house import DAY_NS, LI, RULES, journal_in, site
from tickets.desk import Desk

CAUSES = {"pump.dry_run": "pump.dry_run", "pump.suction_low": "pump.dry_run", "pump.seal_leak": "pump.seal_leak"}
DEVICES = ("b01.pump1", "b01.pump2")
alarms = st.tuples(st.sampled_from(sorted(CAUSES)), st.sampled_from(DEVICES))


@dataclass
class Job:
    """What the oracle knows of one ticket."""

    cause: tuple[str, str]
    alarms: list[str]
    lines: int
    is_open: bool = True


@dataclass
class Oracle:
    """The promises restated without tables, databases or clocks."""

    jobs: dict[str, Job] = field(default_factory=dict)
    standing: dict[tuple[str, str], AlarmEvent] = field(default_factory=dict)

    def open_job(self, cause: tuple[str, str]) -> str | None:
        return next((id for id, job in self.jobs.items() if job.is_open and job.cause == cause), None)

    def ticketed(self, occurrence: str) -> str | None:
        return next((id for id, job in self.jobs.items() if occurrence in job.alarms), None)

    def announce(self, alarm: tuple[str, str], occurrence: str, done: set[str]) -> None:
        """``done``: tickets on which the work was done before; an alarm sends them back."""
        cause = (alarm[1], CAUSES[alarm[0]])
        there = self.open_job(cause)
        if there is None:
            self.jobs[f"GD-260114-{len(self.jobs) + 1:03}"] = Job(cause, [occurrence], lines=2)
        else:
            self.jobs[there].alarms.append(occurrence)
            self.jobs[there].lines += 1 + (there in done)


class DeskAndJournal(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.journal = journal_in(Path(self.directory.name))
        self.desk = Desk(site(), RULES)
        self.oracle = Oracle()
        self.now_ns = DAY_NS
        self.count = 0

    def teardown(self) -> None:
        self.journal.close()
        self.directory.cleanup()

    def tell(self, event: AlarmEvent) -> None:
        with self.journal.write() as tx:
            tx.record(event)
            self.desk.on_alarm(tx, event, self.now_ns)
        self.oracle.standing[event.standing.rule, event.standing.device] = event

    def done(self) -> set[str]:
        finished = {TicketState.FINISHED, TicketState.VERIFIED, TicketState.VISITED}
        return {ticket.id for ticket in self.journal.tickets(TicketFilter(limit=10_000)) if ticket.state in finished}

    def state(self, alarm: tuple[str, str]) -> AlarmState:
        event = self.oracle.standing.get(alarm)
        return event.standing.state if event else AlarmState.NORMAL

    @rule(alarm=alarms, silent=st.booleans())
    def excursion(self, alarm: tuple[str, str], silent: bool) -> None:
        if self.state(alarm) is not AlarmState.NORMAL:
            return
        self.count += 1
        event = raised(f"o{self.count}", *alarm, at_ns=self.now_ns, annunciated=not silent)
        if silent:
            self.tell(with_shelving(event))
        else:
            done = self.done()
            self.tell(event)
            self.oracle.announce(alarm, f"o{self.count}", done)

    @rule(alarm=alarms)
    def back_to_normal(self, alarm: tuple[str, str]) -> None:
        if self.state(alarm) is not AlarmState.ACTIVE_UNACKNOWLEDGED:
            return
        event = returned(self.oracle.standing[alarm], self.now_ns)
        self.tell(event)
        assert event.occurrence is not None
        job = self.oracle.ticketed(event.occurrence.id)
        if job is not None and self.oracle.jobs[job].is_open:
            self.oracle.jobs[job].lines += 1

    @rule(alarm=alarms)
    def acknowledged_after_return(self, alarm: tuple[str, str]) -> None:
        if self.state(alarm) is AlarmState.RETURNED_UNACKNOWLEDGED:
            self.tell(ended(self.oracle.standing[alarm], self.now_ns))

    @rule(alarm=alarms)
    def released(self, alarm: tuple[str, str]) -> None:
        event = self.oracle.standing.get(alarm)
        if event is None or event.occurrence is None or event.standing.shelving is None:
            return
        done = self.done()
        free = followed(event, AlarmEventKind.UNSHELVED, event.standing.state, self.now_ns)
        self.tell(without_shelving(free))
        if event.standing.state is AlarmState.ACTIVE_UNACKNOWLEDGED and self.oracle.ticketed(event.occurrence.id) is None:
            self.oracle.announce(alarm, event.occurrence.id, done)

    @precondition(lambda self: self.oracle.jobs)
    @rule(pick=st.integers(0, 99), act=st.sampled_from(list(TicketAct)), comment=st.sampled_from(["", "parts"]))
    def someone_acts(self, pick: int, act: TicketAct, comment: str) -> None:
        id = sorted(self.oracle.jobs)[pick % len(self.oracle.jobs)]
        before = self.journal.ticket(id), self.journal.ticket_events(id)
        try:
            with self.journal.write() as tx:
                self.desk.act(tx, id, act, LI, self.now_ns, comment, "wang")
        except IllegalTicketAct:
            assert (self.journal.ticket(id), self.journal.ticket_events(id)) == before
            return
        self.oracle.jobs[id].lines += 1
        if act in (TicketAct.CLOSE, TicketAct.CANCEL):
            self.oracle.jobs[id].is_open = False

    @rule(minutes=st.integers(0, 30))
    def time_passes(self, minutes: int) -> None:
        self.now_ns = min(self.now_ns + minutes * MINUTE, DAY_NS + 15 * 60 * MINUTE)

    @rule()
    def restarted(self) -> None:
        self.journal.close()
        self.journal = journal_in(Path(self.directory.name))

    @invariant()
    def the_journal_agrees_with_the_oracle(self) -> None:
        tickets = self.journal.tickets(TicketFilter(limit=10_000))
        kept = {
            ticket.id: Job(
                (ticket.device, ticket.cause), list(ticket.alarms), len(self.journal.ticket_events(ticket.id)), ticket.state.is_open
            )
            for ticket in tickets
        }
        assert kept == self.oracle.jobs
        open_causes = [(ticket.device, ticket.cause) for ticket in tickets if ticket.state.is_open]
        assert len(open_causes) == len(set(open_causes))

    @invariant()
    def every_story_ends_where_its_ticket_stands(self) -> None:
        for ticket in self.journal.tickets(TicketFilter(limit=10_000)):
            lines = self.journal.ticket_events(ticket.id)
            assert [line.what for line in lines].index("opened") == 0
            assert (lines[-1].state, lines[-1].owner) == (ticket.state, ticket.owner)

    @invariant()
    def standings_are_those_of_the_last_events(self) -> None:
        expected = {
            alarm: event.standing
            for alarm, event in self.oracle.standing.items()
            if event.standing.state is not AlarmState.NORMAL or event.standing.shelving
        }
        assert {(standing.rule, standing.device): standing for standing, _ in self.journal.standings()} == expected


def with_shelving(event: AlarmEvent) -> AlarmEvent:
    return replace(event, standing=replace(event.standing, shelving=Shelving("engineer", "检修", 1, 9)))


def without_shelving(event: AlarmEvent) -> AlarmEvent:
    return replace(event, standing=replace(event.standing, shelving=None))


TestDeskAndJournal = DeskAndJournal.TestCase
TestDeskAndJournal.settings = settings(max_examples=examples(8), stateful_step_count=40, deadline=None)
