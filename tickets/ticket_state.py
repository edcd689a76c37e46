"""The life of a ticket (派工单), as one table. Everything that decides a ticket's state lives in this file.

A pair that is not in the table is illegal: ``after`` raises and nothing changes.

    registered ─dispatch→ dispatched ─accept→ accepted ─arrive→ on_site ─start→ in_work ─finish→ finished ─verify→ verified
        │                                                                    hold ↓ ↑ resume          │                 │
        └─cancel (until finished)→ cancelled                                  held          rework → dispatched       visit
                                                                                                                        ↓
                                                                                                closed ←close─ visited
"""

from enum import StrEnum

from model.people import PLATFORM
from model.ticket import IllegalTicketAct, Ticket, TicketAct, TicketClass, TicketState

_S = TicketState
_A = TicketAct

TABLE: dict[tuple[TicketState, TicketAct], TicketState] = {
    (_S.REGISTERED, _A.DISPATCH): _S.DISPATCHED,
    (_S.REGISTERED, _A.ACCEPT): _S.ACCEPTED,
    (_S.REGISTERED, _A.CANCEL): _S.CANCELLED,
    (_S.DISPATCHED, _A.DISPATCH): _S.DISPATCHED,
    (_S.DISPATCHED, _A.ACCEPT): _S.ACCEPTED,
    (_S.DISPATCHED, _A.CANCEL): _S.CANCELLED,
    (_S.ACCEPTED, _A.DISPATCH): _S.DISPATCHED,
    (_S.ACCEPTED, _A.ACCEPT): _S.ACCEPTED,
    (_S.ACCEPTED, _A.ARRIVE): _S.ON_SITE,
    (_S.ACCEPTED, _A.CANCEL): _S.CANCELLED,
    (_S.ON_SITE, _A.DISPATCH): _S.DISPATCHED,
    (_S.ON_SITE, _A.START): _S.IN_WORK,
    (_S.ON_SITE, _A.HOLD): _S.HELD,
    (_S.ON_SITE, _A.FINISH): _S.FINISHED,
    (_S.ON_SITE, _A.CANCEL): _S.CANCELLED,
    (_S.IN_WORK, _A.DISPATCH): _S.DISPATCHED,
    (_S.IN_WORK, _A.HOLD): _S.HELD,
    (_S.IN_WORK, _A.FINISH): _S.FINISHED,
    (_S.IN_WORK, _A.CANCEL): _S.CANCELLED,
    (_S.HELD, _A.DISPATCH): _S.DISPATCHED,
    (_S.HELD, _A.RESUME): _S.IN_WORK,
    (_S.HELD, _A.CANCEL): _S.CANCELLED,
    (_S.FINISHED, _A.VERIFY): _S.VERIFIED,
    (_S.FINISHED, _A.REWORK): _S.DISPATCHED,
    (_S.VERIFIED, _A.VISIT): _S.VISITED,
    (_S.VERIFIED, _A.REWORK): _S.DISPATCHED,
    (_S.VISITED, _A.REWORK): _S.DISPATCHED,
    (_S.VISITED, _A.CLOSE): _S.CLOSED,
    **{(state, _A.COMMENT): state for state in TicketState},
}

EMERGENCY: dict[tuple[TicketState, TicketAct], TicketState] = {
    (_S.REGISTERED, _A.ARRIVE): _S.ON_SITE,
    (_S.DISPATCHED, _A.ARRIVE): _S.ON_SITE,
}
"""An emergency is acted on first and written down after: whoever stands there needs no acceptance."""

EQUIPMENT_ONLY: dict[tuple[TicketState, TicketAct], TicketState] = {
    (_S.VERIFIED, _A.CLOSE): _S.CLOSED,
}
"""Nobody reported it, so there is nobody to visit: the signal has verified it."""


class HoldReason(StrEnum):
    """Why work stands still; clocks pause for nothing else."""

    PARTS = "parts"
    NO_ACCESS = "no_access"
    VENDOR = "vendor"
    OTHER = "other"


def after(ticket: Ticket, act: TicketAct) -> TicketState:
    """The state that follows. Raises IllegalTicketAct, naming the acts that are allowed."""
    try:
        return _table(ticket)[ticket.state, act]
    except KeyError:
        possible = ", ".join(allowed(ticket))
        raise IllegalTicketAct(f"a ticket that is {ticket.state.replace('_', ' ')} does not allow {act}; allowed now: {possible}") from None


def allowed(ticket: Ticket) -> tuple[TicketAct, ...]:
    """The acts that are possible now, in the order of a ticket's life."""
    table = _table(ticket)
    return tuple(act for act in TicketAct if (ticket.state, act) in table)


def is_equipment_only(ticket: Ticket) -> bool:
    """Whether only the platform has reported it."""
    return ticket.opened_by == PLATFORM.name


def _table(ticket: Ticket) -> dict[tuple[TicketState, TicketAct], TicketState]:
    emergency = EMERGENCY if ticket.ticket_class is TicketClass.EMERGENCY else {}
    return TABLE | emergency | (EQUIPMENT_ONLY if is_equipment_only(ticket) else {})


def hold_reason(comment: str) -> str:
    """A reason code, with words after a colon where there are any: ``parts``, ``vendor: lift firm called``, ``other: …``."""
    code, _, words = (part.strip() for part in comment.partition(":"))
    if code not in set(HoldReason):
        return f"{HoldReason.OTHER}: {comment.strip()}"
    return f"{code}: {words}" if words else code
