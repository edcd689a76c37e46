"""Which blocks to read so that every point of a profile is covered at least cost. Pure.

    values   ██ ██      ██████           ██         sorted by address
    gaps           ····        ×××××××××            · may be read across   × may not
    requests [               ]           [ ]

What a plan costs is the sum over its requests of ``request_worth`` + their length, both in registers. With a request worth a whole block
the cheapest plan has the fewest requests there can be, and of those the shortest; on a serial line, where every register read for nothing
takes its time, a wide gap is dearer than a second request. A value is never split over two requests. Across registers that the profile
does not list a request reaches only where it says that the device answers there (``bridge_gaps``), and never across an illegal or a
write-only one, for reading those fails or acts.

Points that are read more seldom (``Point.every_ns``) are planned apart, the most frequent first; one that lies wholly within a more
frequent request comes along for nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from math import inf

from collectors.errors import ProfileError
from collectors.modbus.ground import BIT_TABLES, Ground, Obstacle, Span
from model.profile import Profile, Register, Table

MAX_REGISTERS = 125
"""Most registers in one answer (Modbus V1.1b3 §6.3, §6.4)."""
MAX_COILS = 2000
"""Most coils or discrete inputs in one answer (Modbus V1.1b3 §6.1, §6.2)."""
COILS_PER_REGISTER = 16

NETWORK_REQUEST = MAX_REGISTERS
"""What a request is worth over a network: a round trip outweighs any block, so the fewest requests win."""
SERIAL_REQUEST = 14
"""What a request is worth on a serial line: 8 bytes of question, 5 around the answer, two silences of 3.5 characters and some ten
characters of thinking (10 ms at 9600 baud) against 2 bytes per register (Modbus over serial line V1.02 §2.5.1)."""


class Break(StrEnum):
    """Why a request starts where it does and the one before it was not simply longer."""

    TABLE = "first of its table"
    LIMIT = "the block would exceed what the device answers"
    GAP = "unlisted registers lie between"
    WRITE_ONLY = "write-only registers lie between"
    ILLEGAL = "illegal registers lie between"
    SINGLE = "the device answers one value per request"
    COST = "reading across the gap would take longer than another request"


_BREAKS = {Obstacle.UNLISTED: Break.GAP, Obstacle.WRITE_ONLY: Break.WRITE_ONLY, Obstacle.ILLEGAL: Break.ILLEGAL}


@dataclass(frozen=True, slots=True)
class Request:
    """One block read: ``count`` registers (or coils) of ``table`` from the zero-based ``address``, filling ``columns``.

    It is due at every ``turns``-th poll of the device.
    """

    table: Table
    address: int
    count: int
    columns: tuple[int, ...]
    why: Break
    turns: int = 1

    @property
    def end(self) -> int:
        return self.address + self.count

    @property
    def is_bits(self) -> bool:
        return self.table in BIT_TABLES

    @property
    def payload_bytes(self) -> int:
        """Length of the data in a right answer."""
        return (self.count + 7) // 8 if self.table in BIT_TABLES else 2 * self.count

    def __str__(self) -> str:
        return f"{self.table} {self.address}+{self.count}"


def plan(profile: Profile, period_ns: int = 0, request_worth: int = NETWORK_REQUEST) -> tuple[Request, ...]:
    """The cheapest block reads that cover the profile: the most frequent first, then in order of table and address.

    ``period_ns`` is how often the device is polled; 0 puts every point into every poll. ProfileError for a value that can't be read whole.
    """
    ground = Ground(profile)
    spans = [*_spans(profile)]
    for span in spans:
        _check(profile, span, ground)
    turns = rhythms({profile.points[span.point].every_ns for span in spans}, period_ns)
    requests: list[Request] = []
    for every in sorted(set(turns.values())):
        due = [span for span in spans if turns[profile.points[span.point].every_ns] == every]
        due = [span for span in due if not _comes_along(span, requests)]
        for table in Table:
            requests += _cheapest(profile, ground, [s for s in due if s.table is table], request_worth, every)
    return _filled(requests, spans)


def rhythms(every_ns: Iterable[int], period_ns: int) -> Mapping[int, int]:
    """For each rhythm, at which so-many-th poll it is due.

    Each is a multiple of the next faster one, so that a poll which reads a slow point reads all that is faster, too: scales, units, ratios.
    """
    turns, found = 1, {}
    for every in sorted(every_ns):
        wanted = -(-every // period_ns) if period_ns else 1
        turns = max(1, -(-wanted // turns)) * turns
        found[every] = turns
    return found


def _spans(profile: Profile) -> Iterator[Span]:
    """The values to read, and the scale registers that no point of its own reads."""
    for column, point in enumerate(profile.points):
        register = point.wire
        if not isinstance(register, Register):
            raise ProfileError(f"{profile.id}.{point.name}: has a topic where a Modbus address belongs")
        yield Span(register.table, register.address, register.address + register.words, column, is_value=True)
        if register.scale_register is not None:
            yield Span(register.table, register.scale_register, register.scale_register + 1, column)


def _check(profile: Profile, span: Span, ground: Ground) -> None:
    where = f"{profile.id}.{profile.points[span.point].name}"
    if span.end <= span.start or span.start < 0 or span.end > 0x10000:
        raise ProfileError(f"{where}: address {span.start} + {span.end - span.start} lies outside 0–65535")
    if span.end - span.start > _limit(profile, span.table):
        raise ProfileError(f"{where}: {span.end - span.start} words do not fit a block of {_limit(profile, span.table)}")
    if ground.is_illegal(span):
        raise ProfileError(f"{where}: address {span.start} + {span.end - span.start} touches registers that are illegal to read")


def _limit(profile: Profile, table: Table) -> int:
    registers = min(profile.modbus.max_registers if profile.modbus else MAX_REGISTERS, MAX_REGISTERS)
    return min(COILS_PER_REGISTER * registers, MAX_COILS) if table in BIT_TABLES else registers


def _comes_along(span: Span, requests: Sequence[Request]) -> bool:
    return any(r.table is span.table and r.address <= span.start and span.end <= r.end for r in requests)


def _cheapest(profile: Profile, ground: Ground, spans: Sequence[Span], worth: int, turns: int) -> list[Request]:
    """Requests of one table and rhythm: the cheapest way to cut the row of values into blocks.

    Values inside others need no thought of their own; of the rest both ends ascend, so some cheapest plan takes them in runs of
    neighbours, and ``cost[n]`` of the first n of them follows from the shorter rows.
    """
    if not spans:
        return []
    single = profile.modbus is not None and not profile.modbus.merge_reads
    row = sorted({(s.start, s.end) for s in spans}) if single else _outermost(spans)
    walls = [Break.SINGLE if single else _wall(ground, spans[0].table, *pair) for pair in pairwise(row)]
    limit = _limit(profile, spans[0].table)
    unit = COILS_PER_REGISTER if spans[0].table in BIT_TABLES else 1
    cost, cut = [0.0], [0]
    for end in range(1, len(row) + 1):
        best, at = inf, 0
        for start in range(end - 1, -1, -1):
            length = row[end - 1][1] - row[start][0]
            if length > limit or (start < end - 1 and walls[start] is not None):
                break
            price = cost[start] + worth * unit + length
            if price < best:
                best, at = price, start
        cost.append(best)
        cut.append(at)
    return list(_requests(spans[0].table, row, walls, cut, limit, turns))


def _outermost(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """The values that lie in no other, in order of both ends."""
    row: list[tuple[int, int]] = []
    for start, end in sorted({(s.start, s.end) for s in spans}, key=lambda place: (place[0], -place[1])):
        if not row or end > row[-1][1]:
            row.append((start, end))
    return row


def _wall(ground: Ground, table: Table, before: tuple[int, int], after: tuple[int, int]) -> Break | None:
    obstacle = ground.between(table, before[1], after[0])
    return None if obstacle is None else _BREAKS[obstacle]


def _requests(
    table: Table, row: Sequence[tuple[int, int]], walls: Sequence[Break | None], cut: Sequence[int], limit: int, turns: int
) -> Iterator[Request]:
    """Follow the cuts back from the end of the row, and give the blocks from its start."""
    runs, end = [], len(row)
    while end:
        runs.append((cut[end], end))
        end = cut[end]
    before = 0
    for first, end in reversed(runs):
        start, stop = row[first][0], row[end - 1][1]
        why = walls[first - 1] if first else Break.TABLE
        yield Request(table, start, stop - start, (), why or (Break.LIMIT if stop - before > limit else Break.COST), turns)
        before = start


def _filled(requests: Sequence[Request], spans: Sequence[Span]) -> tuple[Request, ...]:
    """Each request with the columns it fills: a value that several cover comes from the most frequent, and of those from the shortest."""
    columns: dict[int, list[int]] = defaultdict(list)
    for span in spans:
        if span.is_value:
            covering = [n for n, r in enumerate(requests) if r.table is span.table and r.address <= span.start and span.end <= r.end]
            columns[min(covering, key=lambda n: (requests[n].turns, requests[n].count))].append(span.point)
    return tuple(replace(request, columns=tuple(columns[n])) for n, request in enumerate(requests))
