"""The past on its way from the process that lives through it: rows one after another, each preceded by its length.

length (4 bytes, big-endian) · MessagePack [device, at_ns, values (float64 per column, machine's byte order), qualities (one byte each)]
"""

from array import array
from collections.abc import Iterable
from typing import BinaryIO

import msgspec

from model.reading import Block

_LENGTH_BYTES = 4


class _Row(msgspec.Struct, array_like=True, frozen=True):
    device: str
    at_ns: int
    values: bytes
    qualities: bytes


_ROW = msgspec.msgpack.Decoder(_Row)


def write_rows(blocks: Iterable[Block], stream: BinaryIO) -> None:
    for block in blocks:
        packed = msgspec.msgpack.encode(_Row(block.device, block.source_ns, block.values.tobytes(), block.qualities))
        stream.write(len(packed).to_bytes(_LENGTH_BYTES, "big") + packed)
    stream.flush()


class RowReader:
    """Takes the stream in pieces of any size. msgspec.DecodeError for what is no stream of ours."""

    def __init__(self) -> None:
        self._left = b""

    def feed(self, piece: bytes) -> list[Block]:
        """The rows that are complete with this piece."""
        data, at = self._left + piece, 0
        found = []
        while (body := at + _LENGTH_BYTES) <= len(data) and (end := body + int.from_bytes(data[at:body], "big")) <= len(data):
            row = _ROW.decode(data[body:end])
            found.append(Block(row.device, row.at_ns, row.at_ns, array("d", row.values), row.qualities))
            at = end
        self._left = data[at:]
        return found
