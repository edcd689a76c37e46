"""The site file as text: sections in block style, one line per inner mapping, so that a person finds and edits a device."""

from collections.abc import Mapping, Sequence

import yaml

from simulators.site_parts.areas import FLOOR_AREA_M2, PLAN
from simulators.site_parts.compound import AreaPart, Compound, DevicePart, Plan, Words
from simulators.site_parts.parking import GROUND, UNDERGROUND
from simulators.site_parts.people import PersonPart

_DECLARED_DEMAND_KW = 1900
_TITLES = {
    "small": "two blocks of the reference site, about 40 devices",
    "reference": "the reference site",
    "large": "an estate of four such compounds run by one dispatch centre",
}
_SYSTEMS = {
    "power": "供配电 power", "hvac": "空调 HVAC", "water": "给排水 water", "elevator": "电梯 elevators", "fire": "消防 fire",
    "elv": "弱电 ELV", "gas": "燃气 gas", "parking": "停车场 parking", "charging": "充电 charging",
}  # fmt: skip


def site_file(
    size: str,
    compounds: Sequence[Compound],
    devices: Sequence[DevicePart],
    people: Sequence[PersonPart],
    host: str,
    ports: Sequence[int],
    broker: str,
    broker_port: int,
) -> str:
    """Every section in the order of the documentation."""
    listening = dict(zip(dict.fromkeys(d.socket for d in devices if d.socket), ports, strict=False))
    lines = [
        f"# Talent Apartments 人才公寓: {_TITLES[size]}.",
        "# Written by the simulators' generator; every address is a simulated device.",
        "",
    ]
    lines += [f"site:\n{_indented(_facts(len(compounds)))}", "", "areas:"]
    lines += [f"  - {_flow(_area(area))}" for compound in compounds for area in compound.areas]
    lines += ["", "devices:", *_device_lines(devices, host, listening), "people:"]
    lines += [f"  - {_flow(_person(person))}" for person in people]
    lines += ["", "store: {kind: embedded}", "journal: {url: sqlite}", f"mqtt: {_flow({'broker': broker, 'port': broker_port})}", ""]
    return "\n".join(lines)


def _facts(compounds: int) -> dict[str, object]:
    return {
        "id": "talent-apartments",
        "name": {"zh": "人才公寓", "en": "Talent Apartments"},
        "timezone": "Asia/Shanghai",
        "language": "zh",
        "floor_area_m2": FLOOR_AREA_M2 * compounds,
        "declared_demand_kw": _DECLARED_DEMAND_KW * compounds,
        "parking_spaces": {"underground": UNDERGROUND * compounds, "ground": GROUND * compounds},
        "plan": _plan(PLAN),
    }


def _device_lines(devices: Sequence[DevicePart], host: str, listening: Mapping[str, int]) -> list[str]:
    lines: list[str] = []
    system = ""
    for device in devices:
        if device.system != system:
            system = device.system
            lines.append(f"  # {_SYSTEMS[system]}")
        body = _indented(_device(device, host, listening), "    ")
        lines += ["  - " + body[4:], ""]
    return lines


def _device(device: DevicePart, host: str, listening: Mapping[str, int]) -> dict[str, object]:
    written: dict[str, object] = {
        "id": device.id,
        "name": _words(device.name),
        "system": device.system,
        "area": device.area,
        "profile": device.profile,
    }
    if device.socket:
        written["modbus"] = {"host": host, "port": listening[device.socket], "unit": device.unit}
    else:
        written["mqtt"] = {"topic": device.topic} if device.topic else {"values": device.values}
    optional = {
        "every": device.every, "feeds": device.feeds, "params": {k: _short(v) for k, v in device.params.items()},
        "metering": device.metering, "points": device.points,
    }  # fmt: skip
    return written | {key: value for key, value in optional.items() if value}


def _area(area: AreaPart) -> dict[str, object]:
    written: dict[str, object] = {"id": area.id, "name": _words(area.name), "kind": area.kind}
    if area.households:
        written |= {"households": area.households, "floors": area.floors}
    return written | ({"plan": _plan(area.plan)} if area.plan else {})


def _person(person: PersonPart) -> dict[str, object]:
    written: dict[str, object] = {"id": person.id, "name": person.name, "role": person.role}
    written |= {"skills": list(person.skills), "phone": person.phone}
    return written | ({"post": person.post} if person.post else {})


def _words(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _plan(plan: Plan) -> dict[str, int]:
    return {"x": plan.x, "y": plan.y, "width": plan.width, "height": plan.height}


def _short(number: float) -> float | int:
    return int(number) if number == int(number) else number


def _indented(written: Mapping[str, object], margin: str = "  ") -> str:
    return "\n".join(f"{margin}{key}: {_flow(value)}" for key, value in written.items())


def _flow(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=100_000)
    return text.removesuffix("...\n").strip()
