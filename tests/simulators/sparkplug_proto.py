"""The official Sparkplug B message definition (sparkplug_b.proto of Eclipse Tahu), as far as it is used here, for Google's own decoder."""

from typing import Any

import pytest

_OPTIONAL, _REPEATED = 1, 3
_DOUBLE, _FLOAT, _UINT64, _BOOL, _STRING, _MESSAGE, _UINT32 = 1, 2, 4, 8, 9, 11, 13
_METRIC = (
    ("name", 1, _STRING), ("alias", 2, _UINT64), ("timestamp", 3, _UINT64), ("datatype", 4, _UINT32), ("is_historical", 5, _BOOL),
    ("is_transient", 6, _BOOL), ("is_null", 7, _BOOL), ("int_value", 10, _UINT32), ("long_value", 11, _UINT64), ("float_value", 12, _FLOAT),
    ("double_value", 13, _DOUBLE), ("boolean_value", 14, _BOOL), ("string_value", 15, _STRING),
)  # fmt: skip


def decode(payload: bytes) -> Any:
    """A Payload with ``timestamp``, ``metrics``, ``seq``. Skips the test where Google's protobuf is not installed."""
    descriptor_pb2, descriptor_pool, message_factory = map(_part, ("descriptor_pb2", "descriptor_pool", "message_factory"))
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package="tahu", syntax="proto2")
    metric = file.message_type.add(name="Metric")
    for name, number, kind in _METRIC:
        metric.field.add(name=name, number=number, type=kind, label=_OPTIONAL)
    whole = file.message_type.add(name="Payload")
    whole.field.add(name="timestamp", number=1, type=_UINT64, label=_OPTIONAL)
    whole.field.add(name="metrics", number=2, type=_MESSAGE, type_name=".tahu.Metric", label=_REPEATED)
    whole.field.add(name="seq", number=3, type=_UINT64, label=_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tahu.Payload")).FromString(payload)


def _part(name: str) -> Any:
    return pytest.importorskip(f"google.protobuf.{name}", reason="protobuf is not installed (pip install protobuf)")
