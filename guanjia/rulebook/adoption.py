"""Puts other rules in force while everything runs: built beside, taken over between two blocks."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from model.alarm import AlarmEvent
from model.clock import Clock
from model.site import Site
from rules.book import Book
from rules.engine import Engine


class Adoption:
    """``engine`` stays the one that everybody holds; ``follow`` is told of the book that it judges by from now on."""

    def __init__(
        self,
        engine: Engine,
        site: Site,
        new_id: Callable[[int], str],
        put: Callable[[Sequence[AlarmEvent]], None],
        follow: Callable[[Book], None],
        clock: Clock,
        let_pass: Callable[[], object] = lambda: None,
    ) -> None:
        """``let_pass``: brings the engine up to now; a clock that has just been set is no time that has passed."""
        self._engine = engine
        self._site = site
        self._new_id = new_id
        self._put = put
        self._follow = follow
        self._clock = clock
        self._let_pass = let_pass

    @property
    def book(self) -> Book:
        return self._engine.book

    def prepared(self, book: Book) -> Engine:
        """Compiled, and knowing nothing yet; the book becomes its own. For a thread, while the old rules judge."""
        if book.site is self._site:
            return Engine(self._site, book.rules, self._new_id, book)
        return Engine(self._site, book.rules, self._new_id)  # a part of a site that runs on several machines

    def adopt(self, fresh: Engine) -> Mapping[str, int]:
        """On the event loop, where blocks are judged: the last was judged by the old rules, the next is by these.

        Returns kind of event → how many alarms the change itself has moved.
        """
        self._let_pass()
        now_ns = self._clock.now_ns()
        events = [*self._engine.adopt(fresh, now_ns), *self._engine.advance(now_ns)]
        self._follow(self._engine.book)
        if events:
            self._put(events)
        return Counter(event.kind.value for event in events)
