"""One block on the wire between two machines, and the table of devices it refers to. Pure."""

import sys
from array import array
from collections.abc import Mapping, Sequence
from math import nan
from typing import Annotated, NamedTuple

import msgspec

from guanjia.apart.errors import UNREADABLE, BadFrame, Trouble
from model.quality import ABSENT
from model.reading import Block, Fault, Reach

_TEXTS = msgspec.json.Decoder(dict[int, str])
_RAW = msgspec.msgpack.Decoder(tuple[tuple[str, bytes], ...])


Int64 = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
"""What fits the columns of a spool."""


class WireRow(NamedTuple):
    """One block, as it travels and as the spool has it but for the byte order."""

    number: Int64
    """Its place in the edge's spool; 0 on the live topic."""
    device: Int64
    source_ns: Int64
    receive_ns: Int64
    qualities: bytes
    numbers: bytes
    texts: bytes | None
    fault: str | None
    raw: bytes | None


class Series(NamedTuple):
    """A device and the names of its columns."""

    device: str
    columns: tuple[str, ...]


def little(numbers: bytes) -> bytes:
    """Float64 columns from the machine's byte order to the wire's, and back."""
    if sys.byteorder == "little":
        return numbers
    swapped = array("d", numbers)
    swapped.byteswap()
    return swapped.tobytes()


def texts_of(texts: bytes) -> dict[int, str]:
    """Column → words. Raises BadFrame."""
    try:
        return _TEXTS.decode(texts)
    except UNREADABLE as error:
        raise BadFrame(Trouble.MALFORMED, str(error)) from error


def row_of(block: Block, device: int) -> WireRow:
    """A block on its way to the live topic."""
    texts = msgspec.json.encode(_carriable(block.texts)) if block.texts else None
    raw = msgspec.msgpack.encode(block.raw) if block.raw else None
    numbers = little(block.values.tobytes())
    return WireRow(0, device, block.source_ns, block.receive_ns, block.qualities, numbers, texts, block.fault, raw)


def _carriable(texts: Mapping[int, str]) -> dict[int, str]:
    """Words without what UTF-8 can't carry: a JSON payload may hold half of a surrogate pair."""
    return {column: words.encode("utf-8", "replace").decode() for column, words in texts.items()}


def block_of(row: WireRow, series: Series, names: Sequence[str]) -> Block:
    """The block as a site sees it whose device has these points: what it does not know is left out, what did not come is ABSENT.

    Raises BadFrame for words, bytes or a fault that can't be read.
    """
    try:
        texts = {} if row.texts is None else texts_of(row.texts)
        raw = _RAW.decode(row.raw) if row.raw else ()
        fault = None if row.fault is None else Fault(row.fault)
    except UNREADABLE as error:
        raise BadFrame(Trouble.MALFORMED, str(error)) from error
    values, qualities = array("d", little(row.numbers)), row.qualities
    if tuple(names) != series.columns:
        places = {name: place for place, name in enumerate(series.columns)}
        came = [places.get(name) for name in names]
        values = array("d", [nan if place is None else values[place] for place in came])
        qualities = bytes(ABSENT if place is None else qualities[place] for place in came)
        texts = {column: texts[place] for column, place in enumerate(came) if place is not None and place in texts}
    return Block(series.device, row.source_ns, row.receive_ns, values, qualities, texts, fault, raw, Reach.LIVE)


class Table:
    """Gathers the devices and column lists of a frame, each once."""

    def __init__(self) -> None:
        self._columns: dict[tuple[str, ...], int] = {}
        self._devices: dict[tuple[str, int], int] = {}

    def place(self, series: Series) -> int:
        """Where a device stands in the frame."""
        which = self._columns.setdefault(series.columns, len(self._columns))
        return self._devices.setdefault((series.device, which), len(self._devices))

    @property
    def columns(self) -> tuple[tuple[str, ...], ...]:
        return tuple(self._columns)

    @property
    def devices(self) -> tuple[tuple[str, int], ...]:
        return tuple(self._devices)
