"""Tries changes of rules on the history of a period and keeps of each rule the smallest that quiets it.

::

    bad actors ──► candidates per rule (rules.suggestion, from the journal and the readings)
                         │  round 1: the first candidate of every rule, one backtest; round 2: the second …
                         ▼
                   chosen, or why nothing is suggested
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from guanjia.backtest.question import Question
from guanjia.backtest.result import Figures, Result
from guanjia.backtest.run import Progress
from guanjia.suggestions.answer import Answer, ChangeShape, Load, Proof, Suggestion, Tried
from guanjia.suggestions.past import depths
from guanjia.suggestions.reworded import reworded
from model.alarm_columns import AlarmColumns, AlarmName
from model.clock import SECOND
from model.ports import Journal
from model.reading import History
from model.rule import Rule
from model.site import Site
from rules.kpis.figures import Period
from rules.suggestion import FEWEST, Change, Flutter, Refusal, Trial, candidates, chosen, flutter

Run = Callable[[Question, Callable[[Progress], None], threading.Event], Result]
"""One backtest. Raises what ``guanjia.backtest.run.backtest`` does."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What candidates are read off and tried on."""

    site: Site
    columns: AlarmColumns
    history: History
    journal: Journal
    words: Callable[[str], str]
    """Id of a rule → its text, one mapping."""
    run: Run


@dataclass(slots=True)
class _Case:
    """One rule on its way."""

    rule: Rule
    devices: tuple[str, ...]
    candidates: Sequence[Change] = ()
    refusal: Refusal = Refusal.NONE
    tried: list[tuple[Trial, Proof]] = field(default_factory=list)


def suggest(
    bad: Mapping[str, tuple[str, ...]],
    rules: Iterable[Rule],
    period: Period,
    ground: Ground,
    tell: Callable[[Progress], None],
    stop: threading.Event,
) -> list[Answer]:
    """``bad``: rule → devices on which it is a bad actor. Blocks for as many backtests as a rule has candidates at the most."""
    cases = [_case(rule, bad[rule.id], ground) for rule in rules if rule.id in bad]
    rounds = max((len(case.candidates) for case in cases), default=0)
    for number in range(rounds):
        trying = [case for case in cases if number < len(case.candidates)]
        question = Question(period.start_ns, period.end_ns, proposed=tuple(case.candidates[number].made(case.rule) for case in trying))
        result = ground.run(question, _part(tell, number, rounds), stop)
        missed = _missed(result, ground.journal)
        for case in trying:
            _note(case, case.candidates[number], result, missed)
    return [_answer(case, ground.words) for case in cases]


def _case(rule: Rule, devices: tuple[str, ...], ground: Ground) -> _Case:
    if rule.life_safety:
        return _Case(rule, devices, refusal=Refusal.LIFE_SAFETY)
    names = {(rule.id, device) for device in devices}
    count = sum(ground.columns.alarms[place] in names for place in ground.columns.alarm.tolist())
    if count < FEWEST:
        return _Case(rule, devices, refusal=Refusal.TOO_FEW)
    seen = {device: flutter(ground.columns, (rule.id, device), rule) for device in devices}
    found = tuple(candidates(rule, seen.values(), *_depths(rule, seen, ground)))
    return _Case(rule, devices, found, Refusal.NONE if found else Refusal.NOT_A_FLUTTER)


def _depths(rule: Rule, seen: Mapping[str, Flutter], ground: Ground) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Over all the devices: point → depths, and the limit nearest to zero, by which a deadband is bounded."""
    found: dict[str, list[float]] = {}
    bounds: dict[str, float] = {}
    for device, past in seen.items():
        known = ground.site.devices.get(device)
        for name, (limit, of_pauses) in depths(rule, known, ground.site, past, ground.history).items() if known else ():
            found.setdefault(name, []).extend(of_pauses)
            bounds[name] = min(abs(limit), bounds.get(name, abs(limit)))
    return found, bounds


def _part(tell: Callable[[Progress], None], number: int, rounds: int) -> Callable[[Progress], None]:
    """One backtest of several is a part of the whole; the rest will take as long as this one, each."""

    def told(progress: Progress) -> None:
        rest = 1 - progress.done + rounds - number - 1
        eta_s = None if progress.eta_s is None or progress.done >= 1 else progress.eta_s / (1 - progress.done) * rest
        tell(replace(progress, done=(number + progress.done) / rounds, eta_s=eta_s))

    return told


def _missed(result: Result, journal: Journal) -> list[AlarmName | None]:
    """The alarms whose incidents would be missed; None for an incident that can be put down to none."""
    occurrences = (journal.occurrence(one.occurrence) if one.occurrence else None for one in result.missed_incidents)
    return [(occurrence.rule, occurrence.device) if occurrence else None for occurrence in occurrences]


def _note(case: _Case, change: Change, result: Result, missed: Sequence[AlarmName | None]) -> None:
    now = proposed = Load()
    for line in result.by_alarm:
        if line.rule == case.rule.id and line.device in case.devices:
            now += _load(line.now)
            proposed += _load(line.proposed)
    of_rule = sum(one is None or one[0] == case.rule.id for one in missed)
    real = sum(line.incidents for line in result.by_alarm if line.rule == case.rule.id)
    if now.annunciated == 0:
        case.refusal = Refusal.NOT_JUDGED
    case.tried.append((Trial(change, now.annunciated, proposed.annunciated, of_rule), Proof(now, proposed, of_rule, real)))


def _load(figures: Figures) -> Load:
    return Load(figures.occurrences, figures.annunciated, figures.active_s)


def _answer(case: _Case, words: Callable[[str], str]) -> Answer:
    best = chosen([trial for trial, _ in case.tried])
    tried = tuple(Tried(_shape(trial.change), proof) for trial, proof in case.tried)
    if best is None:
        return Answer(case.rule.id, case.devices, None, case.refusal or Refusal.NOTHING_HELPS, tried)
    proof = next(proof for trial, proof in case.tried if trial is best)
    yaml = reworded(words(case.rule.id), case.rule, best.change)
    return Answer(case.rule.id, case.devices, Suggestion(_shape(best.change), yaml, proof), "", tried)


def _shape(change: Change) -> ChangeShape:
    return ChangeShape(_seconds(change.on_delay_ns), _seconds(change.off_delay_ns), dict(change.deadband))


def _seconds(ns: int | None) -> float | None:
    return None if ns is None else ns / SECOND
