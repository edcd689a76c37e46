"""A pump room whose rules change while it is watched: one tank, the production engine, desks and journal, and a clock that a test turns."""

import asyncio
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from api.rulebook import Adopted
from guanjia.config.rule_text import RuleText
from guanjia.config.site_file import draft_site
from guanjia.journal_record import JournalRecord
from guanjia.numbering import OccurrenceNumbers
from guanjia.rulebook.adoption import Adoption
from guanjia.rulebook.bound import bind
from guanjia.rulebook.desk import RuleDesk, opened
from guanjia.rulebook.file_watch import FileWatch
from guanjia.rulebook.in_force import InForce
from guanjia.rulebook.shelf import Shelf
from guanjia.scenario.virtual_clock import VirtualClock
from model.alarm import AlarmEvent
from model.clock import SECOND
from model.people import Actor, Role
from model.ports import JournalWrite, OccurrenceFilter
from model.quality import ABSENT, Quality
from model.reading import Block
from model.rule_version import Origin
from rules.book import Book
from rules.engine import Engine
from store.journal.journal import open_journal
from tickets.desk import Desk

T = TypeVar("T")
T0 = 1_768_400_000 * SECOND
MANAGER, ADMIN = Actor("wang", Role.MANAGER, "王敏"), Actor("root", Role.ADMIN, "root")
TANK = "roof.tank"
SITE = """
site: {id: s, name: {zh: 站, en: Site}, timezone: Asia/Shanghai}
areas: [{id: roof, name: {zh: 屋面, en: Roof}}]
devices:
  - {id: roof.tank, name: {zh: 水箱, en: Tank}, system: water, area: roof, profile: tank, modbus: {host: 10.0.0.1}}
people: [{id: zhang, name: 张伟, role: technician, skills: [plumbing]}]
rules: [rules/*.yaml]
"""
WHY = "why: {cause: 进水阀卡住, consequence: 漫水, action: 关进水阀, respond_within: 15min}"


def rule(id_: str, when: str, more: str = "") -> str:
    """One rule as people write it; ``more`` are further lines."""
    text = f'id: {id_}\nfor: {{class: tank}}\nwhen: {when}\npriority: high\ntext: {{zh: "{{device}} {id_}", en: "{{device}} {id_}"}}\n'
    return f"{text}{WHY}\nsource: practice\n{more}"


def listed(*rules: str) -> str:
    """The same as items of a file."""
    return "".join("- " + text.rstrip("\n").replace("\n", "\n  ") + "\n" for text in rules)


HIGH = rule("tank.high", "level > 3", "on_delay: 10s\noff_delay: 20s\nticket: {class: small, skill: plumbing}\n")
LOW = rule("tank.low", "level < 0.5", "on_delay: 60s\n")
OWN = rule("own.busy", "count(inlet_open, 1h) >= 3")
LIBRARY = listed(HIGH, LOW)


class Room:
    """``folder`` keeps everything: a second room in the same folder is the platform after a restart."""

    def __init__(self, folder: Path, clock: VirtualClock | None = None, after_reading: Callable[[], None] = lambda: None) -> None:
        """``after_reading``: happens when the rule files have been read and nobody watches them yet."""
        self.folder, self.clock = folder, clock or VirtualClock(T0)
        self.rule_file = folder / "rules" / "own.yaml"
        if not (folder / "site.yaml").exists():
            (folder / "rules").mkdir()
            (folder / "site.yaml").write_text(SITE, encoding="utf-8")
            self.rule_file.write_text(listed(OWN), encoding="utf-8")
        draft = draft_site(folder / "site.yaml")
        self.shelf = Shelf(draft, folder, (RuleText("library/tank.yaml", LIBRARY, Origin.LIBRARY),))
        marks = self.shelf.marks()
        texts, _ = self.shelf.read()
        after_reading()
        self.journal = open_journal("sqlite", folder, {})
        now, self.unheard = opened(InForce(draft, tuple(texts), bind(draft, texts), {}), self.journal.rule_versions(), self.clock.now_ns())
        self.site, book_rules = draft.site, now.bound.book.rules
        numbers = OccurrenceNumbers.after(self.journal, self.site.timezone)
        self.engine = Engine(self.site, book_rules, numbers)
        self.tickets = Desk(self.site, book_rules)
        self._record = JournalRecord(self.journal, lambda tx, event: self.tickets.on_alarm(tx, event, self.clock.now_ns()))
        adoption = Adoption(self.engine, self.site, numbers, self.put, self._follow, self.clock)
        self.told: list[Adopted] = []
        self.desk = RuleDesk(now, self.shelf, adoption, self, self.clock, lambda adopted, by: self.told.append(adopted))
        self.watch = FileWatch(self.shelf, self.desk, self.clock, marks)
        self.events: list[AlarmEvent] = []
        self.committed = 0
        """How often somebody has waited until all of them were on disk."""
        self.before_work: Callable[[], None] = lambda: None
        """Happens when a change is about to be written down."""

    async def start(self) -> "Room":
        await self.desk.keep(self.unheard)
        self.put(self.engine.restore(self.journal.standings(), self.clock.now_ns()))
        return self

    def put(self, events: Sequence[AlarmEvent]) -> None:
        self.events += events
        self._record.events(list(events))

    async def work(self, work: Callable[[JournalWrite], T]) -> T:
        await asyncio.sleep(0)
        self.before_work()
        return self._record.work(work)[0]

    async def commit(self, events: Sequence[AlarmEvent]) -> None:
        await asyncio.sleep(0)
        self.put(events)
        self.committed += 1

    def _follow(self, book: Book) -> None:
        self.tickets.know(book.rules)

    # ── what happens ──

    def reads(self, level: float, inlet_open: bool = False) -> None:
        """A block of the tank, now."""
        self.put(self.engine.observe(self.block(level, inlet_open)))

    def block(self, level: float, inlet_open: bool = False) -> Block:
        device = self.site.devices[TANK]
        values = array("d", [0.0] * len(device.points))
        qualities = bytearray([ABSENT] * len(device.points))
        for name, value in (("level", level), ("inlet_open", float(inlet_open))):
            column = device.profile.column(name)
            assert column is not None
            values[column], qualities[column] = value, Quality.GOOD
        return Block(TANK, self.clock.now_ns(), self.clock.now_ns(), values, bytes(qualities))

    def passes(self, seconds: float) -> None:
        """Time, and the engine is told so."""
        self.clock.now += round(seconds * SECOND)
        self.put(self.engine.advance(self.clock.now_ns()))

    # ── what people do and see ──

    async def edit(self, rule_id: str, yaml: str, by: Actor = MANAGER, comment: str = "tried out") -> Adopted:
        """Of whatever version runs."""
        return await self.desk.change(rule_id, yaml, by, comment, self.version(rule_id))

    def version(self, rule_id: str) -> str:
        running = self.desk.read(rule_id).running
        assert running is not None
        return running.version

    def kinds(self) -> list[str]:
        """What has happened since this was asked last."""
        found, self.events = self.events, []
        return [f"{event.kind} {event.standing.rule}" for event in found]

    def open_alarms(self) -> dict[str, str]:
        """Rule → state of its open occurrence, as the journal has it."""
        return {o.rule: o.state.value for o in self.journal.occurrences(OccurrenceFilter(active=True))}

    def close(self) -> None:
        self.journal.close()
