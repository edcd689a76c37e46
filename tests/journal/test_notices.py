"""What the outbox keeps: one notice per ticket, person and cause; unseen ones first."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from model.notice import Channel, Notice, NoticeKind, NoticeState
from model.ports import NoticeFilter
from model.text import Text
from store.journal import SqlJournal, open_journal
from store.journal.database import connect
from tests.journal.builders import opened, ticket

TEXT = Text("派给您：1#泵干转", "Yours: pump 1 runs dry")


def notice(cause: str = "dispatch@1000", recipient: str = "li", at_ns: int = 1_000, of: str = "t1") -> Notice:
    return Notice(of, recipient, NoticeKind.DISPATCHED, cause, TEXT, at_ns)


def put(journal: SqlJournal, *notices: Notice) -> list[Notice | None]:
    with journal.write() as tx:
        job = ticket("t1")
        tx.put_ticket(job, opened(job))
        return [tx.put_notice(one) for one in notices]


def test_a_notice_comes_back_as_it_was_put_with_a_number(journal: SqlJournal) -> None:
    (kept,) = put(journal, notice())
    assert kept == replace(notice(), number=1)
    assert journal.notices(NoticeFilter()) == [kept]
    assert kept.state is NoticeState.PENDING


def test_one_cause_is_told_to_one_person_once(journal: SqlJournal) -> None:
    first, again, other, later = put(journal, notice(), notice(at_ns=9), notice(recipient="wang"), notice("dispatch@2000"))
    assert (first is None, again is None, other is None, later is None) == (False, True, False, False)
    assert [found.created_at_ns for found in journal.notices(NoticeFilter(recipient="wang"))] == [1_000]


def test_the_database_itself_refuses_a_second_one(url: str, tmp_path: Path, journal: SqlJournal) -> None:
    put(journal, notice())
    database = connect(url, tmp_path)
    copy = sa.text(
        "INSERT INTO notices (ticket, recipient, kind, cause, text, created_at_ns, attempts) "
        "SELECT ticket, recipient, kind, cause, text, created_at_ns, attempts FROM notices"
    )
    with pytest.raises(sa.exc.IntegrityError), database.writer.begin() as connection:
        connection.execute(copy)
    database.close()


def test_told_and_seen_are_put_down_the_first_time(journal: SqlJournal) -> None:
    put(journal, notice())
    with journal.write() as tx:
        tx.mark_told([1], Channel.CONSOLE, 2_000)
        tx.mark_told([1], Channel.CONSOLE, 3_000)
    (told,) = journal.notices(NoticeFilter())
    assert told == replace(notice(), number=1).delivered(Channel.CONSOLE, 2_000)
    assert (told.state, told.attempts) == (NoticeState.TOLD, 1)
    with journal.write() as tx:
        tx.mark_seen(1, 4_000)
        tx.mark_seen(1, 5_000)
        found = tx.notice(1)
    assert found is not None
    assert (found.seen_at_ns, found.state) == (4_000, NoticeState.SEEN)


def test_those_not_seen_come_first_each_part_newest_first_and_pages_follow(journal: SqlJournal) -> None:
    put(journal, *(notice(f"dispatch@{at}", at_ns=at) for at in range(1, 6)))
    with journal.write() as tx:
        for number in (5, 2):
            tx.mark_seen(number, 9_000)
    order = [4, 3, 1, 5, 2]
    assert [found.number for found in journal.notices(NoticeFilter("li"))] == order
    before: int | None = None
    paged: list[int] = []
    while page := journal.notices(NoticeFilter("li", before=before, limit=2)):
        paged += [found.number for found in page]
        before = page[-1].number
    assert paged == order


@pytest.mark.parametrize("where", [NoticeFilter("li"), NoticeFilter()], ids=["one person's", "everybody's"])
def test_a_page_is_read_along_an_index_however_many_there_are(tmp_path: Path, where: NoticeFilter) -> None:
    journal = open_journal("sqlite", tmp_path, {})
    asked: list[tuple[str, Any]] = []
    reader = journal._database.reader
    sa.event.listen(reader, "before_cursor_execute", lambda _c, _k, statement, values, *_: asked.append((statement, values)))
    journal.notices(where)
    with sqlite3.connect(tmp_path / "journal.sqlite") as plain:
        steps = [step[3] for statement, values in asked for step in plain.execute(f"explain query plan {statement}", values)]
    journal.close()
    assert len(steps) == 2
    assert all("USING INDEX" in step for step in steps), steps


def test_a_notice_belongs_to_a_ticket_that_is_there(journal: SqlJournal) -> None:
    with pytest.raises(sa.exc.IntegrityError), journal.write() as tx:
        tx.put_notice(notice(of="none"))
