"""The four threes, by table."""

import pytest

from model.clock import DAY, HOUR, MINUTE
from model.ticket import Promise, PromiseClock, TicketAct, TicketClass
from tickets.clocks import Clocks, after, hastened, started

T0 = 1_000 * DAY
SMALL = TicketClass.SMALL


def due(clocks: Clocks) -> dict[Promise, int]:
    return {clock.promise: clock.due_at_ns - T0 for clock in clocks}


def of(clocks: Clocks, promise: Promise) -> PromiseClock:
    return next(clock for clock in clocks if clock.promise is promise)


@pytest.mark.parametrize(
    ("ticket_class", "promised"),
    [
        (TicketClass.EMERGENCY, {Promise.ARRIVE: 3 * MINUTE}),
        (TicketClass.SMALL, {Promise.ACCEPT: 15 * MINUTE, Promise.ARRIVE: 15 * MINUTE, Promise.FINISH: 30 * MINUTE}),
        (TicketClass.LARGE, {Promise.ACCEPT: 15 * MINUTE, Promise.ARRIVE: 15 * MINUTE, Promise.FINISH: 3 * HOUR}),
        (TicketClass.HARD, {Promise.ACCEPT: 15 * MINUTE, Promise.FINISH: 3 * DAY}),
    ],
)
def test_each_class_promises_what_the_handbook_says(ticket_class: TicketClass, promised: dict[Promise, int]) -> None:
    assert due(started(ticket_class, T0)) == promised


@pytest.mark.parametrize(
    ("act", "met"),
    [
        (TicketAct.ACCEPT, {Promise.ACCEPT}),
        (TicketAct.ARRIVE, {Promise.ACCEPT, Promise.ARRIVE}),
        (TicketAct.RESUME, {Promise.ACCEPT, Promise.ARRIVE}),
        (TicketAct.FINISH, {Promise.ACCEPT, Promise.ARRIVE, Promise.FINISH}),
        *[(act, set()) for act in TicketAct if act not in (TicketAct.ACCEPT, TicketAct.ARRIVE, TicketAct.RESUME, TicketAct.FINISH)],
    ],
)
def test_an_act_meets_its_promises(act: TicketAct, met: set[Promise]) -> None:
    clocks = after(started(SMALL, T0), act, SMALL, T0 + MINUTE)
    assert {clock.promise for clock in clocks if clock.met_at_ns == T0 + MINUTE} == met


@pytest.mark.parametrize(("minutes", "broken"), [(29, False), (30, False), (31, True)])
def test_a_promise_met_late_is_broken_for_good(minutes: int, broken: bool) -> None:
    finish = of(after(started(SMALL, T0), TicketAct.FINISH, SMALL, T0 + minutes * MINUTE), Promise.FINISH)
    assert finish.is_broken(T0) is broken
    assert finish.is_broken(T0 + DAY) is broken


def test_a_promise_met_once_is_not_met_again() -> None:
    clocks = after(started(SMALL, T0), TicketAct.ACCEPT, SMALL, T0 + MINUTE)
    again = after(clocks, TicketAct.ACCEPT, SMALL, T0 + HOUR)
    assert of(again, Promise.ACCEPT).met_at_ns == T0 + MINUTE


def test_holding_stops_the_clock_and_resuming_moves_the_due_time() -> None:
    held = after(started(SMALL, T0), TicketAct.HOLD, SMALL, T0 + 10 * MINUTE)
    assert not of(held, Promise.FINISH).is_broken(T0 + DAY)
    resumed = after(held, TicketAct.RESUME, SMALL, T0 + DAY)
    finish = of(resumed, Promise.FINISH)
    assert finish.paused_at_ns is None
    assert finish.due_at_ns == T0 + DAY + 20 * MINUTE


def test_holding_does_not_mend_a_broken_promise() -> None:
    held = after(started(SMALL, T0), TicketAct.HOLD, SMALL, T0 + 40 * MINUTE)
    assert of(held, Promise.FINISH).is_broken(T0 + 40 * MINUTE)
    resumed = after(held, TicketAct.RESUME, SMALL, T0 + HOUR)
    assert of(resumed, Promise.FINISH).is_broken(T0 + HOUR)


def test_a_second_pause_adds_to_the_first() -> None:
    clocks = started(SMALL, T0)
    for act, minute in ((TicketAct.HOLD, 5), (TicketAct.RESUME, 10), (TicketAct.HOLD, 12), (TicketAct.RESUME, 20)):
        clocks = after(clocks, act, SMALL, T0 + minute * MINUTE)
    assert of(clocks, Promise.FINISH).due_at_ns == T0 + 43 * MINUTE


def test_met_promises_do_not_move() -> None:
    clocks = after(started(SMALL, T0), TicketAct.ARRIVE, SMALL, T0 + MINUTE)
    held = after(clocks, TicketAct.HOLD, SMALL, T0 + 2 * MINUTE)
    resumed = after(held, TicketAct.RESUME, SMALL, T0 + HOUR)
    assert of(resumed, Promise.ARRIVE) == of(clocks, Promise.ARRIVE)


def test_a_held_ticket_that_comes_to_a_tighter_class_has_that_classes_time_from_then() -> None:
    """Large, held from the 20th minute on; graver in the 100th: 30 minutes from there, and the ten for which it stays held."""
    held = after(started(TicketClass.LARGE, T0), TicketAct.HOLD, TicketClass.LARGE, T0 + 20 * MINUTE)
    resumed = after(hastened(held, SMALL, T0 + 100 * MINUTE), TicketAct.RESUME, SMALL, T0 + 110 * MINUTE)
    assert of(resumed, Promise.FINISH).due_at_ns == T0 + 140 * MINUTE


def test_handing_a_held_ticket_to_another_lets_its_clock_run_again() -> None:
    held = after(started(SMALL, T0), TicketAct.HOLD, SMALL, T0 + 10 * MINUTE)
    handed = after(held, TicketAct.DISPATCH, SMALL, T0 + 20 * MINUTE)
    assert of(handed, Promise.FINISH) == PromiseClock(Promise.FINISH, T0 + 40 * MINUTE)


def test_a_wall_clock_set_back_makes_nothing_due_earlier() -> None:
    held = after(started(SMALL, T0), TicketAct.HOLD, SMALL, T0 + 10 * MINUTE)
    resumed = after(held, TicketAct.RESUME, SMALL, T0)
    assert of(resumed, Promise.FINISH).due_at_ns == T0 + 30 * MINUTE


def test_cancelling_stops_what_still_ran_where_it_stood() -> None:
    cancelled = after(started(SMALL, T0), TicketAct.CANCEL, SMALL, T0 + 20 * MINUTE)
    verdicts = {clock.promise: clock.is_broken(T0 + DAY) for clock in cancelled}
    assert verdicts == {Promise.ACCEPT: True, Promise.ARRIVE: True, Promise.FINISH: False}


def test_cancelling_while_held_keeps_the_moment_of_the_hold() -> None:
    held = after(started(SMALL, T0), TicketAct.HOLD, SMALL, T0 + 10 * MINUTE)
    cancelled = after(held, TicketAct.CANCEL, SMALL, T0 + DAY)
    assert not of(cancelled, Promise.FINISH).is_broken(T0 + DAY)


def test_rework_promises_anew_and_keeps_the_first_verdict() -> None:
    finished = after(started(SMALL, T0), TicketAct.FINISH, SMALL, T0 + HOUR)
    again = after(finished, TicketAct.REWORK, SMALL, T0 + 2 * HOUR)
    assert again == finished + started(SMALL, T0 + 2 * HOUR)
    done = after(again, TicketAct.FINISH, SMALL, T0 + 2 * HOUR + MINUTE)
    assert [clock.is_broken(T0 + DAY) for clock in done if clock.promise is Promise.FINISH] == [True, False]
