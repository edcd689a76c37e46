"""A broken promise goes up the chain: whom, when, and once; by the desk over a real journal, through restarts."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from model.alarm import AlarmEvent
from model.clock import DAY, HOUR, MINUTE
from model.notice import Notice, NoticeKind
from model.people import PLATFORM
from model.ports import NoticeFilter, TicketFilter
from model.ticket import IllegalTicketAct, Promise, Ticket, TicketAct, TicketClass
from store.journal import SqlJournal
from tests.journal.builders import ended, raised, returned
from tests.tickets import house
from tests.tickets.house import DAY_NS, ENGINEER, LI, RULES, WANG, journal_in
from tests.tickets.test_notices import EVERYBODY, HEAD, job, site
from tickets.act import acted
from tickets.clocks import started
from tickets.desk import Desk
from tickets.escalation import lapsed, steps
from tickets.promise_watch import PromiseWatch

HEAD_AT, SERVICE_AT, AREA_AT = "maintenance_head", "service_manager", "area_manager"

CHAINS: dict[TicketClass, list[tuple[int, Promise, str]]] = {
    TicketClass.EMERGENCY: [
        (3 * MINUTE, Promise.ARRIVE, HEAD_AT),
        (8 * MINUTE, Promise.ARRIVE, SERVICE_AT),
        (13 * MINUTE, Promise.ARRIVE, AREA_AT),
    ],
    TicketClass.SMALL: [(15 * MINUTE, Promise.ARRIVE, HEAD_AT), (30 * MINUTE, Promise.FINISH, HEAD_AT)],
    TicketClass.LARGE: [(15 * MINUTE, Promise.ARRIVE, SERVICE_AT), (3 * HOUR, Promise.FINISH, SERVICE_AT)],
    TicketClass.HARD: [(15 * MINUTE, Promise.ACCEPT, AREA_AT), (3 * DAY, Promise.FINISH, AREA_AT)],
}


@pytest.mark.parametrize("ticket_class", TicketClass)
def test_each_class_has_its_chain(ticket_class: TicketClass) -> None:
    found = [(step.at_ns - DAY_NS - 1, step.clock.promise, step.post.value) for step in steps(job(ticket_class))]
    assert found == CHAINS[ticket_class]


@pytest.mark.parametrize(
    ("act", "comment", "left"),
    [
        (TicketAct.ARRIVE, "", 0),
        (TicketAct.CANCEL, "误报", 0),
        (TicketAct.DISPATCH, "", 3),
        (TicketAct.COMMENT, "在路上", 3),
    ],
)
def test_a_promise_that_is_kept_or_over_is_told_no_more(act: TicketAct, comment: str, left: int) -> None:
    after = acted(job(TicketClass.EMERGENCY), act, PLATFORM, DAY_NS + 4 * MINUTE, comment, "wang")
    assert len(steps(after)) == left


def test_work_that_stands_still_for_a_reason_is_not_late_until_it_goes_on() -> None:
    ticket = job()
    for act, comment in ((TicketAct.ACCEPT, ""), (TicketAct.ARRIVE, ""), (TicketAct.HOLD, "parts")):
        ticket = acted(ticket, act, PLATFORM, DAY_NS, comment, None)
    assert steps(ticket) == []
    resumed = acted(ticket, TicketAct.RESUME, PLATFORM, DAY_NS + HOUR, "", None)
    assert [step.at_ns - 1 for step in steps(resumed)] == [DAY_NS + 4 * HOUR]


def test_the_owner_is_not_told_of_their_own_lateness_but_the_next_above() -> None:
    mine = job(TicketClass.SMALL, HEAD.id)
    (notice,) = lapsed(mine, site(), DAY_NS + 16 * MINUTE)
    assert notice.recipient == "he"


def test_the_words_say_since_when_and_with_whom() -> None:
    (notice,) = lapsed(job(TicketClass.EMERGENCY), site(), DAY_NS + 4 * MINUTE)
    assert notice.text.zh == "到场超时：7号楼1#梯 困人。应 08:03 前到场，李工未接单。GD-260114-001"
    assert notice.text.en == (
        "Nobody on site in time: Block 7 lift 1 passengers trapped. Arrival was due 08:03, 李工 has not accepted. GD-260114-001"
    )
    (nobodys,) = lapsed(job(TicketClass.HARD, None), site(), DAY_NS + 16 * MINUTE)
    assert "接单超时" in nobodys.text.zh
    assert "还没有负责人" in nobodys.text.zh


# ── the watch ──


def test_the_watch_names_each_ticket_when_its_next_promise_runs_out() -> None:
    watch, ticket = PromiseWatch(), job(TicketClass.SMALL)
    watch.note(ticket)
    assert watch.next_due_ns == DAY_NS + 15 * MINUTE + 1
    assert watch.due(DAY_NS + 15 * MINUTE) == []
    assert watch.due(DAY_NS + 20 * MINUTE) == [ticket.id]
    watch.note(ticket)
    assert watch.next_due_ns == DAY_NS + 30 * MINUTE + 1, "what has been looked at is not looked at again"
    watch.note(acted(ticket, TicketAct.CANCEL, PLATFORM, DAY_NS + 21 * MINUTE, "误报", None))
    assert watch.next_due_ns is None


def test_a_clock_that_was_a_day_ahead_for_a_moment_silences_no_later_promise() -> None:
    watch, ticket = PromiseWatch(), job(TicketClass.SMALL)
    watch.note(ticket)
    watch.due(2 * DAY_NS)
    watch.note(replace(ticket, clocks=started(TicketClass.SMALL, DAY_NS + HOUR)))
    assert watch.next_due_ns == DAY_NS + HOUR + 15 * MINUTE + 1


# ── through the desk and the journal ──

DESK = Desk(replace(house.site(), people=(*house.PEOPLE, *EVERYBODY[2:])), RULES)
ENTRAPMENT = {"rule": "lift.entrapment", "device": "b02.lift1"}


def tell(journal: SqlJournal, event: AlarmEvent, now_ns: int = DAY_NS) -> None:
    with journal.write() as tx:
        tx.record(event)
        DESK.on_alarm(tx, event, now_ns)


def trapped(journal: SqlJournal) -> None:
    """Somebody is trapped, and the signal is gone again."""
    first = raised("o1", at_ns=DAY_NS, **ENTRAPMENT)
    tell(journal, first)
    tell(journal, ended(returned(first, DAY_NS + MINUTE), DAY_NS + MINUTE), DAY_NS + MINUTE)


def only(journal: SqlJournal) -> Ticket:
    (ticket,) = journal.tickets(TicketFilter())
    return ticket


def lapse(journal: SqlJournal, now_ns: int) -> None:
    with journal.write() as tx:
        DESK.lapse(tx, only(journal).id, now_ns)


def kept(journal: SqlJournal) -> list[tuple[str, str, int]]:
    """``(person, kind, minute)`` in the order they were decided."""
    found = sorted(journal.notices(NoticeFilter()), key=lambda notice: notice.number)
    return [(notice.recipient, notice.kind.value, (notice.created_at_ns - DAY_NS) // MINUTE) for notice in found]


FIRST = [("engineer", "emergency", 0), ("night", "emergency", 0), ("sun", "emergency", 0), ("zhao", "dispatched", 0)]


def test_an_emergency_nobody_answers_climbs_the_chain_once(journal: SqlJournal) -> None:
    tell(journal, raised("o1", at_ns=DAY_NS, **ENTRAPMENT))
    for minute in (2, 3, 4, 4, 9, 9, 14, 60):
        lapse(journal, DAY_NS + minute * MINUTE)
    assert kept(journal) == [*FIRST, ("sun", "arrive_late", 4), ("he", "arrive_late", 9), ("wu", "arrive_late", 14)]


def test_what_was_broken_while_nobody_ran_is_told_once_at_the_start(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    tell(journal, raised("o1", at_ns=DAY_NS, **ENTRAPMENT))
    lapse(journal, DAY_NS + 4 * MINUTE)
    for _ in range(2):
        journal.close()
        journal = journal_in(tmp_path)
        lapse(journal, DAY_NS + 30 * MINUTE)
    assert kept(journal)[len(FIRST) :] == [("sun", "arrive_late", 4), ("he", "arrive_late", 30), ("wu", "arrive_late", 30)]
    journal.close()


Change = Callable[[SqlJournal], object]


def by_hand(act: TicketAct) -> Change:
    def change(journal: SqlJournal) -> None:
        with journal.write() as tx:
            DESK.act(tx, only(journal).id, act, WANG, DAY_NS + 4 * MINUTE)

    return change


@pytest.mark.parametrize(
    "change",
    [by_hand(TicketAct.ARRIVE), lambda journal: tell(journal, raised("o2", at_ns=DAY_NS, **ENTRAPMENT), DAY_NS + 4 * MINUTE)],
    ids=["an arrival", "the next alarm"],
)
def test_a_broken_promise_is_told_though_something_happens_before_anybody_has_looked(journal: SqlJournal, change: Change) -> None:
    trapped(journal)
    change(journal)
    assert ("sun", "arrive_late", 4) in kept(journal)


@pytest.mark.parametrize(
    ("minute", "then"),
    [
        (4, [("he", "arrive_late", 30), ("wu", "arrive_late", 30)]),
        (20, [("sun", "arrive_late", 30), ("he", "arrive_late", 30)]),
    ],
    ids=["while the chain is climbed, which goes on", "after it was climbed, which begins anew"],
)
def test_an_emergency_that_calls_again(journal: SqlJournal, minute: int, then: list[tuple[str, str, int]]) -> None:
    trapped(journal)
    tell(journal, raised("o2", at_ns=DAY_NS, **ENTRAPMENT), DAY_NS + minute * MINUTE)
    before = kept(journal)
    assert set(before) >= {("sun", "arrive_late", minute), *((who, "called_again", minute) for who in ("zhao", "engineer", "night"))}
    lapse(journal, DAY_NS + 30 * MINUTE)
    assert kept(journal)[len(before) :] == then


def test_what_is_refused_leaves_no_notice(journal: SqlJournal) -> None:
    tell(journal, raised("o1", at_ns=DAY_NS))
    before = kept(journal)

    def refused() -> None:
        with journal.write() as tx:
            DESK.act(tx, only(journal).id, TicketAct.DISPATCH, ENGINEER, DAY_NS, owner="wang")
            DESK.act(tx, only(journal).id, TicketAct.CLOSE, LI, DAY_NS)

    with pytest.raises(IllegalTicketAct):
        refused()
    assert kept(journal) == before


def test_each_is_kept_in_the_transaction_of_what_it_is_about(journal: SqlJournal) -> None:
    tell(journal, raised("o1", at_ns=DAY_NS))
    (notice,) = journal.notices(NoticeFilter(ticket=only(journal).id))
    assert notice == Notice(only(journal).id, "li", NoticeKind.DISPATCHED, f"dispatch@{DAY_NS}", notice.text, DAY_NS, number=1)
