"""What should come of a fault, by the rule book: which alarms, how soon, how urgent, with which ticket.

Which rules a fault raises on a device of a profile stands in ``expectations.yaml``, taken from the table of ``docs/rule-coverage.md`` that
the tests hold true; delay, priority and ticket are the site's own rules'.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import msgspec

from model.clock import SECOND
from model.rule import Rule
from model.site import Device, ModbusTcp, Mqtt, Site
from model.testing import Act, Expected
from rules.book import Book
from rules.duration import duration_ns

GRACE_S = 60.0
"""Beside the poll and the on-delay: what a fault may take to show in the device's values."""
LINK = "comms.lost"
_FALLS_SILENT = frozenset({"silent", "garbage", "truncated", "wrong_unit", "wrong_transaction", "reset", "refuse"})
"""Network faults after which a device over Modbus counts as lost; the others depend on how much of them there is."""
_FALLS_SILENT_OVER_MQTT = frozenset({"silent", "down"})
"""A device that says noise still says something."""
_RECONNECT_S = 30.0
"""What a lost connection may take until it is noticed as such."""
_WINDOW = re.compile(r"\d+(?:\.\d+)?\s*(?:s|min|h|d)\b")


class Raised(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``raises`` are shouted, ``folds`` come silently under them; ``slow_s`` until all of it has come."""

    raises: tuple[str, ...] = ()
    folds: tuple[str, ...] = ()
    slow_s: float = 0.0


@cache
def table() -> Mapping[str, Mapping[str, tuple[Raised, ...]]]:
    """Profile → fault → what it raises; several where devices of the profile differ in what watches them."""
    file = Path(__file__).with_name("expectations.yaml")
    return msgspec.yaml.decode(file.read_bytes(), type=dict[str, dict[str, tuple[Raised, ...]]])


@dataclass(frozen=True, slots=True)
class Promises:
    """The site's rules, asked what they promise. ``watching``: device → the rules that watch it."""

    site: Site
    rules: Mapping[str, Rule]
    watching: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, book: Book) -> "Promises":
        watching: dict[str, set[str]] = {}
        for verdict in book.applying():
            watching.setdefault(verdict.device.id, set()).add(verdict.rule.id)
        return cls(book.site, {rule.id: rule for rule in book.rules}, {name: frozenset(rules) for name, rules in watching.items()})

    def of_fault(self, device: str, fault: str) -> tuple[Expected, ...] | None:
        """What a fault at its full severity should raise on the device; None when nobody knows."""
        raised = self._raised(device, fault)
        if raised is None:
            return None
        return tuple(self._expected(rule, self.site.devices[device], raised.slow_s) for rule in raised.raises)

    def _raised(self, device: str, fault: str) -> Raised | None:
        """Of what devices of the profile raise, what this one can: what all that fit agree on, else what says most."""
        placed = self.site.devices.get(device)
        known = table().get(placed.profile.id, {}).get(fault, ()) if placed else ()
        watching = self.watching.get(device, frozenset())
        fitting = sorted((r for r in known if watching.issuperset(r.raises)), key=lambda r: -len(r.raises) - len(r.folds))
        if not fitting:
            return None
        common = [rule for rule in fitting[0].raises if all(rule in other.raises for other in fitting)]
        most = fitting[0]
        return Raised(tuple(common), (*most.folds, *most.raises), most.slow_s) if common else most

    def of_link(self, devices: Sequence[str], kind: str) -> tuple[Expected, ...] | None:
        """What a fault of the wire should raise; None when it depends on how much of it there is."""
        placed = [self.site.devices[name] for name in devices if name in self.site.devices]
        if LINK not in self.rules or kind not in _FALLS_SILENT | _FALLS_SILENT_OVER_MQTT:
            return None
        return tuple(self._expected(LINK, device, limit_s) for device in placed if (limit_s := _noticed_after_s(device, kind)) is not None)

    def of_act(self, act: Act) -> tuple[Expected, ...] | None:
        """What the tester said to expect, else what the book says; a fault of less than full severity may stay below every limit."""
        known = self.of_link(self.behind(act), act.fault) if act.is_network else self.of_fault(act.device, act.fault)
        if act.expect is not None:
            return tuple(self._named(act, known or ()))
        return None if act.severity is not None and act.severity < 1 else _later(known, act)

    def above(self, device: str) -> frozenset[str]:
        """The device and all that feed it, however far up."""
        found: set[str] = set()
        waiting = [device]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.site.fed_by(name)
        return frozenset(found)

    def companions(self, act: Act) -> frozenset[str]:
        """Rules that may come beside those expected without being wrong."""
        raised = self._raised(act.device, act.fault)
        return frozenset((*raised.raises, *raised.folds)) if raised else frozenset()

    def _named(self, act: Act, known: Sequence[Expected]) -> Iterator[Expected]:
        for name in act.expect or ():
            found = [expected for expected in known if expected.rule == name]
            device = self.site.devices.get(act.device)
            if not found and device is not None and name in self.rules:
                found = [self._expected(name, device, 0.0)]
            yield from _later(found, act) or ()

    def behind(self, act: Act) -> list[str]:
        """The devices whose wire is meant: one, all behind a gateway, all that speak through the broker."""
        if act.device:
            return [act.device]
        if act.broker:
            return [d.id for d in self.site.devices.values() if isinstance(d.connection, Mqtt)]
        return [d.id for d in self.site.devices.values() if _gateway(d) == act.gateway]

    def _expected(self, name: str, device: Device, slow_s: float) -> Expected:
        rule = self.rules[name]
        on_delay_s = rule.on_delay_ns / SECOND
        due_s = max(slow_s, longest_window_s(rule)) + on_delay_s + 2 * device.every_ns / SECOND + GRACE_S
        priority = rule.priority_by_class.get(device.device_class, rule.priority)
        return Expected(name, device.id, priority, on_delay_s, due_s, rule.ticket.ticket_class if rule.ticket else None)


def longest_window_s(rule: Rule) -> float:
    """The longest stretch of time the condition looks back over."""
    return max((duration_ns(found) / SECOND for found in _WINDOW.findall(rule.when)), default=0.0)


def _later(expected: Sequence[Expected] | None, act: Act) -> tuple[Expected, ...] | None:
    """A fault that grows may show only once it has grown."""
    if expected is None:
        return None
    return tuple(replace(e, due_s=e.due_s + act.onset_s / (act.speed or 1)) for e in expected)


def _noticed_after_s(device: Device, kind: str) -> float | None:
    """How long a silence lasts until the collectors call it one; None for a device that never promised to speak."""
    if not isinstance(device.connection, Mqtt):
        return _RECONNECT_S
    if kind not in _FALLS_SILENT_OVER_MQTT:
        return None
    own, default = device.connection.silent_after_s, device.profile.mqtt
    return own if own is not None else default.silent_after_s if default else None


def _gateway(device: Device) -> str:
    connection = device.connection
    return f"{connection.host}:{connection.port}" if isinstance(connection, ModbusTcp) else ""
