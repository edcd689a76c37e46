"""What an alarm makes of the open ticket of its cause, line by line. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from model.alarm import Occurrence
from model.people import PLATFORM
from model.rule import Rule
from model.ticket import Ticket, TicketAct, TicketClass, TicketState
from tickets import clocks
from tickets.act import acted
from tickets.clocks import is_tighter

DONE = frozenset({TicketState.FINISHED, TicketState.VERIFIED, TicketState.VISITED})
_ON_THE_SPOT = frozenset({TicketState.ON_SITE, TicketState.IN_WORK})

Line = tuple[Ticket, str, str]
"""The ticket after it, what happened, and a comment, as in ``TicketEvent``."""


def joined(ticket: Ticket, occurrence: Occurrence, rule: Rule, now_ns: int) -> Iterator[Line]:
    """The alarm is attached. A graver one makes the ticket an emergency; one that comes after the work was done sends it back to be
    done again; one in an emergency that nobody has answered in time is a call of its own, with its own minutes.
    """
    ticket = replace(ticket, alarms=(*ticket.alarms, occurrence.id))
    yield ticket, "alarm_attached", occurrence.id
    if rule.ticket is not None and rule.ticket.ticket_class is TicketClass.EMERGENCY is not ticket.ticket_class:
        ticket = _made_emergency(ticket, occurrence, rule, now_ns)
        yield ticket, "made_emergency", occurrence.id
    yield from _called(ticket, occurrence, now_ns)


def risen(ticket: Ticket, occurrence: Occurrence, rule: Rule, now_ns: int) -> Iterator[Line]:
    """An alarm of the ticket has come to a graver level: title and first steps are the level's, and so are class and promises where they
    are tighter. A ticket that is of a tighter class than the level orders stays as it is.
    """
    ordered = rule.ticket.ticket_class if rule.ticket else ticket.ticket_class
    if ordered is TicketClass.EMERGENCY is not ticket.ticket_class:
        ticket, what = _made_emergency(ticket, occurrence, rule, now_ns), "made_emergency"
    else:
        what = "alarm_rose"
        if not is_tighter(ticket.ticket_class, ordered):
            ticket = replace(ticket, title=occurrence.text, first_steps=rule.why.first_steps)
        if is_tighter(ordered, ticket.ticket_class):
            ticket = replace(ticket, ticket_class=ordered, clocks=clocks.hastened(ticket.clocks, ordered, now_ns))
    yield ticket, what, occurrence.id
    yield from _called(ticket, occurrence, now_ns)


def _called(ticket: Ticket, occurrence: Occurrence, now_ns: int) -> Iterator[Line]:
    if ticket.state in DONE:
        yield acted(ticket, TicketAct.REWORK, PLATFORM, now_ns, "", None), TicketAct.REWORK, ""
    elif ticket.ticket_class is TicketClass.EMERGENCY and ticket.state not in _ON_THE_SPOT and clocks.is_late(ticket.clocks, now_ns):
        yield replace(ticket, clocks=clocks.called_again(ticket.clocks, now_ns)), "called_again", occurrence.id


def _made_emergency(ticket: Ticket, occurrence: Occurrence, rule: Rule, now_ns: int) -> Ticket:
    """Its title, first steps and clocks are the graver alarm's. Whoever has been there and gone is called back within its minutes."""
    hastened = clocks.hastened(ticket.clocks, TicketClass.EMERGENCY, now_ns)
    if ticket.state not in _ON_THE_SPOT | DONE and not clocks.is_anybody_promised(hastened):
        hastened = clocks.called_again(hastened, now_ns)
    return replace(
        ticket,
        ticket_class=TicketClass.EMERGENCY,
        title=occurrence.text,
        first_steps=rule.why.first_steps,
        clocks=hastened,
    )
