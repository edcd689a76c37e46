"""Reads a recording back, part by part, and believes nothing it has not checked."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO, TypeVar

import msgspec

from guanjia.recording.columns import Columns, blocks_of, unpacked
from guanjia.recording.errors import Damaged, NotARecording, Truncated, WrongVersion
from guanjia.recording.layout import (
    LETTER_BLOCKS,
    LETTER_END,
    LETTER_HEADER,
    LONGEST_BODY,
    MAGIC,
    PREFIX_BYTES,
    VERSION,
    End,
    Header,
    Part,
)
from model.reading import Block

T = TypeVar("T", Header, Part, End)


class RecordingReader:
    """``header`` is there at once; ``blocks`` gives every block in order of receipt. Everything raises RecordingError."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        _check_first_line(stream)
        letter, body = self._body("its header")
        if letter != LETTER_HEADER:
            raise Damaged("the recording does not begin with its header")
        self.header = _decoded(body, Header, "its header")
        names = [spoken.device for spoken in self.header.devices]
        if len(set(names)) != len(names):
            raise Damaged("its header names a device twice")

    def blocks(self) -> Iterator[Block]:
        """Every block; once only, as ``count``. Truncated at the place where the end is missing, after all that came before it."""
        for part in self._parts():
            found = [block for device, columns in part for block in blocks_of(device, columns)]
            yield from sorted(found, key=lambda block: block.receive_ns)

    def count(self) -> int:
        """How many blocks there are, all of them checked."""
        return sum(len(columns.receive_ns) for part in self._parts() for _, columns in part)

    def _parts(self) -> Iterator[list[tuple[str, Columns]]]:
        count = number = 0
        while True:
            number += 1
            letter, body = self._body(f"part {number}")
            if letter == LETTER_END:
                break
            if letter != LETTER_BLOCKS:
                raise Damaged(f"part {number} is of a kind that does not exist")
            part = self._groups(_decoded(body, Part, f"part {number}"), number)
            count += sum(len(columns.receive_ns) for _, columns in part)
            yield part
        end = _decoded(body, End, "its end")
        if end.blocks != count:
            raise Damaged(f"{end.blocks} blocks were written and {count} are there")
        if self._stream.read(1):
            raise Damaged("there is something behind its end")

    def _groups(self, part: Part, number: int) -> list[tuple[str, Columns]]:
        found: list[tuple[str, Columns]] = []
        for group in part.groups:
            if not 0 <= group.device < len(self.header.devices):
                raise Damaged(f"part {number}: a device that the header does not name")
            spoken = self.header.devices[group.device]
            try:
                found.append((spoken.device, unpacked(group, len(spoken.columns), part.base_ns)))
            except Damaged as error:
                raise Damaged(f"part {number}, {spoken.device}: {error}") from None
        return found

    def _body(self, what: str) -> tuple[bytes, bytes]:
        """Letter and body of the next part."""
        prefix = self._stream.read(PREFIX_BYTES)
        if len(prefix) < PREFIX_BYTES:
            raise Truncated(f"the recording breaks off before {what}: it was not written to its end, or not copied whole")
        letter, length, crc = prefix[:1], int.from_bytes(prefix[1:5], "big"), int.from_bytes(prefix[5:], "big")
        if length > LONGEST_BODY:
            raise Damaged(f"{what} claims to be {length} bytes long")
        squeezed = self._stream.read(length)
        if len(squeezed) < length:
            raise Truncated(f"the recording breaks off within {what}: it was not written to its end, or not copied whole")
        if zlib.crc32(squeezed) != crc:
            raise Damaged(f"{what} was changed after it was written (checksum)")
        return letter, _inflated(squeezed, what)


def _check_first_line(stream: BinaryIO) -> None:
    line = stream.readline(64)
    if not line.startswith(MAGIC) or not line.endswith(b"\n"):
        raise NotARecording("this is no recording: its first line is not 'guanjia-recording …'")
    version = line[len(MAGIC) : -1].decode(errors="replace")
    if version != str(VERSION):
        raise WrongVersion(f"the recording is of version {version[:20]}; this Guanjia reads version {VERSION}")


def _inflated(squeezed: bytes, what: str) -> bytes:
    inflater = zlib.decompressobj()
    try:
        body = inflater.decompress(squeezed, LONGEST_BODY)
    except zlib.error as error:
        raise Damaged(f"{what} can't be unpacked: {error}") from None
    if not inflater.eof or inflater.unused_data:
        raise Damaged(f"{what} can't be unpacked: it is longer or shorter than it says")
    return body


def _decoded(body: bytes, kind: type[T], what: str) -> T:
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise Damaged(f"{what} is not written as a recording is: {error}") from None
