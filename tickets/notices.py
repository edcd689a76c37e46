"""What people must learn of what has just happened to a ticket. Pure: the ticket before it, the events, the roster → notices.

| what happens                                      | who is told                                    |
|---------------------------------------------------|------------------------------------------------|
| an emergency begins                               | engineering room, maintenance head             |
| it is over and its alarm comes back               | its owner; again room and head                 |
| a ticket becomes an emergency                     | its owner, engineering room, maintenance head  |
| an emergency that nobody has reached calls again  | its owner, engineering room                    |
| a fault keeps coming back                         | maintenance head                               |
| its alarm becomes graver                          | its owner                                      |
| and so an emergency does                          | its owner, engineering room, maintenance head  |
| nobody can be sent                                | engineering room                               |
| dispatched, sent back to be done again            | its owner                                      |
| handed on, or taken over by another               | its former owner                               |
| written off                                       | its owner                                      |

Nobody is told what they have done themselves, and of what happens at once everybody is told one thing, the gravest.
"""

from collections.abc import Iterable, Iterator, Sequence

from model.notice import Notice, NoticeKind
from model.people import PLATFORM, Post
from model.site import Person, Site
from model.ticket import Ticket, TicketAct, TicketClass, TicketEvent
from tickets.notice_text import notice_text
from tickets.roster import engineering_room, holders

Change = tuple[Ticket, TicketEvent]
Call = tuple[NoticeKind, Iterable[str | None]]
"""A kind of notice, and whom it is for."""

_GRAVITY = {kind: rank for rank, kind in enumerate(NoticeKind)}


def notices(before: Ticket | None, changes: Sequence[Change], site: Site) -> list[Notice]:
    """Of one ticket's ``changes`` in one transaction; ``before`` is None for a ticket that has just been opened."""
    if not changes:
        return []
    chosen: dict[str, tuple[NoticeKind, TicketEvent]] = {}
    for kind, person, event in _calls(before, changes, site.people):
        if person not in chosen or _GRAVITY[kind] < _GRAVITY[chosen[person][0]]:
            chosen[person] = kind, event
    after = changes[-1][0]
    return [
        Notice(after.id, person, kind, f"{event.what}@{event.at_ns}", notice_text(kind, after, site, event.at_ns), event.at_ns)
        for person, (kind, event) in chosen.items()
    ]


def _calls(before: Ticket | None, changes: Sequence[Change], people: Sequence[Person]) -> Iterator[tuple[NoticeKind, str, TicketEvent]]:
    is_unassigned = before is None and changes[-1][0].owner is None
    for ticket, event in changes:
        calls = list(_of(before, ticket, event, people))
        if is_unassigned and event.what == "opened":
            calls.append((NoticeKind.UNASSIGNED, engineering_room(people)))
        yield from ((kind, person, event) for kind, persons in calls for person in persons if person and person != event.by)
        before = ticket


def _of(before: Ticket | None, ticket: Ticket, event: TicketEvent, people: Sequence[Person]) -> Iterator[Call]:
    owner, is_emergency = ticket.owner, ticket.ticket_class is TicketClass.EMERGENCY
    room, head = engineering_room(people), holders(people, Post.MAINTENANCE_HEAD)
    match event.what:
        case "opened" if ticket.is_for_root_cause:
            yield NoticeKind.REPEATED, head
        case "opened" if is_emergency:
            yield NoticeKind.EMERGENCY, [*room, *head]
        case "made_emergency":
            yield NoticeKind.MADE_EMERGENCY, [owner, *room, *head]
        case "called_again":
            yield NoticeKind.CALLED_AGAIN, [owner, *room]
        case TicketAct.REWORK:
            yield NoticeKind.REWORK, [owner]
            if is_emergency and event.by == PLATFORM.name:
                yield NoticeKind.EMERGENCY, [*room, *head]
        case "alarm_rose":
            is_graver = is_emergency and before is not None and ticket.title != before.title
            yield NoticeKind.ALARM_ROSE, [owner, *room, *head] if is_graver else [owner]
        case TicketAct.DISPATCH:
            yield NoticeKind.DISPATCHED, [owner]
        case TicketAct.CANCEL:
            yield NoticeKind.CANCELLED, [owner]
    if before is not None and before.owner != owner:
        yield NoticeKind.HANDED_ON, [before.owner]
