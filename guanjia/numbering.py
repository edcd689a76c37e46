"""Names of occurrences: ``A-260114-039``, the site's day and a number that rises through it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from model.clock import SECOND
from model.ports import Journal

_PREFIX = "A"


class OccurrenceNumbers:
    """Gives each occurrence its name. Starts behind the last one the journal holds, so that a restart never gives one twice."""

    def __init__(self, zone: ZoneInfo, given: Iterable[str] = ()) -> None:
        self._zone = zone
        self._day, self._number = max((_parts(name) for name in given), default=("", 0))

    @classmethod
    def after(cls, journal: Journal, zone: ZoneInfo) -> "OccurrenceNumbers":
        """Numbering goes on behind the last name in the journal, by day and number: a clock that was set back mixes their order."""
        newest = journal.newest_occurrence()
        return cls(zone, (newest,) if newest else ())

    @contextmanager
    def rehearsing(self) -> Iterator[None]:
        """What is raised meanwhile is for nobody to keep: the names given to it are given again."""
        kept = self._day, self._number
        yield
        self._day, self._number = kept

    def __call__(self, raised_ns: int) -> str:
        day = max(self._day, datetime.fromtimestamp(raised_ns // SECOND, self._zone).strftime("%y%m%d"))
        self._number = self._number + 1 if day == self._day else 1
        self._day = day
        return f"{_PREFIX}-{day}-{self._number:03d}"


def _parts(name: str) -> tuple[str, int]:
    _, day, number = name.split("-")
    return day, int(number)
