"""A site in virtual time: simulated machines on one end, the production rules on the other, real bytes between, no socket and no clock.

machines ─step─► truth ─simulators' encoder─► registers, JSON ─collectors' plan and decoder─► blocks ─► rules.engine ─► events
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Protocol

from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import plan
from collectors.modbus.wire import FUNCTIONS, answer_data
from collectors.mqtt.payload import PayloadDecoder
from guanjia.config.configuration import RULE_LIBRARY
from guanjia.config.rule_file import load_rules
from guanjia.config.site_file import load_site
from model.alarm import AlarmEvent, AlarmState
from model.clock import SECOND
from model.people import Actor, Role
from model.quality import GOOD
from model.reading import Block, Fault, failed_block
from model.rule import Rule
from model.site import Device, Mqtt, Site
from rules.engine import Engine
from simulators.machine import Machine
from simulators.mqtt_publisher import Speaker
from simulators.physics.site_physics import build_machines
from simulators.station import Station

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "talent-apartments"
OPERATOR = Actor("engineer", Role.OPERATOR, "李强")


def library() -> list[Rule]:
    """The built-in rules."""
    rules, mistakes = load_rules(sorted(RULE_LIBRARY.glob("*.yaml")))
    assert mistakes == []
    return rules


def example(file: str) -> Site:
    return load_site(EXAMPLES / file, {})


def excerpt(site: Site, wanted: Collection[str]) -> Site:
    """The site with the wanted devices alone and whatever feeds them, however far up."""
    feeders: dict[str, set[str]] = {}
    for device in site.devices.values():
        for fed in device.feeds:
            feeders.setdefault(fed, set()).add(device.id)
    kept: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            waiting += feeders.get(name, ())
    devices = {d.id: replace(d, feeds=tuple(f for f in d.feeds if f in kept)) for d in site.devices.values() if d.id in kept}
    return replace(site, devices=devices)


class Instrument(Protocol):
    """One device as the collectors hear it."""

    def hear(self, now_ns: int) -> Iterator[Block]: ...


class ModbusInstrument:
    """A poll: the requests of the production plan, answered from the simulated registers, decoded by the production decoder."""

    def __init__(self, device: Device, machine: Machine) -> None:
        self._device = device
        self._station = Station(device, machine)
        requests = plan(device.profile)
        self._asked = [(r, bytes((FUNCTIONS[r.table], *r.address.to_bytes(2), *r.count.to_bytes(2)))) for r in requests]
        self._decoder = compile_decoder(device.profile, requests)
        self._failures = [GOOD] * len(requests)

    def hear(self, now_ns: int) -> Iterator[Block]:
        self._station.stale = True
        answers = [answer_data(self._station.answer(pdu), request) for request, pdu in self._asked]
        values, qualities, texts = self._decoder.decode(answers, self._failures)
        yield Block(self._device.id, now_ns, now_ns, values, qualities, texts)


class MqttInstrument:
    """Whatever the device has to say by now, in the words of its own payloads."""

    def __init__(self, device: Device, machine: Machine) -> None:
        assert isinstance(device.connection, Mqtt)
        self._speaker = Speaker(device, machine)
        self._decoder = PayloadDecoder(device.id, device.profile, device.connection)

    def hear(self, now_ns: int) -> Iterator[Block]:
        now_s = now_ns / SECOND
        for _, topic in self._speaker.due(now_s):
            yield self._decoder.decode(topic.name, self._speaker.say(topic, now_s), now_ns)[0]


class VirtualSite:
    """Steps the machines, polls every device at its own period (or at every step, where the step is the longer) and judges what it said."""

    def __init__(self, site: Site, seed: int, start_ns: int, rules: Sequence[Rule] | None = None) -> None:
        numbers = count(1)
        self.site = site
        self.now_ns = start_ns
        self.physics = build_machines(site, seed, start_ns)
        self.engine = Engine(site, library() if rules is None else rules, lambda at_ns: f"A{next(numbers):05d}")
        self.silent: set[str] = set()
        """Devices whose link is cut."""
        machines = self.physics.machines
        self._instruments: dict[str, Instrument] = {
            d.id: (MqttInstrument if isinstance(d.connection, Mqtt) else ModbusInstrument)(d, machines[d.id]) for d in site.devices.values()
        }
        self._due_ns = dict.fromkeys(site.devices, start_ns)

    def step(self, dt_s: float) -> list[AlarmEvent]:
        """``dt_s`` seconds of site time: the machines, then every device that is due."""
        self.physics.step(dt_s)
        self.now_ns += round(dt_s * SECOND)
        events: list[AlarmEvent] = []
        for device in self.site.devices.values():
            if self._due_ns[device.id] <= self.now_ns:
                self._due_ns[device.id] += max(device.every_ns, round(dt_s * SECOND))
                for block in self._heard(device):
                    events += self.engine.observe(block)
        return events + self.engine.advance(self.now_ns)

    def run(self, seconds: float, dt_s: float) -> list[AlarmEvent]:
        return [event for _ in range(round(seconds / dt_s)) for event in self.step(dt_s)]

    def inject(self, device: str, kind: str) -> None:
        self.physics.machines[device].inject(kind)

    def heal(self, device: str, kind: str) -> None:
        self.physics.machines[device].heal(kind)

    def settle(self, open_occurrences: Collection[str]) -> list[AlarmEvent]:
        """What the operator does: acknowledge everything, and reset what is latched and clear."""

    def _heard(self, device: Device) -> Iterator[Block]:
        if device.id in self.silent:
            yield failed_block(device.id, len(device.points), self.now_ns, Fault.TIMEOUT)
            return
        yield from self._instruments[device.id].hear(self.now_ns)
