"""Which unit and resolution a device writes a quantity in, where it says so itself in another register."""

from collections.abc import Iterable, Mapping, Sequence

from model.profile import Point, Register
from simulators.encode import Value
from simulators.nameplate import bare_scales, scale_owner
from simulators.unit_table import SAME, Linear, conversion


def turn(point: Point, known: Mapping[str, Value], points: Iterable[Point], truth_unit: str | None) -> Linear:
    """From the truth's unit to the wire's. A wire without any unit takes the number as it is.

    Raises ValueError when the two measure different things: then the machine and the profile don't belong together.
    """
    wire_unit = selected_unit(point, known, points)
    if truth_unit is None or (not wire_unit and truth_unit != "%"):
        return SAME
    found = conversion(truth_unit, wire_unit)
    if found is None:
        raise ValueError(f"{point.name}: a truth in '{truth_unit}' can't be written in '{wire_unit}'")
    return found


def selected_unit(point: Point, known: Mapping[str, Value], points: Iterable[Point]) -> str:
    """The unit in force: the one the selector's present code names, else the profile's."""
    if point.unit_select is None:
        return point.unit
    for selector in points:
        if selector.name == point.unit_select and selector.enum:
            code = known[selector.name]
            named = selector.enum.get(int(code)) if isinstance(code, float) else None
            return point.unit if named is None else named.en
    return point.unit


def resolution(point: Point, known: Mapping[str, Value], points: Sequence[Point]) -> float | None:
    """What one count is worth by the scale register's present content; None without such a register."""
    wire = point.wire
    if not isinstance(wire, Register) or wire.scale_register is None:
        return None
    owner = scale_owner(point, points)
    code = int(float(known[owner.name]) if owner else bare_scales(points)[wire.table, wire.scale_register])
    if wire.scale_mode == "enum_resolution":
        return point.scale * 10.0 ** (code - 4)
    if wire.scale_mode == "div10pow_bits0_2":
        return point.scale * 10.0 ** -(code & 0b111)
    return point.scale * 10.0**code
