"""Who is told when a promise is broken, and when. Pure.

| class     | told of                                      | who                                                                    |
|-----------|----------------------------------------------|------------------------------------------------------------------------|
| emergency | nobody on site                               | maintenance head, 5 min later service manager, 5 min later area manager |
| small     | nobody on site, not finished                 | maintenance head                                                       |
| large     | nobody on site, not finished                 | service-centre manager                                                 |
| hard      | not accepted, no complete answer             | area manager                                                           |

Source: the dispatch practice ("if missed"), the phones of the escalation chain, and the owner's promise that a request for help which the
desk can't settle itself is asked upward and answered within 5 minutes. A small or large problem nobody has accepted is not told apart: it
was to be accepted and reached at the same moment, and one notice says both. An emergency ends when it ends; its end is no promise.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from model.clock import MINUTE
from model.notice import Notice, NoticeKind
from model.people import Post
from model.site import Site
from model.ticket import Promise, PromiseClock, Ticket, TicketClass
from tickets.clocks import PROMISES
from tickets.notice_text import late_text
from tickets.roster import holders

UPWARD_NS = 5 * MINUTE
"""How long one of the chain has before the next is told."""

Rungs = tuple[tuple[Post, int], ...]
"""Whom a broken promise is told, each so many nanoseconds after it ran out."""

_HEAD, _SERVICE, _AREA = (((post, 0),) for post in Post)
LADDERS: dict[TicketClass, dict[Promise, Rungs]] = {
    TicketClass.EMERGENCY: {Promise.ARRIVE: tuple((post, UPWARD_NS * rung) for rung, post in enumerate(Post))},
    TicketClass.SMALL: {Promise.ARRIVE: _HEAD, Promise.FINISH: _HEAD},
    TicketClass.LARGE: {Promise.ARRIVE: _SERVICE, Promise.FINISH: _SERVICE},
    TicketClass.HARD: {Promise.ACCEPT: _AREA, Promise.FINISH: _AREA},
}

_KINDS = {Promise.ACCEPT: NoticeKind.ACCEPT_LATE, Promise.ARRIVE: NoticeKind.ARRIVE_LATE, Promise.FINISH: NoticeKind.FINISH_LATE}


@dataclass(frozen=True, slots=True)
class Step:
    """One telling that is due at ``at_ns`` unless the promise is kept before."""

    at_ns: int
    clock: PromiseClock
    place: int
    """Of the clock among the ticket's."""
    post: Post


def steps(ticket: Ticket) -> list[Step]:
    """All that will be told of the promises as they stand, soonest first; none of one that is kept or paused."""
    if not ticket.state.is_open:
        return []
    found: list[Step] = []
    for promise, rungs in LADDERS[ticket.ticket_class].items():
        place = _counting(ticket, promise, rungs[-1][1])
        if place is not None:
            clock = ticket.clocks[place]
            # A promise is broken once its time has passed, not at its last instant.
            found += (Step(clock.due_at_ns + after_ns + 1, clock, place, post) for post, after_ns in rungs)
    return sorted(found, key=lambda step: step.at_ns)


def _counting(ticket: Ticket, promise: Promise, chain_ns: int) -> int | None:
    """The clock the chain is climbed by: the first that nobody has met. A call that comes again while the chain is being climbed does not
    begin it anew, or who calls twice would wait longer; one that comes after it was climbed does.
    """
    within_ns = PROMISES[ticket.ticket_class][promise]
    found: int | None = None
    for place, clock in enumerate(ticket.clocks):
        if clock.promise is not promise:
            continue
        if clock.met_at_ns is not None or clock.paused_at_ns is not None:
            found = None
        elif found is None or clock.due_at_ns - within_ns > ticket.clocks[found].due_at_ns + chain_ns:
            found = place
    return found


def lapsed(ticket: Ticket, site: Site, now_ns: int) -> Iterator[Notice]:
    """What has to be told by now, whether it has been or not: the journal keeps one of each."""
    others = [person for person in site.people if person.id != ticket.owner]
    for step in steps(ticket):
        if step.at_ns > now_ns:
            return
        kind = _KINDS[step.clock.promise]
        text = late_text(kind, ticket, step.clock, site, now_ns)
        for person in holders(others, step.post):
            yield Notice(ticket.id, person, kind, f"{step.clock.promise}#{step.place}", text, now_ns)
