"""What the control API says: devices, troubles, log entries and scripts as JSON."""

from datetime import datetime, tzinfo
from typing import Any

from model.clock import SECOND
from model.scenario import Breakdown, BrokerOutage, Repair, Scenario, WireFault
from model.site import Device, ModbusSerial, ModbusTcp, Mqtt, PayloadFormat
from model.text import Text
from simulators.act_log import LogEntry, Trouble
from simulators.incidents import Script
from simulators.machine import FaultKind
from simulators.network_fault import EFFECTS
from simulators.play_words import PLAY_WORDS
from simulators.simulation import Simulation
from simulators.wire_faults import amount_of

Shape = dict[str, Any]


def instant(at_s: float, zone: tzinfo) -> str:
    """RFC 3339 with the site's offset."""
    return datetime.fromtimestamp(at_s, zone).isoformat(timespec="seconds")


def words(text: Text) -> Shape:
    return {"zh": text.zh, "en": text.en}


def summary(simulation: Simulation, device: Device) -> Shape:
    machine, area = simulation.desk.machine(device.id), simulation.site.areas.get(device.area)
    zone = simulation.site.timezone
    return {
        "id": device.id,
        "name": words(device.name),
        "class": device.device_class,
        "system": device.system,
        "area": device.area,
        "area_name": {"zh": device.area, "en": device.area} if area is None else words(area.name),
        "wire": _wire(device),
        "address": _address(simulation, device),
        "gateway": f"{device.connection.host}:{device.connection.port}" if isinstance(device.connection, ModbusTcp) else None,
        "active_faults": sorted(machine.active_faults()),
        "network": simulation.network.fault(device.id),
        "active": [trouble_shape(t, zone) for t in simulation.desk.troubles(device.id)],
    }


def detail(simulation: Simulation, device: Device) -> Shape:
    """The physical state, in the units of ``units``, and how the device can break."""
    machine = simulation.desk.machine(device.id)
    possible = simulation.network.faults(device.id)
    return summary(simulation, device) | {
        "state": {name: None if value != value else value for name, value in machine.truth().items()},
        "units": dict(machine.units),
        "faults": [_fault_kind(fault) for fault in machine.faults.values()],
        "network_faults": possible,
        "network_fault_kinds": [_network_kind(kind, device) for kind in possible],
    }


def trouble_shape(trouble: Trouble, zone: tzinfo) -> Shape:
    return {
        "kind": trouble.kind,
        "network": trouble.network,
        "severity": trouble.severity,
        "amount": trouble.amount,
        "onset": trouble.onset_s,
        "for": trouble.for_s,
        "since": instant(trouble.since_s, zone),
        "ends": None if trouble.ends_s is None else instant(trouble.ends_s, zone),
        "by": trouble.by,
    }


def log_shape(entry: LogEntry, zone: tzinfo) -> Shape:
    trouble = entry.trouble
    return {
        "id": entry.id,
        "at": instant(entry.at_s, zone),
        "site_time": entry.at_s,
        "act": entry.act,
        "device": entry.device or None,
        "gateway": entry.gateway or None,
        "broker": entry.broker,
        "kind": entry.kind,
        "severity": trouble.severity if trouble else None,
        "amount": trouble.amount if trouble else None,
        "onset": trouble.onset_s if trouble else None,
        "for": trouble.for_s if trouble else None,
        "by": entry.by,
    }


def play_shape(play: Script | Scenario) -> Shape:
    """A built-in script, or the device side of a scenario file."""
    return _script(play) if isinstance(play, Script) else _scenario(play)


def _script(script: Script) -> Shape:
    first = script.incidents[0] if script.incidents else None
    title = PLAY_WORDS.get(script.name, Text(script.name, script.name))
    return {
        "name": script.name,
        "about": script.about,
        "title": words(title),
        "about_text": {"zh": title.zh, "en": script.about},
        "source": "built_in",
        "file": None,
        "length": max((incident.at_s + incident.for_s for incident in script.incidents), default=0.0),
        "incidents": len(script.incidents),
        "first": None if first is None else {"at": first.at_s, "device": first.device, "kind": first.kind, "for": first.for_s},
    }


def _scenario(scenario: Scenario) -> Shape:
    acts = [act for act in scenario.timeline if isinstance(act, Breakdown | Repair | WireFault | BrokerOutage)]
    return {
        "name": scenario.id,
        "about": scenario.about.en,
        "title": words(scenario.name),
        "about_text": words(scenario.about),
        "source": "file",
        "file": scenario.file or None,
        "length": scenario.length_ns / SECOND,
        "incidents": len(acts),
        "first": _first(acts[0]) if acts else None,
    }


def _first(act: Breakdown | Repair | WireFault | BrokerOutage) -> Shape:
    device = None if isinstance(act, BrokerOutage) else next(iter(act.devices), None)
    kind = act.network if isinstance(act, WireFault) else "broker" if isinstance(act, BrokerOutage) else act.fault
    lasts_ns = None if isinstance(act, Repair) else act.for_ns
    return {"at": act.at_ns / SECOND, "device": device, "kind": kind, "for": None if lasts_ns is None else lasts_ns / SECOND}


def _fault_kind(fault: FaultKind) -> Shape:
    grows = fault.severity
    severity = None if grows is None else {"quantity": grows.quantity, "unit": grows.unit, "none": grows.none, "full": grows.full}
    return {"kind": fault.kind, "effect": fault.effect, "grows": grows is not None, "severity": severity}


def _network_kind(kind: str, device: Device) -> Shape:
    takes = amount_of(kind, device.connection)
    found: Shape = {"kind": kind, "effect": words(EFFECTS[kind])}
    if takes is None:
        return found | {"takes": None, "usual": None, "least": None, "most": None}
    return found | {"takes": takes.field, "usual": takes.usual, "least": takes.least, "most": takes.most}


def _wire(device: Device) -> str:
    match device.connection:
        case ModbusTcp(framer="rtu"):
            return "modbus_rtu_over_tcp"
        case ModbusTcp():
            return "modbus_tcp"
        case ModbusSerial():
            return "modbus_serial"
        case Mqtt(format=PayloadFormat.SPARKPLUG_B):
            return "sparkplug_b"
    return "mqtt"


def _address(simulation: Simulation, device: Device) -> str:
    """As a person reads it."""
    match device.connection:
        case ModbusTcp(host=host, port=port, unit=unit):
            return f"{host}:{port} unit {unit}"
        case ModbusSerial(port=port, unit=unit):
            return f"{simulation.lines.get(port, port)} unit {unit}"
        case Mqtt(topic=topic, values=values):
            return topic or ", ".join(values.values())
