"""Polls every device behind one connection: one request at a time, each device in its own rhythm.

due ──► read its blocks ──► decode ──► one Block ──► sink
          │ no answer: one failed Block, then growing pauses for this device alone
          └ no connection: one failed Block per device, then growing pauses for the link

The line is a queue in order of due times. A line that is asked for more than it carries serves all of its devices in turn and skips due
times of each, counted in ``polls_skipped``; it starves none. Between two tries at silent devices whoever answers has its turn.
"""

from collections.abc import Sequence

import structlog

from collectors.counters import Counters
from collectors.errors import BadFrame, DeviceException, ExchangeError, TimedOut
from collectors.modbus.plan import Request
from collectors.modbus.schedule import Backoff
from collectors.modbus.station import Station
from collectors.modbus.wire import FUNCTIONS, Wire
from model.clock import SECOND, Clock
from model.quality import ABSENT, Quality
from model.reading import Block, BlockSink, failed_block

log = structlog.get_logger()

MISSES_BEFORE_RECONNECT = 3
"""Silences in a row, over all devices of the link, after which a connection that only looks alive is given up."""
SHORTEST_PROBE_S = 0.1
PROBE_FACTOR = 4
"""A silent device is waited for this many times as long as the slowest of its line lately took …"""
PROBE_ROUND_S = 2.0
"""… and no longer than lets all silent ones of the line be tried within this time …"""
LEAST_FACTOR = 1.5
"""… but for SHORTEST_PROBE_S and this many times as long as it took itself at the least, or it could never come back."""
PATIENT_PROBE = 20
"""Every twentieth try of a device that has never answered waits the full timeout, so that a slow one among fast neighbours is found; and
of any while the whole line is silent, for it may come back slower than it went."""
SELDOM_PROBE = 60
"""So may a single device: of those that once answered one waits in full every so many tries, some five minutes, each in its turn."""


class Link:
    """One connection and its stations; ``run`` goes on until cancelled."""

    def __init__(self, name: str, wire: Wire, stations: Sequence[Station], sink: BlockSink, clock: Clock, counters: Counters) -> None:
        self.name = name
        self.stations = stations
        self._wire, self._sink, self._clock, self._counters = wire, sink, clock, counters
        self._backoff = Backoff(name)
        self._misses = 0
        self._rested_ns = 0
        self._probed = False

    async def run(self) -> None:
        try:
            while True:
                station = self._next()
                await self._clock.sleep_until(station.schedule.due_ns)
                await self.poll(station)
        finally:
            self._wire.close()

    def _next(self) -> Station:
        """Whoever was due first; but after a try at a silent device, whoever waits and answers."""
        if self._probed:
            self._probed = False
            now_ns = self._clock.monotonic_ns()
            waiting = [s for s in self.stations if s.schedule.due_ns <= now_ns and not s.is_silent]
            if waiting:
                return min(waiting, key=_due)
        return min(self.stations, key=_due)

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
        if station.is_silent:
            self._probed = True
            self._counters.polls += 1
        else:
            self._counters.started(schedule.due_ns, self._clock.monotonic_ns())
        try:
            block = await self._exchange(station)
        except ExchangeError as error:
            self._after_failure(station, error)
        except Exception as error:
            # A mistake of ours with one device: its last values must not pass for the present, nor its neighbours wait for it.
            log.exception("device_broke_us", device=station.device, link=self.name)
            self._counters.restarts += 1
            self._after_failure(station, BadFrame(f"not understood: {error!r}"))
        else:
            self._answered(station)
            self._sink.accept(block)
            self._counters.polls_skipped += schedule.answered(self._clock.monotonic_ns())

    async def _exchange(self, station: Station) -> Block:
        """Read what is due of the station. A refused request costs its own columns only; refused everywhere, or no answer, raises.

        Where all that is due is refused, and was not before, the rest is asked as well: it tells a part refused from a device that does.
        """
        if station.find is not None and not station.is_found:
            station.ask(*await station.find(lambda request: self._try(station, request)))
        answers: list[bytes | None] = [None] * len(station.requests)
        failures = [ABSENT] * len(station.requests)
        raw: list[tuple[str, bytes]] = []
        received_ns = 0
        refused: dict[int, DeviceException] = {}
        asked = list(station.wanted())
        for index in asked:
            request = station.requests[index]
            try:
                data = answers[index] = await self._read(station, request)
                raw.append((station.labels[index], data))
            except DeviceException as error:
                if error.is_silence:
                    raise
                refused[index] = error
                self._counters.device_exceptions += 1
                failures[index] = error.quality
                raw.append((station.labels[index], bytes([FUNCTIONS[request.table] | 0x80, error.code])))
            # The time of the first answer stands for all: nearest to when the device measured.
            received_ns = received_ns or self._clock.now_ns()
            if len(refused) == len(asked) and not refused.keys() <= station.refused:
                asked += [other for other in range(len(answers)) if other not in asked]
        if len(refused) == len(answers) > 0:
            raise refused[asked[-1]]
        station.refused = (station.refused - set(asked)) | refused.keys()
        values, qualities, texts = station.decoder.decode(answers, failures)
        return Block(station.device, received_ns, received_ns, values, qualities, texts, raw=tuple(raw))

    async def _try(self, station: Station, request: Request) -> bytes | None:
        """None when the device refuses."""
        try:
            return await self._read(station, request)
        except DeviceException as error:
            if error.is_silence:
                raise
            return None

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
        silent = sum(member.is_silent for member in self.stations)
        if failures == 0 or len(self.stations) == 1 or self._is_patient(station, silent):
            return station.timeout_s
        slowest_s = max(member.slowest_s for member in self.stations)
        share_s = PROBE_ROUND_S / silent
        enough_s = min(share_s, PROBE_FACTOR * slowest_s) if slowest_s else share_s
        return min(station.timeout_s, max(SHORTEST_PROBE_S, enough_s, LEAST_FACTOR * station.slowest_s))

    def _is_patient(self, station: Station, silent: int) -> bool:
        """Whether this try at one of the ``silent`` ones of the line waits in full."""
        failures = station.schedule.failures
        if station.slowest_s == 0:
            return failures % PATIENT_PROBE == 0
        if silent == len(self.stations):
            return (failures + station.unit) % PATIENT_PROBE == 0
        return (failures + SELDOM_PROBE * station.unit) % (SELDOM_PROBE * silent) == 0

    def _answered(self, station: Station) -> None:
        station.read()
        self._misses = 0
        self._backoff.reset()
        if station.fault is not None:
            log.info("device_back", device=station.device, after=station.fault.value)
            station.fault = None

    def _after_failure(self, station: Station, error: ExchangeError) -> None:
        """Whoever answered wrongly keeps the rhythm; whoever did not answer pauses."""
        self._failed(station, error)
        now_ns = self._clock.monotonic_ns()
        if isinstance(error, DeviceException) and not error.is_silence:
            self._counters.polls_skipped += station.schedule.answered(now_ns)
            return
        self._counters.polls_paused += station.schedule.silent(now_ns)
        self._misses += isinstance(error, TimedOut)
        if self._misses >= MISSES_BEFORE_RECONNECT:
            self._wire.close()

    def _failed(self, station: Station, error: ExchangeError) -> None:
        station.lost()
        self._counters.failures[error.fault] += 1
        if station.fault is not error.fault:
            log.warning("device_lost", device=station.device, link=self.name, fault=error.fault.value, reason=str(error))
            station.fault = error.fault
        quality = error.quality if isinstance(error, DeviceException) else Quality.COMM_FAILURE
        self._sink.accept(failed_block(station.device, station.decoder.width, self._clock.now_ns(), error.fault, quality))


def _due(station: Station) -> int:
    return station.schedule.due_ns
