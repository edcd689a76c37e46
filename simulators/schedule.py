"""Things to do at a moment of site time. No clock of its own: whoever steps the site says how late it is."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

Act = Callable[[], None]


@dataclass(slots=True)
class Schedule:
    """Acts in order of their moment; those of one moment in the order they were entered."""

    now_s: float = 0.0
    _waiting: list[tuple[float, int, Act]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)

    def after(self, delay_s: float, act: Act) -> None:
        heapq.heappush(self._waiting, (self.now_s + delay_s, next(self._order), act))

    def advance(self, dt_s: float) -> None:
        """Do everything that falls due within the next ``dt_s`` seconds, each with ``now_s`` at its own moment."""
        until_s = self.now_s + dt_s
        while self._waiting and self._waiting[0][0] <= until_s:
            self.now_s, _, act = heapq.heappop(self._waiting)
            act()
        self.now_s = until_s
