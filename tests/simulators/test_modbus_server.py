"""The server over real loopback sockets: raw frames where the frame matters, pymodbus as a witness that others agree."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from pymodbus import FramerType
from pymodbus.client import AsyncModbusTcpClient

from model.profile import Access, Profile, Register, Table, WireType
from simulators.bus import Bus
from simulators.exception_code import ExceptionCode
from simulators.framing import RtuFraming, checksum
from simulators.modbus_pdu import answer
from simulators.modbus_server import ModbusPort
from simulators.network_fault import NetworkFault
from simulators.register_image import register_image
from simulators.station import Station
from tests.simulators.fakes import FakeMachine, device, library, point, profile_of

PLANT = profile_of(
    point("running", Register(Table.DISCRETE, 0, 1), type=WireType.BOOL),
    point("fault", Register(Table.DISCRETE, 1, 1), type=WireType.BOOL),
    point("start", Register(Table.COIL, 6, 1), type=WireType.BOOL, access=Access.READ_WRITE),
    point("stop", Register(Table.COIL, 7, 1), type=WireType.BOOL, access=Access.READ_WRITE),
    point("level", Register(Table.INPUT, 100, 2), type=WireType.F32, unit="m"),
    point("speed", Register(Table.HOLDING, 10, 1), type=WireType.U16),
    point("setpoint", Register(Table.HOLDING, 11, 1), type=WireType.U16, access=Access.READ_WRITE),
    point("ramp", Register(Table.HOLDING, 12, 1), type=WireType.U16, access=Access.READ_WRITE),
    max_registers=3,
)
TRUTH: dict[str, float | str] = {"running": 1.0, "fault": 0.0, "level": 2.5, "speed": 1450.0, "setpoint": 50.0, "ramp": 3.0}


def station(profile: Profile = PLANT, **truth: float | str) -> Station:
    return Station(device(profile), FakeMachine(values=TRUTH | truth))


@asynccontextmanager
async def opened(*stations: Station, gateway: bool = True) -> AsyncIterator[ModbusPort]:
    port = ModbusPort("127.0.0.1", 0, Bus(dict(enumerate(stations, 1)), answers_unknown_units=gateway))
    await port.open()
    try:
        yield port
    finally:
        await port.close()


@asynccontextmanager
async def master(port: ModbusPort) -> AsyncIterator[AsyncModbusTcpClient]:
    client = AsyncModbusTcpClient("127.0.0.1", port=port.port, timeout=20, retries=0)
    assert await client.connect()
    try:
        yield client
    finally:
        client.close()


async def exchange(port: ModbusPort, frame: bytes, expected: int) -> bytes:
    """Send raw bytes, read exactly ``expected`` bytes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
    try:
        writer.write(frame)
        async with asyncio.timeout(60):
            return await reader.readexactly(expected)
    finally:
        writer.close()


def frame(transaction: int, unit: int, pdu: bytes) -> bytes:
    return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu


READ_SPEED = bytes.fromhex("03000a0001")
SPEED_IS_1450 = bytes.fromhex("030205aa")


async def test_pymodbus_reads_every_table() -> None:
    async with opened(station()) as port, master(port) as client:
        assert (await client.read_discrete_inputs(0, count=2, device_id=1)).bits[:2] == [True, False]
        assert (await client.read_coils(6, count=2, device_id=1)).bits[:2] == [False, False]
        assert (await client.read_input_registers(100, count=2, device_id=1)).registers == [0x4020, 0x0000]
        assert (await client.read_holding_registers(10, count=3, device_id=1)).registers == [1450, 50, 3]


async def test_pymodbus_writes_what_may_be_written() -> None:
    async with opened(station()) as port, master(port) as client:
        assert not (await client.write_register(11, 77, device_id=1)).isError()
        assert not (await client.write_registers(11, [78, 4], device_id=1)).isError()
        assert not (await client.write_coil(6, True, device_id=1)).isError()
        assert not (await client.write_coils(6, [False, True], device_id=1)).isError()
        assert (await client.read_holding_registers(10, count=3, device_id=1)).registers == [1450, 78, 4]
        assert (await client.read_coils(6, count=2, device_id=1)).bits[:2] == [False, True]


@pytest.mark.parametrize(
    ("request_pdu", "code"),
    [
        pytest.param("0300090001", ExceptionCode.ILLEGAL_ADDRESS, id="register-that-is-not-there"),
        pytest.param("03000a0004", ExceptionCode.ILLEGAL_ADDRESS, id="beyond-the-last-register"),
        pytest.param("0400640003", ExceptionCode.ILLEGAL_ADDRESS, id="more-than-the-table-has"),
        pytest.param("03000a0000", ExceptionCode.ILLEGAL_VALUE, id="nothing-asked"),
        pytest.param("03000a007e", ExceptionCode.ILLEGAL_VALUE, id="126-registers"),
        pytest.param("0100060000", ExceptionCode.ILLEGAL_VALUE, id="no-coils"),
        pytest.param("03000a", ExceptionCode.ILLEGAL_VALUE, id="cut-short"),
        pytest.param("06000a0001", ExceptionCode.ILLEGAL_ADDRESS, id="write-to-read-only"),
        pytest.param("0500061234", ExceptionCode.ILLEGAL_VALUE, id="coil-neither-on-nor-off"),
        pytest.param("10000b00020300010002", ExceptionCode.ILLEGAL_VALUE, id="length-does-not-fit"),
        pytest.param("10000a000204ffffffff", ExceptionCode.ILLEGAL_ADDRESS, id="write-half-read-only"),
        pytest.param("2b0e0100", ExceptionCode.ILLEGAL_FUNCTION, id="unknown-function"),
        pytest.param("", ExceptionCode.ILLEGAL_FUNCTION, id="no-function-at-all"),
    ],
)
def test_a_wrong_request_gets_its_exception(request_pdu: str, code: ExceptionCode) -> None:
    pdu = bytes.fromhex(request_pdu)
    image = register_image(device(PLANT), TRUTH, {})
    assert answer(image, pdu) == bytes([(pdu[0] if pdu else 0) | 0x80, code])


def test_a_block_longer_than_the_device_answers_is_illegal() -> None:
    keba = register_image(device(library("keba_p30")), {}, {})
    assert answer(keba, bytes.fromhex("0303e80002"))[0] == 3
    assert answer(keba, bytes.fromhex("0303ee0004")) == bytes([0x83, ExceptionCode.ILLEGAL_ADDRESS])


async def test_an_unknown_unit_behind_a_gateway_gets_exception_11() -> None:
    async with opened(station()) as port:
        assert await exchange(port, frame(7, 99, READ_SPEED), 9) == frame(7, 99, bytes([0x83, 0x0B]))


async def test_an_unknown_unit_of_a_plain_device_gets_silence() -> None:
    async with opened(station(), gateway=False) as port:
        answers = await exchange(port, frame(1, 99, READ_SPEED) + frame(2, 1, READ_SPEED), 11)
        assert answers == frame(2, 1, SPEED_IS_1450)


async def test_units_of_one_port_are_different_devices() -> None:
    async with opened(station(), station(speed=700.0)) as port, master(port) as client:
        assert (await client.read_holding_registers(10, count=1, device_id=1)).registers == [1450]
        assert (await client.read_holding_registers(10, count=1, device_id=2)).registers == [700]


async def test_several_requests_in_one_segment_are_all_answered_in_order() -> None:
    async with opened(station()) as port:
        answers = await exchange(port, frame(1, 1, READ_SPEED) + frame(2, 1, READ_SPEED), 22)
        assert answers == frame(1, 1, SPEED_IS_1450) + frame(2, 1, SPEED_IS_1450)


def test_the_server_works_on_uvloop_too() -> None:
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not available on this platform")

    async def ask() -> bytes:
        async with opened(station()) as port:
            return await exchange(port, frame(3, 1, READ_SPEED), 11)

    assert uvloop.run(ask()) == frame(3, 1, SPEED_IS_1450)


async def test_rtu_frames_over_tcp_are_read_by_pymodbus() -> None:
    port = ModbusPort("127.0.0.1", 0, Bus({1: station()}, RtuFraming(), answers_unknown_units=False))
    await port.open()
    client = AsyncModbusTcpClient("127.0.0.1", port=port.port, framer=FramerType.RTU, timeout=20, retries=0)
    assert await client.connect()
    assert (await client.read_holding_registers(10, count=3, device_id=1)).registers == [1450, 50, 3]
    assert not (await client.write_registers(11, [78, 4], device_id=1)).isError()
    client.close()
    await port.close()


def test_an_rtu_frame_with_a_wrong_checksum_is_dropped_and_the_next_one_served() -> None:
    right = bytes.fromhex("01 03 00 0a 00 01 a4 08")
    assert checksum(right[:-2]) == right[-2:]
    received = bytearray(right[:-1] + b"\x09" + right)
    request = RtuFraming().take(received)
    assert request is not None
    assert request.pdu == READ_SPEED
    assert not received


async def test_a_request_may_arrive_in_pieces() -> None:
    async with opened(station()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
        for byte in frame(5, 1, READ_SPEED):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)
        assert await reader.readexactly(11) == frame(5, 1, SPEED_IS_1450)
        writer.close()


@pytest.mark.parametrize("header", [b"\x00\x01\x00\x01\x00\x06\x01", b"\x00\x01\x00\x00\xff\xff\x01", b"\x00\x01\x00\x00\x00\x01\x01"])
async def test_what_is_no_modbus_frame_ends_the_connection(header: bytes) -> None:
    async with opened(station()) as port:
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await exchange(port, header + READ_SPEED, 1)


async def silent(port: ModbusPort) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await exchange(port, frame(1, 1, READ_SPEED), 1)


async def excepting(port: ModbusPort) -> None:
    assert await exchange(port, frame(1, 1, READ_SPEED), 9) == frame(1, 1, bytes([0x83, 0x04]))


async def resetting(port: ModbusPort) -> None:
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await exchange(port, frame(1, 1, READ_SPEED), 1)


async def refusing(port: ModbusPort) -> None:
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port.port)


async def babbling(port: ModbusPort) -> None:
    right = frame(0, 1, SPEED_IS_1450)
    for transaction in range(4):
        said = await exchange(port, frame(transaction, 1, READ_SPEED), 7)
        assert said != right


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (NetworkFault.SILENT, silent),
        (NetworkFault.EXCEPTION, excepting),
        (NetworkFault.RESET, resetting),
        (NetworkFault.REFUSE, refusing),
        (NetworkFault.GARBAGE, babbling),
    ],
)
async def test_a_network_fault_shows_on_the_wire_and_passes(fault: NetworkFault, seen: Callable[[ModbusPort], Awaitable[None]]) -> None:
    ill = station()
    async with opened(ill) as port:
        ill.fault = fault
        await port.follow_fault()
        await seen(port)
        ill.fault = NetworkFault.OK
        await port.follow_fault()
        assert await exchange(port, frame(9, 1, READ_SPEED), 11) == frame(9, 1, SPEED_IS_1450)


async def test_a_slow_device_answers_rightly_but_late() -> None:
    ill = station()
    ill.fault, ill.amount = NetworkFault.SLOW, 0.2
    async with opened(ill) as port:
        began = asyncio.get_running_loop().time()
        assert await exchange(port, frame(9, 1, READ_SPEED), 11) == frame(9, 1, SPEED_IS_1450)
        assert asyncio.get_running_loop().time() - began >= 0.19


async def test_one_silent_unit_costs_its_neighbour_on_the_gateway_nothing() -> None:
    ill, well = station(), station(speed=700.0)
    ill.fault = NetworkFault.SILENT
    async with opened(ill, well) as port:
        answers = await exchange(port, frame(1, 1, READ_SPEED) + frame(2, 2, READ_SPEED), 11)
        assert answers == frame(2, 2, bytes.fromhex("030202bc"))


def test_the_image_is_encoded_at_the_first_request_after_a_step_and_only_then() -> None:
    machine = FakeMachine(values=dict(TRUTH))
    one = Station(device(PLANT), machine)
    one.answer(READ_SPEED)
    one.answer(READ_SPEED)
    assert machine.asked == 1
    machine.values["speed"] = 700.0
    one.stale = True
    assert one.answer(READ_SPEED) == bytes.fromhex("030202bc")
    assert machine.asked == 2
    assert one.requests == 3
