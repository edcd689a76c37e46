"""Which alarm must be woken when."""

import heapq
from collections.abc import Iterable, Iterator

from rules.alarm import Alarm


class Timetable:
    """A heap of wake-up times. An alarm's newest time counts; older entries are passed over when they come up.

    Alarms that are due at the same instant are woken in the order of the rule book, however they came to be put here.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, int, Alarm]] = []
        self._entries = 0
        self._places: dict[Alarm, int] = {}

    def put(self, alarm: Alarm) -> None:
        """Note when the alarm must be woken next; nothing is done when that has not changed."""
        due_ns = alarm.next_due_ns()
        if due_ns == alarm.due_ns:
            return
        alarm.due_ns = due_ns
        if due_ns is not None:
            self._entries += 1
            heapq.heappush(self._heap, (due_ns, self._places[alarm], self._entries, alarm))

    def due(self, now_ns: int) -> Iterator[tuple[int, Alarm]]:
        """Take out, in order of time, whatever is due; what is put meanwhile is taken too."""
        while self._heap and self._heap[0][0] <= now_ns:
            at_ns, _, _, alarm = heapq.heappop(self._heap)
            if alarm.due_ns == at_ns:
                alarm.due_ns = None
                yield at_ns, alarm

    def next_ns(self) -> int | None:
        while self._heap and self._heap[0][-1].due_ns != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def rebuild(self, alarms: Iterable[Alarm]) -> None:
        """Every time may have moved. All alarms, in the order of the rule book."""
        self._heap.clear()
        for place, alarm in enumerate(alarms):
            self._places[alarm] = place
            alarm.due_ns = None
            self.put(alarm)
