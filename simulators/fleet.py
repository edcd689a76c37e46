"""The simulated fleet of a site: machines stepped in site time, on real wires, with its control API.

Clock ──1 Hz──► Fleet.advance(dt × speed) ─► Schedule (inject, heal) ─► machines step ─► stations stale, voices speak ─► broker
                                                                                          │
masters ◄── ModbusPort, SerialLine ◄── Station.image(), encoded at the first request after a step
"""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Protocol

import structlog

from model.clock import SECOND, Clock
from model.scenario import Scenario
from model.site import Mqtt, PayloadFormat, Site
from simulators.act_log import ActLog
from simulators.broker_state import BrokerState, Voice
from simulators.bus import Bus
from simulators.control import Describe
from simulators.control_server import ControlServer
from simulators.errors import PortTaken
from simulators.fault_desk import FaultDesk
from simulators.incidents import DAY_S, day_of_incidents, scripts
from simulators.listeners import Listener, modbus_ports, serial_lines
from simulators.machine import Machine
from simulators.mqtt_publisher import Publisher
from simulators.network_desk import End, NetworkDesk
from simulators.past import SHORT_STEP_S, live_through
from simulators.physics.site_physics import build_machines
from simulators.playbook import Playbook
from simulators.schedule import Schedule
from simulators.sparkplug_publisher import EdgePublisher, edge_nodes
from simulators.speaker import Speaker
from simulators.station import Station

_TICK_NS = SECOND
log = structlog.get_logger()


class Physics(Protocol):
    """All machines of a site, stepped together."""

    @property
    def machines(self) -> Mapping[str, Machine]: ...

    def step(self, dt_s: float) -> None: ...


class Fleet:
    """Everything that stands in for the site's hardware."""

    def __init__(
        self,
        site: Site,
        clock: Clock,
        *,
        seed: int = 1,
        speed: float = 1.0,
        control_host: str = "127.0.0.1",
        control_port: int | None = 8090,
        play_day: bool = False,
        past_from_ns: int | None = None,
        physics: Physics | None = None,
        describe: Describe | None = None,
        scenarios: Iterable[Scenario] = (),
    ) -> None:
        """``control_port`` None: no control API; 0: a free port. ``play_day``: small incidents from the start on, another day of them
        every site day. ``past_from_ns``: the site has lived since then when it is first seen (``simulators.past``).
        ``describe`` makes the control API's ``/docs`` page. ``scenarios``: files whose device side can be played."""
        self.site = site
        self.speed = speed
        self.late_ticks = 0
        self._clock = clock
        begun_ns = clock.now_ns() if past_from_ns is None else past_from_ns
        self._physics: Physics = physics or build_machines(site, seed, begun_ns)
        start_ns = begun_ns if past_from_ns is None else live_through(self._physics, begun_ns, clock)
        self._connect(start_ns / SECOND)
        self.playbook = Playbook(self.desk, scripts(site, self.desk.machines, seed), {s.id: s for s in scenarios})
        self._control = None if control_port is None else ControlServer(self, control_host, control_port, describe)
        if play_day:
            self._play_days(seed)

    def _connect(self, start_s: float) -> None:
        """Give every machine its end of a wire, and the desks their reach."""
        site, machines = self.site, self._physics.machines
        spoken = {d.id: d.connection.format for d in site.devices.values() if isinstance(d.connection, Mqtt)}
        self.stations = {d.id: Station(d, machines[d.id]) for d in site.devices.values() if d.id not in spoken}
        self.speakers = {n: Speaker(site.devices[n], machines[n]) for n, form in spoken.items() if form is PayloadFormat.JSON}
        nodes = edge_nodes(site, machines)
        self._edges = {device.device.id: device for node in nodes for device in node.devices.values()}
        self.ports, self._lines = modbus_ports(self.stations.values()), serial_lines(self.stations.values())
        self._listeners: tuple[Listener, ...] = (*self.ports, *self._lines)
        schedule, acts, broker = Schedule(), ActLog(), BrokerState()
        ends: dict[str, End] = {**self.stations, **self.speakers, **self._edges}
        self.network = NetworkDesk(site.devices, ends, self.gateways, broker, schedule, acts, start_s)
        self.desk = FaultDesk(machines, self.network, schedule, acts, start_s)
        self._publisher, self._edge = Publisher(self.speakers.values(), site.broker, broker), EdgePublisher(nodes, site.broker)
        self._voices: tuple[Voice, ...] = (self._publisher, self._edge)

    def _play_days(self, seed: int, number: int = 0) -> None:
        """Begin the day of that number now and the next one when it is over; no two are alike."""
        self.playbook.run(day_of_incidents(self.site, self.desk.machines, seed, number), "day")
        self.desk.schedule.after(DAY_S, partial(self._play_days, seed, number + 1))

    async def start(self) -> None:
        """Open every socket and line. Raises PortTaken, with nothing left open, when an address is in use."""
        others = "give other ports"
        try:
            for listener in self._listeners:
                await listener.open()
            if self._control is not None:
                others = "choose another for the control API with --control-port"
                await self._control.open()
        except OSError as error:
            await self.stop()
            raise PortTaken(f"can't listen: {error.strerror or error}; stop what uses the port, or {others}") from error
        for voice in self._voices:
            voice.open()
        log.info("fleet_started", devices=len(self.desk.machines), ports=len(self.ports), control_port=self.control_port)

    async def run(self) -> None:
        """Step the site at 1 Hz until cancelled. A late tick is made up for by a longer step; a whole tick missed is counted."""
        due_ns = last_ns = self._clock.monotonic_ns()
        while True:
            due_ns += _TICK_NS
            await self._clock.sleep_until(due_ns)
            now_ns = self._clock.monotonic_ns()
            missed = max(0, now_ns - due_ns) // _TICK_NS
            self.late_ticks += missed
            due_ns += missed * _TICK_NS
            await self.tick((now_ns - last_ns) / SECOND)
            last_ns = now_ns

    async def tick(self, elapsed_s: float) -> None:
        """Everything that ``elapsed_s`` seconds of real time bring: the machines' steps, ports, messages."""
        await self.advance(elapsed_s * self.speed)
        for port in self.ports:
            await port.follow_fault()
        await self.network.broker.rule(self._voices)
        for voice in self._voices:
            voice.publish_due(self.site_time_s, elapsed_s)

    async def advance(self, dt_s: float) -> None:
        """Let ``dt_s`` seconds of site time pass, in steps short enough for the physics at any speed; requests are served in between."""
        while dt_s > 0:
            step_s = min(dt_s, SHORT_STEP_S)
            self.desk.schedule.advance(step_s)
            self._physics.step(step_s)
            for station in self.stations.values():
                station.stale = True
            dt_s -= step_s
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Close every socket and connection; safe to call twice."""
        if self._control is not None:
            await self._control.close()
        await asyncio.gather(*(listener.close() for listener in self._listeners), *(voice.close() for voice in self._voices))

    @property
    def site_time_s(self) -> float:
        """Seconds since 1970 UTC, on site."""
        return self.desk.now_s

    @property
    def control_port(self) -> int | None:
        """Where the control API listens, once started."""
        return None if self._control is None else self._control.port

    @property
    def gateways(self) -> dict[str, Bus]:
        """Everything that listens on ``host:port``."""
        return {port.bus.name: port.bus for port in self.ports}

    @property
    def lines(self) -> dict[str, str]:
        """Serial lines by the name that the site gives them → where they can be opened."""
        return {line.name: line.path for line in self._lines}

    @property
    def requests(self) -> int:
        """Modbus requests answered so far, exceptions included."""
        return sum(station.requests for station in self.stations.values())

    @property
    def published(self) -> int:
        """MQTT messages said so far."""
        return sum(s.published for s in self.speakers.values()) + sum(e.published for e in self._edges.values())

    @property
    def brokered(self) -> tuple[int, int]:
        """Connections to the broker, and how many of them stand."""
        links = (*self._publisher.links, *self._edge.links)
        return len(links), sum(link.connected for link in links)
