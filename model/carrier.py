"""What carries the readings of several devices: a gateway, a serial line, the broker. Lost, it is one cause, however much hangs on it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from model.profile import Profile
from model.reading import Fault
from model.site import Device, ModbusSerial, ModbusTcp, Mqtt, Site, System
from model.text import Text

GATEWAY, BROKER = "gateway", "broker"
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


def carriers(site: Site) -> dict[str, Carrier]:
    """Every line with at least two devices on it, and the broker if any device speaks through it, by id."""
    behind: dict[str, list[Device]] = defaultdict(list)
    for device in site.devices.values():
        behind[_line(device)].append(device)
    found = (_carrier(site, devices) for devices in behind.values() if len(devices) > 1 or isinstance(devices[0].connection, Mqtt))
    return {carrier.device.id: carrier for carrier in found}


def things(site: Site) -> Mapping[str, Device]:
    """Whatever an alarm may be about: devices, and what carries them."""
    return {**{id: carrier.device for id, carrier in carriers(site).items()}, **site.devices}


def _line(device: Device) -> str:
    match device.connection:
        case ModbusTcp(host=host, port=port, framer=framer):
            return f"{host}:{port}/{framer}"
        case ModbusSerial(port=port):
            return port
        case Mqtt():
            return BROKER


def _carrier(site: Site, devices: Sequence[Device]) -> Carrier:
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
