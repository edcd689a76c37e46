"""What a device says where its physics says nothing: the constants a real one is delivered with."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from model.profile import Point, Profile, Register, Table, WireType
from model.site import Device
from simulators.packed import is_clock

_DELIVERED_EPOCH_S = 1_704_067_200.0
"""2024-01-01T00:00Z, for clocks nobody has set since."""
_MARKER = float(0x53756E53)
"""\"SunS\"."""
_END_ID = float(0xFFFF)
_RESOLUTION_STEP = {"enum_resolution": 1.0, "div10pow_bits0_2": 0.0}
"""Code of a scale register nobody speaks of: the finest step of an Octave (0.001), no decimals elsewhere."""
_EXPONENTS = {"A": -1.0, "V": -1.0, "Hz": -2.0, "%": -1.0, "W": 1.0, "VA": 1.0, "var": 1.0}
"""Power of ten in a scale register by the unit it scales: 16 bits reach to 3,276 A, 3,276 V and 327 kW."""


def constants(device: Device, units: Mapping[str, str]) -> dict[str, float | str]:
    """A value for every point of the device, in the wire's own unit; what the machine's truth names takes its place."""
    profile = device.profile
    found: dict[str, float | str] = {}
    for point in (*profile.points, *profile.write_only):
        found[point.name] = _text(point, device) if point.type is WireType.STRING else _number(point, device)
    found.update(_scale_codes(profile))
    found.update(dict.fromkeys((name for point in profile.points for name in point.ratios), 1.0))
    found.update(_chain(profile))
    found.update(_unit_codes(profile.points, units))
    return found


def _text(point: Point, device: Device) -> str:
    plate = {
        "serial_number": device.id,
        "meter_name": device.id,
        "meter_model": device.profile.model,
        "drive_type": device.profile.model,
        "manufacturer_name": device.profile.manufacturer,
        "firmware": "1.0.0",
    }
    return plate.get(point.name, "")


def _number(point: Point, device: Device) -> float:
    if is_clock(point.encoding):
        return _DELIVERED_EPOCH_S
    if point.encoding == "bcd_yyyymmdd":
        return 20240101.0
    if point.name == "serial_number":
        return float(zlib.crc32(device.id.encode()) % 60_000)
    return 0.0


def _scale_codes(profile: Profile) -> dict[str, float]:
    codes: dict[str, float] = {}
    for point in profile.points:
        if isinstance(point.wire, Register) and point.wire.scale_register is not None:
            owner = scale_owner(point, profile.points)
            if owner is not None:
                codes[owner.name] = _scale_code(point, point.wire.scale_mode)
    return codes


def bare_scales(points: Sequence[Point]) -> dict[tuple[Table, int], float]:
    """What stands in the scale registers in which no point lies."""
    return {
        (point.wire.table, point.wire.scale_register): _scale_code(point, point.wire.scale_mode)
        for point in points
        if isinstance(point.wire, Register) and point.wire.scale_register is not None and scale_owner(point, points) is None
    }


def _scale_code(point: Point, mode: str | None) -> float:
    of_unit = _EXPONENTS if mode == "pow10" else {}
    return of_unit.get(point.unit, _RESOLUTION_STEP.get(mode or "", 0.0))


def _chain(profile: Profile) -> dict[str, float]:
    """What makes a SunSpec device findable: the marker, and id and length in the header of each model; the end is where ``end_id`` lies."""
    sunspec = profile.modbus.sunspec if profile.modbus else None
    if sunspec is None:
        return {}
    at = {point.wire.address: point.name for point in profile.points if isinstance(point.wire, Register)}
    end = next((address for address, name in at.items() if name == "end_id"), max(at) + 1)
    headers = sorted(sunspec.models.items(), key=itemgetter(1))
    shown: dict[int, float] = {sunspec.bases[0]: _MARKER, end: _END_ID}
    for (model, header), following in zip(headers, [*(header for _, header in headers[1:]), end], strict=True):
        shown |= {header: float(model), header + 1: float(following - header - 2)}
    return {at[address]: number for address, number in shown.items() if address in at}


def scale_owner(point: Point, points: Iterable[Point]) -> Point | None:
    """The point that lies in the scale register of this one."""
    wire = point.wire
    if not isinstance(wire, Register) or wire.scale_register is None:
        return None
    for other in points:
        if isinstance(other.wire, Register) and other.wire.table is wire.table and other.wire.address == wire.scale_register:
            return other
    return None


def _unit_codes(points: tuple[Point, ...], units: Mapping[str, str]) -> dict[str, float]:
    """A selector nobody speaks of says the unit its quantity already has."""
    by_name = {point.name: point for point in points}
    codes: dict[str, float] = {}
    for point in points:
        selector = by_name.get(point.unit_select or "")
        if selector is None:
            continue
        wanted = point.unit or units.get(point.name, "")
        codes[selector.name] = next((float(code) for code, text in selector.enum.items() if text.en == wanted), 0.0)
    return codes
