"""Rules against the past: the engine that runs live, its conditions told beforehand what they will say.

    what devices said, stretch by stretch ──► conditions over columns ──► scripts: when which truth turns
                                                                            │ in order of time over all alarms
    one engine per rule book, with its timetable and assumed people  ◄──────┘ ──► alarm events

Pure. Where two books ask the same of a device, it is worked out once.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from model.alarm import AlarmEvent
from model.own_state import PLATFORM
from model.past import DevicePast
from model.rule import Rule
from model.site import Device, Mqtt, Site
from rules.alarm import Alarm
from rules.backtest_people import People
from rules.backtest_scope import affected, related, with_explanations
from rules.binder import Ground
from rules.book import Book
from rules.columns.carriers import CarrierSteps, can_be_told
from rules.columns.condition import ColumnCondition
from rules.columns.logic import Stretch
from rules.columns.scripted import Head, Scripted
from rules.engine import Engine
from rules.suppression import AlarmKey, link
from rules.syntax import Formula

Hear = Callable[[AlarmEvent], None]


@dataclass(frozen=True, slots=True)
class NotJudged:
    """An alarm the stored past can't decide."""

    rule: str
    device: str
    reason: str


class Side:
    """One rule book played over the past."""

    def __init__(self, site: Site, book: Book, head: Head, people: People | None, hear: Hear) -> None:
        numbers = count(1)
        self.engine = Engine(site, book.rules, lambda at_ns: f"B{next(numbers):07d}", book)
        self._head = head
        self._people = people
        self._hear = hear
        self._keys = [(verdict.rule.id, verdict.device.id) for verdict in book.verdicts]
        self._conditions = [_scripted(verdict.condition) for verdict in book.verdicts]

    def play(self, start_ns: int, end_ns: int) -> None:
        """The scripts of a stretch."""
        self._let_pass(start_ns - 1)
        self._head.tick = 2 * start_ns
        self._tell(self.engine.advance(start_ns))
        scripts = [condition.source.script.at for condition in self._conditions]
        whose = np.repeat(np.arange(len(scripts)), [len(at) for at in scripts])
        ticks = np.concatenate(scripts) if scripts else np.empty(0, dtype=np.int64)
        read = ticks & 1 == 1
        ticks, whose = ticks[read], whose[read]
        order = np.argsort(ticks, kind="stable")
        at, alarms = ticks[order].tolist(), whose[order].tolist()
        first = 0
        while first < len(at):
            end = first + 1
            while end < len(at) and at[end] == at[first]:
                end += 1
            self._turn(at[first], [self._keys[place] for place in alarms[first:end]])
            first = end
        self._let_pass(end_ns - 1)

    def _turn(self, tick: int, keys: Sequence[AlarmKey]) -> None:
        self._let_pass(tick // 2)
        self._head.tick = tick
        self._tell(self.engine.judge(keys, tick // 2))

    def _let_pass(self, until_ns: int) -> None:
        """One thing that falls due after the other, each at its own time."""
        while True:
            due_ns = self.engine.next_due_ns
            acts_ns = self._people.next_due_ns if self._people else None
            next_ns = min((at_ns for at_ns in (due_ns, acts_ns) if at_ns is not None), default=None)
            if next_ns is None or next_ns > until_ns:
                return
            self._head.tick = 2 * next_ns
            if self._people is None or due_ns == next_ns:
                self._tell(self.engine.advance(next_ns))
            else:
                self._tell(self._people.act(self.engine))

    def _tell(self, events: Sequence[AlarmEvent]) -> None:
        for event in events:
            if self._people is not None:
                self._people.hear(event)
            self._hear(event)


class Trial:
    """Several rule books over one past. Per stretch: ``begin``, ``take`` for each device that said something, ``finish``."""

    def __init__(
        self,
        site: Site,
        books: Mapping[str, Sequence[Rule]],
        changed: Collection[str],
        hear: Callable[[str, AlarmEvent], None],
        answer_after_ns: int | None = None,
    ) -> None:
        """``changed``: rules whose alarms are asked about. ``hear`` gets every event with the name of its book.

        ``answer_after_ns``: after how long people acknowledge and reset; None: nobody is there.
        """
        self._stretch = Stretch()
        self._sources: dict[tuple[object, ...], ColumnCondition] = {}
        self._site = site
        heads = {name: Head() for name in books}
        bound = {name: Book(site, related(changed, rules), self._builder(heads[name])) for name, rules in books.items()}
        alarms = {name: _alarms(site, book) for name, book in bound.items()}
        asked = {name: affected(changed, known) for name, known in alarms.items()}
        undecided = _not_judged(bound)
        hopeless = {(one.rule, one.device) for one in undecided}
        self.not_judged = tuple(one for one in undecided if any((one.rule, one.device) in keys for keys in asked.values()))
        self.asked: frozenset[AlarmKey] = frozenset[AlarmKey]().union(*asked.values()) - hopeless
        """The alarms that can come out otherwise, on any side."""
        for name, book in bound.items():
            judged = with_explanations(asked[name], alarms[name]) - hopeless
            book.narrow(judged)
        self._carriers = self._carrier_steps(bound)
        self._own, self._joint = self._sorted(bound)
        self.sides = {
            name: Side(site, book, heads[name], None if answer_after_ns is None else People(answer_after_ns), _hearer(hear, name))
            for name, book in bound.items()
        }
        self.wanted = self._wanted()
        self._waiting: set[str] = set()
        self._shared = self._shared_columns()

    @property
    def alarms(self) -> int:
        return len(self.asked)

    def begin(self, start_ns: int, end_ns: int) -> None:
        self._stretch.start_ns, self._stretch.end_ns = start_ns, end_ns
        self._waiting = set(self.wanted)

    def take(self, past: DevicePast) -> None:
        self._take(past.device, past)

    def finish(self) -> None:
        for device in list(self._waiting):
            self._take(device, None)
        for carrier in self._carriers:
            carrier.listen(self._stretch.start_ns)
        for condition in self._joint:
            condition.judge()
        for device in self._shared:
            self._stretch.device(device).rest(())
        for side in self.sides.values():
            side.play(self._stretch.start_ns, self._stretch.end_ns)

    def _take(self, id: str, past: DevicePast | None) -> None:
        device = self._stretch.device(id)
        device.take(past, self._stretch.start_ns)
        self._waiting.discard(id)
        for condition in self._own.get(id, ()):
            condition.judge()
        device.rest(self._shared.get(id, frozenset()))

    # ── what is asked of whom ──

    def _builder(self, head: Head) -> Callable[[Formula, Formula | None, Ground, Sequence[Formula]], Scripted]:
        def build(when: Formula, clear_when: Formula | None, ground: Ground, levels: Sequence[Formula]) -> Scripted:
            texts = (when.text, clear_when.text if clear_when else None, tuple(level.text for level in levels))
            meant = (tuple(sorted(part.items())) for part in (ground.params, ground.units, ground.deadband))
            asked = (ground.inputs.device.id, *texts, *meant)
            if asked not in self._sources:
                made = ColumnCondition(when, clear_when, ground, levels, self._stretch)
                if made.has_group:
                    return Scripted(made, head, self._stretch)  # Its members' parameters are not among what was compared.
                self._sources[asked] = made
            return Scripted(self._sources[asked], head, self._stretch)

        return build

    def _carrier_steps(self, books: Mapping[str, Book]) -> list[CarrierSteps]:
        """Put in place before any condition asks for them."""
        asked = {link for condition in _conditions(books) for link in condition.source.links}
        carriers = next(iter(books.values())).carriers
        made = []
        for id in sorted(asked & carriers.keys()):
            steps = CarrierSteps(carriers[id], self._stretch)
            self._stretch.devices[id] = steps
            made.append(steps)
        return made

    def _sorted(self, books: Mapping[str, Book]) -> tuple[dict[str, list[ColumnCondition]], list[ColumnCondition]]:
        """Conditions that one device's past decides, by device, and the others."""
        own: dict[str, list[ColumnCondition]] = defaultdict(list)
        joint = []
        for condition in dict.fromkeys(one.source for one in _conditions(books)):
            if condition.devices == {condition.device} and condition.device in self._site.devices:
                own[condition.device].append(condition)
            else:
                joint.append(condition)
        return own, joint

    def _all(self) -> list[ColumnCondition]:
        return [*self._joint, *(condition for conditions in self._own.values() for condition in conditions)]

    def _wanted(self) -> dict[str, frozenset[int]]:
        """Device → columns to read of it; none where only its answering is asked for."""
        wanted: dict[str, set[int]] = defaultdict(set)
        carriers = {carrier.id: carrier.behind for carrier in self._carriers}
        for condition in self._all():
            for slot in condition.slots:
                wanted[slot.inputs.device.id].add(slot.column)
            for device in condition.devices:
                for behind in carriers.get(device, (device,)):
                    wanted[behind] |= _signs_of_life(self._site.devices[behind])
        return {device: frozenset(wanted[device]) for device in self._site.devices if device in wanted}

    def _shared_columns(self) -> dict[str, frozenset[int]]:
        """What is needed until the last device of a stretch has spoken."""
        shared: dict[str, set[int]] = defaultdict(set)
        for condition in self._joint:
            for slot in condition.slots:
                shared[slot.inputs.device.id].add(slot.column)
        return {device: frozenset(columns) for device, columns in shared.items()}

    def asks_link(self) -> frozenset[str]:
        """Devices of which it matters whether an exchange failed."""
        carriers = {carrier.id: carrier.behind for carrier in self._carriers}
        links = (link for condition in self._all() for link in condition.links)
        return frozenset(device for link in links for device in carriers.get(link, (link,)))

    def shared_readings(self) -> int:
        """How many points are kept in memory for a whole stretch."""
        return sum(len(columns) for columns in self._shared.values())


def _signs_of_life(device: Device) -> set[int]:
    """Columns whose readings tell when it spoke: all of what tells now of these points, now of those; else the one read most often."""
    if isinstance(device.connection, Mqtt):
        return set(range(len(device.points)))
    return {min(range(len(device.points)), key=lambda column: device.points[column].every_ns)} if device.points else set()


def _hearer(hear: Callable[[str, AlarmEvent], None], name: str) -> Hear:
    return lambda event: hear(name, event)


def _scripted(condition: object) -> Scripted:
    assert isinstance(condition, Scripted), "the book was built with scripts"
    return condition


def _conditions(books: Mapping[str, Book]) -> list[Scripted]:
    return [_scripted(verdict.condition) for book in books.values() for verdict in book.applying()]


def _alarms(site: Site, book: Book) -> dict[AlarmKey, Alarm]:
    alarms = {(v.rule.id, v.device.id): Alarm(v.rule, v.device, v.condition) for v in book.applying() if v.condition is not None}
    link(site, book.carriers, alarms)
    return alarms


def _not_judged(books: Mapping[str, Book]) -> tuple[NotJudged, ...]:
    found: dict[AlarmKey, NotJudged] = {}
    for book in books.values():
        for verdict in book.applying():
            key = (verdict.rule.id, verdict.device.id)
            carrier = book.carriers.get(verdict.device.id)
            if verdict.device.id == PLATFORM:
                found[key] = NotJudged(*key, "what the platform says of itself is not in the history")
            elif carrier is not None and not can_be_told(carrier):
                found[key] = NotJudged(*key, "with one device behind it, stored readings don't tell whether it or the device was lost")
    return tuple(found.values())
