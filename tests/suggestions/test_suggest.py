"""From bad actors to suggestions: what is tried, in how many backtests, and what becomes of the answers."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from guanjia.backtest.question import Question
from guanjia.backtest.result import AlarmFigures, Figures, Result
from guanjia.backtest.run import Progress
from guanjia.suggestions.answer import Answer
from guanjia.suggestions.past import depths
from guanjia.suggestions.suggest import Ground, suggest
from model.clock import HOUR, MINUTE, SECOND
from model.quality import Quality
from model.reading import Sample
from model.rule import Rule
from rules.suggestion import Flutter
from tests.api.place import RULES, a_site
from tests.rules.kpis.past import START, columns, days, row

LOUD, METER = RULES[0], "sub1.incomer1"
CHATTER = [row(hour * HOUR + at * MINUTE, 15 * SECOND, rule=LOUD.id, device=METER) for hour in range(4) for at in (0, 2)]
WORDS = "id: power.voltage_high\nwhen: voltage > 235.4\non_delay: 10s\npriority: high\n"


class Court:
    """In place of backtests: how many occurrences each change leaves, and which incidents it misses."""

    def __init__(self, left: Callable[[Rule], int], missed: Mapping[int, str] | None = None) -> None:
        self._left, self._missed = left, missed or {}
        self.asked: list[Question] = []

    def run(self, question: Question, tell: Callable[[Progress], None], stop: threading.Event) -> Result:
        self.asked.append(question)
        tell(Progress(0.5, 10, 1.0))
        lines = [
            AlarmFigures(rule.id, METER, Figures(8, 8, 120.0), Figures(self._left(rule), self._left(rule))) for rule in question.proposed
        ]
        missed = [SimpleNamespace(occurrence=one) for number, one in self._missed.items() if number == len(self.asked)]
        return cast(Result, SimpleNamespace(by_alarm=lines, missed_incidents=missed))


def ground(court: Court, words: str = WORDS) -> Ground:
    journal: Any = SimpleNamespace(occurrence=lambda id: SimpleNamespace(rule=id, device=METER))
    history: Any = SimpleNamespace(readings=lambda *_: [])
    return Ground(a_site(), columns(CHATTER), history, journal, lambda _: words, court.run)


def asked(court: Court, *rules: Rule, told: list[float] | None = None) -> list[Answer]:
    bad = {rule.id: (METER,) for rule in rules}
    progress = [] if told is None else told
    return suggest(bad, rules, days(1), ground(court), lambda p: progress.append(p.done), threading.Event())


def test_the_least_harmful_change_that_quiets_it_is_suggested_with_its_words_and_its_proof() -> None:
    court, told = Court(lambda rule: 1), list[float]()
    (answer,) = asked(court, LOUD, told=told)
    assert answer.suggestion is not None
    assert (answer.suggestion.change.off_delay_s, answer.suggestion.change.on_delay_s) == (105, None)
    assert answer.suggestion.yaml == WORDS.replace("priority", "off_delay: 105s\npriority")
    proof = answer.suggestion.proof
    assert (proof.now.annunciated, proof.proposed.annunciated, proof.missed) == (8, 1, 0)
    assert [tried.change.off_delay_s or tried.change.on_delay_s for tried in answer.tried] == [105, 30]
    assert told == [0.25, 0.75]


def test_a_change_that_misses_an_incident_of_the_rule_is_not_suggested() -> None:
    (answer,) = asked(Court(lambda _: 0, missed={1: LOUD.id, 2: LOUD.id}), LOUD)
    assert (answer.suggestion, answer.reason) == (None, "nothing_helps")
    (answer,) = asked(Court(lambda _: 0, missed={1: "tank.low", 2: "tank.low"}), LOUD)
    assert answer.suggestion is not None


def test_several_rules_are_tried_in_as_many_backtests_as_one_has_candidates() -> None:
    other = replace(LOUD, id="power.voltage_low")
    court = Court(lambda _: 0)
    bad = {LOUD.id: (METER,), other.id: (METER,)}
    both = [*CHATTER, *(one._replace(rule=other.id) for one in CHATTER)]
    answers = suggest(bad, (LOUD, other), days(1), replace(ground(court), columns=columns(both)), lambda _: None, threading.Event())
    assert [len(question.proposed) for question in court.asked] == [2, 2]
    assert all(answer.suggestion for answer in answers)


@pytest.mark.parametrize(
    ("rule", "rows", "reason"),
    [
        (replace(LOUD, life_safety=True), CHATTER, "life_safety"),
        (LOUD, CHATTER[:2], "too_few"),
        (LOUD, [row(at * 5 * HOUR, HOUR, rule=LOUD.id, device=METER) for at in range(4)], "not_a_flutter"),
    ],
)
def test_where_nothing_can_be_read_off_nothing_is_tried(rule: Rule, rows: list[Any], reason: str) -> None:
    court = Court(lambda _: 0)
    here = replace(ground(court), columns=columns(rows))
    (answer,) = suggest({rule.id: (METER,)}, (rule,), days(1), here, lambda _: None, threading.Event())
    assert (answer.reason, court.asked) == (reason, [])


def test_how_far_a_value_went_back_behind_its_limit_is_read_from_history() -> None:
    values = {0: (240.0, 235.0, 234.4), 1: (236.0,), 2: (233.4, None)}
    pauses = [(START + at * MINUTE, START + at * MINUTE + 30 * SECOND) for at in values]

    def readings(point: str, start_ns: int, end_ns: int, limit: int) -> list[Sample]:
        assert point == f"{METER}.voltage"
        return [Sample(start_ns, value, Quality.GOOD) for value in values[(start_ns - START) // MINUTE]]

    history: Any = SimpleNamespace(readings=readings)
    ((name, (limit, found)),) = depths(LOUD, a_site().devices[METER], a_site(), Flutter([], pauses), history).items()
    assert (name, limit) == ("voltage", 235.4)
    assert found == pytest.approx([1.0, 2.0])
