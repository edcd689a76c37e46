"""What to do about an exchange that failed, in the words of whoever stands before the cabinet. Pure."""

from collections.abc import Mapping
from socket import gaierror

from collectors.errors import BadFrame, Closed, DeviceException, ExchangeError, NotModbus, Refused, TimedOut
from model.profile import Table
from model.site import ModbusSerial, ModbusTcp

_LINE = "If the line has never worked, swap A and B and look at its end resistors"


def on_connecting(error: ExchangeError, connection: ModbusTcp | ModbusSerial) -> str:
    """There is no connection."""
    if isinstance(connection, ModbusSerial):
        return (
            f"the serial port {connection.port} can't be opened ({error}). Is the adapter plugged in, is the name right (ls /dev/tty*, or "
            "the device manager), does another program hold it, may this user open it (on Linux: group dialout)?"
        )
    if isinstance(error.__cause__, gaierror):
        return (
            f"the name {connection.host} is not known (DNS). Is it written right, does this machine have a name server? Or give the IP "
            "address"
        )
    if isinstance(error, Refused):
        return (
            f"no connection is accepted there ({error}). Is the IP address the gateway's, is {connection.port} its Modbus port (some "
            "listen on 503, 4196 or 8899), is Modbus TCP switched on, does it take a single client and has one?"
        )
    return (
        f"nobody answers at {connection.host}:{connection.port} ({error}). Try 'ping {connection.host}': check the address, the cable, "
        "the VLAN, and that this machine is in the same subnet"
    )


def on_asking(error: ExchangeError, connection: ModbusTcp | ModbusSerial) -> str:
    """There is a connection, and no answer, or none that is one."""
    unit = f"unit {connection.unit}"
    if isinstance(error, DeviceException) and error.is_silence:
        return (
            f"the gateway is there, but {unit} behind it does not answer ({error}). Is the unit id right (--scan-units 1-32), is the "
            f"device on, do baud rate and parity of the gateway's serial side match the device's? {_LINE}"
        )
    if isinstance(error, DeviceException):
        return f"{unit} answers with {error}: the device itself is in trouble; look at its display"
    if isinstance(error, Closed):
        return (
            f"the connection was closed while {unit} was asked ({error}). Some gateways close when another client connects, "
            "or when the unit id is not in their table"
        )
    if isinstance(error, NotModbus) and isinstance(connection, ModbusTcp):
        return f"what listens at {connection.host}:{connection.port} is {error}. Is the port right (--port; Modbus is mostly at 502)?"
    if isinstance(error, BadFrame):
        return f"what came is no answer to what was asked ({error}). {_framing(connection)}"
    if isinstance(error, TimedOut):
        return f"{unit} did not answer ({error}). {_silence(connection)}"
    return str(error)


def _framing(connection: ModbusTcp | ModbusSerial) -> str:
    if isinstance(connection, ModbusSerial):
        return "Check baud rate, parity and stop bits, and that no second master talks on the line"
    return f"Try '--framer {_other_framer(connection)}'; check that no two devices have the same unit id"


def _silence(connection: ModbusTcp | ModbusSerial) -> str:
    if isinstance(connection, ModbusSerial):
        line = f"{connection.baud} baud, parity {connection.parity}, {connection.stop_bits} stop bit"
        return f"Is the unit id right (--scan-units 1-32), does the device speak {line}? {_LINE}"
    return (
        "Is the unit id right (--scan-units 1-32; a device with an Ethernet port of its own often is 255 or 0), or does it want "
        f"'--framer {_other_framer(connection)}'?"
    )


def _other_framer(connection: ModbusTcp) -> str:
    return "rtu" if connection.framer == "tcp" else "tcp"


def on_refusals(refused: Mapping[tuple[Table, int, int], int], anything_answered: bool) -> str:
    """The device answers, with exceptions only; empty when something was answered."""
    if anything_answered or not refused:
        return ""
    codes = set(refused.values())
    if codes == {1}:
        tables = ", ".join(sorted({table for table, _, _ in refused}))
        other = Table.HOLDING if tables == Table.INPUT else Table.INPUT
        return (
            f"the device does not know the function for {tables} registers: holding and input are often confused; without --profile, "
            f"try --table {other}"
        )
    if codes <= {2, 3, 4}:
        return (
            "the device refuses every address. Is this the profile of this very device? Manuals count registers from 0, from 1 or from "
            "40001: a wrong start is off by so much (addressing and address_offset in the profile). Without --profile, with --table, "
            "--from and --to, the probe shows what is there"
        )
    return f"the device refuses everything, with exceptions {', '.join(map(str, sorted(codes)))}"
