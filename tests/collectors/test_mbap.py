"""Modbus TCP on an in-memory wire, with every fault a peer can have; and once over a real socket."""

import asyncio
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import BadFrame, Closed, DeviceException, ExchangeError, Refused, TimedOut
from collectors.modbus.mbap import MbapWire, take_frame
from collectors.modbus.plan import Break, Request
from collectors.modbus.wire import answer_data
from model.profile import Table
from model.quality import Quality
from tests.collectors.support import address_bytes

HOLDING = Request(Table.HOLDING, 2999, 4, (0, 1), Break.TABLE)
COILS = Request(Table.COIL, 32, 10, (0,), Break.TABLE)


class Peer(asyncio.Transport):
    """The other end: gives every request written to it to a script, whose bytes come back in the pieces it returns."""

    def __init__(self, wire: MbapWire, script: Callable[[bytes], list[bytes] | None]) -> None:
        super().__init__()
        self.wire, self.script = wire, script
        self.written: list[bytes] = []
        self.open = True
        wire.connection_made(self)

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))
        pieces = self.script(bytes(data))
        loop = asyncio.get_running_loop()
        if pieces is None:
            loop.call_soon(self.wire.connection_lost, None)
        for piece in pieces or ():
            loop.call_soon(self.wire.data_received, piece)

    def abort(self) -> None:
        self.open = False


class Line:
    """A wire with its peer, and the count of garbage frames."""

    def __init__(self, script: Callable[[bytes], list[bytes] | None]) -> None:
        self.garbage = 0
        self.wire = MbapWire("test", 502, self._count)
        self.peer = Peer(self.wire, script)

    def _count(self) -> None:
        self.garbage += 1

    async def read(self, request: Request = HOLDING, timeout_s: float = 0.02) -> bytes:
        return await self.wire.read(7, request, timeout_s)


def reply(asked: bytes, **wrong: int) -> bytes:
    """A right answer to the request, but for the parts named."""
    transaction, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", asked)
    table = {1: Table.COIL, 2: Table.DISCRETE, 3: Table.HOLDING, 4: Table.INPUT}[function]
    data = address_bytes(Request(table, address, wrong.get("count", count), (), Break.TABLE))
    pdu = bytes([wrong.get("function", function), wrong.get("length", len(data))]) + data
    header = struct.pack(">HHHB", wrong.get("transaction", transaction), 0, len(pdu) + 1, wrong.get("unit", unit))
    return header + pdu


def exception(asked: bytes, code: int) -> bytes:
    return asked[:4] + b"\0\3" + asked[6:7] + bytes([asked[7] | 0x80, code])


async def test_a_request_is_written_as_the_standard_says() -> None:
    line = Line(lambda asked: [reply(asked)])
    await line.read()
    assert line.peer.written == [bytes.fromhex("0001 0000 0006 07 03 0bb7 0004")]


@pytest.mark.parametrize("request_", [HOLDING, COILS], ids=str)
async def test_a_right_answer_gives_its_data(request_: Request) -> None:
    line = Line(lambda asked: [reply(asked)])
    assert await line.read(request_) == address_bytes(request_)
    assert line.garbage == 0


@pytest.mark.parametrize("cut", range(1, 17))
async def test_an_answer_may_come_in_pieces(cut: int) -> None:
    line = Line(lambda asked: [reply(asked)[:cut], reply(asked)[cut:]])
    assert await line.read() == address_bytes(HOLDING)


async def test_two_frames_in_one_segment_are_told_apart() -> None:
    line = Line(lambda asked: [reply(asked, transaction=99) + reply(asked)])
    assert await line.read() == address_bytes(HOLDING)
    assert line.garbage == 1


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"count": 3}, BadFrame),
        ({"count": 5}, BadFrame),
        ({"length": 7}, BadFrame),
        ({"function": 4}, BadFrame),
        ({"function": 0x84}, BadFrame),
        ({"unit": 8}, BadFrame),
        ({"transaction": 77}, BadFrame),
    ],
    ids=["short", "long", "length lies", "other function", "other function's exception", "other unit", "other transaction"],
)
async def test_an_answer_to_something_else_is_a_counted_bad_frame(wrong: dict[str, int], error: type[ExchangeError]) -> None:
    line = Line(lambda asked: [reply(asked, **wrong)])
    with pytest.raises(error):
        await line.read()
    assert line.garbage == 1
    assert line.wire.connected


@pytest.mark.parametrize(
    ("code", "quality"),
    [(2, Quality.CONFIG_ERROR), (4, Quality.DEVICE_FAILURE), (6, Quality.COMM_FAILURE), (11, Quality.NOT_CONNECTED)],
)
async def test_an_exception_code_says_what_its_columns_are_worth(code: int, quality: Quality) -> None:
    line = Line(lambda asked: [exception(asked, code)])
    with pytest.raises(DeviceException) as caught:
        await line.read()
    assert (caught.value.code, caught.value.quality) == (code, quality)
    assert line.garbage == 0


async def test_silence_ends_with_the_timeout() -> None:
    with pytest.raises(TimedOut):
        await Line(lambda asked: []).read()


async def test_a_late_answer_does_not_become_the_answer_to_the_next_question() -> None:
    held: list[bytes] = []

    def late(asked: bytes) -> list[bytes]:
        held.append(reply(asked))
        return [] if len(held) == 1 else [held[0], reply(asked)]

    line = Line(late)
    with pytest.raises(TimedOut):
        await line.read(HOLDING)
    assert await line.read(COILS) == address_bytes(COILS)
    assert line.garbage == 1


async def test_a_peer_that_closes_in_mid_request_fails_it_at_once() -> None:
    line = Line(lambda asked: None)
    async with asyncio.timeout(1):
        with pytest.raises(Closed):
            await line.read(timeout_s=60)
    assert not line.wire.connected


async def test_a_stream_that_is_no_modbus_is_given_up() -> None:
    line = Line(lambda asked: [b"HTTP/1.1 400 Bad Request\r\n"])
    with pytest.raises(BadFrame):
        await line.read()
    assert line.garbage == 1
    assert not line.wire.connected
    assert not line.peer.open


async def test_words_nobody_asked_for_are_counted_and_ignored() -> None:
    line = Line(lambda asked: [reply(asked)])
    line.wire.data_received(bytes.fromhex("0005 0000 0003 07 83 02"))
    assert line.garbage == 1
    assert await line.read() == address_bytes(HOLDING)


async def test_reading_while_disconnected_fails_at_once() -> None:
    with pytest.raises(Closed):
        await MbapWire("test", 502, lambda: None).read(1, HOLDING, 60)


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_no_bytes_break_the_framing(pieces: list[bytes]) -> None:
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        try:
            while take_frame(buffer) is not None:
                pass
        except BadFrame:
            buffer.clear()
        assert len(buffer) < 260


@given(st.binary(max_size=260))
def test_a_pdu_is_the_answer_or_a_known_error(pdu: bytes) -> None:
    with suppress(BadFrame, DeviceException):
        assert len(answer_data(pdu, HOLDING)) == HOLDING.payload_bytes


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=6))
def test_a_peer_that_babbles_costs_one_failed_read_and_is_counted(pieces: list[bytes]) -> None:
    async def babble() -> None:
        line = Line(lambda asked: pieces)
        with pytest.raises(ExchangeError):
            await line.read(timeout_s=0.001)
        await asyncio.sleep(0)

    asyncio.run(babble())


async def test_over_a_real_socket_a_refused_connection_is_told_and_a_later_one_reads() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(await reader.readexactly(12)))
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    wire = MbapWire("127.0.0.1", port, lambda: None)
    await wire.connect(1)
    assert await wire.read(1, HOLDING, 1) == address_bytes(HOLDING)
    wire.close()
    server.close()
    await server.wait_closed()
    with pytest.raises(Refused):
        await wire.connect(1)
