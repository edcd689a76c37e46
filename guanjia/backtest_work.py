"""A backtest as a job: what is asked over the API, checked against the rules in force at that moment."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from api.backtesting import BacktestAsked
from guanjia.backtest.proposal import question_of
from guanjia.backtest.question import Question
from guanjia.backtest.result import Result
from guanjia.backtest.run import Progress, backtest
from guanjia.backtest_jobs import Work
from guanjia.rulebook.in_force import InForce
from model.clock import Clock
from model.past import ColumnHistory
from model.ports import Journal
from model.site import Site


@dataclass(frozen=True, slots=True)
class BacktestWork:
    """Makes work of what is asked. ``in_force``: the rules that run, asked anew each time."""

    in_force: Callable[[], InForce]
    site: Site
    history: ColumnHistory
    journal: Journal
    clock: Clock

    def __call__(self, asked: BacktestAsked) -> Work:
        """Blocks. Raises ConfigError with every mistake of the text, KeyError for an unknown rule."""
        now = self.in_force()
        question, rules = _question(asked, now), now.bound.book.rules

        def work(tell: Callable[[Progress], None], stop: threading.Event) -> Result:
            return backtest(question, self.site, rules, self.history, self.journal, tell=tell, stop=stop, clock=self.clock)

        return work


def _question(asked: BacktestAsked, now: InForce) -> Question:
    if asked.yaml.strip():
        return question_of(asked.yaml, now, asked.start_ns, asked.end_ns)
    if now.version(asked.rule) is None:
        raise KeyError(asked.rule)
    return Question(asked.start_ns, asked.end_ns, only=(asked.rule,))
