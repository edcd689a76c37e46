"""How two rule books differ over the same past."""

from typing import Any

import pytest

from guanjia.backtest.tickets import OpenedTicket
from model.alarm import Priority
from model.clock import MINUTE, SECOND
from model.ticket import TicketClass
from rules.backtest_outcome import Outcome, difference
from rules.backtest_scope import differing, related
from tests.backtest.histories import T0
from tests.rules.workshop import rule


def outcome(raised_s: int, returned_s: int | None, rule_id: str = "level.high", **changes: object) -> Outcome:
    ends = None if returned_s is None else T0 + returned_s * SECOND
    found = Outcome(rule_id, "pump1", rule_id, Priority.HIGH, "", T0 + raised_s * SECOND, T0 + raised_s * SECOND, ends, annunciated=True)
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def test_the_same_excursion_told_later_is_changed_not_gone_and_new() -> None:
    late = outcome(10, 60, since_ns=T0)
    found = difference([outcome(0, 60)], [late])
    assert (found.gone, found.new, found.unchanged) == ((), (), 0)
    assert [other for _, other in found.changed] == [late]


def test_an_excursion_that_became_one_where_there_were_two_leaves_one_gone() -> None:
    first, second, joined = outcome(0, 10), outcome(20, 30), outcome(0, 30)
    found = difference([first, second], [joined])
    assert (found.gone, found.new, found.changed) == ((second,), (), ((first, joined),))


def test_what_is_alike_counts_as_unchanged_and_other_alarms_are_never_paired() -> None:
    found = difference([outcome(0, 10), outcome(0, None, "fault")], [outcome(0, 10), outcome(0, None, "leak")])
    assert found.unchanged == 1
    assert ([one.rule for one in found.gone], [one.rule for one in found.new]) == (["fault"], ["leak"])


@pytest.mark.parametrize(
    ("changes", "is_different"),
    [
        ({"on_delay_s": 5}, True),
        ({"priority": Priority.LOW}, True),
        ({"file": "x.yaml", "line": 9}, False),
        ({"version": "v2"}, False),
    ],
    ids=["delay", "priority", "place", "version"],
)
def test_a_rule_differs_by_what_it_decides(changes: dict[str, Any], is_different: bool) -> None:
    assert (differing([rule()], [rule(**changes)]) == {"level.high"}) is is_different


def test_related_are_what_a_rule_explains_what_explains_that_and_its_group() -> None:
    book = [
        rule("comms"),
        rule("feeder", suppressed_by=("comms",)),
        rule("pump", suppressed_by=("feeder",), first_out="trip"),
        rule("valve", first_out="trip", suppressed_by=("air",)),
        rule("air"),
        rule("gate"),
    ]
    assert [one.id for one in related({"pump"}, book)] == ["comms", "feeder", "pump", "valve", "air"]


def test_one_ticket_stays_open_for_as_long_as_its_class_promises() -> None:
    ticket = OpenedTicket("level.high", "pump1", TicketClass.SMALL, T0, {"A1"})
    assert ticket.is_open(T0 + 600 * MINUTE)
    ticket.active.clear()
    ticket.returned_at_ns = T0 + MINUTE
    assert ticket.is_open(T0 + 29 * MINUTE)
    assert not ticket.is_open(T0 + 30 * MINUTE)
