"""Writes the source of a decoder: what Python would a careful person write by hand for just this device. Pure.

For every request the struct takes the raw values into locals; then come a few lines per column, in this order: not available? → encoding →
scale register → unit → scale and offset → believable?
"""

from collections.abc import Iterator, Sequence

from collectors.errors import ProfileError
from collectors.modbus.encodings import SCALE_MODES, encoding
from collectors.modbus.layout import Field, field, layers, struct_code
from collectors.modbus.plan import Request
from collectors.plausibility import NOT_AVAILABLE, is_limited
from model.profile import Point, Profile, Register, WireType
from model.quality import Quality
from model.units import conversion

_FLOATS = (WireType.F32, WireType.F64)
_WIDTHS = {WireType.I16: 16, WireType.I32: 32, WireType.I64: 64}


def decoder_source(profile: Profile, requests: Sequence[Request]) -> str:
    """Source of ``fill(blocks, failures, values, qualities, texts)``. Only numbers and names checked against our own tables enter it."""
    return "\n".join(_Source(profile, requests).lines())


class _Source:
    """Writes the decoder of one profile."""

    def __init__(self, profile: Profile, requests: Sequence[Request]) -> None:
        self._profile = profile
        self._requests = requests
        self._request_of = {column: index for index, request in enumerate(requests) for column in request.columns}
        self._constants: list[str] = []

    def lines(self) -> Iterator[str]:
        body: list[str] = []
        for index, request in enumerate(self._requests):
            body += self._unpack(index, request)
        for index, request in enumerate(self._requests):
            body.append(f"    if b{index} is not None:")
            body += [f"        {line}" for column in request.columns for line in self._column(column)] or ["        pass"]
        yield from self._constants
        yield "def fill(blocks, failures, values, qualities, texts):"
        yield f"    {''.join(f'b{index}, ' for index in range(len(self._requests)))}= blocks" if self._requests else "    pass"
        yield from body

    def _unpack(self, index: int, request: Request) -> Iterator[str]:
        """Raw values into locals: ``r7`` for column 7, ``s40076_2`` for the scale register 40076 of request 2."""
        yield f"    if b{index} is None:"
        yield f"        for column in {request.columns!r}: qualities[column] = failures[{index}]"
        yield "    else:"
        if request.is_bits:
            yield f"        bits = int.from_bytes(b{index}, 'little')"
            for column in request.columns:
                register = self._register(self._profile.points[column])
                yield f"        r{column} = bits >> {register.address - request.address} & {(1 << register.words) - 1}"
            return
        for number, layer in enumerate(layers(self._fields(index, request), request.payload_bytes)):
            unpack = f"u{index}_{number}"
            self._constants.append(f"{unpack} = Struct({layer.format!r}).unpack")
            view = f"swap(b{index})" if layer.swapped else f"b{index}"
            yield f"        {', '.join(layer.names)}, = {unpack}({view})"

    def _fields(self, index: int, request: Request) -> list[Field]:
        fields = []
        for column in request.columns:
            point = self._profile.points[column]
            register = self._register(point)
            code = struct_code(point.type, register.words)
            if code is None:
                raise self._error(point, f"{point.type} does not fit {register.words} words")
            fields.append(field(f"r{column}", request.address, point, register, code))
        scales = {address for address in self._scale_registers(request) if request.address <= address < request.end}
        return fields + [Field(f"s{address}_{index}", 2 * (address - request.address), "H") for address in sorted(scales)]

    def _scale_registers(self, request: Request) -> Iterator[int]:
        for point in self._profile.points:
            register = self._register(point)
            if register.scale_register is not None and register.table is request.table:
                yield register.scale_register

    def _column(self, column: int) -> Iterator[str]:
        """Lines that turn the raw value of a column into its value and quality."""
        point = self._profile.points[column]
        if point.is_text:
            yield from _text_column(column)
            return
        value, conditions, indent = f"r{column}", list(self._bad(column, point)), ""
        if conditions:
            yield f"if {' or '.join(conditions)}: qualities[{column}] = {int(NOT_AVAILABLE)}"
            yield "else:"
            indent = "    "
        for line in self._value(column, point, value):
            yield indent + line

    def _bad(self, column: int, point: Point) -> Iterator[str]:
        if point.type in _FLOATS:
            yield f"not isfinite(r{column})"
        codes = sorted({_as_raw(sentinel, point.type) for sentinel in point.sentinels})
        if codes:
            yield f"r{column} in {tuple(codes)!r}"

    def _value(self, column: int, point: Point, raw: str) -> Iterator[str]:
        if point.type is WireType.BOOL:
            raw = f"float({raw} != 0)"
        if point.encoding is not None:
            if encoding(point.encoding) is None:
                raise self._error(point, f"encoding '{point.encoding}' is not known")
            self._constants.append(f"e{column} = encoding({point.encoding!r})")
            yield f"x = e{column}({raw})"
        else:
            yield f"x = {raw}"
        guards = list(self._scale_guards(column, point)) + list(self._unit_guards(column, point))
        if point.encoding is not None:
            guards.insert(0, ("x is None", int(NOT_AVAILABLE)))
        keyword = "if"
        for condition, quality in guards:
            yield f"{keyword} {condition}: qualities[{column}] = {quality}"
            keyword = "elif"
        indent = ""
        if guards:
            yield "else:"
            indent = "    "
        for line in self._scaled(column, point):
            yield indent + line

    def _scale_guards(self, column: int, point: Point) -> Iterator[tuple[str, int | str]]:
        """Conditions under which the scale is unknown, with the quality each gives; the last leaves the exponent in ``n``."""
        register = self._register(point)
        if register.scale_register is None:
            return
        if register.scale_mode not in SCALE_MODES:
            raise self._error(point, f"scale_mode '{register.scale_mode}' is not known")
        source = self._request_at(point, register.scale_register)
        self._constants.append(f"m{column} = modes[{register.scale_mode!r}]")
        if source != self._request_of[column]:
            yield f"b{source} is None", f"failures[{source}]"
        yield f"(n := m{column}(s{register.scale_register}_{source})) is None", int(NOT_AVAILABLE)

    def _unit_guards(self, column: int, point: Point) -> Iterator[tuple[str, int | str]]:
        """Conditions under which the unit is unknown; the last leaves factor and offset in ``k``."""
        selector = self._selector(point)
        if selector is None:
            return
        code_point, source = self._profile.points[selector], self._request_of[selector]
        units = {code: conversion(text_.en, point.unit) for code, text_ in code_point.enum.items()}
        known = {code: pair for code, pair in units.items() if pair is not None}
        if not known:
            raise self._error(point, f"no code of '{code_point.name}' names a unit that converts to {point.unit}")
        self._constants.append(f"k{column} = {known!r}.get")
        if source != self._request_of[column]:
            yield f"b{source} is None", f"failures[{source}]"
        yield f"(k := k{column}(r{selector})) is None", int(Quality.CONFIG_ERROR)

    def _selector(self, point: Point) -> int | None:
        """Column of the point whose code chooses the unit. A point that declares no unit of its own stays in whatever the code says."""
        if point.unit_select is None or not point.unit:
            return None
        column = self._profile.column(point.unit_select)
        if column is None:
            raise self._error(point, f"unit_select names '{point.unit_select}', which is not among the points read")
        return column

    def _scaled(self, column: int, point: Point) -> Iterator[str]:
        value = "shifted(x, n)" if self._register(point).scale_register is not None else "x"
        value = _times(value, point.scale) + (f" + {point.offset!r}" if point.offset else "")
        if self._selector(point) is not None:
            value = f"({value}) * k[0] + k[1]"
        yield f"values[{column}] = x = {value}" if is_limited(point) else f"values[{column}] = {value}"
        tests = [f"x < {point.low!r}"] if point.low is not None else []
        tests += [f"x > {point.high!r}"] if point.high is not None else []
        if tests:
            yield f"if {' or '.join(tests)}: qualities[{column}] = {int(Quality.OUT_OF_RANGE)}"

    def _request_at(self, point: Point, address: int) -> int:
        table = self._register(point).table
        for index, request in enumerate(self._requests):
            if request.table is table and request.address <= address < request.end:
                return index
        raise self._error(point, f"its scale register {address} is in no request")

    def _register(self, point: Point) -> Register:
        if not isinstance(point.wire, Register):
            raise self._error(point, "has a topic where a Modbus address belongs")
        return point.wire

    def _error(self, point: Point, message: str) -> ProfileError:
        return ProfileError(f"{self._profile.id}.{point.name}: {message}")


def _text_column(column: int) -> Iterator[str]:
    yield f"t = text(r{column})"
    yield f"if t is None: qualities[{column}] = {int(NOT_AVAILABLE)}"
    yield f"else: texts[{column}] = t"


def _times(value: str, scale: float) -> str:
    """``value`` × scale as source; by division where the scale is one over a whole number, so that 2301 at 0.1 is 230.1 to the last bit."""
    if scale == 1:
        return value
    inverse = round(1 / scale) if scale else 0
    return f"{value} / {inverse}" if inverse and abs(inverse) > 1 and 1 / inverse == scale else f"{value} * {scale!r}"


def _as_raw(sentinel: int, type_: WireType) -> int:
    """A sentinel as the struct gives it: 0x8000 of an i16 is −32768."""
    width = _WIDTHS.get(type_)
    return sentinel - (1 << width) if width is not None and sentinel >= 1 << (width - 1) else sentinel
