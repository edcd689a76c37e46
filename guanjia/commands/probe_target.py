"""Whom ``guanjia probe`` is to ask: from what was written after it, or out of a site file."""

import re
from dataclasses import dataclass
from pathlib import Path

from guanjia.commands.recordings import duration
from guanjia.commands.words import mistakes_shown, refuse
from guanjia.config.profile_file import LIBRARY, load_profile
from guanjia.config.site_file import load_site
from guanjia.probe.lines import usual_system
from model.clock import SECOND
from model.profile import ModbusDefaults, Profile
from model.site import Device, ModbusSerial, ModbusTcp, Mqtt
from model.text import Text
from model.wording import near


@dataclass(frozen=True, slots=True)
class Asked:
    """The options as they were written."""

    target: str
    site: Path | None
    profile: str
    port: int | None
    unit: int | None
    framer: str
    serial: str
    baud: int | None
    parity: str
    stopbits: int | None
    timeout: str
    device_id: str
    area: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where to ask. ``device`` is None when nothing is known of what is there; ``profile`` is its name as a site file has it."""

    connection: ModbusTcp | ModbusSerial | None
    device: Device | None
    profile: str
    is_on_site: bool = False


def targeted(asked: Asked) -> Target:
    """The target, or exit with 2 and a word about what is missing."""
    if asked.site is not None:
        return _on_site(asked.site, asked)
    known = named_profile(asked.profile) if asked.profile else None
    if known is not None and known.modbus is None:
        raise refuse(f"profile '{asked.profile}' speaks MQTT: listen with --topic, such as --topic 'parking/#'")
    connection = _connection(asked, known.modbus if known and known.modbus else ModbusDefaults())
    return Target(connection, None if known is None else _new_device(asked, known, connection), asked.profile)


def _on_site(file: Path, asked: Asked) -> Target:
    with mistakes_shown():
        site = load_site(file)
    device = site.devices.get(asked.target)
    if device is None:
        hint = near(asked.target, site.devices) if asked.target else "; which device is it? Name its id before or after --site"
        raise refuse(f"{file} has no device '{asked.target}'{hint}")
    if isinstance(device.connection, Mqtt):
        raise refuse(f"'{device.id}' speaks MQTT: listen with --topic '{device.connection.topic or '#'}' --broker …")
    profile = named_profile(asked.profile) if asked.profile else device.profile
    return Target(
        device.connection, device if not asked.profile else _like(device, profile), asked.profile or device.profile.id, is_on_site=True
    )


def _like(device: Device, profile: Profile) -> Device:
    return Device(device.id, device.name, device.system, device.area, profile, device.connection, device.every_ns)


def named_profile(name: str) -> Profile:
    is_file = "/" in name or name.endswith((".yaml", ".yml"))
    file = Path(name) if is_file else LIBRARY / f"{name}.yaml"
    if not file.is_file():
        hint = near(name, [known.stem for known in LIBRARY.glob("*.yaml")]) or "; name a built-in one or a .yaml file"
        raise refuse(f"no profile '{name}'{hint}")
    with mistakes_shown():
        return load_profile(file)


def _connection(asked: Asked, usual: ModbusDefaults) -> ModbusTcp | ModbusSerial | None:
    """None where nobody is named: enough for a plan."""
    unit = usual.unit if asked.unit is None else asked.unit
    timeout_s = duration(asked.timeout, "--timeout") / SECOND
    if asked.framer not in ("tcp", "rtu"):
        raise refuse(f"--framer {asked.framer}: write tcp, or rtu")
    if asked.parity.upper() not in ("", "N", "E", "O"):
        raise refuse(f"--parity {asked.parity}: write N (none), E (even) or O (odd)")
    if asked.serial and asked.target:
        raise refuse("give an address or --serial, not both")
    if asked.serial:
        line = usual.serial
        baud, stop = asked.baud or int(line.get("baudrate", 9600)), asked.stopbits or int(line.get("stopbits", 1))
        return ModbusSerial(asked.serial, baud, (asked.parity or str(line.get("parity", "N"))).upper(), stop, unit, timeout_s)
    if not asked.target:
        return None
    host, port = _host_and_port(asked.target)
    return ModbusTcp(host, asked.port or port or usual.port, unit, asked.framer, timeout_s)


def _host_and_port(target: str) -> tuple[str, int | None]:
    """``10.0.0.11:503`` is understood, too; an IPv6 address needs no brackets."""
    found = re.fullmatch(r"([^:\[\]]+):(\d{1,5})", target)
    return (found[1], int(found[2])) if found else (target.strip("[]"), None)


def _new_device(asked: Asked, profile: Profile, connection: ModbusTcp | ModbusSerial | None) -> Device:
    """A device for lines that its engineer will complete."""
    name = f"{profile.manufacturer} {profile.model}".split("(")[0].strip()
    reached = connection or ModbusTcp("", 0, 0)
    return Device(
        asked.device_id or f"new.unit{reached.unit}",
        Text(name, name),
        usual_system(profile),
        asked.area or "area",
        profile,
        reached,
        SECOND,
    )
