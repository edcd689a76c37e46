"""How what the platform does to a ticket is written down, and how tickets are numbered."""

from zoneinfo import ZoneInfo

from model.people import PLATFORM, Actor
from model.ports import JournalWrite
from model.ticket import Ticket, TicketEvent
from tickets.from_alarm import local_day
from tickets.notices import Change

SERIES = "GD"
"""工单, the letters before a ticket's number."""


def next_number(tx: JournalWrite, zone: ZoneInfo, now_ns: int) -> str:
    """``GD-260114-021``: running within the site's day, never given twice."""
    day = local_day(now_ns, zone)
    return f"{SERIES}-{day}-{tx.next_number(SERIES, day):03}"


def line(ticket: Ticket, what: str, by: Actor, now_ns: int, comment: str) -> TicketEvent:
    return TicketEvent(ticket.id, now_ns, what, by.name, comment, ticket.state, ticket.owner)


def put(tx: JournalWrite, ticket: Ticket, what: str, now_ns: int, comment: str) -> Change:
    """The ticket as the platform has left it, with a line in its story."""
    told = line(ticket, what, PLATFORM, now_ns, comment)
    tx.put_ticket(ticket, told)
    return ticket, told
