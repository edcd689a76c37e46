"""How a device is reached: its ``modbus:`` or ``mqtt:`` against what its profile speaks."""

import re

from guanjia.config.document import Path, Salvaged
from guanjia.config.findings import Findings
from guanjia.config.site_schema import ConnectionFile, DeviceFile, MqttFile
from model.profile import Profile, TopicPath
from model.site import Connection, ModbusSerial, ModbusTcp, Mqtt, PayloadFormat

_SPARKPLUG_TOPIC = re.compile(r"spBv1\.0(/[^+#/]+){3}")


def connection(findings: Findings, at: Path, item: Salvaged[DeviceFile], profile: Profile | None) -> Connection | None:
    """None when it can't be told for a mistake, which is among the findings. ``profile``: None when that has mistakes itself."""
    device = item.value
    given = [key for key in ("modbus", "mqtt") if getattr(device, key) is not None or key in item.broken]
    if len(given) != 1:
        name = device.id or "the device"
        findings.wrong(at, f"'{name}' needs exactly one of 'modbus:' and 'mqtt:'")
        return None
    if profile is None or not _speaks(findings, at, given[0], device.mqtt, profile) or given[0] in item.broken:
        return None
    if device.mqtt is not None:
        of_mqtt = _sparkplug if device.mqtt.format is PayloadFormat.SPARKPLUG_B else _mqtt
        return of_mqtt(findings, (*at, "mqtt"), device.mqtt, profile)
    assert device.modbus is not None
    return _modbus(findings, (*at, "modbus"), device.modbus, profile)


def _speaks(findings: Findings, at: Path, key: str, mqtt: MqttFile | None, profile: Profile) -> bool:
    if key == "modbus" and profile.modbus is None:
        findings.wrong((*at, key), f"profile '{profile.id}' is an mqtt profile; write 'mqtt: {{topic: …}}'")
        return False
    if key == "mqtt" and profile.mqtt is None and (mqtt is None or mqtt.format is not PayloadFormat.SPARKPLUG_B):
        findings.wrong((*at, key), f"profile '{profile.id}' is a modbus profile; write 'modbus: {{host: …, port: …, unit: …}}'")
        return False
    return True


def _modbus(findings: Findings, path: Path, w: ConnectionFile, profile: Profile) -> Connection | None:
    assert profile.modbus is not None
    unit = profile.modbus.unit if w.unit is None else w.unit
    if (w.host is None) == (w.serial is None):
        findings.wrong(path, "write exactly one of 'host:' (TCP) and 'serial:' (a serial line)")
        return None
    if w.host is not None:
        return ModbusTcp(w.host, w.port or profile.modbus.port, unit, w.framer, w.timeout)
    serial = profile.modbus.serial
    assert w.serial is not None
    baud, parity, stop = (
        w.baud or int(serial.get("baudrate", 9600)),
        w.parity or str(serial.get("parity", "N")),
        w.stopbits or int(serial.get("stopbits", 1)),
    )
    return ModbusSerial(w.serial, baud, parity, stop, unit, w.timeout)


def _mqtt(findings: Findings, path: Path, w: MqttFile, profile: Profile) -> Connection:
    needed = {
        place for point in profile.points if isinstance(point.wire, TopicPath) for place in re.findall(r"\{(\w+)\}", point.wire.topic)
    }
    given = set(w.values) | ({"topic"} if w.topic else set())
    for place in sorted(needed - given):
        where = "'topic: …'" if place == "topic" else f"'values: {{{place}: …}}'"
        findings.wrong(path, f"profile '{profile.id}' has {{{place}}} in its topics; write {where}")
    for key, word in (("topic", w.topic), *w.values.items()):
        if set(word) & set("+#"):
            findings.wrong((*path, key), f"'{word}' means many topics; write the one this device speaks on, without + and #")
    return Mqtt(w.topic, dict(w.values), w.silent_after)


def _sparkplug(findings: Findings, path: Path, w: MqttFile, profile: Profile) -> Connection | None:
    """Points travel by their names, so any profile will do."""
    if not _SPARKPLUG_TOPIC.fullmatch(w.topic):
        findings.wrong((*path, "topic"), "Sparkplug B needs 'topic: spBv1.0/GROUP/EDGE_NODE/DEVICE', names without + # /")
        return None
    return Mqtt(w.topic, dict(w.values), w.silent_after, PayloadFormat.SPARKPLUG_B)
