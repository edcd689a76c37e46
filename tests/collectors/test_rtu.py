"""RTU frames over TCP, against a server of the tests' own."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from collectors.errors import BadFrame, Closed, DeviceException, ExchangeError, Refused, TimedOut
from collectors.modbus.plan import Break, Request
from collectors.modbus.rtu import RtuWire
from model.profile import Table
from model.site import ModbusTcp
from tests.collectors.support import address_bytes

HOLDING = Request(Table.HOLDING, 23296, 6, (0,), Break.TABLE)
COILS = Request(Table.COIL, 32, 10, (0,), Break.TABLE)


def crc(frame: bytes) -> bytes:
    """CRC-16 of Modbus over serial line V1.02 §6.2.2, low byte first."""
    register = 0xFFFF
    for byte in frame:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ 0xA001 if register & 1 else register >> 1
    return struct.pack("<H", register)


def reply(asked: bytes, *, unit: int = 0, function: int = 0, count: int = 0) -> bytes:
    own_unit, own_function, address, own_count = struct.unpack(">BBHH", asked[:6])
    table = {1: Table.COIL, 3: Table.HOLDING}[own_function]
    data = address_bytes(Request(table, address, count or own_count, (), Break.TABLE))
    frame = bytes([unit or own_unit, function or own_function, len(data)]) + data
    return frame + crc(frame)


def exception(asked: bytes) -> bytes:
    frame = bytes([asked[0], asked[1] | 0x80, 2])
    return frame + crc(frame)


@asynccontextmanager
async def line(script: Callable[[bytes], bytes | None]) -> AsyncIterator[tuple[RtuWire, list[str]]]:
    """A connected wire to a server that answers by the script; None closes the connection."""

    handlers: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.append(asyncio.current_task())
        while len(asked := await reader.read(8)) == 8:
            assert crc(asked[:6]) == asked[6:]
            answer = script(asked)
            if answer is None:
                break
            writer.write(answer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    garbage: list[str] = []
    wire = RtuWire(ModbusTcp("127.0.0.1", server.sockets[0].getsockname()[1], 1, "rtu", 1.0), lambda: garbage.append("frame"))
    await wire.connect(1)
    try:
        yield wire, garbage
    finally:
        wire.close()
        server.close()
        await server.wait_closed()
        await asyncio.wait([handler for handler in handlers if handler], timeout=5)


@pytest.mark.parametrize("request_", [HOLDING, COILS], ids=str)
async def test_a_right_answer_gives_its_data(request_: Request) -> None:
    async with line(reply) as (wire, garbage):
        assert await wire.read(7, request_, 1) == address_bytes(request_)
    assert garbage == []


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (exception, DeviceException),
        (lambda asked: reply(asked, count=5), BadFrame),
        (lambda asked: reply(asked, function=4), BadFrame),
        (lambda asked: b"", TimedOut),
        (lambda asked: reply(asked)[:-1] + b"\0", TimedOut),
    ],
    ids=["exception", "short", "other function", "silence", "checksum"],
)
async def test_what_is_no_answer_is_told_apart(script: Callable[[bytes], bytes], error: type[ExchangeError]) -> None:
    async with line(script) as (wire, garbage):
        with pytest.raises(error):
            await wire.read(7, HOLDING, 0.2)
    assert garbage == (["frame"] if error is BadFrame else [])


async def test_a_line_lost_in_mid_request_fails_it_at_once() -> None:
    async with line(lambda asked: None) as (wire, _), asyncio.timeout(0.9):
        with pytest.raises(Closed):
            await wire.read(7, HOLDING, 60)


async def test_nobody_there_is_refused() -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(Refused):
        await RtuWire(ModbusTcp("127.0.0.1", port, 1, "rtu", 1.0), lambda: None).connect(1)
