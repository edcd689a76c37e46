"""The data types of metrics, and what a metric's value field means by its type (Eclipse Sparkplug 3.0.0 §6.4.16, sparkplug_b.proto). Pure.

value fields   10 int u32 │ 11 long u64 │ 12 float │ 13 double │ 14 boolean │ 15 string │ 16 bytes │ 17 data set │ 18 template
"""

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from enum import IntEnum, StrEnum

from collectors.sparkplug.wire import Content


class DataType(IntEnum):
    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    UUID = 15
    DATASET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19
    PROPERTY_SET = 20
    PROPERTY_SET_LIST = 21
    INT8_ARRAY = 22
    INT16_ARRAY = 23
    INT32_ARRAY = 24
    INT64_ARRAY = 25
    UINT8_ARRAY = 26
    UINT16_ARRAY = 27
    UINT32_ARRAY = 28
    UINT64_ARRAY = 29
    FLOAT_ARRAY = 30
    DOUBLE_ARRAY = 31
    BOOLEAN_ARRAY = 32
    STRING_ARRAY = 33
    DATETIME_ARRAY = 34


class Unread(StrEnum):
    """Why a metric has no value for us."""

    NO_TYPE = "neither it nor its birth names a data type"
    UNSUPPORTED = "data sets, templates, property sets, files and arrays are not read"
    WRONG_FIELD = "its value is not of its data type"
    EMPTY = "it has no value and does not say that it is null"


VALUE_FIELDS = range(10, 20)
_INT, _LONG, _FLOAT, _DOUBLE, _BOOLEAN, _STRING, _BYTES = 10, 11, 12, 13, 14, 15, 16
_INTEGERS = (_INT, _LONG)
"""Which of the two holds 32 bits unsigned is a matter of the library: Eclipse's own for Java and JavaScript take the long one."""

Held = tuple[int, Content] | None
"""A metric's value field and its content."""
Value = int | float | bool | str


def value_of(datatype: int, held: Held) -> Value | Unread:
    """Dates are milliseconds since 1970 UTC, bytes are hexadecimal digits."""
    read = _READ.get(datatype)
    if read is None:
        return Unread.NO_TYPE if datatype == DataType.UNKNOWN else Unread.UNSUPPORTED
    return Unread.EMPTY if held is None else read(*held)


def is_read(datatype: int) -> bool:
    return datatype in _READ


def iso(milliseconds: int) -> str | Unread:
    """A date as words. A year past 9999 is none."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return Unread.WRONG_FIELD


def _integer(bits: int, signed: bool) -> Callable[[int, Content], Value | Unread]:
    """Negative numbers travel as two's complement; libraries differ in how many bits of it they send, so only the type's own count."""
    span, middle = 1 << bits, 1 << bits - 1

    def read(field: int, content: Content) -> Value | Unread:
        if field not in _INTEGERS or not isinstance(content, int):
            return Unread.WRONG_FIELD
        value = content % span
        return value - span if signed and value >= middle else value

    return read


def _float(field: int, content: Content) -> Value | Unread:
    form = {(_FLOAT, 4): "<f", (_DOUBLE, 8): "<d"}.get((field, len(content) if isinstance(content, bytes) else 0))
    if form is None or not isinstance(content, bytes):
        return Unread.WRONG_FIELD
    value: float = struct.unpack(form, content)[0]
    return value


def _boolean(field: int, content: Content) -> Value | Unread:
    return bool(content) if field in (_BOOLEAN, *_INTEGERS) and isinstance(content, int) else Unread.WRONG_FIELD


def _words(field: int, content: Content) -> Value | Unread:
    if field != _STRING or not isinstance(content, bytes):
        return Unread.WRONG_FIELD
    try:
        return content.decode()
    except UnicodeDecodeError:
        return Unread.WRONG_FIELD


def _hexadecimal(field: int, content: Content) -> Value | Unread:
    return content.hex() if field == _BYTES and isinstance(content, bytes) else Unread.WRONG_FIELD


_READ: dict[int, Callable[[int, Content], Value | Unread]] = {
    DataType.INT8: _integer(8, True),
    DataType.INT16: _integer(16, True),
    DataType.INT32: _integer(32, True),
    DataType.INT64: _integer(64, True),
    DataType.UINT8: _integer(8, False),
    DataType.UINT16: _integer(16, False),
    DataType.UINT32: _integer(32, False),
    DataType.UINT64: _integer(64, False),
    DataType.FLOAT: _float,
    DataType.DOUBLE: _float,
    DataType.BOOLEAN: _boolean,
    DataType.STRING: _words,
    DataType.DATETIME: _integer(64, False),
    DataType.TEXT: _words,
    DataType.UUID: _words,
    DataType.BYTES: _hexadecimal,
}
