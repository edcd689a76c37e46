"""A recording gives back what was put in, bit by bit, and says in plain words what is wrong with one that can't be read."""

import io
import zlib
from array import array
from dataclasses import replace
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanjia.recording.columns import gathered
from guanjia.recording.errors import Damaged, NotARecording, RecordingError, Truncated, WrongVersion
from guanjia.recording.layout import End, Group, Part
from guanjia.recording.reader import RecordingReader
from guanjia.recording.writer import RecordingWriter
from model.clock import SECOND
from model.quality import Quality
from model.reading import Block, Fault
from tests.recording.samples import HEADER, LIFT, PUMP, START_NS, read_back, recorded, sample_blocks, told

CODES = sorted(int(quality) for quality in Quality)


def part(letter: bytes, body: object) -> bytes:
    squeezed = zlib.compress(msgspec.msgpack.encode(body))
    return letter + len(squeezed).to_bytes(4, "big") + zlib.crc32(squeezed).to_bytes(4, "big") + squeezed


def head() -> bytes:
    return b"guanjia-recording 1\n" + part(b"H", HEADER)


@st.composite
def device_blocks(draw: st.DrawFn) -> Block:
    spoken = draw(st.sampled_from((PUMP, LIFT)))
    width = len(spoken.columns)
    values = draw(st.lists(st.floats(width=64), min_size=width, max_size=width))
    qualities = bytes(draw(st.lists(st.sampled_from(CODES), min_size=width, max_size=width)))
    texts = draw(st.dictionaries(st.integers(0, width - 1), st.text(max_size=12), max_size=2))
    fault = draw(st.none() | st.sampled_from(Fault))
    source_ns, receive_ns = draw(st.integers(0, 2**61)), draw(st.integers(0, 2**61))
    return Block(spoken.device, source_ns, receive_ns, array("d", values), qualities, texts, fault)


@given(st.lists(device_blocks(), max_size=30))
def test_what_is_read_is_what_was_written(blocks: list[Block]) -> None:
    blocks.sort(key=lambda block: block.receive_ns)
    found = read_back(recorded(blocks))
    assert sorted(told(found), key=repr) == sorted(told(blocks), key=repr)
    assert [b.receive_ns for b in found] == [b.receive_ns for b in blocks]
    for device in (PUMP.device, LIFT.device):
        assert told([b for b in found if b.device == device]) == told([b for b in blocks if b.device == device])


def test_the_header_says_what_was_recorded() -> None:
    assert RecordingReader(io.BytesIO(recorded([]))).header == HEADER


def test_the_same_blocks_make_the_same_bytes() -> None:
    assert recorded(sample_blocks()) == recorded(sample_blocks())


def test_columns_added_at_once_are_the_blocks_added_one_by_one() -> None:
    """Over several parts: each is cut by the time of receipt."""
    rng = Random(1)
    blocks = [
        Block("pr1.pump1", at_ns, at_ns, array("d", [rng.random(), 1.0]), bytes([192, 192]), {0: "x"} if number % 7 == 0 else {})
        for number in range(40_000)
        for at_ns in [START_NS + number * SECOND]
    ]
    stream = io.BytesIO()
    with RecordingWriter(stream, HEADER) as writer:
        writer.add({"pr1.pump1": gathered(blocks)})
    assert writer.blocks == len(blocks)
    assert told(read_back(stream.getvalue())) == told(blocks)


def test_a_device_the_header_does_not_name_is_not_taken() -> None:
    with pytest.raises(KeyError):
        recorded([replace(sample_blocks()[0], device="b99.lift9")])


def test_half_a_recording_is_no_recording() -> None:
    stream = io.BytesIO()

    def write_half() -> None:
        with RecordingWriter(stream, HEADER) as writer:
            writer.accept(sample_blocks()[0])
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_half()
    with pytest.raises(Truncated):
        read_back(stream.getvalue())


def test_a_recording_cut_anywhere_is_refused() -> None:
    whole = recorded(sample_blocks())
    for length in range(len(whole)):
        with pytest.raises(NotARecording if length < len(b"guanjia-recording 1\n") else Truncated):
            read_back(whole[:length])


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        pytest.param(b"", NotARecording, "no recording", id="empty"),
        pytest.param(b"PK\x03\x04 zip", NotARecording, "no recording", id="a zip"),
        pytest.param(b"guanjia-recording 2\n", WrongVersion, "of version 2; this Guanjia reads version 1", id="of tomorrow"),
        pytest.param(b"guanjia-recording x\xff\n", WrongVersion, "of version", id="of no version"),
        pytest.param(b"guanjia-recording 1\n" + part(b"E", End(0)), Damaged, "begin with its header", id="without a header"),
        pytest.param(b"guanjia-recording 1\n" + part(b"H", [1, 2]), Damaged, "its header is not written as", id="another header"),
        pytest.param(b"guanjia-recording 1\nH\xff\xff\xff\xff0000", Damaged, "claims to be", id="endless"),
        pytest.param(head() + part(b"X", End(0)), Damaged, "of a kind that does not exist", id="unknown part"),
        pytest.param(head() + part(b"E", End(3)), Damaged, "3 blocks were written and 0 are there", id="blocks missing"),
        pytest.param(head() + part(b"E", End(0)) + b"!", Damaged, "behind its end", id="something behind"),
        pytest.param(head() + part(b"B", Part(START_NS, (Group(9, b"", b"", b"", b""),))), Damaged, "header does not name", id="a device"),
        pytest.param(head() + part(b"B", Part(START_NS, (Group(0, b"1", b"", b"", b""),))), Damaged, "unequal length", id="columns"),
        pytest.param(
            head() + part(b"B", Part(START_NS, (Group(0, bytes(8), bytes(8), bytes(16), b"\x01\xc0"),))), Damaged, "quality", id="a quality"
        ),
        pytest.param(
            head() + part(b"B", Part(START_NS, (Group(0, bytes(8), bytes(8), bytes(16), b"\xc0\xc0", ((0, 5, "x"),)),))),
            Damaged,
            "words where no column is",
            id="words",
        ),
        pytest.param(
            head() + part(b"B", Part(-(2**63), (Group(0, bytes(8), bytes(8), bytes(16), b"\xc0\xc0"),))),
            Damaged,
            "all time",
            id="an instant",
        ),
    ],
)
def test_what_is_wrong_is_said(data: bytes, error: type[RecordingError], words: str) -> None:
    with pytest.raises(error, match=words):
        read_back(data)


@given(st.data())
def test_no_change_of_a_byte_goes_unseen_or_breaks_the_reader(data: st.DataObject) -> None:
    whole = recorded(sample_blocks())
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(RecordingError):
        read_back(bytes(changed))


_anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.binary(max_size=40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)
_group = st.tuples(
    st.integers(-2, 3), *[st.binary(max_size=32)] * 4, st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4), st.text(max_size=3)))
)


@given(st.lists(st.tuples(st.sampled_from([b"B", b"E", b"H"]), _anything | st.tuples(st.integers(), st.lists(_group)))))
def test_parts_of_any_content_are_read_or_refused(parts: list[tuple[bytes, object]]) -> None:
    """With a right checksum: whatever a wrong writer might write."""
    try:
        read_back(head() + b"".join(part(letter, body) for letter, body in parts if _packable(body)))
    except RecordingError:
        return


def _packable(body: object) -> bool:
    try:
        msgspec.msgpack.encode(body)
    except (OverflowError, ValueError, UnicodeEncodeError):
        return False
    return True


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(RecordingError):
        read_back(data)
