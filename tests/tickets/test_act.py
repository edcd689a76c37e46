"""What an act makes of a ticket."""

import pytest

from model.clock import MINUTE
from model.ticket import IllegalTicketAct, Promise, Ticket, TicketAct, TicketClass, TicketState
from tests.journal.builders import ticket
from tests.tickets.house import DAY_NS, ENGINEER, LI, WANG
from tickets import clocks
from tickets.act import acted
from tickets.errors import DetailMissing

NOW = DAY_NS + 5 * MINUTE


def job(state: TicketState, owner: str | None = "li", ticket_class: TicketClass = TicketClass.SMALL, **parts: object) -> Ticket:
    running = clocks.started(ticket_class, DAY_NS)
    return ticket("t1", state=state, owner=owner, ticket_class=ticket_class, clocks=running, opened_at_ns=DAY_NS, **parts)


def test_accepting_anothers_ticket_takes_it_over() -> None:
    accepted = acted(job(TicketState.DISPATCHED), TicketAct.ACCEPT, WANG, NOW, "", None)
    assert (accepted.owner, accepted.state) == ("wang", TicketState.ACCEPTED)


def test_arriving_first_at_an_emergency_takes_it_over_and_meets_the_promise() -> None:
    arrived = acted(job(TicketState.DISPATCHED, ticket_class=TicketClass.EMERGENCY), TicketAct.ARRIVE, WANG, DAY_NS + MINUTE, "", None)
    assert arrived.owner == "wang"
    assert [(clock.promise, clock.met_at_ns) for clock in arrived.clocks] == [(Promise.ARRIVE, DAY_NS + MINUTE)]


def test_arriving_at_an_accepted_ticket_leaves_it_with_its_owner() -> None:
    assert acted(job(TicketState.ACCEPTED), TicketAct.ARRIVE, ENGINEER, NOW, "", None).owner == "li"


def test_dispatching_names_the_new_owner() -> None:
    assert acted(job(TicketState.IN_WORK), TicketAct.DISPATCH, ENGINEER, NOW, "", "wang").owner == "wang"


@pytest.mark.parametrize(
    ("state", "act", "field"),
    [
        (TicketState.REGISTERED, TicketAct.DISPATCH, "owner"),
        (TicketState.IN_WORK, TicketAct.HOLD, "comment"),
        (TicketState.IN_WORK, TicketAct.CANCEL, "comment"),
        (TicketState.IN_WORK, TicketAct.COMMENT, "comment"),
    ],
)
def test_an_act_that_needs_words_or_a_person_says_which(state: TicketState, act: TicketAct, field: str) -> None:
    with pytest.raises(DetailMissing, match=f"to {act} a ticket, say .* in '{field}'") as refused:
        acted(job(state), act, ENGINEER, NOW, "  ", None)
    assert refused.value.field == field


def test_what_the_state_forbids_is_said_before_what_is_missing() -> None:
    with pytest.raises(IllegalTicketAct, match="allowed now"):
        acted(job(TicketState.CLOSED, closed_at_ns=1), TicketAct.DISPATCH, ENGINEER, NOW, "", None)


def test_holding_keeps_the_reason_until_work_goes_on() -> None:
    held = acted(job(TicketState.IN_WORK), TicketAct.HOLD, LI, NOW, "parts: 密封", None)
    noted = acted(held, TicketAct.COMMENT, LI, NOW, "已下单", None)
    resumed = acted(noted, TicketAct.RESUME, LI, NOW + MINUTE, "", None)
    assert [held.hold_reason, noted.hold_reason, resumed.hold_reason] == ["parts: 密封", "parts: 密封", None]


def test_finishing_writes_down_what_was_done() -> None:
    assert acted(job(TicketState.IN_WORK), TicketAct.FINISH, LI, NOW, " 换了密封 ", None).result == "换了密封"


def test_cancelling_ends_the_ticket_with_its_reason() -> None:
    cancelled = acted(job(TicketState.DISPATCHED), TicketAct.CANCEL, ENGINEER, NOW, "误报", None)
    assert (cancelled.state, cancelled.result, cancelled.closed_at_ns) == (TicketState.CANCELLED, "误报", NOW)


def test_closing_dates_the_ticket_and_a_later_remark_does_not_change_it() -> None:
    closed = acted(job(TicketState.VISITED), TicketAct.CLOSE, ENGINEER, NOW, "", None)
    remarked = acted(closed, TicketAct.COMMENT, ENGINEER, NOW + MINUTE, "补充", None)
    assert closed.closed_at_ns == NOW
    assert remarked == closed


def test_rework_counts_and_stays_with_its_owner() -> None:
    again = acted(job(TicketState.VERIFIED, reworks=1), TicketAct.REWORK, ENGINEER, NOW, "还漏", None)
    assert (again.state, again.owner, again.reworks) == (TicketState.DISPATCHED, "li", 2)
