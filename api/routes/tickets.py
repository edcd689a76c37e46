"""The maintenance desk (派工单). The desk writes its own audit lines, in the transaction of the act."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import Reader, TheActor, ThePlatform, TheWire, check, holder_of
from api.context import Platform, TicketDraft
from api.paging import PageQuestion, answer, cursor_at, page_of, place_of
from api.problem import known, malformed, unknown
from api.routes.alarms import occurrence_shape
from api.routes.notices import notices_of
from api.shapes import OccurrenceShape, Page, TicketDetail, TicketShape
from api.words import Wire
from model.people import Actor, Right
from model.ports import TicketFilter
from model.site import Site, System
from model.text import Text
from model.ticket import Ticket, TicketAct, TicketClass, TicketState

router = APIRouter(prefix="/tickets", tags=["tickets"])
Reporter = Annotated[Actor, Depends(holder_of(Right.TICKET_OPEN))]
_HISTORY = 10

RIGHT_FOR: dict[TicketAct, Right] = {
    TicketAct.DISPATCH: Right.TICKET_DISPATCH,
    TicketAct.ACCEPT: Right.TICKET_WORK,
    TicketAct.ARRIVE: Right.TICKET_WORK,
    TicketAct.START: Right.TICKET_WORK,
    TicketAct.HOLD: Right.TICKET_WORK,
    TicketAct.RESUME: Right.TICKET_WORK,
    TicketAct.FINISH: Right.TICKET_WORK,
    TicketAct.VERIFY: Right.TICKET_CLOSE,
    TicketAct.VISIT: Right.TICKET_CLOSE,
    TicketAct.REWORK: Right.TICKET_CLOSE,
    TicketAct.CANCEL: Right.TICKET_CLOSE,
    TicketAct.CLOSE: Right.TICKET_CLOSE,
    TicketAct.COMMENT: Right.TICKET_OPEN,
}


class TicketsQuestion(PageQuestion):
    state: TicketState | None = None
    open: bool | None = None
    owner: str | None = Field(None, max_length=100)
    device: str | None = Field(None, max_length=200)
    system: System | None = None

    def filter(self) -> TicketFilter:
        """Asks for one more than the page, to know whether another follows."""
        before, was_open = place_of(self.cursor)
        return TicketFilter(self.state, self.open, self.owner, self.device, self.system, before, self.limit + 1, was_open)


class Words(BaseModel):
    model_config = ConfigDict(extra="forbid")

    zh: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=200)


Title = Annotated[str, Field(min_length=1, max_length=200)]


class Draft(BaseModel):
    """A ticket opened by hand: for a device, or for an area when no equipment is to blame. A title in one language serves for both."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    title: Words | Title
    ticket_class: TicketClass = Field(TicketClass.SMALL, alias="class")
    area: str = Field("", max_length=100)
    device: str = Field("", max_length=200)
    skill: str = Field("", max_length=100)
    note: str = Field("", max_length=2000)

    def checked(self, site: Site) -> TicketDraft:
        if self.device and self.device not in site.devices:
            raise malformed("device", f"there is no device '{self.device}'")
        area = self.area or (site.devices[self.device].area if self.device else "")
        if area not in site.areas:
            raise malformed("area", f"the site has no area '{area}'; known: {', '.join(site.areas)}")
        title = Text(self.title, self.title) if isinstance(self.title, str) else Text(self.title.zh, self.title.en)
        return TicketDraft(title, self.ticket_class, area, self.device, self.skill, self.note)


class ActWords(BaseModel):
    model_config = ConfigDict(extra="forbid")

    comment: str = Field("", max_length=2000, description="For hold the reason code, for finish what was done, for cancel why.")
    owner: str | None = Field(None, max_length=100, description="For dispatch: to whom.")


_NO_WORDS = ActWords(comment="", owner=None)


@router.get("", summary="Tickets: the open ones first, each part newest first", response_model=Page[TicketShape])
def tickets(question: Annotated[TicketsQuestion, Query()], platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    found = platform.journal.tickets(question.filter())
    page, following = page_of(found, lambda ticket: cursor_at(ticket.id, ticket.closed_at_ns is None), question.limit)
    now_ns = platform.clock.now_ns()
    return answer({"items": [wire.ticket(ticket, now_ns) for ticket in page], "next_cursor": following})


@router.get("/{ticket_id}", summary="One ticket with its story, its alarms and the device's recent tickets", response_model=TicketDetail)
def ticket(ticket_id: str, platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    return answer(_detail(platform, wire, ticket_of(platform, ticket_id)))


def _detail(platform: Platform, wire: Wire, ticket: Ticket) -> dict[str, Any]:
    now_ns = platform.clock.now_ns()
    return {
        **wire.ticket(ticket, now_ns),
        "story": [wire.ticket_line(event) for event in platform.journal.ticket_events(ticket.id)],
        "notices": [wire.notice(notice) for notice in notices_of(platform.journal, ticket.id)],
        "occurrences": _occurrences(platform, wire, ticket),
        "history": [wire.ticket(past, now_ns) for past in _history(platform, ticket)],
    }


def _occurrences(platform: Platform, wire: Wire, ticket: Ticket) -> list[OccurrenceShape]:
    found = [platform.journal.occurrence(occurrence_id) for occurrence_id in ticket.alarms]
    return [occurrence_shape(platform, wire, occurrence) for occurrence in found if occurrence is not None]


def _history(platform: Platform, ticket: Ticket) -> list[Ticket]:
    """What else the device has had of late, newest first."""
    if not ticket.device:
        return []
    recent = platform.journal.tickets(TicketFilter(device=ticket.device, limit=_HISTORY + 1))
    return [past for past in recent if past.id != ticket.id][:_HISTORY]


@router.post("", summary="Open a ticket by hand", status_code=201, response_model=TicketShape)
async def open_ticket(draft: Draft, platform: ThePlatform, wire: TheWire, by: Reporter) -> Response:
    opened = await platform.tickets.open(draft.checked(platform.site), by)
    return answer(wire.ticket(opened, platform.clock.now_ns()), 201)


@router.post("/{ticket_id}/{act}", summary="Take a ticket through its life", response_model=TicketShape)
async def act_on_ticket(
    ticket_id: str, act: TicketAct, platform: ThePlatform, wire: TheWire, by: TheActor, words: ActWords = _NO_WORDS
) -> Response:
    check(by, RIGHT_FOR[act])
    await asyncio.to_thread(_check_owner, platform, act, words.owner)
    with known("ticket", ticket_id):
        changed = await platform.tickets.act(ticket_id, act, by, words.comment, words.owner)
    return answer(wire.ticket(changed, platform.clock.now_ns()))


def _check_owner(platform: Platform, act: TicketAct, owner: str | None) -> None:
    """A named person, on the roster or with a login; nobody can be dispatched to a team or to a misspelling."""
    if owner is None:
        return
    if act is not TicketAct.DISPATCH:
        raise malformed("owner", f"only 'dispatch' names an owner, '{act.value}' does not")
    if all(person.id != owner for person in platform.site.people) and platform.journal.user(owner) is None:
        on_roster = ", ".join(person.id for person in platform.site.people)
        raise malformed("owner", f"nobody is called '{owner}'; on the roster: {on_roster}")


def ticket_of(platform: Platform, ticket_id: str) -> Ticket:
    found = platform.journal.ticket(ticket_id)
    if found is None:
        raise unknown("ticket", ticket_id)
    return found
