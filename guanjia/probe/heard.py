"""What a device has said so far, register by register, and a profile decoded from it. Pure."""

from array import array
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from math import nan

from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import Request, plan
from model.profile import Point, Profile, Register, Table
from model.quality import Quality

Heard = Mapping[tuple[Table, int], int]
"""(table, zero-based address) → the register's 16 bits, or a coil's one."""
BIT_TABLES = (Table.COIL, Table.DISCRETE)


def remember(heard: MutableMapping[tuple[Table, int], int], table: Table, address: int, count: int, data: bytes) -> None:
    """Take the data of one answer apart."""
    if table in BIT_TABLES:
        bits = int.from_bytes(data, "little")
        heard.update({(table, address + place): bits >> place & 1 for place in range(count)})
    else:
        heard.update({(table, address + place): int.from_bytes(data[2 * place : 2 * place + 2], "big") for place in range(count)})


def words_of(heard: Heard, register: Register) -> tuple[int, ...] | None:
    """The registers of one value; None unless all of them were heard."""
    words = [heard.get((register.table, register.address + place)) for place in range(register.words)]
    return None if None in words else tuple(word for word in words if word is not None)


@dataclass(frozen=True)
class Decoded:
    """A profile's columns, as far as its registers were heard; CONFIG_ERROR where the device has refused them."""

    profile: Profile
    values: "array[float]"
    qualities: bytes
    texts: Mapping[int, str]

    @cached_property
    def by_name(self) -> Mapping[str, float]:
        return {point.name: value for point, value in zip(self.profile.points, self.values, strict=True)}


def decoded(profile: Profile, heard: Heard) -> Decoded:
    """Decode as the platform would. ProfileError for what no decoder can do."""
    requests = plan(profile)
    answers = [_answer(request, heard) for request in requests]
    values, found, texts = compile_decoder(profile, requests).decode(answers, [Quality.CONFIG_ERROR] * len(requests))
    qualities = bytearray(found)
    by_name = {point.name: point for point in profile.points}
    for column, point in enumerate(profile.points):
        if any(words_of(heard, register) is None for register in _needed(point, by_name)):
            values[column], qualities[column] = nan, Quality.CONFIG_ERROR
    return Decoded(profile, values, bytes(qualities), texts)


def _answer(request: Request, heard: Heard) -> bytes:
    """The answer to a planned request, put together again; zeros stand where nothing was heard."""
    words = [heard.get((request.table, address), 0) for address in range(request.address, request.end)]
    if request.is_bits:
        return sum(bit << place for place, bit in enumerate(words)).to_bytes(request.payload_bytes, "little")
    return b"".join(word.to_bytes(2, "big") for word in words)


def _needed(point: Point, by_name: Mapping[str, Point]) -> Iterator[Register]:
    """The registers without which the point has no value: its own, its scale's, its unit's, its ratios'."""
    if not isinstance(point.wire, Register):
        return
    yield point.wire
    if point.wire.scale_register is not None:
        yield Register(point.wire.table, point.wire.scale_register, 1)
    for name in (*point.ratios, *filter(None, (point.unit_select,))):
        other = by_name.get(name)
        if other is not None and isinstance(other.wire, Register):
            yield other.wire
