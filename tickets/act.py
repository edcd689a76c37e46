"""What an act makes of a ticket. Pure: the ticket after it, or the reason why not."""

from dataclasses import replace

from model.people import Actor
from model.ticket import Ticket, TicketAct, TicketState
from tickets import clocks, ticket_state
from tickets.errors import DetailMissing

_REASON_NEEDED = {
    TicketAct.HOLD: f"why it stands still: {', '.join(ticket_state.HoldReason)} and words",
    TicketAct.CANCEL: "why it is written off",
    TicketAct.COMMENT: "something",
}


def acted(ticket: Ticket, act: TicketAct, by: Actor, now_ns: int, comment: str, owner: str | None) -> Ticket:
    """The ticket after ``act``. Raises IllegalTicketAct, or DetailMissing when the act needs words or a person."""
    state = ticket_state.after(ticket, act)
    if act in _REASON_NEEDED and not comment.strip():
        raise DetailMissing(act, "comment", _REASON_NEEDED[act])
    if act is TicketAct.DISPATCH and not owner:
        raise DetailMissing(act, "owner", "whom it goes to")
    return replace(
        ticket,
        state=state,
        clocks=clocks.after(ticket.clocks, act, ticket.ticket_class, now_ns),
        owner=_owner(ticket, act, by, owner),
        hold_reason=ticket_state.hold_reason(comment) if act is TicketAct.HOLD else _hold_reason(ticket, state),
        reworks=ticket.reworks + (act is TicketAct.REWORK),
        result=comment.strip() if act in (TicketAct.FINISH, TicketAct.CANCEL) else ticket.result,
        closed_at_ns=ticket.closed_at_ns if state.is_open or ticket.closed_at_ns is not None else now_ns,
    )


def _owner(ticket: Ticket, act: TicketAct, by: Actor, owner: str | None) -> str | None:
    """Dispatch names the owner; whoever accepts, or arrives before anyone accepted, takes the ticket over."""
    if act is TicketAct.DISPATCH:
        return owner
    takes_over = act is TicketAct.ACCEPT or (act is TicketAct.ARRIVE and ticket.state is not TicketState.ACCEPTED)
    return by.name if takes_over else ticket.owner


def _hold_reason(ticket: Ticket, state: TicketState) -> str | None:
    return ticket.hold_reason if state is TicketState.HELD else None
