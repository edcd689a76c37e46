"""The acts of people on the rule book: proposed and judged apart, put down in the journal, then in force between two blocks."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol, TypeVar

import structlog

from api.rulebook import Adopted, CheckedRule, Refused, RuleReading, RuleWords
from guanjia.no_pauses import without_collections, without_pauses
from guanjia.rulebook.history import Act
from guanjia.rulebook.in_force import SENT, InForce, edited, file_text, first, id_in, reread, taken_back, with_text
from guanjia.rulebook.shelf import Shelf
from model.alarm import AlarmEvent
from model.clock import Clock
from model.mistake import Mistake
from model.people import PLATFORM, Actor
from model.ports import AuditLine, JournalWrite, PartHealth
from model.rule_version import NotChangeable, Origin, RulesRefused, RuleVersion, VersionMoved
from rules.book import Book
from rules.engine import Engine
from rules.hints import hints

log = structlog.get_logger()
T = TypeVar("T")
Proposal = tuple[InForce, list[RuleVersion]]
_SEEN_WITHIN_S = 2.0
FILES = "rule files"
"""What is changed by reading them again, in the audit trail."""


class WorkLane(Protocol):
    """The way into the journal, for the desk's work."""

    async def work(self, work: Callable[[JournalWrite], T]) -> T: ...

    async def commit(self, events: Sequence[AlarmEvent]) -> None:
        """Queue them, and wait until they and all before them are on disk and told."""
        ...


class Court(Protocol):
    """What judges by the rules, and can be given others."""

    @property
    def book(self) -> Book: ...

    def prepared(self, book: Book) -> Engine: ...

    def adopt(self, fresh: Engine) -> Mapping[str, int]: ...


class RuleDesk:
    """``api.rulebook.RuleActs``. Acts run on the event loop, one at a time; whatever takes long is done in threads meanwhile."""

    def __init__(
        self,
        now: InForce,
        shelf: Shelf,
        court: Court,
        lane: WorkLane,
        clock: Clock,
        told: Callable[[Adopted, Actor], None],
        refused: Sequence[Mistake] = (),
    ) -> None:
        """``refused``: of the files as they were found at the start, with earlier rules in their place."""
        self._now = now
        self._shelf, self._court, self._lane, self._clock, self._told = shelf, court, lane, clock, told
        self._one_at_a_time = asyncio.Lock()
        self._one_check_at_a_time = threading.Lock()
        self._refused = Refused(refused, clock.now_ns()) if refused else None
        """Of the files as they were last read."""

    @property
    def book(self) -> Book:
        return self._court.book

    @property
    def in_force(self) -> InForce:
        """All that runs now, with its texts: what a proposal is laid over."""
        return self._now

    def origin(self, rule: str) -> Origin:
        one = self._now.written.get(rule)
        return one.source.origin if one else Origin.RETIRED

    def versions(self, rule: str) -> Sequence[RuleVersion]:
        return [kept for kept in self._now.history if kept.rule == rule]

    def refusal(self) -> Refused | None:
        if self._refused is not None or not self._now.aside:
            return self._refused
        mistakes = [mistake for one in self._now.aside.values() for mistake in one.mistakes]
        return Refused(mistakes, max(one.edit.at_ns for one in self._now.aside.values()))

    def health(self) -> PartHealth:
        if self._refused is not None:
            return PartHealth("rules", False, _refusal("the rule files were not taken, the rules before run on", self._refused.mistakes))
        if aside := self._now.aside:
            mistakes = [mistake for one in aside.values() for mistake in one.mistakes]
            return PartHealth("rules", False, _refusal(f"edits that do not fit the site and do not run: {', '.join(aside)}", mistakes))
        return PartHealth("rules", True)

    def read(self, rule: str) -> RuleReading:
        now = self._now
        one, aside = now.written.get(rule), now.aside.get(rule)
        running = RuleWords(one.words, one.rule.version, one.source.origin) if one else None
        if running is None and aside is None:
            raise KeyError(rule)
        below = file_text(now, rule) if running and running.origin is Origin.EDITED else None
        return RuleReading(
            running,
            RuleWords(below.words, below.rule.version, below.source.origin) if below else None,
            RuleWords(aside.edit.yaml, aside.edit.version, aside.edit.origin) if aside else None,
            aside.mistakes if aside else (),
        )

    def check(self, yaml: str) -> tuple[Sequence[CheckedRule], Sequence[Mistake]]:
        with self._one_check_at_a_time, without_collections():
            now = self._now
            bound = with_text(now, yaml)
            watches = bound.book.watches()
            sent = [one.rule for one in bound.written.values() if one.source.file == SENT and one.is_whole]
            calendar = now.draft.site.calendar
            checked = [CheckedRule(r.id, r.version, watches.get(r.id, 0), now.version(r.id), hints(r, calendar)) for r in sent]
            return checked, sorted(bound.mistakes)

    async def change(self, rule: str, yaml: str, by: Actor, comment: str, base_version: str) -> Adopted:
        async with self._one_at_a_time:
            self._require(rule, base_version)
            return await self._put_in_force(lambda now, act: edited(now, rule, yaml, act), "rule.change", rule, by, comment)

    async def create(self, yaml: str, by: Actor, comment: str) -> tuple[str, Adopted]:
        async with self._one_at_a_time:
            rule = await asyncio.to_thread(id_in, yaml)
            if rule in self._now.written:
                raise NotChangeable(f"there is a rule '{rule}' already; change that one, or choose another id")
            adopted = await self._put_in_force(lambda now, act: edited(now, rule, yaml, act), "rule.create", rule, by, comment)
            return rule, adopted

    async def take_back(self, rule: str, by: Actor, comment: str, base_version: str = "") -> Adopted:
        async with self._one_at_a_time:
            if rule not in self._now.aside:
                self._require(rule, base_version or self._now.version(rule))
            return await self._put_in_force(lambda now, act: taken_back(now, rule, act), "rule.take_back", rule, by, comment)

    async def reload(self, by: Actor) -> Adopted:
        async with self._one_at_a_time:
            texts, unread = await asyncio.to_thread(self._shelf.read)
            try:
                if unread:
                    raise RulesRefused(unread)
                adopted = Adopted()
                if tuple(texts) != self._now.texts:
                    adopted = await self._put_in_force(lambda now, act: reread(now, texts, act), "rules.reload", FILES, by, "")
            except RulesRefused as refused:
                self._refused = Refused(refused.mistakes, self._clock.now_ns())
                log.error("rules_refused", mistakes=len(refused.mistakes), first=str(refused.mistakes[0]))
                raise
            self._refused = None
            return adopted

    async def keep(self, lines: Sequence[RuleVersion]) -> None:
        """Put down what has come into force with the start."""
        for rule, one in self._now.aside.items():
            log.error("rule_edit_set_aside", rule=rule, version=one.edit.version, first=str(one.mistakes[0]))
        await self._lane.work(lambda tx: tx.keep_rule_versions(lines))

    def _require(self, rule: str, base_version: str | None) -> None:
        """Raises KeyError, or VersionMoved when somebody else was quicker."""
        running = self._now.version(rule)
        if running is None:
            raise KeyError(rule)
        if running != base_version:
            last = self.versions(rule)[-1]
            who = f"{last.by}: {last.comment or last.origin}"
            raise VersionMoved(f"'{rule}' is version {running} by now ({who}), not {base_version}; read it again")

    async def _put_in_force(self, propose: Callable[[InForce, Act], Proposal], what: str, target: str, by: Actor, comment: str) -> Adopted:
        """The running rules stay until everything that can go wrong has gone right."""
        act = Act(self._clock.now_ns(), by.name, comment, by.role)
        with without_pauses():
            then, lines = await asyncio.to_thread(propose, self._now, act)
            changed = self._now.differing(then)
            fresh = await asyncio.to_thread(self._court.prepared, then.bound.book) if changed else None
        try:
            if lines:
                await self._lane.work(partial(_keep, lines=lines, audit=AuditLine(act.at_ns, by.name, what, target, comment)))
            moved = self._court.adopt(fresh) if fresh else {}
            self._now = then
        finally:
            if fresh:  # The old rules by now, or the new ones when they could not be put down.
                await asyncio.to_thread(fresh.dissolve)
        adopted = Adopted({rule: then.version(rule) for rule in changed}, moved)
        if changed:
            log.info("rules_adopted", rules=changed, by=by.name, moved=dict(moved))
            self._told(adopted, by)
        if moved:
            await self._seen()
        return adopted

    async def _seen(self) -> None:
        """Whoever asks after our answer finds the alarms moved. The rules are in force even if the journal takes the alarms later."""
        try:
            async with asyncio.timeout(_SEEN_WITHIN_S):
                await self._lane.commit(())
        except Exception as error:  # noqa: BLE001 - of the lane or the journal; the act itself has been done
            log.warning("moved_alarms_not_on_disk_yet", error=repr(error))


def opened(files: InForce, history: Sequence[RuleVersion], now_ns: int) -> Proposal:
    """What runs from the start."""
    return first(files, history, Act(now_ns, PLATFORM.name, role=PLATFORM.role))


def _keep(tx: JournalWrite, lines: Sequence[RuleVersion], audit: AuditLine) -> None:
    tx.keep_rule_versions(lines)
    tx.audit(audit)


def _refusal(what: str, mistakes: Sequence[Mistake]) -> str:
    more = f", and {len(mistakes) - 1} more: GET /api/v1/rules/mistakes" if len(mistakes) > 1 else ""
    return f"{what}: {mistakes[0]}{more}"
