"""What people are told of tickets: the console and a person's own programs are the first channel of the outbox."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.access import Reader, ThePlatform, TheWire
from api.context import Platform
from api.paging import Question, answer, cursor_at, page_of, place_of
from api.problem import Problem, unknown
from api.shapes import NoticeShape, Page
from api.words import NOTICE_PREFIX
from model.notice import Channel, Notice, NoticeState
from model.people import Actor
from model.ports import AuditLine, Journal, JournalUnavailable, NoticeFilter

router = APIRouter(prefix="/notices", tags=["notices"])
_MOST_OF_ONE_TICKET = 1000
_NUMBER = rf"^{NOTICE_PREFIX}[0-9]{{1,18}}~?$"


class NoticesQuestion(Question):
    mine: bool = Field(True, description="false: everybody's, to look up; nobody counts as told by it.")
    cursor: str | None = Field(None, pattern=_NUMBER, description="`next_cursor` of the page before.")
    limit: int = Field(100, ge=1, le=1000)

    def filter(self, reader: Actor) -> NoticeFilter:
        """Asks for one more than the page, to know whether another follows."""
        before, was_unseen = place_of(self.cursor)
        return NoticeFilter(reader.name if self.mine else None, None, number_of(before) if before else None, self.limit + 1, was_unseen)


@router.get("", summary="What I have been told: not seen first, each part newest first", response_model=Page[NoticeShape])
def notices(question: Annotated[NoticesQuestion, Query()], platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    found = platform.journal.notices(question.filter(reader))
    page, following = page_of(found, lambda one: cursor_at(f"{NOTICE_PREFIX}{one.number}", one.seen_at_ns is None), question.limit)
    told = {notice.number for notice in page if question.mine and _reaches(reader, notice)}
    now_ns = platform.clock.now_ns()
    mark_told(platform, sorted(told), now_ns)
    shown = [notice.delivered(Channel.CONSOLE, now_ns) if notice.number in told else notice for notice in page]
    return answer({"items": [wire.notice(notice) for notice in shown], "next_cursor": following})


def _reaches(reader: Actor, notice: Notice) -> bool:
    """Whether it reaches its person for the first time."""
    return notice.recipient == reader.name and notice.state is NoticeState.PENDING


@router.post("/{notice_id}/seen", summary="I have seen it", response_model=NoticeShape)
async def seen(notice_id: str, platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    return answer(wire.notice(await asyncio.to_thread(_see, platform, reader, notice_id)))


def _see(platform: Platform, by: Actor, notice_id: str) -> Notice:
    """As it is then. The first time counts; nobody sees for another."""
    now_ns = platform.clock.now_ns()
    with platform.journal.write() as tx:
        found = tx.notice(number_of(notice_id))
        if found is None:
            raise unknown("notice", notice_id)
        if found.recipient != by.name:
            raise Problem(403, f"notice {notice_id} is for {found.recipient}; only they can say that they have seen it")
        if found.state is not NoticeState.SEEN:
            tx.mark_seen(found.number, now_ns)
            tx.audit(AuditLine(now_ns, by.name, "notice.seen", notice_id, found.ticket))
        return tx.notice(found.number) or found


def mark_told(platform: Platform, numbers: Sequence[int], now_ns: int) -> None:
    """Put down that these have reached their person. While the journal can't be written they are told again: better twice than never."""
    if numbers:
        with suppress(JournalUnavailable), platform.journal.write() as tx:
            tx.mark_told(numbers, Channel.CONSOLE, now_ns)


def notices_of(journal: Journal, ticket: str) -> Sequence[Notice]:
    """Who was told of a ticket, oldest first."""
    return sorted(journal.notices(NoticeFilter(ticket=ticket, limit=_MOST_OF_ONE_TICKET)), key=lambda notice: notice.number)


def number_of(notice_id: str) -> int:
    """0, which no notice has, for what was never an id of ours."""
    digits = notice_id.removeprefix(NOTICE_PREFIX)
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else 0
