"""The same fault three times in a day, or three times running, opens one root-cause ticket."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from model.alarm import Excursion, Priority
from model.clock import DAY, HOUR, MINUTE
from model.people import Post
from model.ports import NoticeFilter, TicketFilter
from model.rule import Level, TicketOrder
from model.site import Repeats
from model.ticket import ROOT_CAUSE, Job, TicketAct, TicketClass, TicketState
from store.journal import SqlJournal
from tests.journal.builders import TITLE, ended, raised, returned
from tests.tickets.house import DAY_NS, PEOPLE, RULES, rule, site
from tests.tickets.test_desk import act, story, tell, walk
from tickets.desk import Desk
from tickets.repeated import repeated

HEAD = replace(PEOPLE[0], id="head", name="孙主管", role="manager", skills=(), post=Post.MAINTENANCE_HEAD)
DESK = Desk(site((*PEOPLE, HEAD)), RULES)
CAUSE = "pump.dry_run"
ROOT = ROOT_CAUSE + CAUSE
TO_CLOSED = (TicketAct.ACCEPT, TicketAct.ARRIVE, TicketAct.FINISH, TicketAct.VERIFY, TicketAct.CLOSE)


def came(*minutes: float, lasting: float = 1) -> list[Excursion]:
    return [Excursion(f"o{n}", DAY_NS + round(at * MINUTE), DAY_NS + round((at + lasting) * MINUTE)) for n, at in enumerate(minutes)]


def jobs(*days: float, cause: str = CAUSE, state: TicketState = TicketState.CLOSED, reworks: int = 0) -> list[Job]:
    return [Job(f"g{n}", cause, state, DAY_NS + round(day * DAY), DAY_NS + round(day * DAY) + HOUR, reworks) for n, day in enumerate(days)]


@pytest.mark.parametrize(
    ("excursions", "past", "proof"),
    [
        pytest.param(came(0, 60), [], None, id="twice"),
        pytest.param(came(0, 60, 120), [], ("o0", "o1", "o2"), id="three times in a day"),
        pytest.param(came(-1441, 60, 120), [], None, id="the first was more than a day ago"),
        pytest.param(came(0, 2, 4, 60), [], None, id="chattering counts once"),
        pytest.param(came(0, 5.9, 60), [], None, id="gone for less than five minutes"),
        pytest.param(came(0, 6, 60), [], ("o0", "o1", "o2"), id="gone for five minutes"),
        pytest.param(came(0, 1, 60, lasting=30), [], None, id="two alarms of one cause at a time"),
        pytest.param([*came(0), came(60)[0]._replace(over_ns=None), *came(70, 120)], [], None, id="it has not gone"),
        pytest.param(came(0, 60, 120), jobs(0.02, cause=ROOT), None, id="the root cause was found in between"),
        pytest.param([], jobs(-20, -10, 0), ("g0", "g1", "g2"), id="three times running"),
        pytest.param([], jobs(-31, -10, 0), None, id="in more than a month"),
        pytest.param([], [*jobs(-20, 0), *jobs(-10, state=TicketState.CANCELLED)], None, id="one was written off"),
        pytest.param([], [*jobs(-20, reworks=1), *jobs(0)], ("g0", "g0"), id="one was done twice"),
        pytest.param([], [*jobs(-20, -10, 0), *jobs(-5, cause=ROOT)], None, id="the root cause was found since"),
    ],
)
def test_when_a_fault_is_serious(excursions: Sequence[Excursion], past: Sequence[Job], proof: tuple[str, ...] | None) -> None:
    found = repeated(excursions, past, Repeats(), DAY_NS + 2 * HOUR)
    assert (found and (found.occurrences or found.tickets)) == proof


def come_and_go(journal: SqlJournal, hour: float, of_rule: str = CAUSE, desk: Desk = DESK, level: str = "") -> None:
    """The fault is there for a minute."""
    at_ns = DAY_NS + round(hour * HOUR)
    event = raised(f"o{hour:g}", of_rule, at_ns=at_ns, level=level)
    back = returned(event, at_ns + MINUTE)
    tell(journal, event, now_ns=at_ns, desk=desk)
    tell(journal, back, ended(back, at_ns + 2 * MINUTE), now_ns=at_ns + 2 * MINUTE, desk=desk)


def test_the_third_time_in_a_day_opens_one_hard_ticket_with_the_maintenance_head(journal: SqlJournal) -> None:
    for hour in (0, 2, 4, 6):
        come_and_go(journal, hour, desk=Desk(site((*PEOPLE, HEAD)), RULES))  # a desk of its own each time, as after a restart
    root, fault = journal.tickets(TicketFilter())
    assert (root.cause, root.ticket_class, root.owner, root.alarms) == (ROOT, TicketClass.HARD, "head", ("o0", "o2", "o4", "o6"))
    assert story(journal, root.id) == [
        ("opened", "guanjia", "3× / 24 h: o0, o2, o4"),
        ("dispatch", "guanjia", ""),
        ("alarm_attached", "guanjia", "o6"),
    ]
    assert ("repeated", "guanjia", root.number) in story(journal, fault.id)
    occurrence = journal.occurrence("o6")
    assert occurrence is not None
    assert occurrence.ticket == fault.id
    (notice,) = [one for one in journal.notices(NoticeFilter(recipient="head")) if one.ticket == root.id]
    assert (notice.kind, notice.text.zh) == ("repeated", "请查根本原因：b01 1#泵干转（反复发生）。应 12:15 前接单。GD-260114-002")


def test_what_a_level_tickets_as_a_cause_of_its_own_is_counted_as_that(journal: SqlJournal) -> None:
    """Pump far too low, of the cause ``pump.broken``, twice and a low one between: neither fault has come three times; then a third."""
    order = TicketOrder(TicketClass.LARGE, "plumbing")
    level = Level("broken", "running", Priority.CRITICAL, TITLE, ticket=replace(order, cause="pump.broken"))
    desk = Desk(site((*PEOPLE, HEAD)), [replace(rule(CAUSE, order), levels=(level,))])
    for hour, at in ((0, "broken"), (1, ""), (2, "broken"), (3, "broken")):
        assert not [one for one in journal.tickets(TicketFilter()) if one.cause.startswith(ROOT_CAUSE)]
        come_and_go(journal, hour, desk=desk, level=at)
    (root,) = [one for one in journal.tickets(TicketFilter()) if one.cause.startswith(ROOT_CAUSE)]
    assert (root.cause, root.alarms) == (f"{ROOT_CAUSE}pump.broken", ("o0", "o2", "o3"))


def test_the_third_repair_within_a_month_is_three_times_running(journal: SqlJournal) -> None:
    for number, day in enumerate((0, 9, 18), 1):
        come_and_go(journal, 24 * day)
        if number < 3:
            walk(journal, journal.tickets(TicketFilter(open=True))[0].id, TO_CLOSED)
    root = journal.tickets(TicketFilter(open=True))[0]
    assert root.cause == ROOT
    assert story(journal, root.id)[0][2] == "3× / 30 d: GD-260114-001, GD-260123-001, GD-260201-001"


def test_a_root_cause_that_was_not_found_is_looked_for_again_and_one_that_was_begins_afresh(journal: SqlJournal) -> None:
    for hour in (0, 1, 2):
        come_and_go(journal, hour)
    root = next(one for one in journal.tickets(TicketFilter()) if one.cause == ROOT)
    walk(journal, root.id, (TicketAct.ACCEPT, TicketAct.ARRIVE, TicketAct.FINISH))
    come_and_go(journal, 3)
    again = journal.ticket(root.id)
    assert again is not None
    assert (again.state, again.reworks) == (TicketState.DISPATCHED, 1)
    for what in TO_CLOSED:
        act(journal, root.id, what, now_ns=DAY_NS + 4 * HOUR)
    for hour in (5, 6):
        come_and_go(journal, hour)
    assert [one.id for one in journal.tickets(TicketFilter()) if one.cause == ROOT] == [root.id]
    come_and_go(journal, 7)
    assert len([one for one in journal.tickets(TicketFilter()) if one.cause == ROOT]) == 2


def test_a_search_that_took_longer_than_the_month_begins_the_count_afresh_all_the_same(journal: SqlJournal) -> None:
    for hour in (0, 1, 2):
        come_and_go(journal, hour)
    root = next(one for one in journal.tickets(TicketFilter()) if one.cause == ROOT)
    for day in (10, 20, 30):
        fault = next(one for one in journal.tickets(TicketFilter(open=True)) if one.cause == CAUSE)
        for what in TO_CLOSED:
            act(journal, fault.id, what, now_ns=DAY_NS + day * DAY)
        come_and_go(journal, 24 * day + 1)
    for what in TO_CLOSED:
        act(journal, root.id, what, now_ns=DAY_NS + 35 * DAY)
    come_and_go(journal, 24 * 36)
    assert [one.id for one in journal.tickets(TicketFilter()) if one.cause == ROOT] == [root.id]


def test_what_is_not_annunciated_is_not_counted(journal: SqlJournal) -> None:
    come_and_go(journal, 0)
    for hour in (1, 2):
        tell(journal, raised(f"o{hour}", at_ns=DAY_NS + hour * HOUR, annunciated=False, ended_at_ns=DAY_NS + hour * HOUR))
    come_and_go(journal, 3)
    assert [one.cause for one in journal.tickets(TicketFilter())] == [CAUSE]
