"""The simulated site as the testing page shows it: what is broken now and for how long, and how a device can break."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from api.bench import Bench, Reply
from api.problem import Problem
from api.shapes import Phrase
from api.words import meaning, phrase
from model.site import Device, Site
from model.testing import Expected

Json = dict[str, Any]


def content(reply: Reply) -> Any:
    """What the simulators said; their refusal becomes ours, in their words."""
    if reply.status < 400:
        return reply.content
    said: Mapping[str, Any] = reply.content if isinstance(reply.content, dict) else {}
    errors = said.get("errors") or [{}]
    status = reply.status if reply.status in (404, 409, 422) else 503
    raise Problem(status, str(said.get("detail", f"the simulators answered {reply.status}")), errors[0].get("field"))


async def board(bench: Bench, site: Site) -> Json:
    """The clock, and everything that is broken now: machines, wires, gateways, the broker."""
    devices, gateways, broker, clock = await asyncio.gather(*map(bench.ask, ("/devices", "/gateways", "/broker", "/clock")))
    time = content(clock)
    active = [
        *_machines(content(devices)["items"]),
        *_gateways(content(gateways)["items"]),
        *_broker(content(broker)),
    ]
    for one in active:
        one["name"] = fault_name(bench, site, one["device"], one["kind"], network=one["network"])
        one["left_s"] = left_s(one.get("ends"), time)
    return {"clock": time, "broker": content(broker), "active": active}


def left_s(ends: str | None, clock: Mapping[str, Any]) -> float | None:
    """Seconds on the wall until it mends itself; None when it does not, or the site's clock stands still."""
    if not ends or not clock["speed"]:
        return None
    return max(0.0, (datetime.fromisoformat(ends).timestamp() - float(clock["site_time"])) / float(clock["speed"]))


def _machines(items: Iterable[Json]) -> Iterator[Json]:
    for item in items:
        for active in item.get("active", ()):
            yield {"device": item["id"], "gateway": None, "broker": False, **active}


def _gateways(items: Iterable[Json]) -> Iterator[Json]:
    for item in items:
        if item.get("active"):
            yield {
                "device": None,
                "gateway": item["address"],
                "broker": False,
                "devices": len(item["units"]),
                **item["active"],
                "network": True,
            }


def _broker(broker: Json) -> Iterator[Json]:
    if broker.get("active"):
        yield {"device": None, "gateway": None, "broker": True, "devices": broker["devices"], **broker["active"], "network": True}


def fault_name(bench: Bench, site: Site, device: str | None, fault: str, *, network: bool) -> Phrase:
    """How people call it."""
    if network:
        return phrase(bench.network_words(fault))
    placed = site.devices.get(device or "")
    return phrase(bench.words(placed.device_class if placed else "", fault, "").name)


def breakable(bench: Bench, device: Device, told: Json) -> Json:
    """A device's physical state and the ways it can break, in words."""
    units = told.get("units", {})
    return {
        "id": device.id,
        "address": told.get("address"),
        "gateway": told.get("gateway"),
        "active": told.get("active", []),
        "network": told.get("network"),
        "feeds": len(device.feeds),
        "state": sorted(
            (_quantity(device, name, value, units.get(name, "")) for name, value in told["state"].items()), key=lambda q: not q["shown"]
        ),
        "faults": [_fault(bench, device, fault) for fault in told["faults"]],
        "network_faults": [_network_fault(bench, fault) for fault in told.get("network_fault_kinds", ())],
    }


def _quantity(device: Device, name: str, value: Any, unit: str) -> Json:
    """The physics and the profile name the same things alike; what no register shows has only its name, and comes last."""
    point = next((point for point in device.points if point.name == name), None)
    plain = name.replace("_", " ")
    label = phrase(point.label) if point else {"zh": plain, "en": plain}
    said = meaning(point, value) if point else None
    return {"name": name, "label": label, "value": value, "unit": unit, "meaning": said, "shown": point is not None}


def _fault(bench: Bench, device: Device, told: Json) -> Json:
    words = bench.words(device.device_class, told["kind"], told.get("effect", ""))
    expected = bench.expected(device.id, told["kind"])
    return {
        **told,
        "name": phrase(words.name),
        "effect": phrase(words.effect),
        "grave": words.grave,
        "expected": None if expected is None else [promise(one) for one in expected],
    }


def _network_fault(bench: Bench, told: Json) -> Json:
    return {**told, "name": phrase(bench.network_words(told["kind"]))}


def promise(expected: Expected) -> Json:
    return {
        "rule": expected.rule,
        "device": expected.device,
        "priority": expected.priority.value,
        "on_delay_s": expected.on_delay_s,
        "due_s": expected.due_s,
        "ticket": expected.ticket.value if expected.ticket else None,
    }
