"""Devices for the probe's tests: registers in a dictionary, with the vices that real devices have."""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from collectors.errors import DeviceException, ExchangeError, TimedOut
from collectors.modbus.plan import Request
from guanjia.probe.strategy import Ask, Strategy, T
from model.profile import Table

ILLEGAL_ADDRESS = 2


def float_words(values: Mapping[int, float], order: str = "ABCD", table: Table = Table.HOLDING) -> dict[tuple[Table, int], int]:
    """Floats at their addresses, written in one of the four orders."""
    found = {}
    for address, value in values.items():
        a, b, c, d = struct.pack(">f", value)
        first = {"ABCD": (a, b), "CDAB": (c, d), "BADC": (b, a), "DCBA": (d, c)}[order]
        second = {"ABCD": (c, d), "CDAB": (a, b), "BADC": (d, c), "DCBA": (b, a)}[order]
        found[table, address], found[table, address + 1] = int.from_bytes(first, "big"), int.from_bytes(second, "big")
    return found


def plain_words(values: Mapping[int, int], table: Table = Table.HOLDING) -> dict[tuple[Table, int], int]:
    return {(table, address): value for address, value in values.items()}


@dataclass
class Registers:
    """What a device answers, as a function of what is asked; None is a refusal."""

    words: Mapping[tuple[Table, int], int]
    most: int = 125
    truthful: int = 125
    """Longer answers than this repeat their first register."""
    asked: list[Ask] = field(default_factory=list)

    def answer(self, table: Table, address: int, count: int) -> bytes | None:
        self.asked.append((table, address, count))
        words = [self.words.get((table, at)) for at in range(address, address + count)]
        if None in words or count > self.most:
            return None
        if count > self.truthful:
            words = words[:1] * count
        if table in (Table.COIL, Table.DISCRETE):
            return sum((bit or 0) << place for place, bit in enumerate(words)).to_bytes((count + 7) // 8, "little")
        return b"".join((word or 0).to_bytes(2, "big") for word in words)

    def follow(self, strategy: Strategy[T]) -> T:
        """Play the strategy to its end."""
        try:
            ask = next(strategy)
            while True:
                ask = strategy.send(self.answer(*ask))
        except StopIteration as done:
            result: T = done.value
            return result


def legal(addresses: Iterable[int], table: Table = Table.HOLDING) -> dict[tuple[Table, int], int]:
    """Registers that hold their own address."""
    return {(table, address): address & 0xFFFF for address in addresses}


class RegisterWire:
    """A ``Wire`` on such a device. ``trouble`` may raise, or name an error, at the n-th request."""

    def __init__(
        self, device: Registers, unit: int = 1, trouble: Callable[[int], ExchangeError | None] = lambda _: None, code: int = ILLEGAL_ADDRESS
    ) -> None:
        self.device, self.unit, self.trouble, self.code = device, unit, trouble, code
        self.connected = False
        self.refuses: Sequence[ExchangeError] = ()
        self.requests = 0

    async def connect(self, timeout_s: float) -> None:
        for error in self.refuses:
            raise error
        self.connected = True

    async def read(self, unit: int, request: Request, timeout_s: float) -> bytes:
        self.requests += 1
        error = self.trouble(self.requests)
        if error is not None:
            raise error
        if unit != self.unit:
            raise TimedOut(f"{request}: no answer")
        data = self.device.answer(request.table, request.address, request.count)
        if data is None:
            raise DeviceException(self.code)
        return data

    def close(self) -> None:
        self.connected = False
