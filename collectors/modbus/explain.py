"""A read plan in words, for whoever commissions a device. Pure."""

from collections.abc import Iterator, Sequence

from collectors.modbus.plan import Request
from model.clock import SECOND
from model.profile import Profile, Register, Table


def explain(profile: Profile, requests: Sequence[Request], period_ns: int = 0) -> str:
    """A line per request: what is read, for how many points, how much of it nobody wants, and why it starts there.

    ``period_ns`` is how often the device is polled, as it was given to the planner; with it the lines say how often each is read.
    """
    return "\n".join(_lines(profile, requests, period_ns))


def _lines(profile: Profile, requests: Sequence[Request], period_ns: int) -> Iterator[str]:
    yield f"{profile.id}: {len(profile.points)} points in {len(requests)} requests"
    for request in requests:
        unit = "coils" if request.is_bits else "registers"
        where = f"{request.table} {request.address}-{request.end - 1}"
        unwanted = len(_unwanted(profile, request))
        beside = f", {unwanted} for nothing" if unwanted else ""
        rhythm = f", every {request.turns * period_ns / SECOND:g} s" if period_ns else ""
        reason = f"({request.why})"
        yield f"  {where:<22} {request.count:>4} {unit:<9} {len(request.columns):>3} points{beside}{rhythm}   {reason}"


def _unwanted(profile: Profile, request: Request) -> set[int]:
    """Addresses that are read across and belong to no point of the profile."""
    wanted: set[tuple[Table, int]] = set()
    for point in profile.points:
        register = point.wire
        if isinstance(register, Register):
            wanted |= {(register.table, register.address + word) for word in range(register.words)}
            if register.scale_register is not None:
                wanted.add((register.table, register.scale_register))
    return {address for address in range(request.address, request.end) if (request.table, address) not in wanted}
