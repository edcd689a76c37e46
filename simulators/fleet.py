"""The simulated fleet of a site: machines stepped in site time, on real sockets, with its control API.

Clock ──1 Hz──► Fleet.advance(dt × speed) ─► Schedule (inject, heal) ─► machines step ─► stations stale, publisher speaks
                                                                                          │
masters ◄── ModbusPort ◄── Station.image(), encoded at the first request after a step ◄───┘
"""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Protocol

import structlog

from model.clock import SECOND, Clock
from model.site import Device, ModbusTcp, Mqtt, Site
from simulators.control import ControlServer, Describe
from simulators.errors import PortTaken
from simulators.fault_desk import FaultDesk
from simulators.framing import RtuFraming, TcpFraming
from simulators.incidents import DAY_S, day_of_incidents, scripts
from simulators.machine import Machine
from simulators.modbus_server import ModbusPort
from simulators.mqtt_publisher import Publisher, Speaker
from simulators.past import SHORT_STEP_S, live_through
from simulators.physics.site_physics import build_machines
from simulators.schedule import Schedule
from simulators.station import Station

_TICK_NS = SECOND
log = structlog.get_logger()


class Physics(Protocol):
    """All machines of a site, stepped together."""

    @property
    def machines(self) -> Mapping[str, Machine]: ...

    def step(self, dt_s: float) -> None: ...


class Fleet:
    """Everything that stands in for the site's hardware. Devices on serial lines are not simulated."""

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
    ) -> None:
        """``control_port`` None: no control API; 0: a free port. ``play_day``: small incidents from the start on, another day of them
        every site day. ``past_from_ns``: the site has lived since then when it is first seen (``simulators.past``).
        ``describe`` makes the control API's ``/docs`` page."""
        self.site = site
        self.speed = speed
        self.late_ticks = 0
        self._clock = clock
        begun_ns = clock.now_ns() if past_from_ns is None else past_from_ns
        self._physics: Physics = physics or build_machines(site, seed, begun_ns)
        self._start_ns = begun_ns if past_from_ns is None else live_through(self._physics, begun_ns, clock)
        machines = self._physics.machines
        stations = {d.id: Station(d, machines[d.id]) for d in _on(site, ModbusTcp)}
        speakers = {d.id: Speaker(d, machines[d.id]) for d in _on(site, Mqtt)}
        self._schedule = Schedule()
        self.desk = FaultDesk(machines, stations, speakers, scripts(site, machines, seed), self._schedule)
        self._ports = _ports(stations.values())
        self._publisher = Publisher(speakers.values(), site.broker)
        self._control = None if control_port is None else ControlServer(self, control_host, control_port, describe)
        if play_day:
            self._play_days(seed)

    def _play_days(self, seed: int, number: int = 0) -> None:
        """Begin the day of that number now and the next one when it is over; no two are alike."""
        self.desk.run(day_of_incidents(self.site, self.desk.machines, seed, number))
        self._schedule.after(DAY_S, partial(self._play_days, seed, number + 1))

    async def start(self) -> None:
        """Open every socket. Raises PortTaken, with nothing left open, when an address is in use."""
        try:
            for port in self._ports:
                await port.open()
            if self._control is not None:
                await self._control.open()
        except OSError as error:
            await self.stop()
            raise PortTaken(f"can't listen: {error.strerror or error}; stop what uses the port, or give other ports") from error
        self._publisher.open()
        log.info("fleet started", devices=len(self.desk.machines), ports=len(self._ports), control_port=self.control_port)

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
        for port in self._ports:
            await port.follow_fault()
        self._publisher.publish_due(self.site_time_s, elapsed_s)

    async def advance(self, dt_s: float) -> None:
        """Let ``dt_s`` seconds of site time pass, in steps short enough for the physics at any speed; requests are served in between."""
        while dt_s > 0:
            step_s = min(dt_s, SHORT_STEP_S)
            self._schedule.advance(step_s)
            self._physics.step(step_s)
            for station in self.desk.stations.values():
                station.stale = True
            dt_s -= step_s
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Close every socket and connection; safe to call twice."""
        if self._control is not None:
            await self._control.close()
        await asyncio.gather(*(port.close() for port in self._ports), self._publisher.close())

    @property
    def site_time_s(self) -> float:
        """Seconds since 1970 UTC, on site."""
        return self._start_ns / SECOND + self._schedule.now_s

    @property
    def control_port(self) -> int | None:
        """Where the control API listens, once started."""
        return None if self._control is None else self._control.port

    @property
    def requests(self) -> int:
        """Modbus requests answered so far, exceptions included."""
        return sum(station.requests for station in self.desk.stations.values())

    @property
    def published(self) -> int:
        """MQTT messages said so far."""
        return sum(speaker.published for speaker in self.desk.speakers.values())


def _on(site: Site, wire: type[ModbusTcp] | type[Mqtt]) -> list[Device]:
    return [device for device in site.devices.values() if isinstance(device.connection, wire)]


def _ports(stations: Iterable[Station]) -> list[ModbusPort]:
    """One listener per address; several units on it make it a gateway. On an RTU bus nobody answers for a unit that is not there."""
    behind: dict[tuple[str, int, str], dict[int, Station]] = {}
    for station in stations:
        wire = station.device.connection
        assert isinstance(wire, ModbusTcp)
        behind.setdefault((wire.host, wire.port, wire.framer), {})[wire.unit] = station
    return [
        ModbusPort(host, port, units, answers_unknown_units=framer == "tcp", framing=RtuFraming() if framer == "rtu" else TcpFraming())
        for (host, port, framer), units in behind.items()
    ]
