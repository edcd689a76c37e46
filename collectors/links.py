"""From the site to its links: which devices share a connection, and what each needs to be read."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import TypeVar
from urllib.parse import urlsplit

from collectors.counters import Counters
from collectors.errors import ProfileError
from collectors.modbus.client import Link
from collectors.modbus.device import line_of, station_of, wire_of
from collectors.modbus.station import Station
from collectors.modbus.wire import Wire
from collectors.mqtt.client import MqttLink
from collectors.mqtt.devices import JsonDevices
from collectors.mqtt.dial import Broker
from collectors.mqtt.payload import PayloadDecoder
from collectors.mqtt.presence import PresenceTopic
from collectors.sparkplug.edge_nodes import is_sparkplug
from collectors.sparkplug.host import SparkplugHost
from collectors.sparkplug.node import EdgeNode
from collectors.sparkplug.payload import MAX_PAYLOAD
from model.clock import SECOND, Clock
from model.reading import BlockSink, Commits, Dated
from model.site import BrokerConfig, Device, Mqtt, Site

T = TypeVar("T")

_MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}


MakeWire = Callable[[Device, Counters], Wire]
"""The connection over which a device, and others on its line, are reached."""


def modbus_links(site: Site, sink: BlockSink, clock: Clock, counters: Counters, make_wire: MakeWire | None = None) -> list[Link]:
    """One link per host, port and framing, or per serial line; over real wires unless others are given.

    ProfileError names every device that cannot be read as written.
    """
    connected_by = make_wire or wire_of
    start_ns = clock.monotonic_ns()
    devices = [device for device in site.devices.values() if not isinstance(device.connection, Mqtt)]
    stations = _each(devices, lambda device: station_of(device, start_ns))
    lines: dict[str, list[Station]] = defaultdict(list)
    wires: dict[str, Wire] = {}
    for device, station in zip(devices, stations, strict=True):
        line = line_of(device)
        lines[line].append(station)
        if line not in wires:
            wires[line] = connected_by(device, counters)
    return [Link(line, wires[line], members, sink, clock, counters) for line, members in lines.items()]


def payload_decoders(site: Site) -> list[PayloadDecoder]:
    """A decoder per device that speaks JSON. ProfileError names every device that cannot be read as written."""
    return _each((d for d in site.devices.values() if isinstance(d.connection, Mqtt) and not is_sparkplug(d)), _payload_decoder)


def mqtt_link(
    site: Site,
    embedded_port: int | None,
    decoders: Sequence[PayloadDecoder],
    sink: BlockSink,
    clock: Clock,
    counters: Counters,
    commits: Commits | None = None,
    before: Mapping[str, Sequence[Dated]] | None = None,
) -> MqttLink:
    """The link to the site's broker; ``embedded_port`` is where the embedded one listens. ``commits``: when a message may be acknowledged.
    ``before``: what devices have dated themselves and is on disk.

    ProfileError names every device whose presence can't be watched as written.
    """
    devices = [site.devices[decoder.device] for decoder in decoders]
    qos = {device.id: device.profile.mqtt.qos for device in devices if device.profile.mqtt}
    silences = {device.id: int(limit_s * SECOND) for device in devices if (limit_s := _silent_after_s(device)) is not None}
    presences = dict(_each(devices, lambda device: (device.id, _presences(device))))
    voice = JsonDevices(decoders, qos, silences, sink, clock, counters, presences, commits, before)
    broker = broker_of(site.broker, embedded_port, f"guanjia-{site.id}")
    return MqttLink(broker, [voice], clock, counters, commits, site.broker.subscribe)


def sparkplug_host(site: Site, nodes: Sequence[EdgeNode], sink: BlockSink, clock: Clock, counters: Counters) -> SparkplugHost:
    """The site's host application, before it is connected."""
    config = site.broker.sparkplug
    return SparkplugHost(replace(config, host=config.host or f"guanjia-{site.id}"), nodes, sink, clock, counters)


def sparkplug_link(
    site: Site, embedded_port: int | None, nodes: Sequence[EdgeNode], sink: BlockSink, clock: Clock, counters: Counters
) -> MqttLink:
    """A connection of its own: a host's session is clean (docs/adr/0017), so nothing is ever sent again and nothing has to wait."""
    broker = broker_of(site.broker, embedded_port, f"guanjia-{site.id}")
    own = replace(broker, client_id=f"{broker.client_id}-sparkplug", clean=True, max_payload=MAX_PAYLOAD)
    return MqttLink(own, [sparkplug_host(site, nodes, sink, clock, counters)], clock, counters)


def broker_of(config: BrokerConfig, embedded_port: int | None, client_id: str) -> Broker:
    """Where the site's broker is and how we present ourselves there; ``client_id`` stands where the site names none."""
    embedded = config.url == "embedded"
    url = urlsplit("mqtt://127.0.0.1" if embedded else config.url)
    return Broker(
        host=url.hostname or "127.0.0.1",
        port=(embedded_port or config.port) if embedded else url.port or _MQTT_PORTS[url.scheme],
        client_id=config.client_id or client_id,
        username=config.username,
        password=config.password,
        tls=config.tls if url.scheme == "mqtts" else None,
        version=config.version,
        session_expiry_s=config.session_expiry_s,
        in_flight=config.in_flight,
        max_payload=config.max_payload,
    )


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


def _payload_decoder(device: Device) -> PayloadDecoder:
    assert isinstance(device.connection, Mqtt)
    return PayloadDecoder(device.id, device.profile, device.connection)


def _silent_after_s(device: Device) -> float | None:
    """The site's word goes before the profile's. None: its silence means nothing."""
    connection, defaults = device.connection, device.profile.mqtt
    own = connection.silent_after_s if isinstance(connection, Mqtt) else None
    limit_s = own if own is not None else defaults.silent_after_s if defaults else None
    return None if limit_s == inf else limit_s


def _presences(device: Device) -> list[PresenceTopic]:
    """The site's word goes before the profile's."""
    connection, defaults = device.connection, device.profile.mqtt
    assert isinstance(connection, Mqtt)
    presences = connection.presence if connection.presence is not None else defaults.presence if defaults else ()
    return [PresenceTopic(one, connection) for one in presences]
