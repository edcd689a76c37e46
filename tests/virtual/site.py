"""A site in virtual time: simulated machines on one end, the production rules on the other, real bytes between, no socket and no clock.

machines ─step─► truth ─encoder─► registers, JSON ─plan, decoder─► blocks ─► rules.engine ─► events
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import count
from math import ceil
from pathlib import Path

from guanjia.config.configuration import RULE_LIBRARY
from guanjia.config.rule_file import load_rules
from guanjia.config.site_file import load_site
from model.alarm import AlarmEvent
from model.clock import SECOND
from model.reading import Block, Fault, failed_block
from model.rule import Rule
from model.site import Device, Site
from rules.engine import Engine
from simulators.physics.site_physics import build_machines
from tests.virtual.instruments import instrument

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "talent-apartments"
_QUICK = frozenset({"elevator", "parking_barrier"})
_QUICK_S = 4.0
"""Doors and arms finish their strokes in 3 to 5 s. Seen every 20 s they would seem to stand for minutes: look oftener."""


@cache
def library() -> tuple[Rule, ...]:
    """The built-in rules."""
    rules, mistakes = load_rules(sorted(RULE_LIBRARY.glob("*.yaml")))
    assert mistakes == []
    return tuple(rules)


@cache
def example(file: str) -> Site:
    return load_site(EXAMPLES / file, {})


def excerpt(site: Site, wanted: Collection[str]) -> Site:
    """The site with the wanted devices alone and whatever feeds them, however far up; and only the places where these stand."""
    kept: set[str] = set()
    waiting = list(wanted)
    while waiting:
        device = waiting.pop()
        if device not in kept:
            kept.add(device)
            waiting += site.fed_by(device)
    devices = {d.id: replace(d, feeds=tuple(f for f in d.feeds if f in kept)) for d in site.devices.values() if d.id in kept}
    places = {d.area for d in devices.values()}
    return replace(site, devices=devices, areas={area.id: area for area in site.areas.values() if area.id in places})


def moment_ns(site: Site, local: str) -> int:
    """``2026-01-14T10:00`` on the site's clocks."""
    return int(datetime.fromisoformat(local).replace(tzinfo=site.timezone).timestamp()) * SECOND


class VirtualSite:
    """Steps the machines, polls every device at its own period (or at every step, when that is longer) and judges what it says."""

    def __init__(self, site: Site, seed: int, start_ns: int, rules: Sequence[Rule] | None = None) -> None:
        numbers = count(1)
        self.site = site
        self.now_ns = start_ns
        self.physics = build_machines(site, seed, start_ns)
        self.engine = Engine(site, library() if rules is None else rules, lambda at_ns: f"A{next(numbers):05d}")
        self.cut_off: set[str] = set()
        """Devices whose link is down."""
        self._instruments = {d.id: instrument(d, self.physics.machines[d.id]) for d in site.devices.values()}
        self._quick = [d for d in site.devices.values() if d.device_class in _QUICK]
        self._steady = [d for d in site.devices.values() if d.device_class not in _QUICK]
        self._due_ns = dict.fromkeys(site.devices, start_ns)

    def step(self, dt_s: float) -> list[AlarmEvent]:
        """``dt_s`` seconds of site time, and all that is judged in them."""
        began_ns = self.now_ns
        self.physics.surround(dt_s)
        events: list[AlarmEvent] = []
        parts = ceil(dt_s / _QUICK_S)
        for part in range(1, parts + 1):
            self.now_ns = began_ns + round(dt_s * part / parts * SECOND)
            events += self._pass(self._quick, dt_s / parts)
        events += self._pass(self._steady, dt_s)
        return events + self.engine.advance(self.now_ns)

    def run(self, seconds: float, dt_s: float) -> list[AlarmEvent]:
        return [event for _ in range(round(seconds / dt_s)) for event in self.step(dt_s)]

    def inject(self, device: str, kind: str) -> None:
        self.physics.machines[device].inject(kind)

    def heal(self, device: str, kind: str) -> None:
        self.physics.machines[device].heal(kind)

    def _pass(self, devices: Sequence[Device], dt_s: float) -> list[AlarmEvent]:
        """Step these machines up to now and judge those that are due."""
        for device in devices:
            self.physics.machines[device.id].step(dt_s)
        return [event for device in devices for block in self._heard(device) for event in self.engine.observe(block)]

    def _heard(self, device: Device) -> Iterator[Block]:
        if self._due_ns[device.id] > self.now_ns:
            return
        self._due_ns[device.id] = max(self._due_ns[device.id] + device.every_ns, self.now_ns)
        if device.id in self.cut_off:
            yield failed_block(device.id, len(device.points), self.now_ns, Fault.TIMEOUT)
        else:
            yield from self._instruments[device.id].hear(self.now_ns)
