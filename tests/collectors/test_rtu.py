"""RTU frames; and a serial line on a pseudo-terminal."""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import Closed, DeviceException, Refused, TimedOut
from collectors.modbus.dialling import silence_ns, wire_to
from collectors.modbus.plan import Break, Request
from collectors.modbus.rtu import Frame, crc, take_frame
from model.profile import Table
from model.site import ModbusSerial, ModbusTcp
from tests.collectors.fault_server import Asked, Server, VirtualNetwork
from tests.collectors.fault_server import crc as crc_by_the_book
from tests.collectors.support import address_bytes

HOLDING = Request(Table.HOLDING, 107, 3, (0,), Break.TABLE)
COILS = Request(Table.COIL, 19, 37, (0,), Break.TABLE)
ANSWER = bytes.fromhex("11 03 06 ae41 5652 4340 49ad")
"""Unit 17 shows holding registers 107 to 109; this, its question and that for the coils are the examples every manual of RTU has."""
WHERE = ("gateway", 4001)


@pytest.mark.parametrize(("request_", "frame"), [(HOLDING, "11 03 006b 0003 7687"), (COILS, "11 01 0013 0025 0e84")], ids=str)
def test_a_request_is_written_as_the_standard_says_and_its_answer_gives_the_data(request_: Request, frame: str) -> None:
    async def story(network: VirtualNetwork) -> None:
        server = network.servers[WHERE] = Server("rtu")
        wire = wire_to(ModbusTcp(*WHERE, 17, "rtu"), lambda: None)
        await wire.connect(1)
        assert await wire.read(17, request_, 1) == address_bytes(request_)
        assert [asked.frame.hex() for _, asked in server.asked] == [bytes.fromhex(frame).hex()]

    VirtualNetwork.run(story)


@pytest.mark.parametrize(
    ("received", "frames", "left"),
    [
        (ANSWER, 1, 0),
        (ANSWER[:-1], 0, len(ANSWER) - 1),
        (b"\x11\x03\x00" + ANSWER, 1, 0),
        (ANSWER + ANSWER + ANSWER[:4], 2, 4),
        (ANSWER[:-1] + b"\0", 0, len(ANSWER)),
        (b"\x11\x83\x02\xc1\x34", 1, 0),
        (b"\x11\x06\x00\x01\x00\x03\x9a\x9b", 0, 8),
        (b"\x55" * 2000, 0, 512),
    ],
    ids=[
        "whole",
        "not all of it yet",
        "noise before",
        "two and a half",
        "wrong checksum",
        "refusal",
        "a write by somebody",
        "endless noise",
    ],
)
def test_frames_are_cut_out_of_what_comes(received: bytes, frames: int, left: int) -> None:
    buffer, found = bytearray(received), 0
    while take_frame(buffer) is not None:
        found += 1
    assert (found, len(buffer)) == (frames, left)


def test_the_frame_is_what_was_sent() -> None:
    assert take_frame(bytearray(ANSWER)) == Frame(17, ANSWER[1:-2])


@given(st.binary(max_size=60))
def test_the_checksum_is_that_of_the_standard(data: bytes) -> None:
    assert crc(data) == crc_by_the_book(data)


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(0, 6))
def test_noise_is_bounded_and_hides_no_whole_frame_behind_it(pieces: list[bytes], at: int) -> None:
    buffer, found = bytearray(), []
    for piece in [*pieces[:at], ANSWER]:
        buffer += piece
        while (frame := take_frame(buffer)) is not None:
            found.append(frame)
        assert len(buffer) <= 512
    assert Frame(17, ANSWER[1:-2]) in found


@pytest.mark.parametrize(
    ("baud", "parity", "stop_bits", "milliseconds"),
    [(9600, "N", 1, 3.65), (9600, "E", 1, 4.01), (2400, "N", 2, 16.04), (115_200, "N", 1, 1.75)],
)
def test_a_serial_line_rests_three_and_a_half_characters_between_frames(
    baud: int, parity: str, stop_bits: int, milliseconds: float
) -> None:
    assert silence_ns(ModbusSerial("x", baud, parity, stop_bits, 1)) / 1e6 == pytest.approx(milliseconds, abs=0.01)


# ── a pseudo-terminal ──

PATIENCE_S = 60.0
"""A busy machine may be slow to answer."""
no_pty = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")


@contextmanager
def bus(script: dict[int, bytes]) -> Iterator[str]:
    """A serial line by its name; its units answer as written, or right."""
    import tty

    far, near = os.openpty()
    tty.setraw(near)
    loop = asyncio.get_running_loop()

    def answer() -> None:
        asked = Asked("rtu", os.read(far, 256))
        os.write(far, script.get(asked.unit, asked.reply()))

    loop.add_reader(far, answer)
    try:
        yield os.ttyname(near)
    finally:
        loop.remove_reader(far)
        os.close(near)
        os.close(far)


@no_pty
async def test_units_on_one_serial_line_are_read_each_for_itself() -> None:
    refusal = b"\x09\x83\x02" + crc_by_the_book(b"\x09\x83\x02")
    with bus({8: b"", 9: refusal}) as name:
        wire = wire_to(ModbusSerial(name, 9600, "N", 1, 7), lambda: None)
        await wire.connect(PATIENCE_S)
        assert wire.connected
        assert await wire.read(7, HOLDING, PATIENCE_S) == address_bytes(HOLDING)
        with pytest.raises(TimedOut):
            await wire.read(8, HOLDING, 0.05)
        with pytest.raises(DeviceException):
            await wire.read(9, HOLDING, PATIENCE_S)
        assert await wire.read(7, COILS, PATIENCE_S) == address_bytes(COILS)
        wire.close()
        with pytest.raises(Closed):
            await wire.read(7, HOLDING, PATIENCE_S)


@no_pty
def test_a_peer_that_babbles_by_the_megabyte_holds_nobody_up() -> None:
    """A quarter of a megabyte is what one look at a socket may bring; looked through byte by byte it is seconds."""
    buffer, began = bytearray(b"\x01\x03\xfa" * 87_000), time.process_time()
    assert take_frame(buffer) is None
    assert time.process_time() - began < 0.1
    assert len(buffer) <= 512


async def test_a_host_that_can_be_no_name_is_refused() -> None:
    with pytest.raises(Refused):
        await wire_to(ModbusTcp("a..b", 502, 1), lambda: None).connect(1.0)


async def test_a_serial_port_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused):
        await wire_to(ModbusSerial("no-such-port", 9600, "N", 1, 7), lambda: None).connect(1)
