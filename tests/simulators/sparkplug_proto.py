"""The official Sparkplug B message definition (sparkplug_b.proto of Eclipse Tahu), as far as it is used here, for Google's own decoder."""

from functools import cache
from typing import Any

import pytest

_REPEATED = 3
_DOUBLE, _FLOAT, _UINT64, _BOOL, _STRING, _MESSAGE, _BYTES, _UINT32 = 1, 2, 4, 8, 9, 11, 12, 13
_MESSAGES: dict[str, tuple[tuple[str, int, int | str, int], ...]] = {
    "PropertyValue": (("type", 1, _UINT32, 1), ("is_null", 2, _BOOL, 1), ("int_value", 3, _UINT32, 1), ("long_value", 4, _UINT64, 1)),
    "PropertySet": (("keys", 1, _STRING, _REPEATED), ("values", 2, "PropertyValue", _REPEATED)),
    "Metric": (
        ("name", 1, _STRING, 1), ("alias", 2, _UINT64, 1), ("timestamp", 3, _UINT64, 1), ("datatype", 4, _UINT32, 1),
        ("is_historical", 5, _BOOL, 1), ("is_transient", 6, _BOOL, 1), ("is_null", 7, _BOOL, 1), ("properties", 9, "PropertySet", 1),
        ("int_value", 10, _UINT32, 1), ("long_value", 11, _UINT64, 1), ("float_value", 12, _FLOAT, 1), ("double_value", 13, _DOUBLE, 1),
        ("boolean_value", 14, _BOOL, 1), ("string_value", 15, _STRING, 1), ("bytes_value", 16, _BYTES, 1),
        ("template_value", 18, _BYTES, 1),
    ),
    "Payload": (
        ("timestamp", 1, _UINT64, 1), ("metrics", 2, "Metric", _REPEATED), ("seq", 3, _UINT64, 1), ("uuid", 4, _STRING, 1),
        ("body", 5, _BYTES, 1),
    ),
}  # fmt: skip


def decode(payload: bytes) -> Any:
    """A Payload with ``timestamp``, ``metrics``, ``seq``. Skips the test where Google's protobuf is not installed."""
    return message_class().FromString(payload)


@cache
def message_class() -> Any:
    """The class of a Payload, to read and to write them as everybody else does. Skips as above."""
    descriptor_pb2, descriptor_pool, message_factory = map(_part, ("descriptor_pb2", "descriptor_pool", "message_factory"))
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package="tahu", syntax="proto2")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, label in fields:
            if isinstance(kind, str):
                message.field.add(name=field, number=number, type=_MESSAGE, type_name=f".tahu.{kind}", label=label)
            else:
                message.field.add(name=field, number=number, type=kind, label=label)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tahu.Payload"))


def _part(name: str) -> Any:
    return pytest.importorskip(f"google.protobuf.{name}", reason="protobuf is not installed (pip install protobuf)")
