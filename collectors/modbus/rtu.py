"""RTU frames over a serial line or a TCP connection, by pymodbus behind our own ``Wire``.

What pymodbus 3.16 lets pass and this does not: a read that goes on waiting after the peer has closed, answers shorter than asked or with
another function code, exceptions returned instead of raised, retries.
"""

import asyncio
from collections.abc import Callable
from struct import pack
from typing import Any

from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerType
from pymodbus.pdu import ModbusPDU

from collectors.errors import BadFrame, Closed, DeviceException, Refused, TimedOut
from collectors.modbus.plan import Request
from collectors.modbus.wire import answer_data
from model.profile import Table
from model.site import ModbusSerial, ModbusTcp


class RtuWire:
    """A line with RTU framing. ``garbage`` is called for every answer that is none to what was asked."""

    def __init__(self, connection: ModbusTcp | ModbusSerial, garbage: Callable[[], None]) -> None:
        self._connection, self._garbage = connection, garbage
        self._client: AsyncModbusTcpClient | AsyncModbusSerialClient | None = None
        self._lost: asyncio.Future[None] | None = None

    @property
    def connected(self) -> bool:
        return self._client is not None and self._client.connected

    async def connect(self, timeout_s: float) -> None:
        self.close()
        client = _client(self._connection, self._changed)
        try:
            async with asyncio.timeout(timeout_s):
                if not await client.connect():
                    raise Refused(f"{client}: no connection")
        except TimeoutError as error:
            client.close()
            raise TimedOut(f"{client}: no connection within {timeout_s:g} s") from error
        self._client = client

    async def read(self, unit: int, request: Request, timeout_s: float) -> bytes:
        client = self._client
        if client is None or not client.connected:
            raise Closed(f"{request}: not connected")
        self._lost = asyncio.get_running_loop().create_future()
        asked = asyncio.ensure_future(_ask(client, unit, request))
        either: set[asyncio.Future[Any]] = {asked, self._lost}
        await asyncio.wait(either, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if asked.done():
            return self._checked(asked, unit, request)
        asked.cancel()
        if self._lost.done():
            raise Closed(f"{request}: the line was lost while waiting")
        raise TimedOut(f"{request}: no answer")

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _checked(self, asked: "asyncio.Future[ModbusPDU]", unit: int, request: Request) -> bytes:
        try:
            answer = asked.result()
        except ModbusException as error:
            raise (TimedOut if self.connected else Closed)(f"{request}: {error}") from error
        try:
            if answer.dev_id != unit:
                raise BadFrame(f"unit {answer.dev_id} answered in place of {unit}")
            return answer_data(_pdu(answer, request), request)
        except BadFrame:
            self._garbage()
            raise

    def _changed(self, connected: bool) -> None:
        if not connected and self._lost is not None and not self._lost.done():
            self._lost.set_result(None)


def _client(connection: ModbusTcp | ModbusSerial, changed: Callable[[bool], None]) -> AsyncModbusTcpClient | AsyncModbusSerialClient:
    """``reconnect_delay=0``: reconnecting is the link's business."""
    if isinstance(connection, ModbusTcp):
        return AsyncModbusTcpClient(
            connection.host,
            port=connection.port,
            framer=FramerType.RTU,
            timeout=connection.timeout_s,
            retries=0,
            reconnect_delay=0,
            trace_connect=changed,
        )
    return AsyncModbusSerialClient(
        connection.port,
        framer=FramerType.RTU,
        baudrate=connection.baud,
        parity=connection.parity,
        stopbits=connection.stop_bits,
        timeout=connection.timeout_s,
        retries=0,
        reconnect_delay=0,
        trace_connect=changed,
    )


async def _ask(client: AsyncModbusTcpClient | AsyncModbusSerialClient, unit: int, request: Request) -> ModbusPDU:
    reads = {
        Table.COIL: client.read_coils,
        Table.DISCRETE: client.read_discrete_inputs,
        Table.HOLDING: client.read_holding_registers,
        Table.INPUT: client.read_input_registers,
    }
    return await reads[request.table](request.address, count=request.count, device_id=unit)


def _pdu(answer: ModbusPDU, request: Request) -> bytes:
    """The answer as it stood on the wire; pymodbus hands out numbers only."""
    if answer.isError():
        raise DeviceException(answer.exception_code)
    if request.is_bits:
        bits = answer.bits[: request.count] if len(answer.bits) >= request.count else answer.bits
        data = sum(bit << place for place, bit in enumerate(bits)).to_bytes((len(bits) + 7) // 8, "little")
    else:
        data = pack(f">{len(answer.registers)}H", *answer.registers)
    return bytes([answer.function_code, len(data) & 0xFF]) + data
