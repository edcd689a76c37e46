"""What carries the readings of several devices: a gateway, a serial line, an edge node, the broker, a machine of ours that reads for
another. Lost, it is one cause, however much hangs on it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from model.own_state import PLATFORM, platform_device
from model.profile import Profile
from model.reading import Fault
from model.site import Device, ModbusSerial, ModbusTcp, Mqtt, PayloadFormat, Site, System
from model.text import Text

GATEWAY, BROKER, EDGE = "gateway", "broker", "edge"
"""Device classes of carriers, for rules to name in ``for: {class: …}``."""

_LINE_DEAD = frozenset({Fault.REFUSED, Fault.TIMEOUT, Fault.CLOSED})
"""No sign of life on a line. An exception or a garbled frame shows that somebody is there."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """``device`` stands for the carrier where alarms name things; it has no points and is never polled itself."""

    device: Device
    behind: tuple[str, ...]
    speaks_of_it: frozenset[Fault]
    """How an exchange with a device behind it fails when it is the carrier that is lost."""
    least: int
    """How many devices must have failed so, one after the other with no sign of life between, before the carrier is called lost."""
    beyond: frozenset[Fault] = frozenset()
    """How an exchange fails when something between us and the carrier is lost: that says nothing of the carrier."""


def carriers(site: Site) -> dict[str, Carrier]:
    """Every line and edge node with at least two devices on it, the broker if any device speaks through it, and the machines that read
    for another with the broker they are heard over, by id."""
    behind: dict[tuple[str, str], list[Device]] = defaultdict(list)
    for device in site.devices.values():
        for line in _lines(device):
            behind[_whose(site, device), line].append(device)
    found = [_carrier(site, whose, line, devices) for (whose, line), devices in behind.items() if len(devices) > 1 or line == BROKER]
    return {carrier.device.id: carrier for carrier in (*found, *_machines(site))}


def things(site: Site) -> Mapping[str, Device]:
    """Whatever an alarm may be about: devices, what carries them, and the platform itself."""
    return {PLATFORM: platform_device(site), **{id: carrier.device for id, carrier in carriers(site).items()}, **site.devices}


def _lines(device: Device) -> tuple[str, ...]:
    """A device behind an edge node is lost with the node as with the broker."""
    match device.connection:
        case ModbusTcp(host=host, port=port, framer=framer):
            return (f"{host}:{port}/{framer}",)
        case ModbusSerial(port=port):
            return (port,)
        case Mqtt(topic=topic, format=PayloadFormat.SPARKPLUG_B):
            return (BROKER, "/".join(topic.split("/")[:3]))
        case Mqtt():
            return (BROKER,)


def _whose(site: Site, device: Device) -> str:
    """The machine whose line or embedded broker it is, where there are several: ``/dev/ttyUSB0`` of two machines is two lines."""
    is_shared = isinstance(device.connection, Mqtt) and site.broker.url != "embedded"
    return "" if len(site.edges) < 2 or is_shared else device.edge


def _machines(site: Site) -> Iterator[Carrier]:
    """The machines that read for another, and the broker between; none where one process does it all."""
    behind: dict[str, list[Device]] = defaultdict(list)
    for device in site.devices.values():
        if device.edge in site.edges:
            behind[device.edge].append(device)
    for edge, devices in behind.items():
        reached = Mqtt(f"{site.link_prefix}/{edge}")
        stand_in = replace(_stand_in(site, devices, f"edge-{edge}", EDGE, site.edges[edge].name), connection=reached)
        yield Carrier(stand_in, tuple(d.id for d in devices), frozenset({Fault.EDGE_LOST}), 1, frozenset({Fault.LINK_LOST}))
    if behind:
        carried = [device for devices in behind.values() for device in devices]
        name = Text("采集机的消息服务器", "broker of the edge machines")
        stand_in = replace(_stand_in(site, carried, "link-broker", BROKER, name), connection=Mqtt(site.link_prefix))
        yield Carrier(stand_in, tuple(d.id for d in carried), frozenset({Fault.LINK_LOST}), 1)


def _carrier(site: Site, whose: str, line: str, devices: Sequence[Device]) -> Carrier:
    carrier = _line_or_broker(site, line, devices)
    if whose:
        carrier = replace(carrier, device=replace(carrier.device, id=f"{carrier.device.id}-{whose}"))
    return replace(carrier, beyond=carrier.beyond | {Fault.EDGE_LOST, Fault.LINK_LOST})


def _line_or_broker(site: Site, line: str, devices: Sequence[Device]) -> Carrier:
    connection = devices[0].connection
    behind = tuple(device.id for device in devices)
    match connection:
        case ModbusTcp(host=host, port=port):
            device = _stand_in(site, devices, f"gateway-{host}-{port}", GATEWAY, Text(f"网关 {host}:{port}", f"gateway {host}:{port}"))
            return Carrier(device, behind, _LINE_DEAD, 2)
        case ModbusSerial(port=path):
            line = PurePath(path).name
            device = _stand_in(site, devices, f"line-{line}", GATEWAY, Text(f"串口 {line}", f"serial line {line}"))
            return Carrier(device, behind, _LINE_DEAD, 2)
        case Mqtt() if line != BROKER:
            _, group, node = line.split("/")
            device = _stand_in(
                site, devices, f"node-{group}-{node}", GATEWAY, Text(f"边缘网关 {group}/{node}", f"edge node {group}/{node}")
            )
            return Carrier(device, behind, frozenset({Fault.NODE_LOST}), 1, frozenset({Fault.BROKER_LOST}))
        case Mqtt():
            device = _stand_in(site, devices, BROKER, BROKER, Text("MQTT 消息服务器", "MQTT broker"))
            return Carrier(device, behind, frozenset({Fault.BROKER_LOST}), 1)


def _stand_in(site: Site, devices: Sequence[Device], id: str, device_class: str, name: Text) -> Device:
    """Where most of what hangs on it stands; named with the place where all of it does."""
    ((area, count),) = Counter(device.area for device in devices).most_common(1)
    place = site.areas[area].name
    if count == len(devices) and device_class == GATEWAY:
        name = Text(f"{place.zh} {name.zh}", f"{place.en} {name.en}")
    profile = Profile(id=device_class, device_class=device_class, manufacturer="", model="", points=())
    return Device(id, name, System.ELV, area, profile, devices[0].connection, devices[0].every_ns)
