"""One device as the engine watches it: what its blocks fill, and which alarms a block can change."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from model.reading import Block
from rules.alarm import Alarm
from rules.guards import Guard, Starts
from rules.inputs import Inputs


class Watch:
    """``restless``: some alarm must be judged at the next block whatever that says, for it stands another way than when it was judged."""

    __slots__ = ("_asks_each", "_asks_link", "_by_mark", "alarms", "inputs", "restless")

    def __init__(self, inputs: Inputs, alarms: Sequence[Alarm]) -> None:
        """``alarms``: those that ask for this device, in the order of the rule book."""
        self.inputs = inputs
        self.alarms = alarms
        self.restless = True
        for alarm in alarms:
            alarm.watches += (self,)
        self._asks_each = frozenset(alarm for alarm in alarms if alarm.condition.asks_each_reading)
        self._asks_link = frozenset(alarm for alarm in alarms if alarm.condition.asks_link)
        self._by_mark = self._guarded()

    def take(self, block: Block, now_ns: int) -> Iterable[Alarm]:
        """Remember what it says. Which alarms are to be judged shows as one goes through them: judging one may stir the next."""
        awaited = self.inputs.first_chance_ns is not None
        marks = self.inputs.take(block, now_ns)
        turned = self.inputs.turned and bool(self._asks_link)
        if awaited:
            return self.alarms
        if not (marks or self.restless or turned or self._asks_each):
            return ()
        return self._concerned(marks, turned)

    def _concerned(self, marks: Collection[int], turned: bool) -> Iterable[Alarm]:
        concerned = set(self._asks_each)
        for mark in marks:
            concerned |= self._by_mark[mark]
        if turned:
            concerned |= self._asks_link
        self.restless = False
        return (alarm for alarm in self.alarms if alarm in concerned or not alarm.fresh)

    def _guarded(self) -> dict[int, frozenset[Alarm]]:
        """Set up the guard of the inputs; mark → the alarms it concerns."""
        starts: dict[int, Starts] = defaultdict(Starts)
        crossing: dict[int, set[Alarm]] = defaultdict(set)
        changing: dict[int, set[Alarm]] = defaultdict(set)
        for alarm in self.alarms:
            for column, own in alarm.condition.marks.starts(self.inputs).items():
                starts[column] |= own
                crossing[column].add(alarm)
            for column in alarm.condition.marks.loose(self.inputs):
                changing[column].add(alarm)
        guard = self.inputs.guard = Guard(self.inputs.asked, starts, tuple(changing))
        marked = {guard.mark(column): frozenset(crossing[column]) for column in self.inputs.asked}
        return marked | {guard.loose_mark(column): frozenset(alarms) for column, alarms in changing.items()}
