"""Every state meets every act; this matrix is written by hand from the owner's handbook, not from the code's table."""

from dataclasses import replace

import pytest

from model.ticket import IllegalTicketAct, Ticket, TicketAct, TicketClass, TicketState
from tests.journal.builders import ticket
from tickets.ticket_state import after, allowed, hold_reason

LIFE = """
             dispatch    accept    arrive   start    hold  resume   finish    verify    visit    rework      cancel     close   comment
registered   dispatched  accepted  -        -        -     -        -         -         -        -           cancelled  -       registered
dispatched   dispatched  accepted  -        -        -     -        -         -         -        -           cancelled  -       dispatched
accepted     dispatched  accepted  on_site  -        -     -        -         -         -        -           cancelled  -       accepted
on_site      dispatched  -         -        in_work  held  -        finished  -         -        -           cancelled  -       on_site
in_work      dispatched  -         -        -        held  -        finished  -         -        -           cancelled  -       in_work
held         dispatched  -         -        -        -     in_work  -         -         -        -           cancelled  -       held
finished     -           -         -        -        -     -        -         verified  -        dispatched  -          -       finished
verified     -           -         -        -        -     -        -         -         visited  dispatched  -          -       verified
visited      -           -         -        -        -     -        -         -         -        dispatched  -          closed  visited
closed       -           -         -        -        -     -        -         -         -        -           -          -       closed
cancelled    -           -         -        -        -     -        -         -         -        -           -          -       cancelled
"""


def matrix() -> dict[tuple[TicketState, TicketAct], TicketState | None]:
    head, *rows = (line.split() for line in LIFE.strip().splitlines())
    return {
        (TicketState(state), TicketAct(act)): None if follows == "-" else TicketState(follows)
        for state, *cells in rows
        for act, follows in zip(head, cells, strict=True)
    }


def reported(state: TicketState, ticket_class: TicketClass = TicketClass.SMALL, by: str = "engineer") -> Ticket:
    return ticket("t1", state=state, ticket_class=ticket_class, opened_by=by)


def test_the_matrix_has_every_pair() -> None:
    assert set(matrix()) == {(state, act) for state in TicketState for act in TicketAct}


@pytest.mark.parametrize(("state", "act", "follows"), [(*pair, follows) for pair, follows in matrix().items()], ids=str)
def test_each_act_in_each_state(state: TicketState, act: TicketAct, follows: TicketState | None) -> None:
    job = reported(state)
    if follows is not None:
        assert after(job, act) is follows
        return
    with pytest.raises(IllegalTicketAct) as refused:
        after(job, act)
    possible = [legal for (at, legal), leads in matrix().items() if at is state and leads is not None]
    assert str(refused.value).endswith(f"does not allow {act}; allowed now: {', '.join(possible)}")
    assert set(allowed(job)) == set(possible)


@pytest.mark.parametrize("state", list(TicketState), ids=str)
def test_whoever_stands_at_an_emergency_needs_no_acceptance(state: TicketState) -> None:
    emergency = reported(state, TicketClass.EMERGENCY)
    ordinary = set(allowed(reported(state)))
    more = {TicketAct.ARRIVE} if state in (TicketState.REGISTERED, TicketState.DISPATCHED) else set()
    assert set(allowed(emergency)) == ordinary | more
    if more:
        assert after(emergency, TicketAct.ARRIVE) is TicketState.ON_SITE


@pytest.mark.parametrize("state", list(TicketState), ids=str)
def test_a_ticket_only_equipment_reported_closes_without_a_visit(state: TicketState) -> None:
    equipment = replace(reported(state), opened_by="guanjia")
    more = {TicketAct.CLOSE} if state is TicketState.VERIFIED else set()
    assert set(allowed(equipment)) == set(allowed(reported(state))) | more
    if more:
        assert after(equipment, TicketAct.CLOSE) is TicketState.CLOSED


@pytest.mark.parametrize(
    ("comment", "kept"),
    [
        ("parts", "parts"),
        (" no_access ", "no_access"),
        ("vendor: 电梯公司", "vendor: 电梯公司"),
        ("parts:", "parts"),
        ("等雨停", "other: 等雨停"),
        ("other: 等雨停", "other: 等雨停"),
        ("waiting: rain", "other: waiting: rain"),
    ],
)
def test_a_hold_reason_is_a_code_with_words(comment: str, kept: str) -> None:
    assert hold_reason(comment) == kept
