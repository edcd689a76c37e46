"""Which point each column of a device's blocks belongs to. A device whose profile changes gets a new layout; old rows keep theirs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from model.site import Site


@dataclass(frozen=True, slots=True)
class Layout:
    """``id`` is stored in every row of the spool; ``columns`` are point names in block order."""

    id: int
    device: str
    columns: tuple[str, ...]

    def point_ids(self) -> tuple[str, ...]:
        return tuple(f"{self.device}.{name}" for name in self.columns)


@dataclass(frozen=True, slots=True)
class Place:
    """One column of one layout: where a point's values lie in the spool."""

    layout: int
    column: int


def columns_of(site: Site) -> dict[str, tuple[str, ...]]:
    """Device id → its point names, as the site is configured now."""
    return {device.id: tuple(point.name for point in device.points) for device in site.devices.values()}


def places_of(points: Iterable[str], layouts: Mapping[int, Layout]) -> dict[str, list[Place]]:
    """Point id → every place it has ever had."""
    wanted = set(points)
    places: dict[str, list[Place]] = {point: [] for point in wanted}
    devices = {point.rpartition(".")[0] for point in wanted}
    for layout in layouts.values():
        if layout.device in devices:
            for column, point in enumerate(layout.point_ids()):
                if point in wanted:
                    places[point].append(Place(layout.id, column))
    return places
