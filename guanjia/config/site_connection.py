"""How a device is reached: its ``modbus:`` or ``mqtt:`` against what its profile speaks."""

from pathlib import Path as File

from guanjia.config.document import Path, Salvaged
from guanjia.config.findings import Findings
from guanjia.config.site_mqtt import mqtt_device
from guanjia.config.site_schema import ConnectionFile, DeviceFile, MqttFile
from guanjia.config.site_sparkplug import sparkplug_device
from guanjia.config.site_tls import tls_files
from model.profile import Profile
from model.site import Connection, ModbusSerial, ModbusTcp, PayloadFormat

_SECURE_PORT = 802
"""Modbus/TCP Security, registered as mbap-s (MB-TCP-Security v21 §5)."""


def connection(findings: Findings, at: Path, item: Salvaged[DeviceFile], profile: Profile | None, folder: File) -> Connection | None:
    """None when it can't be told for a mistake, which is among the findings. ``profile``: None when that has mistakes itself.

    Names of files are looked up below ``folder``.
    """
    device = item.value
    given = [key for key in ("modbus", "mqtt") if getattr(device, key) is not None or key in item.broken]
    if len(given) != 1:
        name = device.id or "the device"
        findings.wrong(at, f"'{name}' needs exactly one of 'modbus:' and 'mqtt:'")
        return None
    if profile is None or not _speaks(findings, at, given[0], device.mqtt, profile) or given[0] in item.broken:
        return None
    if device.mqtt is not None:
        if device.mqtt.format is PayloadFormat.SPARKPLUG_B:
            return sparkplug_device(findings, (*at, "mqtt"), device.mqtt)
        return mqtt_device(findings, (*at, "mqtt"), device, device.mqtt, profile)
    assert device.modbus is not None
    return _modbus(findings, (*at, "modbus"), device.modbus, profile, folder)


def _speaks(findings: Findings, at: Path, key: str, mqtt: MqttFile | None, profile: Profile) -> bool:
    if key == "modbus" and profile.modbus is None:
        findings.wrong((*at, key), f"profile '{profile.id}' is an mqtt profile; write 'mqtt: {{topic: …}}'")
        return False
    if key == "mqtt" and profile.mqtt is None and (mqtt is None or mqtt.format is not PayloadFormat.SPARKPLUG_B):
        findings.wrong((*at, key), f"profile '{profile.id}' is a modbus profile; write 'modbus: {{host: …, port: …, unit: …}}'")
        return False
    return True


def _modbus(findings: Findings, path: Path, w: ConnectionFile, profile: Profile, folder: File) -> Connection | None:
    assert profile.modbus is not None
    unit = profile.modbus.unit if w.unit is None else w.unit
    if (w.host is None) == (w.serial is None):
        findings.wrong(path, "write exactly one of 'host:' (TCP) and 'serial:' (a serial line)")
        return None
    if w.tls is not None and (w.serial is not None or w.framer == "rtu"):
        findings.wrong((*path, "tls"), "TLS goes with Modbus TCP alone: a 'host:', and no 'framer: rtu'")
        return None
    if w.host is not None:
        tls = None if w.tls is None else tls_files(findings, (*path, "tls"), w.tls, folder)
        port = w.port or (profile.modbus.port if tls is None else _SECURE_PORT)
        return ModbusTcp(w.host, port, unit, w.framer, w.timeout, tls)
    serial = profile.modbus.serial
    assert w.serial is not None
    baud, parity, stop = (
        w.baud or int(serial.get("baudrate", 9600)),
        w.parity or str(serial.get("parity", "N")),
        w.stopbits or int(serial.get("stopbits", 1)),
    )
    return ModbusSerial(w.serial, baud, parity, stop, unit, w.timeout)
