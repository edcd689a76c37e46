"""What the judging process does, without the process: two rule books over what it is fed, and the answer at the end."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from guanjia.backtest.answer import Told, answer
from guanjia.backtest.assembly import Asked, Failures, Times, assembled
from guanjia.backtest.covered import Covered
from guanjia.backtest.incidents import Incident
from guanjia.backtest.plan import Wanted
from guanjia.backtest.put_back import PutBack
from guanjia.backtest.question import Question
from guanjia.backtest.result import Result
from guanjia.backtest.tickets import TicketTally
from model.alarm import AlarmEvent
from model.past import DevicePast, Readings
from model.rule import Rule
from model.site import Keep, Site
from rules.backtest import Trial
from rules.backtest_outcome import Outcomes
from store.history.thinning import holds_for_ns

NOW, PROPOSED = "now", "proposed"
_UNCOUNTED = 1_000_000
"""Lost readings of all devices that wait to be counted."""


@dataclass(frozen=True, slots=True)
class Brief:
    """All that the judging process must know beforehand."""

    question: Question
    site: Site
    rules: tuple[Rule, ...]
    incidents: tuple[Incident, ...]


class Case:
    """Per stretch: ``begin``, ``fail`` and ``take`` for each batch of devices, ``finish``; then ``answer``."""

    def __init__(self, brief: Brief) -> None:
        question, self._brief = brief.question, brief
        books: dict[str, Sequence[Rule]] = {NOW: brief.rules}
        if question.compares:
            books[PROPOSED] = question.proposed_book(brief.rules)
        self._judged = question.judged(brief.rules)
        self._trial = Trial(brief.site, books, self._judged, self._hear, question.answer_after_ns)
        self._outcomes = {name: Outcomes(self._trial.asked) for name in books}
        self._tickets = {name: TicketTally(rules, self._trial.asked) for name, rules in books.items()}
        self._failures: dict[str, Failures] = {}
        self._uncounted = 0
        self._covered = Covered()
        self._stretch = (0, 0)
        self._put_back: dict[str, PutBack] = {}

    def wanted(self) -> Wanted:
        return Wanted(self._trial.wanted, self._trial.asks_link(), self._trial.shared_readings())

    def begin(self, start_ns: int, end_ns: int) -> None:
        self._stretch = (start_ns, end_ns)
        self._trial.begin(start_ns, end_ns)

    def fail(self, devices: Sequence[str], readings: Sequence[tuple[Times, NDArray[np.uint8]]]) -> None:
        """Lost readings of some devices, in the stretch begun."""
        for id, (at_ns, quality) in zip(devices, readings, strict=True):
            if id not in self._failures:
                self._failures[id] = Failures(self._brief.site.devices[id])
            self._failures[id].add(at_ns, quality)
            self._uncounted += len(at_ns)
        if self._uncounted > _UNCOUNTED:
            self._uncounted = 0
            for failures in self._failures.values():
                failures.count()

    def take(self, batch: Sequence[Asked], pieces: Sequence[Readings]) -> None:
        self._covered.add(pieces)
        failed = {one.device.id: self._failures.pop(one.device.id).times() for one in batch if one.device.id in self._failures}
        for past in self._whole(batch, assembled(batch, pieces, failed)):
            self._trial.take(past)

    def _whole(self, batch: Sequence[Asked], found: Iterable[DevicePast]) -> Iterator[DevicePast]:
        """With what a store of changes left out."""
        store = self._brief.site.store
        if store.keep is Keep.ALL:
            yield from found
            return
        said = {past.device: past for past in found}
        for one in batch:
            if one.device.id not in self._put_back:
                holds = {column: holds_for_ns(store, self._brief.site, one.device.point_id(column)) for column in one.columns}
                self._put_back[one.device.id] = PutBack(one.device, holds)
            whole = self._put_back[one.device.id].whole(said.get(one.device.id), *self._stretch)
            if whole is not None:
                yield whole

    def finish(self) -> None:
        self._trial.finish()
        self._failures.clear()

    def answer(self) -> Result:
        told = {name: Told(outcomes, self._tickets[name].opened) for name, outcomes in self._outcomes.items()}
        return answer(
            self._brief.question,
            self._brief.site,
            self._brief.rules,
            told[NOW],
            told.get(PROPOSED, told[NOW]),
            self._brief.incidents,
            self._trial,
            self._covered,
        )

    def _hear(self, book: str, event: AlarmEvent) -> None:
        self._outcomes[book].hear(event)
        self._tickets[book].hear(event)
