"""What the fleet listens on for Modbus masters: a port per address, a pseudo-terminal per serial line."""

from collections.abc import Iterable
from typing import Protocol

from model.site import ModbusSerial, ModbusTcp
from simulators.bus import Bus
from simulators.framing import RtuFraming, TcpFraming
from simulators.modbus_server import ModbusPort
from simulators.serial_line import SerialLine
from simulators.station import Station


class Listener(Protocol):
    async def open(self) -> None:
        """Raises OSError when it can't."""
        ...

    async def close(self) -> None: ...


def modbus_ports(stations: Iterable[Station]) -> list[ModbusPort]:
    """One listener per address; several units on it make it a gateway. On an RTU bus nobody answers for a unit that is not there."""
    behind: dict[tuple[str, int, str], dict[int, Station]] = {}
    for station in stations:
        wire = station.device.connection
        if isinstance(wire, ModbusTcp):
            behind.setdefault((wire.host, wire.port, wire.framer), {})[wire.unit] = station
    return [ModbusPort(host, port, _bus(units, framer, f"{host}:{port}")) for (host, port, framer), units in behind.items()]


def serial_lines(stations: Iterable[Station]) -> list[SerialLine]:
    behind: dict[str, dict[int, Station]] = {}
    for station in stations:
        wire = station.device.connection
        if isinstance(wire, ModbusSerial):
            behind.setdefault(wire.port, {})[wire.unit] = station
    return [SerialLine(name, _bus(units, "rtu", name)) for name, units in behind.items()]


def _bus(units: dict[int, Station], framer: str, name: str) -> Bus:
    is_tcp = framer == "tcp"
    return Bus(units, TcpFraming() if is_tcp else RtuFraming(), answers_unknown_units=is_tcp, name=name)
