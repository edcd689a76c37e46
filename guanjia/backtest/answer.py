"""From what came of both books to the answer people read. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np

from guanjia.backtest.assumptions import assumptions
from guanjia.backtest.covered import Covered
from guanjia.backtest.incidents import Causes, Incident, causes_of, missed, told_of
from guanjia.backtest.question import Question
from guanjia.backtest.result import AlarmFigures, Asked, Change, Figures, Line, Missed, Result, Span, Timeline, Undecided, Words
from guanjia.backtest.tickets import OpenedTicket
from model.carrier import things
from model.clock import DAY, HOUR, SECOND
from model.rule import Rule
from model.site import Site
from model.text import Text
from rules.backtest import Trial
from rules.backtest_outcome import Outcome, Outcomes, by_alarm, difference
from rules.kpis.load import floods, in_last_window
from rules.suppression import AlarmKey

T = TypeVar("T")
_BothTickets = tuple[Sequence[OpenedTicket], Sequence[OpenedTicket]]
_LINES_LISTED = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one book."""

    outcomes: Outcomes
    tickets: Sequence[OpenedTicket]


def answer(
    question: Question,
    site: Site,
    rules: tuple[Rule, ...],
    now: Told,
    proposed: Told,
    incidents: Sequence[Incident],
    trial: Trial,
    covered: Covered,
) -> Result:
    """``took_s`` is left to whoever has the clock."""
    period = _Period(question.start_ns, question.end_ns, covered.of(question.start_ns, question.end_ns))
    both = rules, question.proposed_book(rules)
    books = [{rule.id: rule for rule in book} for book in both]
    before, after = (told.outcomes.within(period.start_ns, period.end_ns) for told in (now, proposed))
    lines = [_Lines(site, book, period) for book in books]
    causes = causes_of(*both)
    real = told_of(incidents, before, causes)
    differ = difference(before, after)
    listed = _Listed()
    gone = [lines[0].line(one) for one in listed.of(differ.gone)]
    new = [lines[1].line(one) for one in listed.of(differ.new)]
    changed = [Change(lines[0].line(one), lines[1].line(other)) for one, other in listed.of(differ.changed)]
    return Result(
        question=_asked(question, rules),
        period=Span(lines[0].time(period.start_ns), lines[0].time(period.end_ns), period.days, period.covered_ns / DAY),
        devices=len({device for _, device in trial.asked}),
        alarms=len(trial.asked),
        readings=covered.readings,
        took_s=0.0,
        now=figures(before, now.tickets, period),
        proposed=figures(after, proposed.tickets, period),
        gone=gone,
        new=new,
        changed=changed,
        unchanged=differ.unchanged,
        by_alarm=_by_alarm(before, after, (now.tickets, proposed.tickets), period, real, causes),
        missed_incidents=[lines[0].missed(one) for one in missed(real, after, causes)],
        not_judged=[Undecided(one.rule, one.device, one.reason) for one in trial.not_judged],
        assumptions=[_words(one) for one in assumptions(question, rules, site, trial)],
        left_out=listed.left_out,
        timeline=Timeline(lines[0].timeline(before), lines[1].timeline(after)),
        incidents=len(real),
    )


@dataclass(frozen=True, slots=True)
class _Period:
    start_ns: int
    end_ns: int
    covered_ns: int

    @property
    def days(self) -> float:
        return (self.end_ns - self.start_ns) / DAY

    @property
    def judged_ns(self) -> int:
        """What rates are of; at least an hour, or the period: one reading is no load for a day."""
        whole_ns = self.end_ns - self.start_ns
        return max(self.covered_ns, min(whole_ns, HOUR)) if self.covered_ns else whole_ns

    def raised(self, outcomes: Iterable[Outcome]) -> list[Outcome]:
        return [one for one in outcomes if self.start_ns <= one.raised_at_ns < self.end_ns]


def figures(outcomes: Sequence[Outcome], tickets: Iterable[OpenedTicket], period: _Period) -> Figures:
    """Of some alarms; ``outcomes`` in the order in which they were raised."""
    raised = period.raised(outcomes)
    told_ns = np.array([one.raised_at_ns for one in raised if one.annunciated], dtype=np.int64)
    flooded_ns = sum(flood.end_ns - flood.begin_ns for flood in floods(told_ns, period.end_ns)) if len(told_ns) else 0
    return Figures(
        occurrences=len(raised),
        annunciated=len(told_ns),
        active_s=round(sum(one.active_ns(period.start_ns, period.end_ns) for one in outcomes) / SECOND, 3),
        tickets=sum(period.start_ns <= ticket.opened_at_ns < period.end_ns for ticket in tickets),
        per_day=round(len(told_ns) * DAY / period.judged_ns, 3),
        per_hour=round(len(told_ns) * HOUR / period.judged_ns, 4),
        busiest_10min=int(in_last_window(told_ns).max()) if len(told_ns) else 0,
        flood_share=round(min(1.0, flooded_ns / period.judged_ns), 6),
    )


def _by_alarm(
    now: Sequence[Outcome],
    proposed: Sequence[Outcome],
    opened: _BothTickets,
    period: _Period,
    real: Sequence[Incident],
    causes: Causes,
) -> list[AlarmFigures]:
    """The alarms that were raised on either side, the most frequent first."""
    before, after = by_alarm(now), by_alarm(proposed)
    tickets = [_tickets_of(one) for one in opened]
    found = [
        AlarmFigures(
            rule=alarm[0],
            device=alarm[1],
            now=figures(before.get(alarm, ()), tickets[0].get(alarm, ()), period),
            proposed=figures(after.get(alarm, ()), tickets[1].get(alarm, ()), period),
            incidents=len(told_of(real, before.get(alarm, ()), causes)),
        )
        for alarm in dict.fromkeys((*before, *after))
    ]
    return sorted(found, key=lambda one: (-max(one.now.occurrences, one.proposed.occurrences), one.rule, one.device))


def _tickets_of(opened: Iterable[OpenedTicket]) -> Mapping[AlarmKey, list[OpenedTicket]]:
    found: dict[AlarmKey, list[OpenedTicket]] = {}
    for ticket in opened:
        found.setdefault((ticket.rule, ticket.device), []).append(ticket)
    return found


class _Listed:
    """Takes as many lines as an answer may have, and counts the others."""

    def __init__(self) -> None:
        self._room = _LINES_LISTED
        self.left_out = 0

    def of(self, lines: Sequence[T]) -> Sequence[T]:
        shown = lines[: self._room]
        self._room -= len(shown)
        self.left_out += len(lines) - len(shown)
        return shown


class _Lines:
    """Writes the occurrences of one book."""

    def __init__(self, site: Site, rules: Mapping[str, Rule], period: _Period) -> None:
        self._site, self._rules, self._period = site, rules, period
        self._things = things(site)

    def time(self, at_ns: int) -> str:
        whole, rest = divmod(at_ns, SECOND)
        moment = datetime.fromtimestamp(whole, self._site.timezone).replace(microsecond=rest // 1000)
        return moment.isoformat(timespec="milliseconds")

    def line(self, outcome: Outcome) -> Line:
        rule, device = self._rules[outcome.rule], self._things[outcome.device]
        level = next((level for level in rule.levels if level.id == outcome.level), None)
        text = (level.text if level else rule.text).format(device=device.name)
        order = (level and level.ticket) or rule.ticket
        return Line(
            rule=outcome.rule,
            device=outcome.device,
            text=_words(text),
            priority=outcome.priority.value,
            level=outcome.level,
            raised_at=self.time(outcome.raised_at_ns),
            returned_at=None if outcome.returned_at_ns is None else self.time(outcome.returned_at_ns),
            active_s=round(outcome.active_ns(self._period.start_ns, self._period.end_ns) / SECOND, 3),
            annunciated=outcome.annunciated,
            suppressed_by=outcome.suppressed_by,
            ticket=order.ticket_class.value if order else None,
        )

    def missed(self, incident: Incident) -> Missed:
        opened_at = self.time(incident.opened_at_ns)
        return Missed(incident.ticket, incident.number, _words(incident.title), incident.device, opened_at, incident.occurrence)

    def timeline(self, outcomes: Iterable[Outcome]) -> list[tuple[str, str | None, str, str]]:
        told = [one for one in outcomes if one.annunciated][:_LINES_LISTED]
        return [
            (self.time(one.raised_at_ns), None if one.returned_at_ns is None else self.time(one.returned_at_ns), one.rule, one.device)
            for one in told
        ]


def _asked(question: Question, rules: tuple[Rule, ...]) -> Asked:
    judged = sorted(question.judged(rules))
    return Asked(judged, list(question.removed), question.everything, question.compares)


def _words(text: Text) -> Words:
    return Words(text.zh, text.en)
