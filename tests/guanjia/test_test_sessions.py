"""The book of test sessions on disk, and the lines of the simulators' log that go into it."""

from pathlib import Path
from typing import Any

import pytest

from guanjia.test_report.log_reader import LogReader, OwnAct, SiteClock
from guanjia.test_report.session import SessionBook
from model.clock import SECOND
from model.testing import ActKind, SessionConflict
from tests.guanjia.sitting import PUMP, START, at, broke, mended


def test_a_session_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    book = SessionBook(tmp_path)
    assert book.start("泵房", "王工", START).number == 1
    acts = (broke(PUMP, "dry_run", 10, severity=0.5, expect=("pump.dry_run",)), mended(PUMP, "dry_run", 20))
    book.add(1, acts)
    stopped = book.stop("王工", at(60))
    assert stopped.stopped_ns == at(60)
    [read] = SessionBook(tmp_path).sessions()
    assert (read, read.acts) == (stopped, acts)


def test_a_session_runs_on_over_a_restart(tmp_path: Path) -> None:
    SessionBook(tmp_path).start("", "王工", START)
    current = SessionBook(tmp_path).current()
    assert current is not None
    with pytest.raises(SessionConflict, match="still running"):
        SessionBook(tmp_path).start("", "李工", at(5))


def test_numbers_go_on_and_old_sessions_stay(tmp_path: Path) -> None:
    book = SessionBook(tmp_path)
    for second in (0, 100):
        book.start(f"{second}", "王工", at(second))
        book.stop("王工", at(second + 50))
    assert [(s.number, s.title) for s in book.sessions()] == [(2, "100"), (1, "0")]
    with pytest.raises(SessionConflict, match="no test session"):
        book.stop("王工", at(500))


def test_half_a_line_of_a_killed_process_is_cut_off(tmp_path: Path) -> None:
    book = SessionBook(tmp_path)
    book.start("", "王工", START)
    with (tmp_path / "tests" / "0001.jsonl").open("ab") as file:
        file.write(b'{"what":"act","act":{"id":1')
    book.add(1, [broke(PUMP, "dry_run", 10)])
    session = book.session(1)
    assert session is not None
    assert [act.fault for act in session.acts] == ["dry_run"]


def line(number: int, site_s: float, act: str = "fault_injected", **more: Any) -> dict[str, Any]:
    """One line of the simulators' log."""
    told = {"id": number, "site_time": site_s, "act": act, "device": PUMP, "gateway": None, "broker": False, "kind": "dry_run"}
    return {**told, "severity": None, "amount": None, "onset": 0.0, "for": None, "by": "tester", "scenario": None, **more}


def test_the_log_is_told_in_the_platforms_time() -> None:
    clock = SiteClock(now_ns=at(100), site_s=5000.0, speed=10.0)
    [act] = LogReader().read([line(1, 4800.0)], clock, START)
    assert act.at_ns == at(80)
    assert act.speed == 10


def test_what_was_done_before_the_session_is_not_of_it() -> None:
    reader = LogReader()
    clock = SiteClock(at(10), 1010.0, 1.0)
    assert [act.id for act in reader.read([line(1, 990.0), line(2, 1005.0)], clock, START)] == [2]
    assert reader.after == 2


def test_an_act_through_the_platform_has_its_own_moment_and_expectation() -> None:
    reader = LogReader(own=[OwnAct(at(9), "dry_run", "tester", ("pump.dry_run",))])
    clock = SiteClock(at(10), 1010.0, 1.0)
    own, other = reader.read([line(1, 1009.6), line(2, 1010.0, by="day")], clock, START)
    assert (own.at_ns, own.expect) == (at(9), ("pump.dry_run",))
    assert (other.at_ns, other.expect) == (at(10), None)
    assert reader.own == []


def test_lines_that_tell_nothing_of_the_site_are_passed_over() -> None:
    acts = LogReader().read(
        [line(1, 1000.0, "something_new"), line(2, 1000.0, "fault_healed")], SiteClock(START, 1000.0, 1.0), START - SECOND
    )
    assert [act.kind for act in acts] == [ActKind.FAULT_HEALED]
