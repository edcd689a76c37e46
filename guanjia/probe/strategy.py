"""Questions that depend on the answers before: generators that are told what the device answered and decide what to ask next. Pure.

``yield (table, address, count)`` asks; what comes back is the data of the answer, or None when the device refused.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from model.profile import Profile, Register, RegisterRange, Table

Ask = tuple[Table, int, int]
Answer = bytes | None
T = TypeVar("T")
Strategy = Generator[Ask, Answer, T]

PROTOCOL_LIMIT = 125
"""Most registers in one answer (Modbus V1.1b3 §6.3, §6.4)."""


# ── registers the device refuses ──


@dataclass(frozen=True, slots=True)
class Refusals:
    """``ranges`` are refused however they are asked for; ``too_long`` is a length refused although its parts are not (0: none was)."""

    ranges: tuple[RegisterRange, ...] = ()
    too_long: int = 0


def refusals(table: Table, atoms: Sequence[tuple[int, int]]) -> Strategy[Refusals]:
    """Halve a block that was refused until what is at fault stands alone.

    ``atoms`` are (address, count) of what must not be cut, in order: a value of two registers is refused in halves by some devices.
    """
    wrong: list[tuple[int, int]] = []
    too_long = 0
    blocks = [list(atoms)] if atoms else []
    while blocks:
        block = blocks.pop()
        if len(block) == 1:
            wrong.append(block[0])
            continue
        halves = block[: len(block) // 2], block[len(block) // 2 :]
        refused = []
        for half in halves:
            if (yield (table, half[0][0], _length(half))) is None:
                refused.append(half)
        if not refused:
            too_long = min(too_long or _length(block), _length(block))
        blocks += reversed(refused)
    return Refusals(tuple(merged(table, wrong)), too_long)


def _length(block: Sequence[tuple[int, int]]) -> int:
    return block[-1][0] + block[-1][1] - block[0][0]


def merged(table: Table, wrong: Iterable[tuple[int, int]]) -> Iterator[RegisterRange]:
    """(address, count) pairs as the fewest ranges."""
    first, end = -1, -1
    for address, count in sorted(wrong):
        if address != end:
            if end >= 0:
                yield RegisterRange(table, first, end - 1)
            first = address
        end = address + count
    if end >= 0:
        yield RegisterRange(table, first, end - 1)


def atoms(profile: Profile, table: Table, first: int, end: int) -> list[tuple[int, int]]:
    """The values of the profile between two addresses, whole, and the registers around them one by one."""
    registers = (point.wire for point in profile.points if isinstance(point.wire, Register))
    spans = sorted((r.address, r.words) for r in registers if r.table is table and first <= r.address and r.address + r.words <= end)
    found: list[tuple[int, int]] = []
    at = first
    for address, words in spans:
        found += [(place, 1) for place in range(at, address)]
        if address + words > at:
            start = max(at, address)
            found.append((start, address + words - start))
            at = address + words
    return found + [(place, 1) for place in range(at, end)]


# ── how much the device answers at once ──


class End(StrEnum):
    """What stopped a block from being longer."""

    PROTOCOL = "the longest the protocol knows"
    DEVICE = "the device refuses more"
    REGISTERS = "the device has no more registers there"
    LIES = "a longer answer differs from shorter ones"


@dataclass(frozen=True, slots=True)
class Block:
    """The longest read from ``address`` that is answered and says the same as shorter ones."""

    table: Table
    address: int
    count: int
    end: End


def largest_block(table: Table, address: int, known: int, ceiling: int = PROTOCOL_LIMIT) -> Strategy[Block]:
    """Grow a block of which ``known`` registers are known to be answered, to at most ``ceiling``."""
    reach = yield from _reach(table, address, known, ceiling)
    lies = False
    low, high = known, reach + 1
    count = reach
    while high - low > 1:
        answered = (yield (table, address, count)) is not None
        truthful = answered and (yield from _truthful(table, address, count, known))
        lies |= answered and not truthful
        low, high = (count, high) if truthful else (low, count)
        count = (low + high) // 2
    if low < reach:
        return Block(table, address, low, End.LIES if lies else End.DEVICE)
    return Block(table, address, low, End.PROTOCOL if low == PROTOCOL_LIMIT else End.REGISTERS)


def _reach(table: Table, address: int, known: int, ceiling: int) -> Strategy[int]:
    """How many registers from ``address`` exist without a hole: looked for in pieces no longer than what is known to be answered."""
    if ceiling <= known or (yield (table, address, ceiling)) is not None:
        return max(known, ceiling)
    end = known
    while end < ceiling:
        piece = min(known, ceiling - end)
        if (yield (table, address + end, piece)) is not None:
            end += piece
            continue
        low, high = 0, piece
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if (yield (table, address + end, middle)) is not None else (low, middle)
        return end + low
    return ceiling


def _truthful(table: Table, address: int, count: int, piece: int) -> Strategy[bool]:
    """Whether a long read says what short ones say. A register that changes between two short reads proves nothing."""
    piece = min(piece, count)
    starts = sorted({0, (count - piece) // 2, count - piece})
    before: list[Answer] = []
    for start in starts:
        before.append((yield (table, address + start, piece)))
    whole = yield (table, address, count)
    for start, earlier in zip(starts, before, strict=True):
        later = yield (table, address + start, piece)
        if whole is None or (earlier and later and not _agree(earlier, later, whole[2 * start : 2 * (start + piece)])):
            return False
    return True


def _agree(earlier: bytes, later: bytes, part: bytes) -> bool:
    pairs = [slice(at, at + 2) for at in range(0, len(earlier), 2)]
    return all(earlier[pair] != later[pair] or earlier[pair] == part[pair] for pair in pairs)
