"""What a device said at one moment."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from model.quality import Quality


class Fault(StrEnum):
    """Why a whole exchange with a device failed."""

    REFUSED = "refused"
    TIMEOUT = "timeout"
    CLOSED = "closed"
    BAD_FRAME = "bad_frame"
    EXCEPTION = "exception"
    BAD_PAYLOAD = "bad_payload"
    SILENT = "silent"
    BROKER_LOST = "broker_lost"
    LAST_WILL = "last_will"
    NODE_LOST = "node_lost"
    EDGE_LOST = "edge_lost"
    """The machine that reads the device is not heard."""
    LINK_LOST = "link_lost"
    """The broker over which such machines are heard is away."""


class Reach(StrEnum):
    """How far a block goes."""

    EVERYWHERE = "everywhere"
    HISTORY = "history"
    """To the store alone: what a device kept while it could not be heard. It tells of the past, and comes after what is newer."""
    LIVE = "live"
    """Everywhere but to the store: what the device asks not to be kept."""


@dataclass(slots=True)
class Block:
    """One device's answer: a column per point of its profile, one set of times.

    ``values`` is float64, NaN wherever the quality is bad; numbers, codes and bit fields alike (exact up to 2**53). ``qualities`` has a
    ``Quality`` code per column, ``ABSENT`` where this block says nothing about the point. Text points are NaN, their words in ``texts``.
    ``fault`` is set when the exchange failed: then every column is bad. ``raw`` keeps the bytes received per request for the trace.
    Treated as immutable once handed on.
    """

    device: str
    source_ns: int
    """When the device says it measured; the receive time where it has no clock."""
    receive_ns: int
    values: "array[float]"
    qualities: bytes
    texts: Mapping[int, str] = field(default_factory=dict)
    fault: Fault | None = None
    raw: tuple[tuple[str, bytes], ...] = ()
    """(what was asked, bytes that came): ``("holding 2999+60", b"…")`` or ``("topic", payload)``."""
    reach: Reach = Reach.EVERYWHERE
    repeated: bool = False
    """The wire says that it may have come before: stored once only, where its source time tells that it is the same."""


def failed_block(device: str, columns: int, at_ns: int, fault: Fault, quality: Quality = Quality.COMM_FAILURE) -> Block:
    """The block of an exchange that brought nothing: every column NaN and bad."""
    return Block(device, at_ns, at_ns, array("d", [float("nan")]) * columns, bytes([quality]) * columns, fault=fault)


class BlockSink(Protocol):
    """Takes blocks as they come; never blocks, never raises."""

    def accept(self, block: Block) -> None: ...


class Commits(Protocol):
    """How far what was accepted is on disk. Both figures count blocks since the start, in the order of ``accept``, and never fall."""

    @property
    def accepted(self) -> int:
        """Read right after ``accept`` on the same thread it is the number of that block; unchanged when the block was refused."""
        ...

    @property
    def committed(self) -> int:
        """Every accepted block up to this number would survive a kill (or says nothing that has to be kept)."""
        ...

    @property
    def room(self) -> int:
        """How many more blocks would be accepted now."""
        ...

    def on_commit(self, tell: Callable[[int], None]) -> None:
        """Have ``committed`` told after each commit, from the writing thread. ``tell`` is quick and never raises."""
        ...

    def hasten(self) -> None:
        """Somebody waits for the commit: let it come within some 20 ms rather than at its own pace."""
        ...


class Spooled(Commits, Protocol):
    """A spool whose rows outlive the process."""

    def rush(self) -> None:
        """An alarm waits for the commit: let it come at once. What is accepted meanwhile goes into the one after it."""
        ...

    def position(self, number: int) -> int | None:
        """Id of the newest row of the blocks accepted up to this number, once they are committed. Safe to ask from any thread.

        None when they were accepted so long ago that nobody remembers.
        """
        ...


Dated = tuple[int, tuple[tuple[str, bytes], ...]]
"""A message that its device has dated itself: (source time, ``Block.raw``)."""


@dataclass(frozen=True, slots=True)
class LastValue:
    """The newest a point has said. ``value`` is None when the quality is bad."""

    value: float | str | None
    quality: Quality
    source_ns: int
    receive_ns: int


class LiveValues(Protocol):
    """Last values in memory; safe to read from any thread."""

    def last(self, device: str, column: int) -> LastValue: ...

    def qualities(self, device: str) -> bytes:
        """A ``Quality`` code per column: all of a device's points at one look."""
        ...

    def raw(self, device: str) -> tuple[tuple[str, bytes], ...]:
        """What was last asked of the device and the bytes that came, as in ``Block.raw``; empty when its last exchange failed."""
        ...

    def link(self, device: str) -> "Link": ...


@dataclass(frozen=True, slots=True)
class Link:
    """How a device's connection stands. ``since_ns`` is when it last changed; ``fault`` None means it answers."""

    connected: bool
    fault: Fault | None
    since_ns: int
    last_answer_ns: int | None


@dataclass(frozen=True, slots=True)
class Sample:
    """One stored reading; ``value`` None when bad."""

    source_ns: int
    value: float | str | None
    quality: Quality


class Aggregate(StrEnum):
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    FIRST = "first"
    LAST = "last"
    SUM = "sum"
    COUNT = "count"
    DELTA = "delta"


@dataclass(frozen=True, slots=True)
class CounterInterval:
    """What a counter did between two edges, good readings only: first and last reading, and how often it fell."""

    point: str
    start_ns: int
    first_ns: int
    first: float
    last_ns: int
    last: float
    falls: int


class History(Protocol):
    """The past, as stored. Blocking; safe to call from any thread. Times are half-open: start ≤ t < end."""

    def readings(self, point: str, start_ns: int, end_ns: int, limit: int) -> Sequence[Sample]:
        """Raw samples in order of source time, at most ``limit``."""
        ...

    def aggregate(self, point: str, edges_ns: Sequence[int], how: Aggregate) -> Sequence[float | None]:
        """One value per interval between neighbouring edges, from good and uncertain readings; None where there are none."""
        ...

    def counters(self, points: Sequence[str], edges_ns: Sequence[int]) -> Sequence[CounterInterval]:
        """What each counter did in each interval; intervals without a reading are left out. Order: point as given, then time."""
        ...
