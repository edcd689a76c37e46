"""How the connection to a device is opened: TCP, TCP under TLS (Modbus/TCP Security), a serial line."""

import asyncio
from collections.abc import Callable

from pymodbus.transport.serialtransport import create_serial_connection

from collectors.modbus.conversation import Conversation, Dial, StreamWire
from collectors.modbus.mbap import MbapConversation
from collectors.modbus.rtu import RtuConversation
from collectors.tls import client_context
from model.clock import SECOND
from model.site import ModbusSerial, ModbusTcp

_FAST_BAUD = 19_200
_FAST_SILENCE_NS = SECOND * 175 // 100_000
"""1.75 ms at more than 19,200 baud (Modbus over serial line V1.02 §2.5.1.1)."""


def wire_to(connection: ModbusTcp | ModbusSerial, garbage: Callable[[], None]) -> StreamWire:
    """The wire over which the device, and whoever shares its line, is read. ``garbage``: a frame came that answers nothing asked."""
    name = line_name(connection)
    kind = MbapConversation if isinstance(connection, ModbusTcp) and connection.framer == "tcp" else RtuConversation
    dial = _tcp(connection) if isinstance(connection, ModbusTcp) else _serial(connection)
    return StreamWire(name, dial, lambda: kind(name, garbage))


def line_name(connection: ModbusTcp | ModbusSerial) -> str:
    """Name of the connection, which all devices of the same name share."""
    if isinstance(connection, ModbusSerial):
        return connection.port
    return f"{connection.host}:{connection.port}/{'tls' if connection.tls else connection.framer}"


def silence_ns(connection: ModbusTcp | ModbusSerial) -> int:
    """Least silence between two frames: 3.5 characters on a serial line (§2.5.1.1), none over a network."""
    if isinstance(connection, ModbusTcp):
        return 0
    if connection.baud > _FAST_BAUD:
        return _FAST_SILENCE_NS
    bits = 9 + (connection.parity != "N") + connection.stop_bits
    return SECOND * 35 * bits // (10 * connection.baud)


def _tcp(connection: ModbusTcp) -> Dial:
    async def dial(converse: Callable[[], Conversation]) -> tuple[asyncio.BaseTransport, Conversation]:
        loop = asyncio.get_running_loop()
        if connection.tls is None:
            return await loop.create_connection(converse, connection.host, connection.port)
        # Reading the system's authorities takes some ten milliseconds, at every try to reach a dead device.
        context = await asyncio.to_thread(client_context, connection.tls)
        name = connection.tls.server_name or connection.host
        return await loop.create_connection(converse, connection.host, connection.port, ssl=context, server_hostname=name)

    return dial


def _serial(connection: ModbusSerial) -> Dial:
    """Eight data bits, as RTU has it (§2.5.1)."""

    async def dial(converse: Callable[[], Conversation]) -> tuple[asyncio.BaseTransport, Conversation]:
        loop, conversation = asyncio.get_running_loop(), converse()
        line = (connection.port, connection.baud, 8, connection.parity, connection.stop_bits, 0)
        transport, _ = await create_serial_connection(loop, lambda: conversation, *line)
        while conversation.transport is None:  # noqa: ASYNC110 the library sets up its transport within two turns of the loop
            await asyncio.sleep(0)
        return transport, conversation

    return dial
