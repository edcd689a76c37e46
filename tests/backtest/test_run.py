"""A backtest whole: the process beside, its answer, its end."""

import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
import typer

from guanjia.backtest import incidents, run
from guanjia.backtest.case import Brief, Case
from guanjia.backtest.incidents import Incident
from guanjia.backtest.plan import plan
from guanjia.backtest.question import Question
from guanjia.backtest.result import Result
from guanjia.backtest.run import BacktestFailed, Cancelled, Progress, backtest
from guanjia.commands import backtest as command
from guanjia.commands.backtest_table import show_result
from guanjia.commands.words import out
from model.alarm import Priority
from model.clock import DAY, HOUR, SECOND
from model.reading import Block
from model.rule import Level, Rule, Scope, TicketOrder
from model.text import Text
from model.ticket import TicketClass, TicketState
from store.journal.journal import open_journal
from tests.backtest.histories import T0, Remembered
from tests.backtest.sites import PUMP1, PUMP2, SITE
from tests.journal.builders import opened, ticket
from tests.rules.workshop import block, rule

PERIOD = (T0, T0 + 4 * HOUR)
RULES = [rule("level.high", "level > 2", on_delay_s=10), rule("runs", "running", scope=Scope(device="pump2"))]


def _past() -> list[Block]:
    """Pump 1 is too full three times: for 5 s, for 20 s, for 60 s."""
    blocks = []
    for at_s in range(0, 600, 5):
        is_full = at_s == 100 or 200 <= at_s < 220 or 300 <= at_s < 360
        blocks.append(block(PUMP1, at_s, level=3 if is_full else 1))
        blocks.append(block(PUMP2, at_s + 1, level=1, running=0))
    return blocks


def asked(*proposed: Rule, incidents: Sequence[Incident] = (), question: Question | None = None, book: Sequence[Rule] = RULES) -> Result:
    """In this process, without the pipe."""
    question = question or Question(*PERIOD, proposed)
    case = Case(Brief(question, SITE, tuple(book), tuple(incidents)))
    history, planned = Remembered(SITE, _past()), plan(SITE, case.wanted(), question.start_ns - HOUR, question.end_ns)
    for start_ns, end_ns in planned.stretches:
        case.begin(start_ns, end_ns)
        for batch in planned.batches:
            case.take(batch, list(history.readings([point for one in batch for point in one.points], start_ns, end_ns)))
        case.finish()
    return case.answer()


def test_the_difference_of_a_longer_delay_names_what_is_gone_and_what_comes_later() -> None:
    told = asked(rule("level.high", "level > 2", on_delay_s=30))
    assert (told.now.occurrences, told.proposed.occurrences) == (2, 1)
    assert [one.raised_at for one in told.gone] == ["2026-01-14T22:16:50.000+08:00"]
    assert [(one.now.raised_at[17:19], one.proposed.raised_at[17:19]) for one in told.changed] == [("30", "50")]
    assert (told.now.active_s, told.proposed.active_s) == (10 + 50, 30)
    assert [(one.rule, one.device) for one in told.by_alarm] == [("level.high", "pump1")]


def test_empty_time_is_not_counted_as_quiet_time() -> None:
    told = asked(question=Question(T0, T0 + 30 * DAY, only=("level.high",)))
    assert (round(told.period.covered_days * DAY / SECOND), told.period.days, told.now.per_hour) == (596, 30, 2)


def test_a_time_of_which_nothing_is_stored_is_not_told_as_one_without_alarms() -> None:
    told = asked(question=Question(T0 - 30 * DAY, T0 - 29 * DAY, only=("level.high",)))
    with out.capture() as said:
        show_result(told)
    assert (told.readings, told.now.occurrences) == (0, 0)
    assert "nothing can be told" in said.get()


def test_where_nobody_worked_on_a_ticket_nothing_is_said_of_misses() -> None:
    told = asked(rule("level.high", "level > 2", on_delay_s=30))
    assert (told.incidents, told.missed_incidents) == (0, [])
    with out.capture() as said:
        show_result(told)
    assert "can't be told" in said.get()
    assert "readings of 0.0 of 0.2 days" in said.get()
    assert " 2026-01-14T22:16:50+08:00 " in said.get(), "to the second"


def test_a_rule_that_says_the_same_is_judged_only_when_asked_for() -> None:
    assert asked(RULES[0]).alarms == 0
    told = asked(question=Question(*PERIOD, only=("level.high",)))
    assert (told.alarms, told.now.occurrences, told.question.compared, told.unchanged) == (2, 2, False, 2)


def test_one_ticket_per_cause_and_a_second_only_after_the_promise() -> None:
    assert asked(question=Question(*PERIOD, everything=True)).now.tickets == 1


def test_an_incident_that_was_worked_on_and_would_not_be_told_of_is_missed() -> None:
    def incident(number: str, device: str, at_s: int) -> Incident:
        return Incident(number, number, Text("满", "full"), device, "level.high", T0 + at_s * SECOND, None)

    incidents = [incident("GD-1", "pump1", 210), incident("GD-2", "pump2", 210), incident("GD-3", "pump1", 3 * 3600)]
    told = asked(rule("level.high", "level > 9", on_delay_s=10), incidents=incidents)
    assert [one.number for one in told.missed_incidents] == ["GD-1"]
    assert (told.incidents, [one.incidents for one in told.by_alarm]) == (1, [1])


def test_many_old_tickets_still_open_hide_no_incident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = open_journal("sqlite", tmp_path, {})
    monkeypatch.setattr(incidents, "_PAGE", 2)
    closed = ticket("closed", opened_at_ns=5_000, closed_at_ns=6_000, state=TicketState.CLOSED)
    with journal.write() as tx:
        for one in (*(ticket(f"o{at}", opened_at_ns=10 + at, cause=f"c{at}", state=TicketState.HELD) for at in range(3)), closed):
            tx.put_ticket(one, opened(one))
    assert [one.number for one in incidents.incidents(journal, 1_000, 10_000)] == ["closed"]
    journal.close()


def test_a_level_of_a_rule_opens_the_ticket_it_orders_and_tells_of_its_incidents() -> None:
    ordered = TicketOrder(TicketClass.EMERGENCY, cause="flood")
    level = Level("hh", "level > 2.5", Priority.CRITICAL, Text("漫", "flooded"), ticket=ordered)
    flooding = rule("level.high", "level > 2", ticket=None, levels=(level,))
    incident = Incident("GD-1", "GD-1", Text("漫", "flooded"), "pump1", "flood", T0 + 210 * SECOND, None)
    question = Question(*PERIOD, (rule("level.high", "level > 9", ticket=None),))
    told = asked(incidents=[incident], question=question, book=[flooding])
    assert (told.now.tickets, told.proposed.tickets, told.gone[0].ticket) == (2, 0, "emergency")
    assert (told.incidents, [one.number for one in told.missed_incidents]) == (1, ["GD-1"])


def test_tickets_of_another_cause_from_now_on_miss_no_incident() -> None:
    incident = Incident("GD-1", "GD-1", Text("满", "full"), "pump1", "level.high", T0 + 210 * SECOND, None)
    told = asked(rule("level.high", "level > 2", ticket=TicketOrder(TicketClass.SMALL, cause="inlet")), incidents=[incident])
    assert (told.incidents, told.missed_incidents) == (1, [])


def test_the_process_beside_gives_the_same_answer_and_tells_how_far_it_is() -> None:
    told: list[Progress] = []
    proposed = rule("level.high", "level > 2", on_delay_s=30)
    found = backtest(Question(*PERIOD, (proposed,)), SITE, RULES, Remembered(SITE, _past()), None, tell=told.append)
    plain = asked(proposed)
    assert msgspec.structs.replace(found, took_s=0.0, readings=plain.readings) == plain
    assert [one.done for one in told][-1] == 1.0


def test_stopping_it_ends_it_within_a_second() -> None:
    """A history that takes its time is asked a few times more, of hundreds."""
    stop, asked = threading.Event(), list[float]()

    def answer_slowly() -> None:
        stop.set()
        asked.append(0.05)
        time.sleep(asked[-1])

    history = Remembered(SITE, _past(), wait=answer_slowly)
    with pytest.raises(Cancelled):
        backtest(Question(T0, T0 + 365 * 24 * HOUR, everything=True), SITE, RULES, history, None, stop=stop)
    assert sum(asked) < 5


def test_a_judging_process_that_does_not_move_fails_the_job_instead_of_holding_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_COMMAND", (sys.executable, "-S", "-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(run, "_ANSWERS_WITHIN_S", 0.1)
    with pytest.raises(BacktestFailed, match="has not moved"):
        backtest(Question(*PERIOD, everything=True), SITE, RULES, Remembered(SITE, _past()), None)


def test_ctrl_c_stops_it_with_a_word_and_its_own_exit_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def asked(*_: object, stop: threading.Event, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        raise Cancelled

    monkeypatch.setattr(command, "backtest", asked)
    before, book = signal.getsignal(signal.SIGINT), SimpleNamespace(bound=SimpleNamespace(book=SimpleNamespace(rules=RULES)))
    with pytest.raises(typer.Exit) as left:
        command._run(Question(*PERIOD), cast(Any, book), SITE, Remembered(SITE, []), cast(Any, None))
    assert left.value.exit_code == 130
    assert "nothing was changed" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before
