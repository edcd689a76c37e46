"""Who works here, who did what, and who may log in."""

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from api.access import Reader, ThePlatform, TheWire, check, holder_of, record
from api.paging import Question, answer
from model.people import Actor, Right
from model.ports import TicketFilter
from model.site import Person

router = APIRouter(tags=["people"])
_MOST_TICKETS = 10_000
_LATEST_NS = 2**63 - 1
"""What a database column of nanoseconds holds; the year 2262."""


class RosterQuestion(Question):
    phones: bool = Field(False, description="Whole telephone numbers, for those who dispatch; each look is put down in the audit trail.")


class AuditQuestion(Question):
    cursor: str | None = Field(None, pattern=r"^[0-9]{1,19}$")
    limit: int = Field(100, ge=1, le=1000)


@router.get("/roster", summary="The people a ticket can go to, with how many open ones each has")
async def roster(question: Annotated[RosterQuestion, Query()], platform: ThePlatform, reader: Reader) -> Response:
    if question.phones:
        check(reader, Right.TICKET_DISPATCH)
        await record(platform, reader, "roster.phones", "roster")
    owners = Counter(ticket.owner for ticket in platform.journal.tickets(TicketFilter(open=True, limit=_MOST_TICKETS)))
    items = [_person(person, owners[person.id], whole_phone=question.phones) for person in platform.site.people]
    return answer({"items": items, "next_cursor": None})


def _person(person: Person, open_tickets: int, *, whole_phone: bool) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "skills": list(person.skills),
        "post": person.post.value if person.post else None,
        "phone": person.phone if whole_phone else masked(person.phone),
        "open_tickets": open_tickets,
    }


def masked(phone: str) -> str:
    """``138****5678``; a short number shows nothing."""
    return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}" if len(phone) >= 10 else "*" * len(phone)


@router.get("/audit", summary="Who did what, newest first")
def audit(
    question: Annotated[AuditQuestion, Query()],
    platform: ThePlatform,
    wire: TheWire,
    auditor: Annotated[Actor, Depends(holder_of(Right.AUDIT_READ))],
) -> Response:
    before_ns = min(int(question.cursor), _LATEST_NS) if question.cursor else None
    lines = platform.journal.audit_lines(question.limit, before_ns)
    items = [{"at": wire.time(x.at_ns), "who": x.who, "what": x.what, "target": x.target, "detail": x.detail} for x in lines]
    return answer({"items": items, "next_cursor": str(lines[-1].at_ns) if len(lines) == question.limit else None})


@router.get("/users", summary="Who may log in")
def users(platform: ThePlatform, admin: Annotated[Actor, Depends(holder_of(Right.USER_ADMIN))]) -> Response:
    found = platform.journal.users()
    items = [{"name": user.name, "display": user.display, "role": user.role.value, "disabled": user.disabled} for user in found]
    return answer({"items": items, "next_cursor": None})
