"""From the site to its links: which devices share a connection, and what each needs to be read."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

import structlog

from collectors.counters import Counters
from collectors.errors import ProfileError
from collectors.modbus.client import Link, Station
from collectors.modbus.decode import compile_decoder
from collectors.modbus.mbap import MbapWire
from collectors.modbus.plan import plan
from collectors.modbus.rtu import RtuWire
from collectors.modbus.schedule import Schedule
from collectors.modbus.wire import Wire
from collectors.mqtt.client import MqttLink
from collectors.mqtt.payload import PayloadDecoder
from collectors.mqtt.session import Broker
from model.clock import SECOND, Clock
from model.profile import ModbusDefaults
from model.reading import BlockSink
from model.site import BrokerConfig, Device, ModbusSerial, ModbusTcp, Mqtt, PayloadFormat, Site

log = structlog.get_logger()
T = TypeVar("T")

_MILLISECOND = SECOND // 1000
_MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}


MakeWire = Callable[[Device, Counters], Wire]
"""The connection over which a device, and others on its line, are reached."""


def modbus_links(site: Site, sink: BlockSink, clock: Clock, counters: Counters, make_wire: MakeWire | None = None) -> list[Link]:
    """One link per host, port and framing, or per serial line; over real wires unless others are given.

    ProfileError names every device that cannot be read as written.
    """
    connected_by = make_wire or _wire
    start_ns = clock.monotonic_ns()
    devices = [device for device in site.devices.values() if not isinstance(device.connection, Mqtt)]
    stations = _each(devices, lambda device: _station(device, start_ns))
    lines: dict[str, list[Station]] = defaultdict(list)
    wires: dict[str, Wire] = {}
    for device, station in zip(devices, stations, strict=True):
        line = line_of(device)
        lines[line].append(station)
        if line not in wires:
            wires[line] = connected_by(device, counters)
    return [Link(line, wires[line], members, sink, clock, counters) for line, members in lines.items()]


def payload_decoders(site: Site) -> list[PayloadDecoder]:
    """A decoder per MQTT device. ProfileError names every device that cannot be read as written."""
    return _each((d for d in site.devices.values() if isinstance(d.connection, Mqtt)), _payload_decoder)


def mqtt_link(
    site: Site, embedded_port: int | None, decoders: Sequence[PayloadDecoder], sink: BlockSink, clock: Clock, counters: Counters
) -> MqttLink:
    """The link to the site's broker; ``embedded_port`` is where the embedded one listens."""
    devices = [site.devices[decoder.device] for decoder in decoders]
    qos = {device.id: device.profile.mqtt.qos for device in devices if device.profile.mqtt}
    silences = {device.id: int(limit_s * SECOND) for device in devices if (limit_s := _silent_after_s(device)) is not None}
    broker = _broker(site.broker, embedded_port, f"guanjia-{site.id}")
    return MqttLink(broker, decoders, qos, silences, sink, clock, counters)


def _each(devices: Iterable[Device], build: Callable[[Device], T]) -> list[T]:
    """Build for every device, and only then complain of all that can't be."""
    built: list[T] = []
    mistakes: list[str] = []
    for device in devices:
        try:
            built.append(build(device))
        except ProfileError as error:
            mistakes.append(f"{device.id}: {error}")
    if mistakes:
        raise ProfileError("\n".join(mistakes))
    return built


def _station(device: Device, start_ns: int) -> Station:
    connection, limits = device.connection, device.profile.modbus or ModbusDefaults()
    assert isinstance(connection, ModbusTcp | ModbusSerial)
    requests = plan(device.profile)
    period_ns = max(device.every_ns, limits.min_interval_ms * _MILLISECOND)
    if period_ns > device.every_ns:
        log.warning("poll_slowed_to_device_limit", device=device.id, every_s=device.every_ns / SECOND, limit_s=period_ns / SECOND)
    return Station(
        device.id,
        connection.unit,
        connection.timeout_s,
        limits.inter_request_ms * _MILLISECOND,
        requests,
        compile_decoder(device.profile, requests),
        Schedule(device.id, period_ns, start_ns),
    )


def _payload_decoder(device: Device) -> PayloadDecoder:
    assert isinstance(device.connection, Mqtt)
    if device.connection.format is not PayloadFormat.JSON:
        raise ProfileError(f"'format: {device.connection.format}' can be simulated but is not read yet; the platform reads JSON")
    return PayloadDecoder(device.id, device.profile, device.connection)


def _silent_after_s(device: Device) -> float | None:
    """The site's word goes before the profile's."""
    connection, defaults = device.connection, device.profile.mqtt
    own = connection.silent_after_s if isinstance(connection, Mqtt) else None
    return own if own is not None else defaults.silent_after_s if defaults else None


def line_of(device: Device) -> str:
    """Name of the connection that the device shares with others of the same name."""
    match device.connection:
        case ModbusTcp(host=host, port=port, framer=framer):
            return f"{host}:{port}/{framer}"
        case ModbusSerial(port=line):
            return line
        case Mqtt():
            raise AssertionError("an MQTT device has no Modbus line")


def _wire(device: Device, counters: Counters) -> Wire:
    def garbage() -> None:
        counters.frames_garbage += 1

    connection = device.connection
    assert isinstance(connection, ModbusTcp | ModbusSerial)
    if isinstance(connection, ModbusTcp) and connection.framer == "tcp":
        return MbapWire(connection.host, connection.port, garbage)
    return RtuWire(connection, garbage)


def _broker(config: BrokerConfig, embedded_port: int | None, client_id: str) -> Broker:
    if config.url == "embedded":
        return Broker("127.0.0.1", embedded_port or config.port, client_id, config.username, config.password)
    url = urlsplit(config.url)
    port = url.port or _MQTT_PORTS.get(url.scheme, 1883)
    return Broker(url.hostname or "127.0.0.1", port, client_id, config.username, config.password, url.scheme == "mqtts")
