"""A site in virtual time: simulated machines on one end, the production rules on the other, real bytes between, no socket and no clock.

machines ─step─► truth ─encoder─► registers, JSON ─► production collectors (plan, decoder, faults) ─► rules.engine ─► events
"""

from collections.abc import Iterable, Sequence
from math import ceil

from collectors.counters import Counters
from collectors.links import modbus_links, mqtt_link, payload_decoders, sparkplug_host
from collectors.modbus.client import Link
from collectors.modbus.device import line_of
from collectors.modbus.station import Station as Polled
from collectors.sparkplug.edge_nodes import edge_nodes
from collectors.truth import Truth
from guanjia.scenario.cut_off import CutOff
from guanjia.scenario.quick_poll import QuickPoll, quick_poll
from guanjia.scenario.virtual_broker import VirtualBroker
from guanjia.scenario.virtual_clock import VirtualClock, at_once
from guanjia.scenario.virtual_edges import VirtualEdges
from guanjia.scenario.virtual_wire import VirtualWire
from model.alarm import AlarmEvent
from model.clock import SECOND
from model.reading import Block, BlockSink
from model.site import Device, ModbusSerial, ModbusTcp, Mqtt, Site
from rules.engine import Engine
from simulators.network_fault import NetworkFault
from simulators.physics.site_physics import build_machines
from simulators.sparkplug_publisher import edge_nodes as simulated_nodes
from simulators.speaker import Speaker
from simulators.station import Station
from simulators.wire_faults import amount_of

_QUICK = frozenset({"elevator", "parking_barrier"})
_QUICK_S = 4.0
"""Doors and arms finish their strokes in 3 to 5 s. Seen every 20 s they would seem to stand for minutes: look oftener."""


class VirtualSite:
    """Steps the machines, polls every device at its own period (or at every step, when that is longer) and judges what it says.

    Nobody reads it until ``listen``. ``whole_way``: no poll takes the quick way, to see that both come to the same.
    """

    def __init__(self, site: Site, seed: int, start_ns: int, sinks: Iterable[BlockSink] = (), *, whole_way: bool = False) -> None:
        self.site = site
        self.clock = VirtualClock(start_ns)
        self.physics = build_machines(site, seed, start_ns)
        self.engine: Engine
        self._truth: Truth
        self._listening = False
        self._cut_off = CutOff(site)
        self._sinks = tuple(sinks)
        self._machines = self.physics.machines
        self._stations = {d.id: Station(d, self._machines[d.id]) for d in site.devices.values() if not isinstance(d.connection, Mqtt)}
        self._edges = VirtualEdges(simulated_nodes(site, self._machines))
        speaking = [d for d in site.devices.values() if d.id not in self._stations and d.id not in self._edges]
        self._speakers = {d.id: Speaker(d, self._machines[d.id]) for d in speaking}
        self._broker = VirtualBroker(self._speakers)
        self._quick = [d.id for d in site.devices.values() if d.device_class in _QUICK]
        self._steady = [d.id for d in site.devices.values() if d.device_class not in _QUICK]
        self._polled: dict[str, tuple[Link, Polled]] = {}
        self._whole_way = whole_way
        self._quick_polls: dict[str, QuickPoll | None] = {}
        self._noisy: set[str] = set()
        """Devices on a line on which some device misbehaves."""
        self._events: list[AlarmEvent] = []

    @property
    def now_ns(self) -> int:
        return self.clock.now

    def step(self, dt_s: float) -> list[AlarmEvent]:
        """``dt_s`` seconds of site time, and all that is judged in them."""
        began_ns = self.clock.now
        self.physics.surround(dt_s)
        parts = ceil(dt_s / _QUICK_S)
        for part in range(1, parts + 1):
            self.clock.now = began_ns + round(dt_s * part / parts * SECOND)
            self._pass(self._quick, dt_s / parts)
        self._pass(self._steady, dt_s)
        self._broker.watch(self.clock.now)
        for block in self._cut_off.lost(self.clock.now):
            self._judge(block)
        self._edges.speak(self.clock.now)
        if self._listening:
            self._truth.note_stale()
            self._events += self.engine.advance(self.clock.now)
        return self.heard()

    def run(self, seconds: float, dt_s: float) -> list[AlarmEvent]:
        return [event for _ in range(round(seconds / dt_s)) for event in self.step(dt_s)]

    def heard(self) -> list[AlarmEvent]:
        """What was judged since it was last asked."""
        events, self._events = self._events, []
        return events

    # ── the platform's end ──

    def listen(self, engine: Engine) -> None:
        """A platform starts: its collectors read from now on, its engine judges."""
        self.engine, self._listening = engine, True
        truth = self._truth = Truth(self.site, self, self.clock, Counters())
        links = modbus_links(self.site, truth, self.clock, Counters(), self._wire)
        self._polled = {station.device: (link, station) for link in links for station in link.stations}
        self._quick_polls = {}
        decoders = payload_decoders(self.site)
        self._broker.attach(mqtt_link(self.site, None, decoders, truth, self.clock, Counters()) if decoders else None)
        nodes = edge_nodes(self.site)
        self._edges.attach(sparkplug_host(self.site, nodes, truth, self.clock, Counters()) if nodes else None)

    def deafen(self) -> None:
        """The platform is gone: nothing is read, nothing judged."""
        self._listening = False
        self._polled = {}
        self._broker.attach(None)
        self._edges.attach(None)

    def accept(self, block: Block) -> None:
        """``model.reading.BlockSink`` behind the collectors."""
        for sink in self._sinks:
            sink.accept(block)
        if self._cut_off.hears(block):
            self._judge(block)

    def _judge(self, block: Block) -> None:
        events = self.engine.observe(block, self.clock.now)
        if events:
            self._events += events

    # ── the field's end ──

    def inject(self, device: str, kind: str, severity: float = 1.0, onset_s: float = 0.0) -> None:
        self._machines[device].inject(kind, severity, onset_s)

    def heal(self, device: str, kind: str) -> None:
        self._machines[device].heal(kind)

    def misbehave(self, device: str, kind: str, amount: float | None = None) -> None:
        """Let the device misbehave on its wire, by the usual amount unless told; ``ok`` ends it."""
        usual = amount_of(kind, self.site.devices[device].connection)
        much = amount if amount is not None else usual.usual if usual else 0.0
        station = self._stations.get(device)
        if device in self._edges:
            self._edges.misbehave(device, NetworkFault(kind), much)
        elif station is None:
            self._broker.misbehave(device, NetworkFault(kind), much, self.clock.now)
        else:
            station.fault, station.amount = NetworkFault(kind), much
            self._quick_polls = {}
            on_line = [s for s in self._stations.values() if line_of(s.device) == line_of(station.device)]
            self._noisy -= {s.device.id for s in on_line}
            if any(s.fault is not NetworkFault.OK for s in on_line):
                self._noisy |= {s.device.id for s in on_line}

    def broker_down(self) -> None:
        self._broker.go_down()
        self._edges.go_down()

    def broker_up(self) -> None:
        self._broker.come_up()
        self._edges.come_up()

    def edge_away(self, edge: str) -> None:
        self._cut_off.go(edge, self.clock.now)

    def edge_back(self, edge: str) -> None:
        for block in self._cut_off.come(edge):
            self._judge(block)

    def _pass(self, devices: Sequence[str], dt_s: float) -> None:
        """Step these machines up to now and read those that are due."""
        machines, polled, now_ns = self._machines, self._polled, self.clock.now
        for device in devices:
            machines[device].step(dt_s)
        for device in devices:
            if device in self._speakers:
                self._broker.speak(device, now_ns)
            elif device in polled and polled[device][1].schedule.due_ns <= now_ns:
                self._poll(device, now_ns)

    def _poll(self, device: str, now_ns: int) -> None:
        """The whole way over the line at first and while anything is wrong on it; the quick one once a device is known to be well."""
        link, station = self._polled[device]
        quick = self._quick_polls.get(device)
        if quick is not None:
            self._truth.accept(quick.read(now_ns))
            station.schedule.answered(now_ns)
            return
        self._stations[device].stale = True
        at_once(link.poll(station))
        is_well = station.schedule.failures == 0 and station.fault is None and device not in self._noisy
        if is_well and not self._whole_way:
            self._quick_polls[device] = quick_poll(station, self._stations[device])

    def _wire(self, device: Device, _: Counters) -> VirtualWire:
        """The line a device is on, with everybody else on it."""
        line, connection = line_of(device), device.connection
        is_rtu = not isinstance(connection, ModbusTcp) or connection.framer == "rtu"
        return VirtualWire({_unit(s.device): s for s in self._stations.values() if line_of(s.device) == line}, is_rtu)


def _unit(device: Device) -> int:
    connection = device.connection
    assert isinstance(connection, ModbusTcp | ModbusSerial)
    return connection.unit
