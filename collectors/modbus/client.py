"""Polls every device behind one connection: one request at a time, each device in its own rhythm.

due ──► read its blocks ──► decode ──► one Block ──► sink
          │ no answer: one failed Block, then growing pauses for this device alone
          └ no connection: one failed Block per device, then growing pauses for the link
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from collectors.counters import Counters
from collectors.errors import DeviceException, ExchangeError, TimedOut
from collectors.modbus.decode import Decoder
from collectors.modbus.plan import Request
from collectors.modbus.schedule import Backoff, Schedule
from collectors.modbus.wire import FUNCTIONS, Wire
from model.clock import SECOND, Clock
from model.quality import GOOD, Quality
from model.reading import Block, BlockSink, Fault, failed_block

log = structlog.get_logger()

MISSES_BEFORE_RECONNECT = 3
"""Silences in a row, over all devices of the link, after which a connection that only looks alive is given up."""
SHORTEST_PROBE_S = 0.1
PROBE_FACTOR = 4
PATIENT_PROBE = 20
"""Every twentieth try of a device that has never answered waits the full timeout, so that a slow one among fast neighbours is found."""


@dataclass(slots=True)
class Station:
    """One device behind the link and how it stands. ``gap_ns`` is the rest the device needs between two requests."""

    device: str
    unit: int
    timeout_s: float
    gap_ns: int
    requests: Sequence[Request]
    decoder: Decoder
    schedule: Schedule
    fault: Fault | None = None
    slowest_s: float = 0.0
    """Longest recent answer, fading by a hundredth per answer; 0 until the first."""
    labels: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.labels = tuple(map(str, self.requests))

    def took(self, seconds: float) -> None:
        self.slowest_s = max(seconds, 0.99 * self.slowest_s)


class Link:
    """One connection and its stations; ``run`` goes on until cancelled."""

    def __init__(self, name: str, wire: Wire, stations: Sequence[Station], sink: BlockSink, clock: Clock, counters: Counters) -> None:
        self.name = name
        self.stations = stations
        self._wire, self._sink, self._clock, self._counters = wire, sink, clock, counters
        self._backoff = Backoff(name)
        self._misses = 0
        self._rested_ns = 0

    async def run(self) -> None:
        try:
            while True:
                station = min(self.stations, key=_due)
                await self._clock.sleep_until(station.schedule.due_ns)
                await self.poll(station)
        finally:
            self._wire.close()

    async def poll(self, station: Station) -> None:
        """Read one station now, connecting first where need be; what comes of it goes to the sink and into the station's schedule."""
        if self._wire.connected or await self._connect():
            await self._poll(station)

    async def _connect(self) -> bool:
        try:
            await self._wire.connect(max(station.timeout_s for station in self.stations))
        except ExchangeError as error:
            now_ns = self._clock.monotonic_ns()
            retry_ns = now_ns + self._backoff.next_ns()
            for station in self.stations:
                self._counters.polls += 1
                self._failed(station, error)
                self._counters.polls_paused += station.schedule.pause_until(retry_ns, now_ns)
            return False
        self._counters.connects += 1
        self._misses = 0
        return True

    async def _poll(self, station: Station) -> None:
        schedule = station.schedule
        if schedule.failures:
            self._counters.polls += 1
        else:
            self._counters.started(schedule.due_ns, self._clock.monotonic_ns())
        try:
            block = await self._exchange(station)
        except ExchangeError as error:
            self._failed(station, error)
            self._after_failure(station, error)
        else:
            self._answered(station)
            self._sink.accept(block)
            self._counters.polls_skipped += schedule.answered(self._clock.monotonic_ns())

    async def _exchange(self, station: Station) -> Block:
        """Read every block of the station. A refused request costs its own columns only; refused everywhere, or no answer, raises."""
        answers: list[bytes | None] = []
        failures: list[int] = []
        raw: list[tuple[str, bytes]] = []
        received_ns = 0
        refusal: DeviceException | None = None
        for label, request in zip(station.labels, station.requests, strict=True):
            try:
                data = await self._read(station, request)
            except DeviceException as error:
                if error.is_silence:
                    raise
                refusal = error
                self._counters.device_exceptions += 1
                answers.append(None)
                failures.append(error.quality)
                raw.append((label, bytes([FUNCTIONS[request.table] | 0x80, error.code])))
            else:
                answers.append(data)
                failures.append(GOOD)
                raw.append((label, data))
            # The time of the first answer stands for all: nearest to when the device measured.
            received_ns = received_ns or self._clock.now_ns()
        if refusal is not None and not any(answers):
            raise refusal
        values, qualities, texts = station.decoder.decode(answers, failures)
        return Block(station.device, received_ns, received_ns, values, qualities, texts, raw=tuple(raw))

    async def _read(self, station: Station, request: Request) -> bytes:
        if station.gap_ns:
            await self._clock.sleep_until(self._rested_ns + station.gap_ns)
        asked_ns = self._clock.monotonic_ns()
        try:
            data = await self._wire.read(station.unit, request, self._patience_s(station))
        finally:
            self._rested_ns = self._clock.monotonic_ns()
        station.took((self._rested_ns - asked_ns) / SECOND)
        return data

    def _patience_s(self, station: Station) -> float:
        """How long to wait. A silent device among neighbours gets little more than the slowest of them needs: the line is theirs too."""
        failures = station.schedule.failures
        if failures == 0 or len(self.stations) == 1 or (station.slowest_s == 0 and failures % PATIENT_PROBE == 0):
            return station.timeout_s
        slowest_s = max(member.slowest_s for member in self.stations)
        if slowest_s == 0:
            return station.timeout_s
        return min(station.timeout_s, max(SHORTEST_PROBE_S, PROBE_FACTOR * slowest_s))

    def _answered(self, station: Station) -> None:
        self._misses = 0
        self._backoff.reset()
        if station.fault is not None:
            log.info("device_back", device=station.device, after=station.fault.value)
            station.fault = None

    def _after_failure(self, station: Station, error: ExchangeError) -> None:
        """Whoever answered wrongly keeps the rhythm; whoever did not answer pauses."""
        now_ns = self._clock.monotonic_ns()
        if isinstance(error, DeviceException) and not error.is_silence:
            self._counters.polls_skipped += station.schedule.answered(now_ns)
            return
        self._counters.polls_paused += station.schedule.silent(now_ns)
        self._misses += isinstance(error, TimedOut)
        if self._misses >= MISSES_BEFORE_RECONNECT:
            self._wire.close()

    def _failed(self, station: Station, error: ExchangeError) -> None:
        self._counters.failures[error.fault] += 1
        if station.fault is not error.fault:
            log.warning("device_lost", device=station.device, link=self.name, fault=error.fault.value, reason=str(error))
            station.fault = error.fault
        quality = error.quality if isinstance(error, DeviceException) else Quality.COMM_FAILURE
        self._sink.accept(failed_block(station.device, station.decoder.width, self._clock.now_ns(), error.fault, quality))


def _due(station: Station) -> int:
    return station.schedule.due_ns
