"""The desk over a real journal: alarms become tickets, people take them through."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from model.alarm import AlarmEvent, AlarmEventKind, AlarmState, Shelving, Standing
from model.clock import HOUR, MINUTE, SECOND
from model.people import Actor
from model.ports import JournalWrite, OccurrenceFilter, TicketFilter
from model.text import Text
from model.ticket import IllegalTicketAct, Promise, Ticket, TicketAct, TicketClass, TicketEvent, TicketState
from store.journal import SqlJournal
from store.journal.write import SqlWrite
from tests.journal.builders import ended, followed, raised, returned
from tests.tickets.house import ACTION, DAY_NS, ENGINEER, LI, RULES, STEP, WANG, site
from tickets.desk import Desk
from tickets.errors import StillInAlarm

DESK = Desk(site(), RULES)
Change = tuple[Ticket, TicketEvent]


def tell(journal: SqlJournal, *events: AlarmEvent, now_ns: int = DAY_NS, desk: Desk = DESK) -> list[Change]:
    with journal.write() as tx:
        changes: list[Change] = []
        for event in events:
            tx.record(event)
            changes += desk.on_alarm(tx, event, now_ns)
        return changes


def act(
    journal: SqlJournal, id: str, what: TicketAct, by: Actor = LI, comment: str = "", owner: str | None = None, now_ns: int = DAY_NS
) -> Ticket:
    with journal.write() as tx:
        return DESK.act(tx, id, what, by, now_ns, comment, owner)


def story(journal: SqlJournal, id: str) -> list[tuple[str, str, str]]:
    return [(line.what, line.by, line.comment) for line in journal.ticket_events(id)]


def only_ticket(journal: SqlJournal) -> Ticket:
    (found,) = journal.tickets(TicketFilter())
    return found


def walk(journal: SqlJournal, id: str, acts: Sequence[TicketAct]) -> Ticket:
    for what in acts:
        done = act(journal, id, what)
    return done


TO_FINISHED = (TicketAct.ACCEPT, TicketAct.ARRIVE, TicketAct.START, TicketAct.FINISH)


def test_an_alarm_opens_a_ticket_and_sends_it_to_the_one_with_the_skill(journal: SqlJournal) -> None:
    changes = tell(journal, raised("o1"))
    ticket = only_ticket(journal)
    assert ticket.number == "GD-260114-001"
    assert (ticket.title, ticket.area, ticket.device, ticket.cause) == (
        Text("1#泵干转", "Pump 1 runs dry"),
        "b01",
        "b01.pump1",
        "pump.dry_run",
    )
    assert (ticket.state, ticket.owner, ticket.opened_by) == (TicketState.DISPATCHED, "li", "guanjia")
    assert (ticket.alarms, ticket.first_steps) == (("o1",), (STEP,))
    assert [clock.due_at_ns - DAY_NS for clock in ticket.clocks] == [15 * MINUTE, 15 * MINUTE, 3 * HOUR]
    assert story(journal, ticket.id) == [("opened", "guanjia", ""), ("dispatch", "guanjia", "least_loaded")]
    registered = replace(ticket, state=TicketState.REGISTERED, owner=None)
    assert changes == list(zip([registered, ticket], journal.ticket_events(ticket.id), strict=True))
    occurrence = journal.occurrence("o1")
    assert occurrence is not None
    assert occurrence.ticket == ticket.id


def test_without_steps_the_first_step_is_the_rules_action(journal: SqlJournal) -> None:
    tell(journal, raised("o1", rule="pump.seal_leak"))
    assert only_ticket(journal).first_steps == (ACTION,)


@pytest.mark.parametrize(("rule", "reason"), [("pump.gas", "nobody_with_skill"), ("pump.any", "no_skill_asked")])
def test_a_ticket_nobody_can_take_stays_registered_and_says_why(journal: SqlJournal, rule: str, reason: str) -> None:
    tell(journal, raised("o1", rule=rule))
    ticket = only_ticket(journal)
    assert (ticket.state, ticket.owner) == (TicketState.REGISTERED, None)
    assert story(journal, ticket.id) == [("opened", "guanjia", reason)]


def test_tickets_are_shared_out(journal: SqlJournal) -> None:
    tell(journal, raised("o1"), raised("o2", device="b01.pump2"), raised("o3", rule="pump.seal_leak"))
    assert {ticket.id: ticket.owner for ticket in journal.tickets(TicketFilter())} == {
        "GD-260114-001": "li",
        "GD-260114-002": "wang",
        "GD-260114-003": "li",
    }


def test_numbers_count_by_the_sites_own_day(journal: SqlJournal) -> None:
    before_midnight = DAY_NS + 16 * HOUR - SECOND
    tell(journal, raised("o1"), now_ns=before_midnight)
    tell(journal, raised("o2", device="b01.pump2"), now_ns=before_midnight + SECOND)
    assert sorted(ticket.number for ticket in journal.tickets(TicketFilter())) == ["GD-260114-001", "GD-260115-001"]


def test_a_recurrence_attaches_to_the_open_ticket(journal: SqlJournal) -> None:
    first = raised("o1")
    back = returned(first, 2_000)
    changes = tell(journal, first, back, ended(back, 3_000), raised("o2", at_ns=4_000))
    ticket = only_ticket(journal)
    assert ticket.alarms == ("o1", "o2")
    assert [line.what for _, line in changes] == ["opened", "dispatch", "alarm_returned", "alarm_attached"]
    assert story(journal, ticket.id)[2:] == [("alarm_returned", "guanjia", "o1"), ("alarm_attached", "guanjia", "o2")]


def test_another_rule_of_the_same_cause_attaches_too(journal: SqlJournal) -> None:
    tell(journal, raised("o1"), raised("o2", rule="pump.suction_low"))
    assert only_ticket(journal).alarms == ("o1", "o2")


def test_a_cause_that_grows_into_an_emergency_makes_its_ticket_one(journal: SqlJournal) -> None:
    """The leak was promised in 15 minutes on site; the flood that comes of it 5 minutes later in 3."""
    tell(journal, raised("o1", "pump.seal_leak"))
    flooded_ns = DAY_NS + 5 * MINUTE
    changes = tell(journal, raised("o2", "pump.flood"), now_ns=flooded_ns)
    ticket = only_ticket(journal)
    assert [line.what for _, line in changes] == ["alarm_attached", "made_emergency"]
    assert (ticket.ticket_class, ticket.alarms, ticket.owner) == (TicketClass.EMERGENCY, ("o1", "o2"), "li")
    assert {clock.promise: clock.due_at_ns for clock in ticket.clocks} == {
        Promise.ACCEPT: DAY_NS + 15 * MINUTE,
        Promise.ARRIVE: flooded_ns + 3 * MINUTE,
        Promise.FINISH: DAY_NS + 30 * MINUTE,
    }


def test_a_held_ticket_that_becomes_an_emergency_calls_whoever_has_left_back_within_its_minutes(journal: SqlJournal) -> None:
    tell(journal, raised("o1", "pump.seal_leak"))
    walk(journal, "GD-260114-001", (TicketAct.ACCEPT, TicketAct.ARRIVE))
    act(journal, "GD-260114-001", TicketAct.HOLD, comment="parts")
    flooded_ns = DAY_NS + 5 * HOUR
    tell(journal, raised("o2", "pump.flood"), now_ns=flooded_ns)
    called = only_ticket(journal).clocks[-1]
    assert (called.promise, called.due_at_ns, called.paused_at_ns) == (Promise.ARRIVE, flooded_ns + 3 * MINUTE, None)
    act(journal, "GD-260114-001", TicketAct.RESUME, now_ns=flooded_ns + MINUTE)
    assert only_ticket(journal).clocks[-1].met_at_ns == flooded_ns + MINUTE


def test_an_emergency_nobody_answered_in_time_is_called_again_with_minutes_of_its_own(journal: SqlJournal) -> None:
    """Entrapped, freed by itself, never answered; half an hour later entrapped again."""
    first = raised("o1", "lift.entrapment", "b02.lift1")
    back = returned(first, DAY_NS + MINUTE)
    again_ns = DAY_NS + 30 * MINUTE
    tell(journal, first, back, ended(back, DAY_NS + MINUTE))
    changes = tell(journal, raised("o2", "lift.entrapment", "b02.lift1", at_ns=again_ns), now_ns=again_ns)
    assert [line.what for _, line in changes] == ["alarm_attached", "called_again"]
    clocks = only_ticket(journal).clocks
    assert [(clock.due_at_ns, clock.is_broken(again_ns)) for clock in clocks] == [
        (DAY_NS + 3 * MINUTE, True),
        (again_ns + 3 * MINUTE, False),
    ]


def test_an_alarm_that_comes_back_after_the_work_was_done_sends_the_ticket_back(journal: SqlJournal) -> None:
    first = raised("o1")
    back = returned(first, 2_000)
    tell(journal, first)
    walk(journal, "GD-260114-001", TO_FINISHED)
    changes = tell(journal, back, ended(back, 3_000), raised("o2", at_ns=4_000))
    assert [line.what for _, line in changes] == ["alarm_returned", "alarm_attached", "rework"]
    ticket = only_ticket(journal)
    assert (ticket.state, ticket.reworks, ticket.owner) == (TicketState.DISPATCHED, 1, "li")
    assert [clock.met_at_ns is None for clock in ticket.clocks] == [False] * 3 + [True] * 3


def test_whoever_is_on_the_spot_already_is_not_called_there_again(journal: SqlJournal) -> None:
    tell(journal, raised("o1", "pump.seal_leak"))
    walk(journal, "GD-260114-001", (TicketAct.ACCEPT, TicketAct.ARRIVE))
    before = only_ticket(journal).clocks
    tell(journal, raised("o2", "pump.flood"), now_ns=DAY_NS + MINUTE)
    assert only_ticket(journal).clocks == before


def test_after_closing_a_new_excursion_opens_a_new_ticket(journal: SqlJournal) -> None:
    first = raised("o1")
    back = returned(first, 2_000)
    tell(journal, first, back, ended(back, 3_000))
    walk(journal, "GD-260114-001", (*TO_FINISHED, TicketAct.VERIFY, TicketAct.CLOSE))
    tell(journal, raised("o2", at_ns=4_000))
    assert {ticket.id: ticket.alarms for ticket in journal.tickets(TicketFilter())} == {"GD-260114-001": ("o1",), "GD-260114-002": ("o2",)}


def test_a_return_after_the_ticket_is_closed_adds_nothing(journal: SqlJournal) -> None:
    first = raised("o1")
    tell(journal, first)
    act(journal, "GD-260114-001", TicketAct.CANCEL, comment="误报")
    assert tell(journal, returned(first, 2_000)) == []


def test_a_latched_alarm_whose_condition_is_gone_is_noted(journal: SqlJournal) -> None:
    first = raised("o1")
    changes = tell(journal, first, followed(first, AlarmEventKind.LATCHED, AlarmState.LATCHED_UNACKNOWLEDGED, 2_000))
    assert changes[-1][1].what == "alarm_returned"


@pytest.mark.parametrize(
    "event",
    [
        raised("o1", rule="pump.note"),
        raised("o1", rule="not.in.the.book"),
        raised("o1", annunciated=False),
        followed(raised("o1"), AlarmEventKind.ACKNOWLEDGED, AlarmState.ACTIVE_ACKNOWLEDGED, 2_000),
        followed(raised("o1"), AlarmEventKind.UNSHELVED, AlarmState.NORMAL, 2_000),
        AlarmEvent(AlarmEventKind.OUT_OF_SERVICE, 1, Standing("pump.dry_run", "b01.pump1"), None, ENGINEER),
    ],
    ids=["no ticket ordered", "unknown rule", "born silent", "acknowledged", "released but normal", "no occurrence"],
)
def test_nothing_is_opened(journal: SqlJournal, event: AlarmEvent) -> None:
    assert tell(journal, event) == []
    assert journal.tickets(TicketFilter()) == []


@pytest.mark.parametrize(
    "kind", [AlarmEventKind.UNSHELVED, AlarmEventKind.SHELVING_EXPIRED, AlarmEventKind.UNSUPPRESSED, AlarmEventKind.IN_SERVICE]
)
def test_an_alarm_born_silent_gets_its_ticket_when_released_and_only_once(journal: SqlJournal, kind: AlarmEventKind) -> None:
    born = raised("o1", annunciated=False)
    silent = replace(born, standing=replace(born.standing, shelving=Shelving("engineer", "检修", 1, 9)))
    released = followed(born, kind, AlarmState.ACTIVE_UNACKNOWLEDGED, 2_000, annunciated=True)
    assert tell(journal, silent) == []
    assert [line.what for _, line in tell(journal, released)] == ["opened", "dispatch"]
    assert tell(journal, released) == []


def test_an_alarm_still_held_by_another_flag_gets_no_ticket_yet(journal: SqlJournal) -> None:
    born = raised("o1", annunciated=False)
    unshelved = followed(born, AlarmEventKind.UNSHELVED, AlarmState.ACTIVE_UNACKNOWLEDGED, 2_000)
    still_silent = replace(unshelved, standing=replace(unshelved.standing, shelving=Shelving("engineer", "检修", 1, 9)))
    assert tell(journal, born, still_silent) == []


def test_a_ticket_runs_from_alarm_to_closed(journal: SqlJournal) -> None:
    first = raised("o1")
    tell(journal, first)
    id = only_ticket(journal).id
    act(journal, id, TicketAct.ACCEPT, now_ns=DAY_NS + MINUTE)
    act(journal, id, TicketAct.ARRIVE, now_ns=DAY_NS + 5 * MINUTE)
    act(journal, id, TicketAct.START, now_ns=DAY_NS + 6 * MINUTE)
    act(journal, id, TicketAct.HOLD, comment="parts", now_ns=DAY_NS + 10 * MINUTE)
    act(journal, id, TicketAct.RESUME, now_ns=DAY_NS + 10 * HOUR)
    act(journal, id, TicketAct.FINISH, comment="清洗滤网", now_ns=DAY_NS + 11 * HOUR)
    tell(journal, returned(first, DAY_NS + 11 * HOUR))
    act(journal, id, TicketAct.VERIFY, ENGINEER, now_ns=DAY_NS + 12 * HOUR)
    closed = act(journal, id, TicketAct.CLOSE, ENGINEER, now_ns=DAY_NS + 12 * HOUR)
    assert closed.state is TicketState.CLOSED
    assert not any(clock.is_broken(DAY_NS + 24 * HOUR) for clock in closed.clocks)
    assert closed == journal.ticket(id)
    assert [line.state for line in journal.ticket_events(id)][-1] is TicketState.CLOSED


def test_an_act_leaves_its_story_and_its_audit_line(journal: SqlJournal) -> None:
    tell(journal, raised("o1"))
    act(journal, "GD-260114-001", TicketAct.ACCEPT, WANG, "我离得近", now_ns=DAY_NS + SECOND)
    last = journal.ticket_events("GD-260114-001")[-1]
    assert (last.what, last.by, last.comment, last.state, last.owner) == ("accept", "wang", "我离得近", TicketState.ACCEPTED, "wang")
    (line,) = journal.audit_lines(10)
    assert (line.at_ns, line.who, line.what, line.target) == (DAY_NS + SECOND, "wang", "ticket.accept", "GD-260114-001")
    assert line.detail == "owner li → wang; 我离得近"


def test_a_refused_act_changes_nothing(journal: SqlJournal) -> None:
    tell(journal, raised("o1"))
    before = only_ticket(journal), story(journal, "GD-260114-001")
    with pytest.raises(IllegalTicketAct, match="allowed now: dispatch, accept, cancel, comment"):
        act(journal, "GD-260114-001", TicketAct.CLOSE)
    assert (only_ticket(journal), story(journal, "GD-260114-001")) == before
    assert journal.audit_lines(10) == []


def test_an_act_on_an_unknown_ticket_is_a_key_error(journal: SqlJournal) -> None:
    with pytest.raises(KeyError, match="GD-0"):
        act(journal, "GD-0", TicketAct.ACCEPT)


def test_verifying_waits_until_the_signal_is_back_to_normal(journal: SqlJournal) -> None:
    first = raised("o1")
    tell(journal, first)
    walk(journal, "GD-260114-001", TO_FINISHED)
    with pytest.raises(StillInAlarm, match=r"not back to normal: pump.dry_run on b01.pump1; .*comment"):
        act(journal, "GD-260114-001", TicketAct.VERIFY, ENGINEER)
    tell(journal, followed(first, AlarmEventKind.LATCHED, AlarmState.LATCHED_UNACKNOWLEDGED, 2_000))
    assert act(journal, "GD-260114-001", TicketAct.VERIFY, ENGINEER).state is TicketState.VERIFIED


def test_a_comment_overrides_the_signal_and_is_on_record(journal: SqlJournal) -> None:
    tell(journal, raised("o1"))
    walk(journal, "GD-260114-001", TO_FINISHED)
    act(journal, "GD-260114-001", TicketAct.VERIFY, ENGINEER, "传感器坏，现场确认正常")
    assert story(journal, "GD-260114-001")[-1] == ("verify", "engineer", "传感器坏，现场确认正常")


def report(journal: SqlJournal, area: str = "b01", device: str = "") -> Ticket:
    with journal.write() as tx:
        return DESK.open_by_hand(
            tx,
            title=Text("厨房漏水", "Kitchen leaks"),
            ticket_class=TicketClass.SMALL,
            area=area,
            by=ENGINEER,
            now_ns=DAY_NS,
            device=device,
            note="3 楼王女士来电",
        )


def test_whoever_takes_a_report_owns_it_until_it_is_handed_on(journal: SqlJournal) -> None:
    ticket = report(journal)
    assert (ticket.number, ticket.state, ticket.owner, ticket.opened_by) == (
        "GD-260114-001",
        TicketState.REGISTERED,
        "engineer",
        "engineer",
    )
    assert story(journal, ticket.id) == [("opened", "engineer", "3 楼王女士来电")]
    assert journal.audit_lines(1)[0].what == "ticket.open"
    assert act(journal, ticket.id, TicketAct.DISPATCH, ENGINEER, owner="wang").owner == "wang"


def test_a_reported_ticket_is_visited_before_it_is_closed(journal: SqlJournal) -> None:
    id = report(journal).id
    walk(journal, id, (*TO_FINISHED, TicketAct.VERIFY))
    with pytest.raises(IllegalTicketAct, match="allowed now: visit, rework, comment"):
        act(journal, id, TicketAct.CLOSE)
    assert walk(journal, id, (TicketAct.VISIT, TicketAct.CLOSE)).state is TicketState.CLOSED


def test_two_reports_about_one_device_are_two_tickets_beside_the_alarms_own(journal: SqlJournal) -> None:
    tell(journal, raised("o1"))
    report(journal, device="b01.pump1")
    report(journal, device="b01.pump1")
    assert len(journal.tickets(TicketFilter(device="b01.pump1", open=True))) == 3


def test_a_report_about_a_device_happens_where_the_device_is(journal: SqlJournal) -> None:
    assert report(journal, area="", device="b02.lift1").area == "b02"


@pytest.mark.parametrize(("area", "device"), [("nowhere", ""), ("", ""), ("b01", "b01.nothing")])
def test_a_report_from_nowhere_is_refused(journal: SqlJournal, area: str, device: str) -> None:
    with pytest.raises(KeyError):
        report(journal, area, device)
    assert journal.tickets(TicketFilter()) == []


class LateLook:
    """A transaction that does not see another process's open ticket at its first look."""

    def __init__(self, tx: SqlWrite) -> None:
        self._tx = tx
        self._looked = False

    def open_ticket(self, device: str, cause: str) -> Ticket | None:
        if not self._looked:
            self._looked = True
            return None
        return self._tx.open_ticket(device, cause)

    def __getattr__(self, name: str) -> object:
        return getattr(self._tx, name)


def test_when_another_process_opened_the_ticket_first_the_alarm_attaches_to_it(journal: SqlJournal) -> None:
    tell(journal, raised("o1"))
    with journal.write() as tx:
        late: JournalWrite = LateLook(tx)  # type: ignore[assignment]
        event = raised("o2", rule="pump.suction_low")
        tx.record(event)
        changes = DESK.on_alarm(late, event, DAY_NS)
    assert [line.what for _, line in changes] == ["alarm_attached"]
    assert only_ticket(journal).alarms == ("o1", "o2")
    assert [found.ticket for found in journal.occurrences(OccurrenceFilter())] == ["GD-260114-001"] * 2
