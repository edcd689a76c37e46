"""Registers of a device that nobody has a list of: read in blocks, and shown in every way that makes sense. Pure."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from guanjia.probe.heard import BIT_TABLES, Heard
from guanjia.probe.strategy import Refusals, Strategy, merged, refusals
from guanjia.probe.ways import ORDERS, Order
from model.profile import ByteOrder, Table, WordOrder

BLOCK = 16
"""Registers per request: few devices answer less."""
BITS = 256
_LEAST, _MOST = 1e-3, 1e8
"""What floats of instruments look like; zero apart."""
_MOST_WHOLE = 10**8
_SHORTEST_TEXT = 4
"""Characters in a row that are no accident."""


def scan(table: Table, first: int, end: int) -> Strategy[Refusals]:
    """Read the addresses from ``first`` to before ``end``; where a block is refused, find out which of it."""
    step = BITS if table in BIT_TABLES else BLOCK
    wrong: list[tuple[int, int]] = []
    too_long = 0
    for start in range(first, end, step):
        count = min(step, end - start)
        if (yield (table, start, count)) is None:
            found = yield from refusals(table, [(address, 1) for address in range(start, start + count)])
            wrong += [(r.first, r.last - r.first + 1) for r in found.ranges]
            too_long = min(filter(None, (found.too_long, too_long)), default=0)
    return Refusals(tuple(merged(table, wrong)), too_long)


@dataclass(frozen=True, slots=True)
class Line:
    """One register and what may begin there; empty where nothing sensible does."""

    address: int
    raw: str
    unsigned: str
    signed: str = ""
    floats: str = ""
    wholes: str = ""
    text: str = ""


def lines(heard: Heard, table: Table, first: int, end: int) -> Iterator[Line]:
    """A line per register that was answered."""
    texts = dict(_texts(heard, table, first, end))
    for address in range(first, end):
        word = heard.get((table, address))
        if word is None:
            continue
        if table in BIT_TABLES:
            yield Line(address, str(word), "on" if word else "off")
            continue
        after = heard.get((table, address + 1)) if address + 1 < end else None
        signed = str(word - 0x10000) if word & 0x8000 else ""
        pair = () if after is None else (word, after)
        yield Line(address, f"{word:04X}", str(word), signed, ", ".join(_floats(pair)), ", ".join(_wholes(pair)), texts.get(address, ""))


def _floats(pair: Sequence[int]) -> Iterator[str]:
    for order in ORDERS if pair and any(pair) else ():
        value: float = struct.unpack(">f", in_order(pair, order))[0]
        if isfinite(value) and _LEAST <= abs(value) <= _MOST:
            yield f"{order.letters} {value:.6g}"


def _wholes(pair: Sequence[int]) -> Iterator[str]:
    """32-bit numbers of either word order; beside an empty register only where that one is the high word, and no float lies there."""
    if not any(pair) or (not all(pair) and any(_floats(pair))):
        return
    for order in (Order(), Order(word_order=WordOrder.LSW_FIRST)):
        value: int = struct.unpack(">i", in_order(pair, order))[0]
        if (0xFFFF if all(pair) else 0) < abs(value) <= (_MOST_WHOLE if all(pair) else 0xFFFF):
            yield f"{order.letters} {value}"


def in_order(words: Sequence[int], order: Order) -> bytes:
    """The registers' bytes, the most significant first."""
    arranged = reversed(words) if order.word_order is WordOrder.LSW_FIRST else words
    return b"".join(word.to_bytes(2, "big" if order.byte_order is ByteOrder.BIG else "little") for word in arranged)


def _texts(heard: Heard, table: Table, first: int, end: int) -> Iterator[tuple[int, str]]:
    """Where printable characters begin, two to a register, and what they say."""
    start, said = first, ""
    for address in range(first, end + 1):
        word = heard.get((table, address), 0) if address < end else 0
        pair = word.to_bytes(2, "big")
        if all(0x20 <= byte < 0x7F for byte in pair) or (said and 0x20 <= pair[0] < 0x7F and pair[1] == 0):
            start, said = (start, said) if said else (address, said)
            said += pair.decode("ascii").rstrip("\0")
            continue
        if len(said) >= _SHORTEST_TEXT:
            yield start, said
        said = ""
