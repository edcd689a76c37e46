"""One device at the other end of a wire, asked one careful question after the other. What it says is remembered, and how long it took.

Only the wire's reading functions exist (``collectors/modbus/wire.py``): nothing here can write to a device.
"""

from collections.abc import Callable
from typing import TypeVar

from collectors.errors import BadFrame, Closed, DeviceException, TimedOut
from collectors.modbus.plan import Break, Request
from collectors.modbus.wire import Wire
from guanjia.probe.heard import remember
from guanjia.probe.strategy import Answer, Strategy
from model.clock import SECOND, Clock
from model.profile import Table

T = TypeVar("T")
SLOW_PATIENCE = 5
"""A device that has never answered is given so many times the timeout once: it may only be slow."""
REFUSING = (1, 2, 3, 4)
"""Exceptions that speak of the question asked; many devices say 4, device failure, for an address they do not have."""
ILLEGAL_FUNCTION = 1
_LONGEST_VALUE = 4
"""Registers of a number; who refuses so few with exception 1 does not only find the block too long."""
BUSY = (5, 6)
TRIES = 3
SILENCES = 2
"""A device that has answered may keep quiet on what it does not like; after so many questions in a row, each asked thrice, it is gone."""
_BUSY_PAUSE_NS = SECOND // 2


class Spent(Exception):
    """As many requests were made as were allowed."""


class Asker:
    """``gap_ns`` is the rest between two requests, ``most`` the number of requests after which it stops asking."""

    def __init__(self, wire: Wire, unit: int, timeout_s: float, gap_ns: int, most: int, clock: Clock) -> None:
        self.unit, self.timeout_s, self.gap_ns, self.most = unit, timeout_s, gap_ns, most
        self.heard: dict[tuple[Table, int], int] = {}
        self.took_ns: list[int] = []
        self.answered: dict[tuple[Table, int], int] = {}
        """(table, address) → the longest block from there that was answered."""
        self.refused: dict[tuple[Table, int, int], int] = {}
        """What was asked and the exception code that came; 0 for silence, or an answer that was none."""
        self.requests = 0
        self.reconnects = 0
        self.repeated = 0
        """Questions answered only when they were asked again: the line loses something."""
        self.tell: Callable[[], None] = lambda: None
        """Called after every request."""
        self._wire, self._clock = wire, clock
        self._asked_ns = self._rested_ns = clock.monotonic_ns() - gap_ns
        self._silences = 0
        self._unknown: set[Table] = set()
        """Tables whose function the device does not know: asking on tells nothing more."""

    async def connect(self) -> None:
        """Raises Refused or TimedOut."""
        await self._wire.connect(max(self.timeout_s, 3.0))

    async def follow(self, strategy: Strategy[T]) -> T:
        """Ask what the strategy wants to know until it has its result. Raises Spent, ExchangeError."""
        try:
            ask = next(strategy)
            while True:
                ask = strategy.send(await self.ask(*ask))
        except StopIteration as done:
            result: T = done.value
            return result

    async def ask(self, table: Table, address: int, count: int) -> Answer:
        """The data, or None when the device refuses, as it may have done before. A lost connection is made again once.

        Raises Spent, ExchangeError.
        """
        if (table, address, count) in self.refused or table in self._unknown:
            return None
        try:
            data = await self._reconnecting(table, address, count)
        except DeviceException as error:
            if error.code not in REFUSING:
                raise
            self._without(table, address, count, error.code)
            return None
        except (TimedOut, BadFrame):
            self._silences += 1
            if not self.answered or self._silences >= SILENCES:
                raise
            self._without(table, address, count, 0)
            return None
        self._silences = 0
        self.answered[table, address] = max(count, self.answered.get((table, address), 0))
        remember(self.heard, table, address, count, data)
        return data

    def _without(self, table: Table, address: int, count: int, code: int) -> None:
        self._silences *= code == 0
        self.refused[table, address, count] = code
        if code == ILLEGAL_FUNCTION and count <= _LONGEST_VALUE and all(known is not table for known, _ in self.answered):
            self._unknown.add(table)

    async def _reconnecting(self, table: Table, address: int, count: int) -> bytes:
        try:
            return await self._patiently(table, address, count)
        except Closed:
            self.reconnects += 1
            await self.connect()
            return await self._patiently(table, address, count)

    async def _patiently(self, table: Table, address: int, count: int) -> bytes:
        """Who is busy, or silent after having answered, is asked again; who has never answered is once waited for longer."""
        for left in reversed(range(TRIES)):
            try:
                data = await self._once(table, address, count)
            except DeviceException as error:
                if error.code not in BUSY or not left:
                    raise
                await self._clock.sleep_until(self._clock.monotonic_ns() + _BUSY_PAUSE_NS)
            except (TimedOut, BadFrame):
                is_known = bool(self.answered or self.refused)
                if not left or (left < TRIES - 1 and not is_known):
                    raise
                self.timeout_s *= 1 if is_known else SLOW_PATIENCE
            else:
                self.repeated += left < TRIES - 1 and bool(self.answered)
                return data
        raise AssertionError("the last try returns or raises")

    async def _once(self, table: Table, address: int, count: int) -> bytes:
        data = await self.once_of(self.unit, table, address, count)
        self.took_ns.append(self._rested_ns - self._asked_ns)
        return data

    async def once_of(self, unit: int, table: Table, address: int, count: int) -> bytes:
        """One request to any unit, without patience. Raises Spent, ExchangeError."""
        if self.requests >= self.most:
            raise Spent
        await self._clock.sleep_until(self._rested_ns + self.gap_ns)
        if not self._wire.connected:
            await self.connect()
        self.requests += 1
        self._asked_ns = self._clock.monotonic_ns()
        try:
            return await self._wire.read(unit, Request(table, address, count, (), Break.TABLE), self.timeout_s)
        finally:
            self._rested_ns = self._clock.monotonic_ns()
            self.tell()

    def is_answered(self, table: Table, address: int, count: int) -> bool:
        """Whether a block from there, at least so long, was answered."""
        return self.answered.get((table, address), 0) >= count

    def close(self) -> None:
        self._wire.close()
