"""Counters watched while a scenario is played, and what the energy room makes of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from energy.counter import Run, counter_of, shares, tally
from energy.meters import KINDS
from guanjia.scenario.outcome import CameEnergy
from model.quality import ABSENT, is_usable
from model.reading import Block, BlockSink
from model.scenario import ExpectedEnergy
from model.site import Site
from model.units import conversion

_KIND_OF_UNIT = {kind.unit: kind for kind in KINDS.values()}


@dataclass
class MeterWatch:
    """``model.reading.BlockSink``: keeps the readings of the counters that are asked for."""

    site: Site
    asked: Sequence[ExpectedEnergy]
    start_ns: int
    _columns: dict[str, dict[int, str]] = field(default_factory=dict)
    _runs: dict[str, list[Run]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.asked:
            found = self.site.point(one.point)
            assert found is not None, f"{one.point} was checked when the scenario was read"
            self._columns.setdefault(found[0].id, {})[found[1]] = one.point
            self._runs[one.point] = []

    @property
    def sinks(self) -> tuple[BlockSink, ...]:
        """Nobody listens where nothing is asked."""
        return (self,) if self._columns else ()

    def accept(self, block: Block) -> None:
        for column, point in self._columns.get(block.device, {}).items():
            quality, value = block.qualities[column], block.values[column]
            if quality != ABSENT and is_usable(quality):
                self._runs[point].append(Run(block.source_ns, value, block.source_ns, value))

    def came(self) -> Iterator[CameEnergy]:
        for one in self.asked:
            yield CameEnergy(one.point, one.from_ns, one.to_ns, self._amount(one))

    def _amount(self, one: ExpectedEnergy) -> float | None:
        """The share of the counter's rise between the two moments, as the energy reports reckon it."""
        device, column = self.site.point(one.point) or (None, 0)
        assert device is not None
        point = device.points[column]
        factor = (conversion(point.unit, one.unit) or (1.0, 0.0))[0]
        counted = tally(self._runs[one.point], counter_of(point, _KIND_OF_UNIT[one.unit].most_per_hour / factor))
        share = next(iter(shares(counted.increments, [self.start_ns + one.from_ns, self.start_ns + one.to_ns])))
        return None if share.amount is None else share.amount * factor
