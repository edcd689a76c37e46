"""From a device of the site to what its link needs: requests, station, wire."""

import structlog

from collectors.counters import Counters
from collectors.errors import NotSunSpec, ProfileError
from collectors.modbus.decode import Decoder, compile_decoder
from collectors.modbus.dialling import line_name, silence_ns, wire_to
from collectors.modbus.plan import NETWORK_REQUEST, SERIAL_REQUEST, Request, plan
from collectors.modbus.schedule import Schedule
from collectors.modbus.station import Station
from collectors.modbus.sunspec import Read, located
from collectors.modbus.wire import Wire
from model.clock import SECOND
from model.profile import ModbusDefaults
from model.site import Device, ModbusSerial, ModbusTcp

log = structlog.get_logger()
_MILLISECOND = SECOND // 1000


def requests_of(device: Device) -> tuple[Request, ...]:
    """What the device is asked. ProfileError when it cannot be read as written."""
    return plan(device.profile, period_ns(device), request_worth(device))


def request_worth(device: Device) -> int:
    """RTU frames mean a serial line, at the latest behind the gateway."""
    connection = connection_of(device)
    return NETWORK_REQUEST if isinstance(connection, ModbusTcp) and connection.framer == "tcp" else SERIAL_REQUEST


def period_ns(device: Device) -> int:
    """How often it is polled: as the site says, unless the device wants it less often or no point of it is wanted as often."""
    limits = device.profile.modbus or ModbusDefaults()
    wanted_ns = min((point.every_ns for point in device.points), default=0)
    return max(device.every_ns, limits.min_interval_ms * _MILLISECOND, wanted_ns)


def station_of(device: Device, start_ns: int) -> Station:
    """ProfileError when the device cannot be read as written."""
    connection, limits = connection_of(device), device.profile.modbus or ModbusDefaults()
    limit_ns = limits.min_interval_ms * _MILLISECOND
    if limit_ns > device.every_ns:
        log.warning("poll_slowed_to_device_limit", device=device.id, every_s=device.every_ns / SECOND, limit_s=limit_ns / SECOND)
    requests = requests_of(device)

    async def find(read: Read) -> tuple[tuple[Request, ...], Decoder]:
        profile = await located(device.profile, read)
        try:
            found = plan(profile, period_ns(device), request_worth(device))
            return found, compile_decoder(profile, found)
        except ProfileError as error:
            raise NotSunSpec(str(error)) from error

    return Station(
        device.id,
        connection.unit,
        connection.timeout_s,
        max(limits.inter_request_ms * _MILLISECOND, silence_ns(connection)),
        requests,
        compile_decoder(device.profile, requests),
        Schedule(device.id, period_ns(device), start_ns),
        find if limits.sunspec is not None else None,
    )


def line_of(device: Device) -> str:
    """Name of the connection that the device shares with others of the same name."""
    return line_name(connection_of(device))


def wire_of(device: Device, counters: Counters) -> Wire:
    """The connection over which the device is read, not yet open."""

    def garbage() -> None:
        counters.frames_garbage += 1

    return wire_to(connection_of(device), garbage)


def connection_of(device: Device) -> ModbusTcp | ModbusSerial:
    assert isinstance(device.connection, ModbusTcp | ModbusSerial), f"{device.id} is no Modbus device"
    return device.connection
