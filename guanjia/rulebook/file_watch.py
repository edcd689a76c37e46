"""Notices that the site's rule files have changed, without reading them, and has them taken."""

import asyncio

import structlog

from guanjia.rulebook.desk import RuleDesk
from guanjia.rulebook.shelf import Marks, Shelf
from model.clock import SECOND, Clock
from model.people import PLATFORM
from model.ports import JournalUnavailable
from model.rule_version import RulesRefused

log = structlog.get_logger()
LOOK_NS = 2 * SECOND
"""How often the files' times and sizes are looked at (practice: saved, and in force within some five seconds)."""
AGAIN_AFTER = 15
"""Looks: files that could not be put in force are not compiled anew every two seconds, just when something else is in trouble."""


class FileWatch:
    """A file is taken once two looks have found it the same: it is not being written any more."""

    def __init__(self, shelf: Shelf, desk: RuleDesk, clock: Clock, taken: Marks) -> None:
        """``taken``: of the files that run, from before they were read: what has changed since is not missed."""
        self._shelf, self._desk, self._clock = shelf, desk, clock
        self._taken = self._seen = taken
        self._pause = 0

    async def run(self) -> None:
        """For as long as the platform runs."""
        while True:
            await self._clock.sleep_until(self._clock.monotonic_ns() + LOOK_NS)
            await self.look()

    async def look(self) -> None:
        self._pause = max(0, self._pause - 1)
        if self._pause:
            return
        try:
            await self._look()
        except RulesRefused:
            pass  # The desk has said so, and keeps the mistakes until the files change again.
        except Exception as error:
            # The journal or the files' own disk is away, or worse: the old rules run on, and the files are taken at a later look.
            self._taken, self._pause = (), AGAIN_AFTER
            log.error("rules_not_reloaded", error=repr(error), exc_info=not isinstance(error, JournalUnavailable | OSError))

    async def _look(self) -> None:
        marks = await asyncio.to_thread(self._shelf.marks)
        is_settled, self._seen = marks == self._seen, marks
        if not is_settled or marks == self._taken:
            return
        self._taken = marks
        await self._desk.reload(PLATFORM)
