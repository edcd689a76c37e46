"""Writes the source of a decoder: what Python would a careful person write by hand for just this device. Pure.

For every request the struct takes the raw values into locals; then come a few lines per column, in this order: not available? → encoding →
scale register → unit → ratios → scale and offset → believable? Columns that are ratios of others come before all others.
"""

from collections.abc import Iterator, Sequence
from struct import pack, unpack

from collectors.errors import ProfileError
from collectors.modbus.encodings import SCALE_MODES, BitRange, bit_range, misfit
from collectors.modbus.layout import Field, field, layers, struct_code
from collectors.modbus.plan import Request
from collectors.plausibility import NOT_AVAILABLE
from model.profile import Point, Profile, Register, WireType, WordOrder
from model.quality import ABSENT, GOOD, Quality
from model.units import conversion

_HARMLESS = 1e200
"""A scale up to which no 64-bit integer or 32-bit float leaves the range of a float."""
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
        ratios = self._ratio_columns()
        for early in (True, False):
            for index, request in enumerate(self._requests):
                columns = [column for column in request.columns if (column in ratios) is early]
                if columns:
                    body.append(f"    if b{index} is not None:")
                    body += [f"        {line}" for column in columns for line in self._column(column)]
        yield from self._constants
        yield "def fill(blocks, failures, values, qualities, texts):"
        yield f"    {''.join(f'b{index}, ' for index in range(len(self._requests)))}= blocks" if self._requests else "    pass"
        yield from body

    def _ratio_columns(self) -> set[int]:
        return {column for point in self._profile.points for column in self._ratios(point)}

    def _ratios(self, point: Point) -> list[int]:
        """Columns of the points whose values this one is multiplied by."""
        columns = []
        for name in point.ratios:
            column = self._profile.column(name)
            if column is None:
                raise self._error(point, f"ratio names '{name}', which is not among the points read")
            if self._profile.points[column].ratios:
                raise self._error(point, f"its ratio '{name}' has a ratio itself")
            columns.append(column)
        return columns

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
        fields = self._fields(index, request)
        for number, layer in enumerate(layers(fields, request.payload_bytes)):
            unpack = f"u{index}_{number}"
            self._constants.append(f"{unpack} = Struct({layer.format!r}).unpack")
            view = f"swap(b{index})" if layer.swapped else f"b{index}"
            yield f"        {', '.join(layer.names)}, = {unpack}({view})"
        texts = {f"r{column}" for column in request.columns if self._profile.points[column].is_text}
        for entry in fields:
            if entry.code.endswith("s") and entry.name not in texts:
                yield f"        {entry.name} = int.from_bytes({entry.name}, {'little' if entry.endian == '<' else 'big'!r})"

    def _fields(self, index: int, request: Request) -> list[Field]:
        fields = []
        for column in request.columns:
            point = self._profile.points[column]
            register = self._register(point)
            fields.append(field(f"r{column}", request.address, point, register, self._code(point, register)))
        scales = {address for address in self._scale_registers(request) if request.address <= address < request.end}
        return fields + [Field(f"s{address}_{index}", 2 * (address - request.address), "H") for address in sorted(scales)]

    def _code(self, point: Point, register: Register) -> str:
        code, trouble = struct_code(point.type, register.words), misfit(point)
        if code is None:
            raise self._error(point, f"{point.type} does not fit {register.words} words")
        if trouble is not None:
            raise self._error(point, trouble)
        return code

    def _scale_registers(self, request: Request) -> Iterator[int]:
        for point in self._profile.points:
            register = self._register(point)
            if register.scale_register is not None and register.table is request.table:
                yield register.scale_register

    def _column(self, column: int) -> Iterator[str]:
        """Lines that turn the raw value of a column into its value and quality."""
        point = self._profile.points[column]
        if point.is_text:
            yield from _text_column(column, is_reversed=self._register(point).word_order is WordOrder.LSW_FIRST)
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
        guards: list[tuple[str, int | str]] = []
        bits = bit_range(point.encoding)
        if bits is not None:
            raw = _bits_of(raw, bits, is_signed=point.type in _WIDTHS)
        elif point.encoding is not None:
            self._constants.append(f"e{column} = encodings[{point.encoding!r}].decode")
            raw = f"e{column}({raw})"
            guards.append(("x is None", int(NOT_AVAILABLE)))
        if point.type is WireType.BOOL:
            raw = f"float({raw} {'==' if point.active_low else '!='} 0)"
        elif point.active_low:
            raw = f"{raw} ^ {point.active_low}"
        yield f"x = {raw}"
        guards += [*self._scale_guards(column, point), *self._unit_guards(column, point), *self._ratio_guards(point)]
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

    def _ratio_guards(self, point: Point) -> Iterator[tuple[str, int | str]]:
        """There is no value without its ratio, and none by a ratio that is doubted."""
        for column in self._ratios(point):
            yield f"(q := qualities[{column}]) != {GOOD}", f"q if q < {int(Quality.UNCERTAIN)} or q == {ABSENT} else {int(NOT_AVAILABLE)}"

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
        value = "".join([_times(value, point.scale), *(f" * values[{ratio}]" for ratio in self._ratios(point))])
        value += f" + {point.offset!r}" if point.offset else ""
        if self._selector(point) is not None:
            value = f"({value}) * k[0] + k[1]"
        tests = [("not isfinite(x)", NOT_AVAILABLE)] if self._may_overflow(point) else []
        beyond = [f"x < {point.low!r}"] if point.low is not None else []
        beyond += [f"x > {point.high!r}"] if point.high is not None else []
        tests += [(" or ".join(beyond), Quality.OUT_OF_RANGE)] if beyond else []
        yield f"values[{column}] = x = {value}" if tests else f"values[{column}] = {value}"
        keyword = "if"
        for condition, quality in tests:
            lost = f"; values[{column}] = nan" if quality is NOT_AVAILABLE else ""
            yield f"{keyword} {condition}: qualities[{column}] = {int(quality)}{lost}"
            keyword = "elif"

    def _may_overflow(self, point: Point) -> bool:
        """Whether the value may leave the range of a float although the device sent a number."""
        grows = abs(point.scale) > 1 or point.unit_select is not None or self._register(point).scale_register is not None
        return bool(point.ratios) or abs(point.scale) > _HARMLESS or (point.type is WireType.F64 and grows)

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


def _bits_of(raw: str, bits: BitRange, *, is_signed: bool) -> str:
    """Some bits of a raw value as a number of their own, as source; signed ones count from minus half their range."""
    field = f"({raw} >> {bits.lowest} & {bits.mask})"
    half = (bits.mask + 1) >> 1
    return f"(({field} ^ {half}) - {half})" if is_signed else field


def _text_column(column: int, *, is_reversed: bool) -> Iterator[str]:
    yield f"t = text(words_reversed(r{column}))" if is_reversed else f"t = text(r{column})"
    yield f"if t is None: qualities[{column}] = {int(NOT_AVAILABLE)}"
    yield f"else: texts[{column}] = t"


def _times(value: str, scale: float) -> str:
    """``value`` × scale as source; by division where the scale is one over a whole number, so that 2301 at 0.1 is 230.1 to the last bit."""
    if scale == 1:
        return value
    inverse = round(1 / scale) if scale else 0
    return f"{value} / {inverse}" if inverse and abs(inverse) > 1 and 1 / inverse == scale else f"{value} * {scale!r}"


def _as_raw(sentinel: int | float, type_: WireType) -> int | float:
    """A sentinel as the struct gives it: 0x8000 of an i16 is −32768, 1e20 of an f32 the float nearest to it."""
    if type_ is WireType.F32:
        return float(unpack("f", pack("f", sentinel))[0])
    width = _WIDTHS.get(type_)
    return sentinel - (1 << width) if width is not None and sentinel >= 1 << (width - 1) else sentinel
