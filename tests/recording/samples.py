"""Blocks to record: two devices of a made-up site, with everything a block can have."""

import io
from array import array
from collections.abc import Iterable, Sequence
from math import nan

from guanjia.recording.layout import Header, Spoken
from guanjia.recording.reader import RecordingReader
from guanjia.recording.writer import RecordingWriter
from model.clock import SECOND
from model.quality import ABSENT, GOOD, Quality
from model.reading import Block, Fault

START_NS = 1_768_377_600 * SECOND
PUMP, LIFT = Spoken("pr1.pump1", ("running", "pressure")), Spoken("b01.lift1", ("floor", "message", "speed"))
HEADER = Header("yard", "Asia/Shanghai", START_NS, START_NS + 60 * SECOND, "made up", (PUMP, LIFT))


def sample_blocks() -> list[Block]:
    return [
        Block("pr1.pump1", START_NS, START_NS + 7, array("d", [1.0, 0.55]), bytes([GOOD, GOOD])),
        Block("b01.lift1", START_NS + SECOND - 3, START_NS + SECOND, array("d", [4.0, nan, 1.75]), bytes([GOOD] * 3), {1: "检修 up"}),
        Block(
            "pr1.pump1", START_NS + SECOND, START_NS + SECOND, array("d", [nan, nan]), bytes([Quality.COMM_FAILURE] * 2), {}, Fault.CLOSED
        ),
        Block("b01.lift1", START_NS + 2 * SECOND, START_NS + 2 * SECOND, array("d", [nan, nan, -0.0]), bytes([ABSENT, ABSENT, 84])),
    ]


def recorded(blocks: Iterable[Block], header: Header = HEADER) -> bytes:
    stream = io.BytesIO()
    with RecordingWriter(stream, header) as writer:
        for block in blocks:
            writer.accept(block)
    return stream.getvalue()


def read_back(data: bytes) -> list[Block]:
    return list(RecordingReader(io.BytesIO(data)).blocks())


def told(blocks: Sequence[Block]) -> list[tuple[object, ...]]:
    """Blocks to compare: bit by bit, NaN equal to itself."""
    return [
        (b.device, b.source_ns, b.receive_ns, b.values.tobytes(), b.qualities, dict(b.texts), b.fault) for b in blocks
    ]  # fmt: skip
