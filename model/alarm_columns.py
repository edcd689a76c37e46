"""Many occurrences as columns: what figures over a year are counted from, without an object or a line of JSON per occurrence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from model.alarm import Priority

T = TypeVar("T")
Times = NDArray[np.int64]
"""Nanoseconds since 1970-01-01 UTC; ``NEVER`` for what has not happened."""
Marks = NDArray[np.bool_]
NEVER = int(np.iinfo(np.int64).max)
PRIORITIES = tuple(Priority)
AlarmName = tuple[str, str]
"""Rule and device."""


class AlarmRow(NamedTuple):
    """One occurrence, as the journal hands it over."""

    rule: str
    device: str
    system: str
    priority: str
    raised_ns: int
    returned_ns: int | None
    acknowledged_ns: int | None
    ended_ns: int | None
    annunciated: bool
    flips: int
    """How often the condition came and went while it was held as a nuisance."""
    worked: bool
    """Whether somebody has worked on its ticket."""


@dataclass(frozen=True, slots=True)
class AlarmColumns:
    """Occurrences in the order they were raised; every array is as long as there are occurrences."""

    alarms: Sequence[AlarmName]
    """What ``alarm`` counts into."""
    systems: Sequence[str]
    """What ``system`` counts into."""
    alarm: NDArray[np.int32]
    system: NDArray[np.int32]
    priority: NDArray[np.int32]
    """Place in ``PRIORITIES``."""
    raised_ns: Times
    returned_ns: Times
    acknowledged_ns: Times
    ended_ns: Times
    annunciated: Marks
    flips: NDArray[np.int64]
    worked: Marks

    @classmethod
    def of(cls, rows: Iterable[AlarmRow]) -> "AlarmColumns":
        """``rows`` in the order they were raised, each with the parts of ``AlarmRow``."""
        columns: list[Any] = list(zip(*rows, strict=True)) or [()] * len(AlarmRow._fields)
        rules, devices, systems, priorities, raised, returned, acknowledged, ended, annunciated, flips, worked = columns
        names: list[AlarmName] = list(zip(rules, devices, strict=True))
        alarms, alarm = _coded(names)
        places, system = _coded(tuple[str, ...](systems))
        rank = {priority.value: place for place, priority in enumerate(PRIORITIES)}
        return cls(
            alarms=alarms,
            systems=places,
            alarm=alarm,
            system=system,
            priority=np.fromiter((rank[name] for name in priorities), np.int32, len(priorities)),
            raised_ns=np.array(raised, np.int64),
            returned_ns=_times(returned),
            acknowledged_ns=_times(acknowledged),
            ended_ns=_times(ended),
            annunciated=np.array(annunciated, np.bool_),
            flips=np.array(flips, np.int64),
            worked=np.array(worked, np.bool_),
        )

    def __len__(self) -> int:
        return len(self.raised_ns)

    def where(self, mark: Marks) -> "AlarmColumns":
        """Those of the occurrences that are marked."""
        named = ("alarms", "systems")
        return AlarmColumns(**{f.name: getattr(self, f.name) if f.name in named else getattr(self, f.name)[mark] for f in fields(self)})

    @property
    def active_until_ns(self) -> Times:
        """When its condition was normal again; ``NEVER`` while it holds."""
        return np.minimum(self.returned_ns, self.ended_ns)


def _coded(names: Sequence[T]) -> tuple[Sequence[T], NDArray[np.int32]]:
    """The distinct names, and for each its place among them."""
    codes: dict[T, int] = {}
    code = np.fromiter((codes.setdefault(name, len(codes)) for name in names), np.int32, len(names))
    return tuple(codes), code


def _times(times: Sequence[int | None]) -> Times:
    return np.fromiter((NEVER if at is None else at for at in times), np.int64, len(times))
