"""A small site and its blocks, as the store's tests need them."""

from array import array
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from model.clock import SECOND
from model.profile import Point, Profile, TopicPath, WireType
from model.quality import GOOD
from model.reading import Block, Fault
from model.site import Device, Mqtt, Site, System
from model.text import Text
from store.history.drain import Drain
from store.history.embedded import EmbeddedSink
from store.history.embedded_history import EmbeddedHistory
from store.history.layout import columns_of
from store.history.months import Months
from store.history.spool import Spool, SpoolBounds
from store.history.tail import Tail
from store.history.thinning import holds_for_ns, thinning_of

T0 = 1_768_377_600 * SECOND
"""2026-01-14 08:00 UTC."""
METER = ("u1", "i1", "energy_import", "serial")
NAN = float("nan")


class FixedClock:
    """Stands still until told otherwise."""

    def __init__(self, at_ns: int = T0) -> None:
        self.at_ns = at_ns

    def now_ns(self) -> int:
        return self.at_ns

    def monotonic_ns(self) -> int:
        return self.at_ns

    async def sleep_until(self, monotonic_ns: int) -> None:
        self.at_ns = max(self.at_ns, monotonic_ns)


def profile(columns: Sequence[str], device_class: str = "power_meter") -> Profile:
    points = tuple(
        Point(name, Text(name, name), TopicPath("{topic}", f"$.{name}"), WireType.STRING if name == "serial" else WireType.F64)
        for name in columns
    )
    return Profile("typical", device_class, "", "", points)


def site(devices: Mapping[str, Sequence[str]] | None = None) -> Site:
    """Devices by id with their point names."""
    named = devices or {"sub1.m1": METER, "sub1.m2": METER}
    return Site(
        "talent",
        Text("人才公寓", "Talent"),
        ZoneInfo("Asia/Shanghai"),
        {},
        {
            device: Device(device, Text(device, device), System.POWER, "sub1", profile(columns), Mqtt(), SECOND)
            for device, columns in named.items()
        },
    )


def block(
    at_ns: int,
    values: Sequence[float],
    device: str = "sub1.m1",
    qualities: Sequence[int] | None = None,
    texts: Mapping[int, str] | None = None,
    fault: Fault | None = None,
) -> Block:
    return Block(device, at_ns, at_ns, array("d", values), bytes(qualities or [GOOD] * len(values)), texts or {}, fault)


def meter(at_ns: int, energy: float, device: str = "sub1.m1") -> Block:
    """A good answer of a meter of the default site."""
    return block(at_ns, [230.0, energy / 10, energy, NAN], device, texts={3: "SN-1"})


class Bench:
    """Spool, drain and embedded history of one directory, driven by hand."""

    def __init__(self, directory: Path, of: Site | None = None, clock: FixedClock | None = None, bounds: SpoolBounds | None = None) -> None:
        self.clock = clock or FixedClock()
        of = of or site()
        self.spool = Spool(directory / "spool.sqlite", columns_of(of), self.clock, bounds, thinning_of(of.store, of))
        self.months = Months(directory / "history")
        self.sink = EmbeddedSink(self.months, self.spool)
        self.drain = Drain(self.spool, self.sink, self.clock)
        holds = partial(holds_for_ns, of.store, of)
        self.history = EmbeddedHistory(self.months, Tail(self.spool, self.sink.name), self.spool.file.identity, holds)

    def take(self, *blocks: Block) -> None:
        """Accept and commit, not drain."""
        for one in blocks:
            self.spool.accept(one)
        self.spool.flush()

    def close(self) -> None:
        self.months.close()
        self.spool.close()
