"""Where a SunSpec device has its models: the walk along their chain, and the profile moved to where it ends up. Pure but for ``located``.

    base      "SunS"                         40000, 0 or 50000
    base + 2  id 1    length 66   ···        common model: names, serial number
              id 203  length 105  ···        here + 2 + length is the next
              id 0xFFFF  length 0            end

(SunSpec Device Information Model Specification 1.1 §4: marker, model header, end model.)
"""

from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, replace

from collectors.errors import NotSunSpec
from collectors.modbus.plan import Break, Request
from model.profile import Point, Profile, Register, SunSpec, Table

MARKER = b"SunS"
END_ID = 0xFFFF
MOST_MODELS = 64
"""A chain longer than this is no chain but a loop or noise."""
_LAST = 0xFFFF

Read = Callable[[Request], Awaitable[bytes | None]]
"""Reads a block: its data, None when the device refuses it. Raises ExchangeError when it does not answer."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a chain begins, and the address of the header of each model in it (the first of its id)."""

    base: int
    headers: Mapping[int, int]


async def located(profile: Profile, read: Read) -> Profile:
    """The profile with its points where this device has them; the same object when that is where they are written.

    Raises NotSunSpec when there is no chain or a model is missing, and whatever ``read`` raises.
    """
    sunspec = profile.modbus.sunspec if profile.modbus else None
    if sunspec is None:
        return profile
    steps = search(sunspec.bases)
    asked = next(steps)
    while True:
        answer = await read(asked)
        try:
            asked = steps.send(answer)
        except StopIteration as found:
            return relocated(profile, sunspec, found.value)


def search(bases: tuple[int, ...]) -> Generator[Request, bytes | None, Chain]:
    """The walk: yields what to read next, is sent the answer (None: refused), and returns the chain."""
    for base in bases:
        if (yield _read(base)) == MARKER:
            return (yield from _walk(base))
    raise NotSunSpec(f"no 'SunS' at {', '.join(map(str, bases))}")


def _walk(base: int) -> Generator[Request, bytes | None, Chain]:
    headers: dict[int, int] = {}
    at = base + 2
    for _ in range(MOST_MODELS):
        answer = (yield _read(at)) if at < _LAST else None
        if answer is None:
            raise NotSunSpec(f"the chain from {base} breaks off at {at}, after models {_listed(headers)}")
        model, length = int.from_bytes(answer[:2], "big"), int.from_bytes(answer[2:4], "big")
        if model == END_ID:
            return Chain(base, headers)
        headers.setdefault(model, at)
        at += 2 + length
    raise NotSunSpec(f"the chain from {base} has no end after {MOST_MODELS} models")


def _read(address: int) -> Request:
    return Request(Table.HOLDING, address, 2, (), Break.TABLE)


def relocated(profile: Profile, sunspec: SunSpec, chain: Chain) -> Profile:
    """The profile for a device with that chain. NotSunSpec when a model of the profile is not in it."""
    missing = [model for model in sunspec.models if model not in chain.headers]
    if missing:
        raise NotSunSpec(f"no model {_listed(missing)} in the chain from {chain.base}, which has {_listed(chain.headers)}")
    shifts = {written: chain.headers[model] - written for model, written in sunspec.models.items()}
    shifts[0] = chain.base - sunspec.bases[0]
    if not any(shifts.values()):
        return profile
    from_the_end = dict(sorted(shifts.items(), reverse=True))
    moved, hidden = (tuple(_moved(point, from_the_end) for point in points) for points in (profile.points, profile.write_only))
    return replace(profile, points=moved, write_only=hidden)


def _moved(point: Point, shifts: Mapping[int, int]) -> Point:
    """The point moved with the model it lies in; ``shifts``: address from which on → by how much, the highest first."""
    register = point.wire
    if not isinstance(register, Register) or register.table is not Table.HOLDING:
        return point
    scale = register.scale_register
    scale = None if scale is None else scale + _shift(scale, shifts)
    return replace(point, wire=replace(register, address=register.address + _shift(register.address, shifts), scale_register=scale))


def _shift(address: int, shifts: Mapping[int, int]) -> int:
    return next(shift for start, shift in shifts.items() if address >= start)


def _listed(models: Mapping[int, int] | list[int]) -> str:
    return ", ".join(map(str, models)) or "none"
