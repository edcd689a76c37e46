"""A flood is told once when it begins, as it moves, and when it is over."""

from guanjia.flood_watch import FloodWatch
from rules.flood import Flood
from tests.store.bench_site import T0, FixedClock


class Gauge:
    def __init__(self) -> None:
        self.lasting: Flood | None = None
        self.count = 0

    def flood(self, now_ns: int) -> Flood | None:
        return self.lasting

    def annunciated(self, now_ns: int) -> int:
        return self.count


def test_a_flood_is_told_at_once_then_as_it_moves_and_when_it_ends() -> None:
    gauge, told = Gauge(), list[tuple[Flood | None, int]]()
    watch = FloodWatch(gauge, lambda flood, count: told.append((flood, count)), FixedClock())
    watch.look()
    watch.note()
    assert told == []
    begun, grown = Flood(T0, 11, 11), Flood(T0, 12, 12)
    gauge.lasting, gauge.count = begun, 11
    watch.note()
    gauge.lasting, gauge.count = grown, 12
    watch.note()
    assert told == [(begun, 11)]
    watch.look()
    watch.look()
    gauge.lasting, gauge.count = None, 4
    watch.look()
    assert told == [(begun, 11), (grown, 12), (None, 4)]
