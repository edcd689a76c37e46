"""What came of a rule book over the past, and how two books differ in it. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from model.alarm import AlarmEvent, Priority
from rules.suppression import AlarmKey


@dataclass(slots=True)
class Outcome:
    """One occurrence, as it stood at last."""

    rule: str
    device: str
    cause: str
    priority: Priority
    level: str
    since_ns: int
    """When its condition became true."""
    raised_at_ns: int
    returned_at_ns: int | None = None
    annunciated: bool = False
    suppressed_by: str | None = None

    @property
    def alarm(self) -> AlarmKey:
        return self.rule, self.device

    def active_ns(self, start_ns: int, end_ns: int) -> int:
        """Within a period."""
        until_ns = end_ns if self.returned_at_ns is None else min(self.returned_at_ns, end_ns)
        return max(0, until_ns - max(self.raised_at_ns, start_ns))

    def overlaps(self, start_ns: int, end_ns: int) -> bool:
        return self.since_ns < end_ns and (self.returned_at_ns is None or self.returned_at_ns >= start_ns)

    def is_told_like(self, other: "Outcome") -> bool:
        """Whether nobody would notice a difference."""
        return self.told() == other.told()

    def told(self) -> tuple[object, ...]:
        return self.raised_at_ns, self.returned_at_ns, self.annunciated, self.suppressed_by, self.priority, self.level


class Outcomes:
    """Hears the events of one book, of the alarms that are asked about."""

    def __init__(self, asked: Iterable[AlarmKey]) -> None:
        self._asked = frozenset(asked)
        self._by_id: dict[str, Outcome] = {}

    def hear(self, event: AlarmEvent) -> None:
        occurrence = event.occurrence
        if occurrence is None or (occurrence.rule, occurrence.device) not in self._asked:
            return
        outcome = self._by_id.get(occurrence.id)
        if outcome is None:
            outcome = self._by_id[occurrence.id] = Outcome(
                occurrence.rule,
                occurrence.device,
                occurrence.cause,
                occurrence.priority,
                occurrence.level,
                occurrence.condition_since_ns,
                occurrence.raised_at_ns,
            )
        ended_ns = occurrence.returned_at_ns if occurrence.returned_at_ns is not None else occurrence.ended_at_ns
        outcome.returned_at_ns = ended_ns
        outcome.annunciated = occurrence.annunciated
        outcome.suppressed_by = None if occurrence.annunciated else occurrence.suppressed_by or outcome.suppressed_by
        outcome.priority = min(outcome.priority, occurrence.priority, key=lambda priority: priority.digit)
        outcome.level = occurrence.level or outcome.level

    def within(self, start_ns: int, end_ns: int) -> list[Outcome]:
        """Those that stood at some time of a period, in the order in which they were raised."""
        standing = (one for one in self._by_id.values() if one.raised_at_ns < end_ns)
        found = [one for one in standing if one.returned_at_ns is None or one.returned_at_ns >= start_ns]
        return sorted(found, key=lambda one: one.raised_at_ns)


@dataclass(frozen=True, slots=True)
class Difference:
    gone: tuple[Outcome, ...]
    new: tuple[Outcome, ...]
    changed: tuple[tuple[Outcome, Outcome], ...]
    unchanged: int


def difference(now: Sequence[Outcome], proposed: Sequence[Outcome]) -> Difference:
    """The same excursion is one whose times overlap, on the same alarm."""
    gone: list[Outcome] = []
    new: list[Outcome] = []
    changed: list[tuple[Outcome, Outcome]] = []
    unchanged = 0
    before, after = by_alarm(now), by_alarm(proposed)
    for alarm in before.keys() | after.keys():
        for one, other in _paired(before.get(alarm, ()), after.get(alarm, ())):
            if one is None and other is not None:
                new.append(other)
            elif one is not None and other is None:
                gone.append(one)
            elif one is not None and other is not None:
                if one.is_told_like(other):
                    unchanged += 1
                else:
                    changed.append((one, other))
    changed.sort(key=lambda pair: pair[0].raised_at_ns)
    return Difference(_in_order(gone), _in_order(new), tuple(changed), unchanged)


def by_alarm(outcomes: Iterable[Outcome]) -> Mapping[AlarmKey, list[Outcome]]:
    found: dict[AlarmKey, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        found[outcome.alarm].append(outcome)
    return found


def _in_order(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    return tuple(sorted(outcomes, key=lambda one: one.raised_at_ns))


def _paired(now: Sequence[Outcome], proposed: Sequence[Outcome]) -> Iterator[tuple[Outcome | None, Outcome | None]]:
    """Both in order of time; of one side's several that overlap one of the other's, the first has it."""
    left, right = list(now), list(proposed)
    while left and right:
        one, other = left[0], right[0]
        if _is_before(one, other):
            yield left.pop(0), None
        elif _is_before(other, one):
            yield None, right.pop(0)
        else:
            yield left.pop(0), right.pop(0)
    yield from ((one, None) for one in left)
    yield from ((None, other) for other in right)


def _is_before(one: Outcome, other: Outcome) -> bool:
    """Whether it was over before the other's condition became true."""
    return one.returned_at_ns is not None and one.returned_at_ns <= other.since_ns
