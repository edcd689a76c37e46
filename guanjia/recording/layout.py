"""The layout of a recording. Version 1.

    guanjia-recording 1\\n                          one line of text, so that any tool says what the file is
    H  length  crc  header                         exactly one
    B  length  crc  blocks of some seconds         as many as there are
    E  length  crc  end                            exactly one; a file without it is not whole

Each part: one letter; the length of its body and the CRC-32 of its body, 4 bytes each, big-endian; the body, zlib over MessagePack.
Structures are arrays in the order of the fields below. Blocks are gathered by device; the columns of a device's blocks stand in the order
of its ``columns`` in the header, and within a part

    values      float64, little-endian, column after column, the bytes of equal weight together (Blosc calls it shuffled): first the lowest
                byte of every value, last the highest; NaN where there is no number
    qualities   one OPC code per value, column after column; 255 where the block says nothing of the column

What the bytes on the wire were is not kept.
"""

import msgspec

from model.quality import Quality
from model.reading import Fault

MAGIC = b"guanjia-recording "
VERSION = 1
LETTER_HEADER, LETTER_BLOCKS, LETTER_END = b"H", b"B", b"E"
PREFIX_BYTES = 9
LONGEST_BODY = 256 << 20
"""Bytes, before and after unpacking: no writer of ours makes longer ones, and a damaged length must not fill the memory."""
KNOWN_QUALITIES = frozenset(int(quality) for quality in Quality)


class Spoken(msgspec.Struct, array_like=True, frozen=True):
    """A device and the names of its columns."""

    device: str
    columns: tuple[str, ...]


class Header(msgspec.Struct, array_like=True, frozen=True):
    """``start_ns`` and ``end_ns`` bound what was asked for, half-open; ``origin`` says how it came about, for people."""

    site: str
    timezone: str
    start_ns: int
    end_ns: int
    origin: str
    devices: tuple[Spoken, ...]


class Group(msgspec.Struct, array_like=True, frozen=True):
    """Some blocks of one device, oldest first. ``source`` and ``receive``: int64, little-endian, nanoseconds after ``Part.base_ns``."""

    device: int
    """Its place in the header's list."""
    source: bytes
    receive: bytes
    values: bytes
    qualities: bytes
    texts: tuple[tuple[int, int, str], ...] = ()
    """(block within the group, column, words)."""
    faults: tuple[tuple[int, Fault], ...] = ()
    """(block within the group, why the exchange failed)."""


class Part(msgspec.Struct, array_like=True, frozen=True):
    base_ns: int
    groups: tuple[Group, ...]


class End(msgspec.Struct, array_like=True, frozen=True):
    blocks: int
