"""What edge and core say to each other, as bytes. Pure.

    payload   zlib ( MessagePack [version, …, columns, devices, rows] )
    columns   lists of point names, each list once however many devices share it
    devices   [device id, which list]; a row names its device by its place here
    row       [number, device, source, receive, qualities, float64 little-endian, texts as JSON, fault, raw as MessagePack]

Every frame explains itself: a core that has just started, or whose site file is another than the edge's, can read it.
"""

import zlib
from itertools import pairwise
from typing import TypeVar

import msgspec

from guanjia.apart.errors import UNREADABLE, BadFrame, Trouble
from guanjia.apart.rows import Int64, Series, WireRow, texts_of
from model.quality import Quality

VERSION = 1
_QUALITIES = bytes(Quality)
LARGEST_FRAME = 8 << 20
"""Bytes, unpacked. What claims to be larger is refused before it is unpacked any further."""
_QUICK = 1
"""zlib's fastest level: half the bytes at about 15 ms a megabyte; the next levels save a few per cent more."""


class _Bundle(msgspec.Struct, array_like=True, frozen=True):
    version: int
    columns: tuple[tuple[str, ...], ...]
    devices: tuple[tuple[str, int], ...]
    rows: tuple[WireRow, ...]

    def series(self) -> tuple[Series, ...]:
        return tuple(Series(device, self.columns[which]) for device, which in self.devices)


class Kept(_Bundle, array_like=True, frozen=True):
    """Rows of an edge's spool. Everything behind ``after`` up to the last row is here; nothing at or before ``floor`` is offered again."""

    epoch: str
    """The word of the spool file: numbers of one epoch are never given twice."""
    floor: Int64
    after: Int64

    @property
    def last(self) -> int:
        return self.rows[-1].number if self.rows else self.after


class Live(_Bundle, array_like=True, frozen=True):
    """Blocks as they happen. ``anew``: from this frame on the newest of every device, in as many frames as it takes."""

    run: str
    """One word per start of an edge."""
    number: Int64
    anew: bool


class State(msgspec.Struct, frozen=True):
    """The edge's heartbeat; JSON, so that people can read it on the broker."""

    version: int
    run: str
    number: Int64 = 0
    """Of the last live frame; one higher when the edge has fallen silent since."""
    sent_ns: Int64 = 0
    waiting_blocks: int = 0
    """In its spool, not yet acknowledged by the core."""
    waiting_s: float = 0.0
    """Age of the oldest of them."""
    spool_bytes: float = 0.0
    lost_blocks: float = 0.0
    """Dropped unread since its spool was made, because it was full or they were too old."""
    trouble: str = ""
    gone: bool = False
    """It has stopped, or the broker has lost it."""


class Reply(msgspec.Struct, frozen=True):
    """The core's word to one edge; JSON."""

    version: int
    epoch: str = ""
    kept: Int64 = 0
    """Everything of that epoch up to here is on the core's disk."""
    run: str = ""
    seen: Int64 = 0
    """The last live frame taken of that run."""
    again: bool = False
    """Send the newest of every device: something is missing here."""


Spoken = TypeVar("Spoken", State, Reply)
Framed = TypeVar("Framed", Kept, Live)


def spoken(payload: bytes, kind: type[Spoken]) -> Spoken:
    """Raises BadFrame."""
    try:
        said = msgspec.json.decode(payload, type=kind)
    except UNREADABLE as error:
        raise BadFrame(Trouble.MALFORMED, str(error)) from error
    if said.version != VERSION:
        raise BadFrame(Trouble.OTHER_VERSION, f"it speaks version {said.version}, this machine {VERSION}")
    return said


def packed(frame: Kept | Live) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(frame), _QUICK)


def unpacked(payload: bytes, kind: type[Framed]) -> Framed:
    """Raises BadFrame for anything that is not wholly a frame of that kind."""
    plain = _inflated(payload)
    try:
        version = msgspec.msgpack.decode(plain, type=_Head).version
        if version != VERSION:
            raise BadFrame(Trouble.OTHER_VERSION, f"it speaks version {version}, this machine {VERSION}")
        frame = msgspec.msgpack.decode(plain, type=kind)
    except UNREADABLE as error:
        raise BadFrame(Trouble.MALFORMED, str(error)) from error
    _check(frame)
    return frame


class _Head(msgspec.Struct, array_like=True, frozen=True):
    version: int


def _inflated(payload: bytes) -> bytes:
    inflating = zlib.decompressobj()
    try:
        plain = inflating.decompress(payload, LARGEST_FRAME)
    except zlib.error as error:
        raise BadFrame(Trouble.NOT_ZLIB, str(error)) from error
    if inflating.unconsumed_tail:
        raise BadFrame(Trouble.TOO_LARGE, f"more than {LARGEST_FRAME} bytes")
    return plain


def _check(frame: Kept | Live) -> None:
    """Whatever the types leave open: places that exist, columns as many as names, qualities there are, numbers that rise."""
    if not all(0 <= which < len(frame.columns) for _, which in frame.devices):
        raise BadFrame(Trouble.MALFORMED, "a device names columns that are not there")
    widths = [len(frame.columns[which]) for _, which in frame.devices]
    if not all(row.device < len(widths) and len(row.qualities) == widths[row.device] for row in frame.rows):
        raise BadFrame(Trouble.MALFORMED, "a row is not as wide as its device")
    if not all(len(row.numbers) == 8 * len(row.qualities) for row in frame.rows):
        raise BadFrame(Trouble.MALFORMED, "a row without its numbers")
    if any(row.qualities.translate(None, _QUALITIES) for row in frame.rows):
        raise BadFrame(Trouble.MALFORMED, "qualities that this machine does not know")
    if not all(_are_words(row.texts, len(row.qualities)) for row in frame.rows if row.texts is not None):
        raise BadFrame(Trouble.MALFORMED, "words of columns that are not there")
    if isinstance(frame, Kept):
        numbers = [frame.after, *(row.number for row in frame.rows)]
        if frame.floor > frame.after or any(first >= second for first, second in pairwise(numbers)):
            raise BadFrame(Trouble.MALFORMED, "numbers that do not rise")


def _are_words(texts: bytes, columns: int) -> bool:
    return all(0 <= column < columns for column in texts_of(texts))
