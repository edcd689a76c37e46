"""Writes a recording: blocks one by one as they come, or whole columns at once."""

import zlib
from collections.abc import Mapping
from types import TracebackType
from typing import BinaryIO

import msgspec
import numpy as np

from guanjia.recording.columns import Columns, gathered, packed
from guanjia.recording.layout import LETTER_BLOCKS, LETTER_END, LETTER_HEADER, MAGIC, VERSION, End, Header, Part
from model.reading import Block

_BLOCKS_A_PART = 16_384
_LEVEL = 6


class RecordingWriter:
    """Used in a ``with``: its end is written only when nothing went wrong inside, so that half a recording is never taken for a whole.

    Blocks come in order of receipt; a part is never longer than about sixteen thousand of them, and all that is kept in memory.
    """

    def __init__(self, stream: BinaryIO, header: Header) -> None:
        self.blocks = 0
        self._stream = stream
        self._place = {spoken.device: place for place, spoken in enumerate(header.devices)}
        self._waiting: dict[str, list[Block]] = {}
        self._count = 0
        stream.write(MAGIC + f"{VERSION}\n".encode())
        self._write(LETTER_HEADER, header)

    def accept(self, block: Block) -> None:
        """KeyError for a device that is not in the header."""
        if block.device not in self._place:
            raise KeyError(block.device)
        self._waiting.setdefault(block.device, []).append(block)
        self._count += 1
        if self._count >= _BLOCKS_A_PART:
            self._flush()

    def add(self, devices: Mapping[str, Columns]) -> None:
        """Everything some devices said over a while, cut into parts by the time of receipt."""
        self._flush()
        spoken = {device: columns for device, columns in devices.items() if len(columns.receive_ns)}
        total = sum(len(columns.receive_ns) for columns in spoken.values())
        if not total:
            return
        received = np.sort(np.concatenate([columns.receive_ns for columns in spoken.values()]))
        edges = [*dict.fromkeys(received[_BLOCKS_A_PART::_BLOCKS_A_PART].tolist()), int(received[-1]) + 1]
        places = dict.fromkeys(spoken, 0)
        for edge_ns in edges:
            cut: dict[str, Columns] = {}
            for device, columns in spoken.items():
                last = int(np.searchsorted(columns.receive_ns, edge_ns))
                if last > places[device]:
                    cut[device] = columns.between(places[device], last)
                    places[device] = last
            self._part(cut)

    def _flush(self) -> None:
        if self._waiting:
            self._part({device: gathered(blocks) for device, blocks in self._waiting.items()})
        self._waiting, self._count = {}, 0

    def _part(self, devices: Mapping[str, Columns]) -> None:
        if not devices:
            return
        base_ns = min(int(columns.receive_ns.min()) for columns in devices.values())
        groups = tuple(packed(self._place[device], columns, base_ns) for device, columns in devices.items())
        self._write(LETTER_BLOCKS, Part(base_ns, groups))
        self.blocks += sum(len(columns.receive_ns) for columns in devices.values())

    def _write(self, letter: bytes, body: Header | Part | End) -> None:
        squeezed = zlib.compress(msgspec.msgpack.encode(body), _LEVEL)
        self._stream.write(letter + len(squeezed).to_bytes(4, "big") + zlib.crc32(squeezed).to_bytes(4, "big") + squeezed)

    def __enter__(self) -> "RecordingWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._flush()
            self._write(LETTER_END, End(self.blocks))
            self._stream.flush()
