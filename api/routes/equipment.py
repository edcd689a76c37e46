"""The site, its devices and points, with connections and last values."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.access import Reader, ThePlatform, TheWire
from api.context import Platform
from api.paging import PageQuestion, answer, page_after
from api.problem import malformed, unknown
from api.shapes import DeviceDetail, DeviceShape, Page, PointDetail, PointShape
from api.words import phrase
from model.carrier import things
from model.site import Area, Device, Site, System

router = APIRouter(tags=["site"])


class EquipmentQuestion(PageQuestion):
    limit: int = Field(1000, ge=1, le=10_000)
    system: System | None = None
    area: str | None = Field(None, max_length=100)
    device_class: str | None = Field(None, alias="class", max_length=100)
    q: str | None = Field(None, max_length=100, description="Part of an id or a name, in either language.")

    def devices(self, site: Site) -> list[Device]:
        """Those that match everything but ``q``."""
        if self.area is not None and self.area not in site.areas:
            raise malformed("area", f"the site has no area '{self.area}'; known: {', '.join(site.areas)}")
        return [device for device in site.devices.values() if self._matches(device)]

    def _matches(self, device: Device) -> bool:
        return (
            (self.system is None or device.system is self.system)
            and (self.area is None or device.area == self.area)
            and (self.device_class is None or device.device_class == self.device_class)
        )

    def names(self, *words: str) -> bool:
        """Whether ``q`` is part of any of these words."""
        return self.q is None or any(self.q.casefold() in word.casefold() for word in words)


@router.get("/site", summary="The site: facts, areas with their place on the plan, systems, capacities")
def site(platform: ThePlatform, reader: Reader) -> Response:
    described = platform.site
    return answer(
        {
            "id": described.id,
            "name": phrase(described.name),
            "timezone": described.timezone.key,
            "language": described.language,
            "floor_area_m2": described.floor_area_m2,
            "declared_demand_kw": described.declared_demand_kw,
            "parking_spaces": dict(described.parking_spaces),
            "plan": asdict(described.plan) if described.plan else None,
            "areas": [_area(area) for area in described.areas.values()],
            "systems": _systems(platform),
            "devices": len(described.devices),
            "points": sum(len(device.points) for device in described.devices.values()),
        }
    )


def _area(area: Area) -> dict[str, Any]:
    return {
        "id": area.id,
        "name": phrase(area.name),
        "kind": area.kind.value,
        "households": area.households,
        "floors": area.floors,
        "plan": asdict(area.plan) if area.plan else None,
    }


def _systems(platform: Platform) -> list[dict[str, Any]]:
    """Every system in the fixed order of the screens, also one without a device."""
    devices: Counter[System] = Counter()
    points: Counter[System] = Counter()
    connected: Counter[System] = Counter()
    for device in platform.site.devices.values():
        devices[device.system] += 1
        points[device.system] += len(device.points)
        connected[device.system] += platform.live.link(device.id).connected
    return [
        {
            "id": system.value,
            "label": phrase(system.label),
            "devices": devices[system],
            "connected": connected[system],
            "points": points[system],
        }
        for system in System
    ]


@router.get("/devices", summary="Devices with their connection and how many of their points are good", response_model=Page[DeviceShape])
def devices(question: Annotated[EquipmentQuestion, Query()], platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    found = [d for d in question.devices(platform.site) if question.names(d.id, d.name.zh, d.name.en)]
    page, following = page_after(found, lambda device: device.id, question.cursor, question.limit)
    return answer({"items": [wire.device(device, platform.live) for device in page], "next_cursor": following})


@router.get("/devices/{device_id}", summary="One device with all its points", response_model=DeviceDetail)
def device(device_id: str, platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    return answer(wire.device_detail(device_of(platform.site, device_id), platform.live))


@router.get("/points", summary="Points with their last values", response_model=Page[PointShape])
def points(question: Annotated[EquipmentQuestion, Query()], platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    page, following = page_after(
        list(_points(question, platform.site)), lambda found: found[0].point_id(found[1]), question.cursor, question.limit
    )
    items = [wire.point(device, column, platform.live) for device, column in page]
    return answer({"items": items, "next_cursor": following})


def _points(question: EquipmentQuestion, site: Site) -> Iterator[tuple[Device, int]]:
    for device in question.devices(site):
        for column, point in enumerate(device.points):
            if question.names(device.point_id(column), point.label.zh, point.label.en):
                yield device, column


@router.get(
    "/points/{point_id}",
    summary="One point: last value, codes, limits, the profile's line, its register or topic",
    response_model=PointDetail,
)
def point(point_id: str, platform: ThePlatform, wire: TheWire, reader: Reader) -> Response:
    device, column = point_of(platform.site, point_id)
    return answer(wire.point_detail(device, column, platform.live))


def device_of(site: Site, device_id: str) -> Device:
    """Also a gateway, line or broker: alarms are about them too."""
    found = things(site).get(device_id)
    if found is None:
        raise unknown("device", device_id)
    return found


def point_of(site: Site, point_id: str) -> tuple[Device, int]:
    found = site.point(point_id)
    if found is None:
        raise unknown("point", point_id)
    return found
