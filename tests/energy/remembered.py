"""A ``History`` in memory, written for reading rather than speed, and a site full of meters."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

from model.clock import SECOND
from model.profile import Point, Profile, TopicPath, WireType
from model.quality import Quality
from model.reading import Aggregate, CounterInterval, Sample
from model.site import Area, Device, Metering, Mqtt, Site, System
from model.text import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Remembered:
    """Point id → samples in order of time."""

    def __init__(self, samples: Mapping[str, Sequence[Sample]] | None = None) -> None:
        self.samples = {point: list(of_point) for point, of_point in (samples or {}).items()}
        self.asked_for_readings = 0

    def add(self, point: str, at_ns: int, value: float | None, quality: Quality = Quality.GOOD) -> None:
        self.samples.setdefault(point, []).append(Sample(at_ns, value, quality))

    def readings(self, point: str, start_ns: int, end_ns: int, limit: int) -> list[Sample]:
        self.asked_for_readings += 1
        return [one for one in self.samples.get(point, []) if start_ns <= one.source_ns < end_ns][:limit]

    def aggregate(self, point: str, edges_ns: Sequence[int], how: Aggregate) -> list[float | None]:
        return [self._figure(self._values(point, start, end), how) for start, end in pairwise(edges_ns)]

    def counters(self, points: Sequence[str], edges_ns: Sequence[int]) -> list[CounterInterval]:
        intervals = []
        for point in points:
            for start, end in pairwise(edges_ns):
                values = self._values(point, start, end)
                if values:
                    falls = sum(later[1] < earlier[1] for earlier, later in pairwise(values))
                    intervals.append(CounterInterval(point, start, *values[0], *values[-1], falls=falls))
        return intervals

    def _values(self, point: str, start_ns: int, end_ns: int) -> list[tuple[int, float]]:
        of_point = self.samples.get(point, [])
        return [
            (s.source_ns, s.value)
            for s in of_point
            if start_ns <= s.source_ns < end_ns and isinstance(s.value, float) and s.quality is Quality.GOOD
        ]

    @staticmethod
    def _figure(values: list[tuple[int, float]], how: Aggregate) -> float | None:
        if not values:
            return None
        numbers = [value for _, value in values]
        return numbers[-1] if how is Aggregate.LAST else sum(numbers) / len(numbers)


def point(name: str, unit: str = "kWh", kind: WireType = WireType.U32, scale: float = 0.01) -> Point:
    return Point(name, Text(name, name), TopicPath("{topic}", "$"), kind, unit, scale)


METER_POINTS = (point("active_power_total", "kW", WireType.F32, 1.0), point("energy_import"))


def meter(
    name: str,
    role: str = "use",
    item: str = "",
    energy: str = "electricity",
    area: str = "b01",
    points: tuple[Point, ...] = METER_POINTS,
) -> Device:
    profile = Profile("typical", "power_meter", "", "", points)
    metering = Metering(role, item, energy)
    return Device(name, Text(f"{name} 表", f"Meter {name}"), System.POWER, area, profile, Mqtt(), SECOND, metering=metering)


def site(*devices: Device, zone: ZoneInfo = SHANGHAI) -> Site:
    areas = {"b01": Area("b01", Text("1号楼", "Block 1"))}
    named = {device.id: device for device in devices}
    return Site("talent", Text("人才公寓", "Talent"), zone, areas, named, declared_demand_kw=400.0)
