"""Suggestions as work on one site: for one rule, or for every rule that has bad actors."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from api.alarm_figures import period, review_of
from api.backtesting import BacktestJob
from api.words import rfc3339
from guanjia.backtest.question import Question
from guanjia.backtest.result import Result
from guanjia.backtest.run import Progress, backtest
from guanjia.backtest_jobs import BacktestJobs, Tell, Work
from guanjia.rulebook.in_force import InForce
from guanjia.suggestions.answer import Answer
from guanjia.suggestions.suggest import Ground, suggest
from model.alarm_columns import AlarmColumns
from model.clock import Clock
from model.past import ColumnHistory
from model.people import Actor
from model.ports import Journal
from model.reading import History
from model.site import Site
from rules.kpis.figures import Period
from rules.rationalisation import watched_by

MOST_RULES = 10
"""The worst; more at a time would be read by nobody."""


@dataclass(frozen=True, slots=True)
class SuggestionWork:
    """``in_force``: the rules that run, asked anew each time."""

    in_force: Callable[[], InForce]
    site: Site
    history: History
    past: ColumnHistory
    journal: Journal
    clock: Clock

    def of_rule(self, rule: str, of: Period) -> Work:
        """Raises KeyError for a rule that does not run."""
        if self.in_force().version(rule) is None:
            raise KeyError(rule)
        return partial(self._one, rule, of)

    def of_worst(self, of: Period, tell: Tell, stop: threading.Event) -> list[Answer]:
        """Blocks; in the order of the bad actors."""
        now, columns = self.in_force(), self.journal.alarm_columns(of.start_ns, of.end_ns)
        bad = self._bad(now, columns, of)
        return self._suggested(now, columns, of, {rule: bad[rule] for rule in list(bad)[:MOST_RULES]}, tell, stop)

    def _one(self, rule: str, of: Period, tell: Tell, stop: threading.Event) -> Answer:
        now, columns = self.in_force(), self.journal.alarm_columns(of.start_ns, of.end_ns)
        raised = dict.fromkeys(device for id, device in columns.alarms if id == rule)
        devices = self._bad(now, columns, of).get(rule) or tuple(raised)
        return self._suggested(now, columns, of, {rule: devices}, tell, stop)[0]

    def _bad(self, now: InForce, columns: AlarmColumns, of: Period) -> dict[str, tuple[str, ...]]:
        """Rule → devices on which it is a bad actor, the worst first; of rules that still run."""
        book = now.bound.book
        found: dict[str, tuple[str, ...]] = {}
        for actor in review_of(columns, self.journal, book.rules, watched_by(book), of).bad_actors:
            if now.version(actor.rule) is not None:
                found[actor.rule] = (*found.get(actor.rule, ()), actor.device)
        return found

    def _suggested(
        self, now: InForce, columns: AlarmColumns, of: Period, bad: Mapping[str, tuple[str, ...]], tell: Tell, stop: threading.Event
    ) -> list[Answer]:
        rules = now.bound.book.rules

        def run(question: Question, told: Callable[[Progress], None], stop: threading.Event) -> Result:
            return backtest(question, self.site, rules, self.past, self.journal, tell=told, stop=stop, clock=self.clock)

        ground = Ground(self.site, columns, self.history, self.journal, lambda rule: now.written[rule].words, run)
        chosen = sorted((rule for rule in rules if rule.id in bad), key=lambda rule: list(bad).index(rule.id))
        return suggest(bad, chosen, of, ground, tell, stop)


@dataclass(frozen=True, slots=True)
class SuggestionDesk:
    """``api.context.SuggestionActs``: one rule at a time, among the backtests."""

    work: SuggestionWork
    jobs: BacktestJobs

    def ask(self, rule: str, start_ns: int, end_ns: int, by: Actor) -> BacktestJob:
        zone = self.work.site.timezone
        start, end = (rfc3339(at_ns, zone) for at_ns in (start_ns, end_ns))
        return self.jobs.put({"suggest": rule, "start": start, "end": end}, by, self.work.of_rule(rule, period(start_ns, end_ns, zone)))
