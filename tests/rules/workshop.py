"""Small sites, devices, rules and blocks for the tests of the rule engine."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from model.alarm import AlarmEvent, Priority, Standing
from model.clock import SECOND
from model.people import Actor, Role
from model.profile import Point, Profile, TopicPath, WireType
from model.quality import Quality
from model.reading import Block, Fault, failed_block
from model.rule import Rationale, Rule, Scope, TicketOrder
from model.site import Area, Device, Mqtt, Site, System
from model.text import Text
from model.ticket import TicketClass
from rules.engine import Engine

T0 = 1_768_400_000 * SECOND
"""2026-01-14 22:13:20 in Shanghai."""
OPERATOR = Actor("engineer", Role.OPERATOR, "李强")
MANAGER = Actor("manager", Role.MANAGER, "孙建国")
_WORDS = Text("x", "x")


def point(name: str, unit: str = "", type_: WireType = WireType.F32) -> Point:
    return Point(name, Text(name, name), TopicPath("{topic}", f"$.{name}"), type_, unit)


def device(
    id_: str, points: Sequence[Point], class_: str = "pump", feeds: Sequence[str] = (), params: Mapping[str, float] | None = None
) -> Device:
    profile = Profile(f"{class_}_profile", class_, "maker", "model", tuple(points))
    return Device(id_, Text(f"{id_}号", id_), System.WATER, "room", profile, Mqtt(id_), SECOND, tuple(feeds), params or {})


def site(*devices: Device) -> Site:
    areas = {"room": Area("room", _WORDS)}
    return Site("test", _WORDS, ZoneInfo("Asia/Shanghai"), areas, {d.id: d for d in devices})


def rule(id_: str = "level.high", when: str = "level > 2", **changes: Any) -> Rule:
    seconds = {key: changes.pop(key) * SECOND for key in ("on_delay_s", "off_delay_s", "realarm_s", "max_shelve_s") if key in changes}
    fields: dict[str, Any] = {
        "id": id_,
        "scope": Scope(),
        "when": when,
        "text": Text("{device} 高", "{device} high"),
        "why": Rationale(_WORDS, _WORDS, _WORDS, 60),
        "priority": Priority.HIGH,
        "version": "v1",
        "ticket": TicketOrder(TicketClass.SMALL),
        **{key.removesuffix("_s") + "_ns": value for key, value in seconds.items()},
    }
    return Rule(**{**fields, **changes})


@cache
def _columns(names: tuple[str, ...]) -> dict[str, int]:
    return {name: column for column, name in enumerate(names)}


def block(device_: Device, at_s: float, quality: Quality = Quality.GOOD, /, **values: float | str) -> Block:
    """The values named, good; the columns not named are absent."""
    at_ns = T0 + round(at_s * SECOND)
    numbers = array("d", [float("nan")]) * len(device_.points)
    qualities = bytearray([Quality.ABSENT] * len(device_.points))
    texts = {}
    columns = _columns(tuple(p.name for p in device_.points))
    for name, value in values.items():
        column = columns[name]
        qualities[column] = quality
        if isinstance(value, str):
            texts[column] = value
        elif quality >= Quality.UNCERTAIN:
            numbers[column] = value
    return Block(device_.id, at_ns, at_ns, numbers, bytes(qualities), texts)


def lost(device_: Device, at_s: float) -> Block:
    return failed_block(device_.id, len(device_.points), T0 + round(at_s * SECOND), Fault.TIMEOUT)


def engine(site_: Site, *rules: Rule) -> Engine:
    numbers = count(1)
    return Engine(site_, rules, lambda at_ns: f"A{next(numbers):04d}")


def at(seconds: float) -> int:
    return T0 + round(seconds * SECOND)


def is_at_rest(standing: Standing) -> bool:
    """Plainly normal, but for what it remembers of its last raises."""
    return replace(standing, recent_ns=(), brief_ns=()) == Standing(standing.rule, standing.device)


def out_of_service(engine_: Engine, rule_id: str, device_id: str, at_s: float, until_s: float | None = None) -> list[AlarmEvent]:
    """Asked for by the engineer and let be by the manager, both at that moment."""
    asked = engine_.request_removal(rule_id, device_id, OPERATOR, "works", at(at_s), None if until_s is None else at(until_s))
    return asked + engine_.approve_removal(rule_id, device_id, MANAGER, at(at_s))


def kinds(events: Sequence[AlarmEvent]) -> list[str]:
    return [f"{event.kind} {event.standing.rule}@{event.standing.device}" for event in events]
