"""What travels between edge and core: back as it went, whatever the two site files know; and anything else refused without harm."""

import zlib
from array import array
from dataclasses import replace
from math import nan

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanjia.apart.errors import BadFrame, Trouble
from guanjia.apart.frames import LARGEST_FRAME, VERSION, Kept, Live, Reply, State, packed, spoken, unpacked
from guanjia.apart.rows import Series, Table, WireRow, block_of, row_of
from model.quality import ABSENT, GOOD, Quality
from model.reading import Block, Fault, Reach
from tests.guanjia.apart.support import COLUMNS, block, kept

TEXTUAL = Block("m2", 5, 7, array("d", [nan, 3.5]), bytes([GOOD, ABSENT]), {0: "运行\ud800"}, None, (("topic", b"\x00\xff"),))
FAILED = Block("m3", 5, 7, array("d", [nan, nan]), bytes([Quality.COMM_FAILURE] * 2), fault=Fault.TIMEOUT)


def live(*blocks: Block) -> Live:
    table = Table()
    rows = tuple(row_of(one, table.place(Series(one.device, COLUMNS))) for one in blocks)
    return Live(VERSION, table.columns, table.devices, rows, "run", 1, True)


def test_blocks_come_back_as_they_went_but_for_what_no_text_can_carry() -> None:
    went = [block("m1", 230.0), TEXTUAL, FAILED]
    frame = unpacked(packed(live(*went)), Live)
    series = frame.series()
    came = [block_of(row, series[row.device], COLUMNS) for row in frame.rows]
    expected = [replace(one, reach=Reach.LIVE) for one in went]
    expected[1].texts = {0: "运行?"}
    assert [repr(one) for one in came] == [repr(one) for one in expected]
    assert frame.columns == (COLUMNS,)


def test_a_block_is_read_by_names_where_the_site_files_differ() -> None:
    row = row_of(replace(TEXTUAL, qualities=bytes([GOOD, GOOD])), 0)
    came = block_of(row, Series("m2", ("state", "volts")), ("volts", "amps", "state"))
    assert (came.values[0], came.qualities, came.texts) == (3.5, bytes([GOOD, ABSENT, GOOD]), {2: "运行?"})


def _with(row: WireRow, **changed: object) -> Kept:
    frame = kept(range(1, 2))
    return msgspec.structs.replace(frame, rows=(row._replace(**changed),))  # type: ignore[arg-type]


ROW = kept(range(1, 2)).rows[0]


@pytest.mark.parametrize(
    ("payload", "trouble"),
    [
        pytest.param(b"{}", Trouble.NOT_ZLIB, id="no frame"),
        pytest.param(zlib.compress(bytes(LARGEST_FRAME + 1), 9), Trouble.TOO_LARGE, id="a bomb"),
        pytest.param(zlib.compress(b"\x93\x01"), Trouble.MALFORMED, id="cut off"),
        pytest.param(packed(kept(range(1, 3)))[:-8], Trouble.MALFORMED, id="compressed bytes cut off"),
        pytest.param(zlib.compress(msgspec.msgpack.encode([2, "theirs"])), Trouble.OTHER_VERSION, id="of another version"),
        pytest.param(packed(_with(ROW, device=1)), Trouble.MALFORMED, id="of a device that is not there"),
        pytest.param(packed(_with(ROW, qualities=b"\xc0")), Trouble.MALFORMED, id="narrower than its device"),
        pytest.param(packed(_with(ROW, numbers=b"\x00")), Trouble.MALFORMED, id="without its numbers"),
        pytest.param(packed(_with(ROW, source_ns=1 << 63)), Trouble.MALFORMED, id="of a time 64 bits can't hold"),
        pytest.param(packed(_with(ROW, number=1 << 63)), Trouble.MALFORMED, id="of a number 64 bits can't hold"),
        pytest.param(packed(_with(ROW, qualities=b"\xc0\x01")), Trouble.MALFORMED, id="of a quality that is none"),
        pytest.param(packed(_with(ROW, texts=b'{"9": "x"}')), Trouble.MALFORMED, id="words of no column"),
        pytest.param(packed(_with(ROW, texts=b"nonsense")), Trouble.MALFORMED, id="words that are none"),
        pytest.param(packed(_with(ROW, number=0)), Trouble.MALFORMED, id="numbers that do not rise"),
        pytest.param(packed(kept(range(5, 6), floor=9)), Trouble.MALFORMED, id="offering what it said it would not"),
    ],
)
def test_what_is_no_frame_is_refused_with_a_reason(payload: bytes, trouble: Trouble) -> None:
    with pytest.raises(BadFrame) as refused:
        unpacked(payload, Kept)
    assert refused.value.trouble is trouble


@settings(max_examples=100)
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(zlib.compress)), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_do_worse_than_be_refused(noise: bytes, place: int, byte: int) -> None:
    whole = bytearray(zlib.decompress(packed(kept(range(1, 4)))))
    whole[place % len(whole)] = byte
    for payload in (noise, zlib.compress(bytes(whole))):
        try:
            unpacked(payload, Kept)
        except BadFrame:
            continue


def test_heartbeats_and_replies_are_refused_when_they_are_no_such_thing_or_of_another_version() -> None:
    assert spoken(msgspec.json.encode(State(VERSION, "run", gone=True)), State).gone
    for payload, trouble in ((b"[]", Trouble.MALFORMED), (b'{"version": 2}', Trouble.OTHER_VERSION)):
        with pytest.raises(BadFrame) as refused:
            spoken(payload, Reply)
        assert refused.value.trouble is trouble
    with pytest.raises(BadFrame, match="sent_ns"):
        spoken(b'{"version": 1, "run": "r", "sent_ns": 1%s}' % (b"0" * 400), State)
