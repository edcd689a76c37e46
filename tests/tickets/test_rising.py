"""An alarm that rises to a graver level takes its ticket along: never a second one, tighter promises, its owner told."""

from dataclasses import replace

import pytest

from model.alarm import AlarmEvent, AlarmEventKind, AlarmState, Priority, Removal
from model.clock import HOUR, MINUTE
from model.notice import NoticeKind
from model.people import Post
from model.ports import NoticeFilter
from model.rule import Level, TicketOrder
from model.site import Person
from model.text import Text
from model.ticket import Promise, Ticket, TicketAct, TicketClass, TicketState
from store.journal import SqlJournal
from tests.journal.builders import followed, raised
from tests.tickets.house import DAY_NS, LI, PEOPLE, STEP, rule, site
from tests.tickets.test_desk import only_ticket, tell
from tickets.clocks import hastened, is_tighter, started
from tickets.desk import Desk

GRAVE_TEXT = Text("1#泵 过低", "Pump 1 far too low")


def _level(id_: str, ticket_class: TicketClass | None) -> Level:
    order = TicketOrder(ticket_class, "plumbing") if ticket_class else None
    return Level(id_, "running", Priority.CRITICAL, GRAVE_TEXT, ticket=order)


LEVELS = (_level("same", None), _level("small", TicketClass.SMALL), _level("emergency", TicketClass.EMERGENCY))
DESK = Desk(site(PEOPLE), [replace(rule("pump.dry_run", TicketOrder(TicketClass.LARGE, "plumbing")), levels=LEVELS)])
UNORDERED = Desk(site(PEOPLE), [replace(rule("pump.dry_run", None), levels=LEVELS)])


def _rose(first: AlarmEvent, level: str, after_ns: int = 5 * MINUTE) -> AlarmEvent:
    state = AlarmState.ACTIVE_UNACKNOWLEDGED
    return followed(first, AlarmEventKind.ROSE, state, DAY_NS + after_ns, level=level, text=GRAVE_TEXT)


def _due(ticket: Ticket) -> dict[Promise, int]:
    return {clock.promise: clock.due_at_ns - DAY_NS for clock in ticket.clocks}


@pytest.mark.parametrize(
    ("level", "what", "ticket_class", "due"),
    [
        ("same", "alarm_rose", TicketClass.LARGE, {Promise.ACCEPT: 15, Promise.ARRIVE: 15, Promise.FINISH: 180}),
        ("small", "alarm_rose", TicketClass.SMALL, {Promise.ACCEPT: 15, Promise.ARRIVE: 15, Promise.FINISH: 35}),
        ("emergency", "made_emergency", TicketClass.EMERGENCY, {Promise.ACCEPT: 15, Promise.ARRIVE: 8, Promise.FINISH: 180}),
    ],
)
def test_the_ticket_rises_with_its_alarm(
    journal: SqlJournal, level: str, what: str, ticket_class: TicketClass, due: dict[Promise, int]
) -> None:
    """Opened with the promises of a large one; five minutes later the level's count from then, where they are tighter."""
    first = raised("o1")
    tell(journal, first, desk=DESK)
    changes = tell(journal, _rose(first, level), now_ns=DAY_NS + 5 * MINUTE, desk=DESK)
    ticket = only_ticket(journal)
    assert [(line.what, line.comment) for _, line in changes] == [(what, "o1")]
    assert (ticket.ticket_class, ticket.title, ticket.alarms) == (ticket_class, GRAVE_TEXT, ("o1",))
    assert _due(ticket) == {promise: minutes * MINUTE for promise, minutes in due.items()}
    notice = next(notice for notice in journal.notices(NoticeFilter(recipient="li")) if notice.kind.value == what)
    assert notice.text.zh.startswith("报警升级" if what == "alarm_rose" else "升级为突发事件")


def test_an_emergency_that_becomes_graver_has_other_first_steps_and_room_and_head_hear_of_it(journal: SqlJournal) -> None:
    """A technician on the way to shut a valve must read that the building is to be cleared."""
    dry, out = rule("pump.dry_run", TicketOrder(TicketClass.EMERGENCY, "plumbing"), (STEP,)), Text("撤离", "Get out")
    level = replace(_level("second", None), why=replace(dry.why, steps=(out,)))
    staff = (*PEOPLE, Person("room", "值班", "operator"), Person("head", "主管", "manager", post=Post.MAINTENANCE_HEAD))
    desk, first = Desk(site(staff), [replace(dry, levels=(level,))]), raised("o1")
    tell(journal, first, desk=desk)
    assert only_ticket(journal).first_steps == (STEP,)
    tell(journal, _rose(first, "second"), now_ns=DAY_NS + MINUTE, desk=desk)
    assert only_ticket(journal).first_steps == (out,)
    told = {person: [one.kind for one in journal.notices(NoticeFilter(recipient=person))] for person in ("li", "room", "head")}
    assert all(NoticeKind.ALARM_ROSE in kinds for kinds in told.values())


def test_a_lesser_alarm_that_rises_leaves_the_words_of_an_emergency(journal: SqlJournal) -> None:
    """Both are of one cause: whoever is to get out must not read that the floor is to be mopped."""
    order = TicketOrder(TicketClass.EMERGENCY, "plumbing", "flood")
    grave = rule("pump.dry_run", order, (STEP,))
    lesser = replace(rule("pump.leak", TicketOrder(TicketClass.SMALL, "plumbing", "flood")), levels=(_level("same", None),))
    desk, other = Desk(site(PEOPLE), [grave, lesser]), raised("o2", rule="pump.leak")
    tell(journal, raised("o1"), desk=desk)
    tell(journal, other, desk=desk)
    before = only_ticket(journal)
    tell(journal, _rose(other, "same"), now_ns=DAY_NS + 5 * MINUTE, desk=desk)
    after = only_ticket(journal)
    assert (after.title, after.first_steps, after.ticket_class) == (before.title, (STEP,), TicketClass.EMERGENCY)


def test_an_alarm_raised_at_a_level_opens_the_levels_ticket(journal: SqlJournal) -> None:
    tell(journal, raised("o1", level="small"), desk=DESK)
    assert only_ticket(journal).ticket_class is TicketClass.SMALL


def test_a_level_may_order_the_ticket_that_its_rule_does_not(journal: SqlJournal) -> None:
    first = raised("o1")
    assert tell(journal, first, desk=UNORDERED) == []
    tell(journal, _rose(first, "small"), desk=UNORDERED)
    assert only_ticket(journal).cause == "pump.dry_run"


def test_a_silenced_alarm_rises_in_silence(journal: SqlJournal) -> None:
    first = raised("o1", annunciated=False)
    rose = _rose(first, "small")
    silent = replace(rose, standing=replace(rose.standing, out_of_service=Removal("engineer", "works", 1)))
    assert tell(journal, first, silent, desk=DESK) == []


def test_work_that_was_finished_is_to_be_done_again(journal: SqlJournal) -> None:
    first = raised("o1")
    tell(journal, first, desk=DESK)
    ticket = only_ticket(journal)
    with journal.write() as tx:
        for act in (TicketAct.ACCEPT, TicketAct.ARRIVE, TicketAct.START, TicketAct.FINISH):
            DESK.act(tx, ticket.id, act, LI, DAY_NS + MINUTE, "done")
    tell(journal, _rose(first, "small"), now_ns=DAY_NS + 5 * MINUTE, desk=DESK)
    assert only_ticket(journal).state is TicketState.DISPATCHED


def test_a_tighter_class_never_gives_more_time() -> None:
    late = started(TicketClass.LARGE, 0)
    assert hastened(late, TicketClass.SMALL, 2 * HOUR)[0].due_at_ns == 15 * MINUTE
    assert [is_tighter(one, TicketClass.LARGE) for one in TicketClass] == [True, True, False, False]
