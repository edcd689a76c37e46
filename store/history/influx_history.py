"""``History`` over InfluxDB together with the tail of the spool it has not taken yet.

A batch being delivered while a reader asks can be seen on both sides. Readings and counters do not mind; COUNT, SUM and MEAN of the newest
interval can be off by that batch until the next look.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise, product

from model.profile import WireType
from model.reading import Aggregate, CounterInterval, Sample
from model.site import Site
from store.history.held import held_figures, track
from store.history.influx_server import Answer, Ask, Field, Figure, InfluxServer
from store.history.partial import Partial, Slots, counter_intervals, figures, joined_intervals, partials
from store.history.tail import Tail

_NEEDED: dict[Aggregate, tuple[Figure, ...]] = {
    Aggregate.MEAN: (Figure.COUNT, Figure.SUM),
    Aggregate.MIN: (Figure.MIN,),
    Aggregate.MAX: (Figure.MAX,),
    Aggregate.FIRST: (Figure.FIRST,),
    Aggregate.LAST: (Figure.LAST,),
    Aggregate.SUM: (Figure.SUM,),
    Aggregate.COUNT: (Figure.COUNT,),
    Aggregate.DELTA: (Figure.FIRST, Figure.LAST),
}
_COUNTER = (Figure.FIRST, Figure.LAST, Figure.FALLS, Figure.DOUBTFUL)
_MANY = 1_000_000


class InfluxHistory:
    """Knows the points of the site as configured now; of any other point there is nothing to read."""

    def __init__(self, server: InfluxServer, site: Site, tail: Tail, holds_for_ns: Callable[[str], int] = lambda _: 0) -> None:
        """``holds_for_ns``: how long a stored reading of a point stands for those left out after it; 0: nothing is left out."""
        self._server = server
        self._site = site
        self._tail = tail
        self._holds_for_ns = holds_for_ns

    def readings(self, point: str, start_ns: int, end_ns: int, limit: int) -> list[Sample]:
        undrained = self._tail.samples([point], self._tail.position(), start_ns, end_ns)[point]
        field = self._field(point)
        stored = self._server.samples(field, start_ns, end_ns, limit) if field else []
        joined = {sample.source_ns: sample for sample in (*stored, *undrained)}
        return [joined[at_ns] for at_ns in sorted(joined)][:limit]

    def aggregate(self, point: str, edges_ns: Sequence[int], how: Aggregate) -> list[float | None]:
        hold_ns = self._holds_for_ns(point)
        if hold_ns:
            readings = track(self.readings(point, edges_ns[0] - hold_ns, edges_ns[-1], _MANY))
            return held_figures(readings, edges_ns, hold_ns, how)
        undrained = self._tail.samples([point], self._tail.position(), edges_ns[0], edges_ns[-1])[point]
        field = self._field(point)
        stored = self._slots(field, edges_ns, _NEEDED[how]) if field and self._is_number(point) else {}
        return figures([stored, partials(undrained, edges_ns)], len(edges_ns) - 1, how)

    def counters(self, points: Sequence[str], edges_ns: Sequence[int]) -> list[CounterInterval]:
        undrained = self._tail.samples(points, self._tail.position(), edges_ns[0], edges_ns[-1])
        newest = [interval for point in points for interval in counter_intervals(point, undrained[point], edges_ns)]
        stored = [interval for field in self._fields(points) for interval in self._intervals(field, edges_ns)]
        return joined_intervals(points, [*stored, *newest])

    def _slots(self, field: Field, edges_ns: Sequence[int], needed: Sequence[Figure]) -> Slots:
        asks = [Ask(figure, field, start, end) for start, end in pairwise(edges_ns) for figure in needed]
        answers = self._server.ask(asks)
        slots: Slots = {}
        for slot in range(len(edges_ns) - 1):
            found = dict(zip(needed, answers[slot * len(needed) : (slot + 1) * len(needed)], strict=True))
            if any(found.values()):
                slots[slot] = _partial(found, field.devices[0])
        return slots

    def _intervals(self, field: Field, edges_ns: Sequence[int]) -> list[CounterInterval]:
        asks = [Ask(figure, field, start, end) for start, end in pairwise(edges_ns) for figure in _COUNTER]
        answers = self._server.ask(asks)
        intervals = []
        for (slot, start_ns), device in product(enumerate(edges_ns[:-1]), field.devices):
            first, last, falls, doubtful = (answer.get(device) for answer in answers[slot * 4 : slot * 4 + 4])
            if first is None or last is None:
                continue
            point = f"{device}.{field.name}"
            if doubtful:
                intervals += self._good_only(point, start_ns, edges_ns[slot + 1])
            else:
                intervals.append(CounterInterval(point, start_ns, *first, *last, falls=int(falls[1]) if falls else 0))
        return intervals

    def _good_only(self, point: str, start_ns: int, end_ns: int) -> list[CounterInterval]:
        """The same from the readings themselves, for an interval in which some are uncertain."""
        [field] = self._fields([point])
        return counter_intervals(point, self._server.samples(field, start_ns, end_ns, _MANY), [start_ns, end_ns])

    def _field(self, point: str) -> Field | None:
        return next(iter(self._fields([point])), None)

    def _fields(self, points: Sequence[str]) -> list[Field]:
        """The points gathered by class and name: one question serves many devices."""
        devices: dict[tuple[str, str], list[str]] = {}
        for point in points:
            found = self._site.point(point)
            if found:
                device, column = found
                devices.setdefault((device.device_class, device.points[column].name), []).append(device.id)
        return [Field(self._site.id, device_class, tuple(ids), name) for (device_class, name), ids in devices.items()]

    def _is_number(self, point: str) -> bool:
        found = self._site.point(point)
        return found is not None and found[0].points[found[1]].type is not WireType.STRING


def _partial(found: dict[Figure, Answer], device: str) -> Partial:
    """A partial in which only the figures that were asked for mean something."""
    at = {figure: answer.get(device, (0, 0.0)) for figure, answer in found.items()}
    nothing = (0, 0.0)
    return Partial(
        count=int(at.get(Figure.COUNT, (0, 1.0))[1]),
        total=at.get(Figure.SUM, nothing)[1],
        low=at.get(Figure.MIN, nothing)[1],
        high=at.get(Figure.MAX, nothing)[1],
        first_ns=at.get(Figure.FIRST, nothing)[0],
        first=at.get(Figure.FIRST, nothing)[1],
        last_ns=at.get(Figure.LAST, nothing)[0],
        last=at.get(Figure.LAST, nothing)[1],
    )
