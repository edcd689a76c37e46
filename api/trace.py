"""The walk back from an alarm: ticket ← alarm ← rule and the values that fired it ← point ← profile line and register."""

from typing import Any

from api.words import Wire, address, phrase
from model.alarm import Occurrence
from model.clock import SECOND
from model.profile import Point, Register
from model.rule import Rule
from model.site import Device, Mqtt, Site
from model.ticket import Ticket


def rule_trace(occurrence: Occurrence, rule: Rule | None) -> dict[str, Any]:
    """The rule as it stands now, and whether it is still the version that fired."""
    fired = {"id": occurrence.rule, "version": occurrence.rule_version}
    if rule is None:
        return {**fired, "present": False, "same_version": False}
    return {
        **fired,
        "present": True,
        "same_version": rule.version == occurrence.rule_version,
        "when": rule.when,
        "clear_when": rule.clear_when,
        "on_delay_s": rule.on_delay_ns / SECOND,
        "off_delay_s": rule.off_delay_ns / SECOND,
        "deadband": dict(rule.deadband),
        "params": dict(rule.params),
        "units": dict(rule.units),
        "source": rule.why.source,
        "file": rule.file,
        "line": rule.line,
    }


def input_trace(site: Site, point_id: str, value: float | str | None) -> dict[str, Any]:
    """One value that fired the rule, and where it comes from on the wire."""
    found = site.point(point_id)
    if found is None:
        return {"point": point_id, "value": value, "present": False}
    device, column = found
    point = device.points[column]
    return {
        "point": point_id,
        "value": value,
        "present": True,
        "unit": point.unit,
        "label": phrase(point.label),
        "profile": {"id": device.profile.id, "file": device.profile.file, "line": device.profile.lines.get(point.name)},
        "decode": {"type": point.type.value, "scale": point.scale, "offset": point.offset, "encoding": point.encoding},
        "wire": _wire(device, point),
        "address": address(device.connection),
    }


def _wire(device: Device, point: Point) -> dict[str, Any]:
    if isinstance(point.wire, Register):
        register = point.wire
        return {
            "table": register.table.value,
            "register": register.address,
            "words": register.words,
            "byte_order": register.byte_order.value,
            "word_order": register.word_order.value,
        }
    connection = device.connection
    places = {"topic": connection.topic, **connection.values} if isinstance(connection, Mqtt) else {}
    topic = point.wire.topic
    for name, word in places.items():
        topic = topic.replace(f"{{{name}}}", word)
    return {"topic": topic, "path": point.wire.path}


def trace(site: Site, rule: Rule | None, occurrence: Occurrence, ticket: Ticket | None, wire: Wire, now_ns: int) -> dict[str, Any]:
    return {
        "occurrence": occurrence.id,
        "condition_since": wire.time(occurrence.condition_since_ns),
        "raised_at": wire.time(occurrence.raised_at_ns),
        "rule": rule_trace(occurrence, rule),
        "inputs": [input_trace(site, point, value) for point, value in occurrence.inputs.items()],
        "ticket": wire.ticket(ticket, now_ns) if ticket else None,
    }
