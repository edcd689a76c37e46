"""The walk from a point back to the wire: its profile line, its register or topic, and its bytes within an answer."""

from pathlib import PurePath

from api.json_span import json_span
from api.shapes import DecodeShape, ExchangeShape, ProfileLine, RegisterShape, SpanShape, TopicShape
from model.exchange import Place, place
from model.profile import Point, Register, TopicPath
from model.site import Device, Mqtt

BYTES_SHOWN = 2048
"""Of one answer. Only a message can be longer; what is cut says so by its size."""


def shown_file(file: str) -> str:
    """``profiles/abb_b23.yaml``: enough to find the line by, without the folders of the machine that serves."""
    return "/".join(PurePath(file).parts[-2:])


def profile_line(device: Device, point: Point) -> ProfileLine:
    return {"id": device.profile.id, "file": shown_file(device.profile.file), "line": device.profile.lines.get(point.name)}


def decode_shape(point: Point) -> DecodeShape:
    return {"type": point.type.value, "scale": point.scale, "offset": point.offset, "encoding": point.encoding}


def wire_shape(device: Device, point: Point) -> RegisterShape | TopicShape:
    if isinstance(point.wire, TopicPath):
        return {"topic": topic_of(device, point.wire), "path": point.wire.path}
    register = point.wire
    shape: RegisterShape = {
        "table": register.table.value,
        "register": register.address,
        "words": register.words,
        "byte_order": register.byte_order.value,
        "word_order": register.word_order.value,
    }
    if register.scale_register is not None:
        shape |= {"scale_register": register.scale_register, "scale_mode": register.scale_mode or ""}
    return shape


def topic_of(device: Device, wire: TopicPath) -> str:
    """The topic with the device's own words in its places."""
    connection = device.connection
    topic = wire.topic
    if isinstance(connection, Mqtt):
        for name, word in {"topic": connection.topic, **connection.values}.items():
            topic = topic.replace(f"{{{name}}}", word)
    return topic


def exchange_shape(asked: str, answer: bytes) -> ExchangeShape:
    return {"asked": asked, "hex": spaced(answer[:BYTES_SHOWN]), "size": len(answer)}


def place_of(point: Point, asked: str, answer: bytes) -> Place | None:
    """Where the point's bytes lie in an answer known to carry it; None when they are not among those at hand."""
    if isinstance(point.wire, Register):
        found = place(asked, point.wire)
    else:
        span = json_span(answer, point.wire.path)
        found = Place(*span) if span else None
    return found if found and found.offset + found.length <= len(answer) else None


def live_span(device: Device, point: Point, raw: tuple[tuple[str, bytes], ...]) -> SpanShape | None:
    """The point's bytes in the device's newest exchange; None when that did not carry it."""
    for asked, answer in raw:
        if isinstance(point.wire, TopicPath) and asked != topic_of(device, point.wire):
            continue
        shown = answer[:BYTES_SHOWN]
        found = place_of(point, asked, shown)
        if found:
            return span_shape(asked, shown, found)
    return None


def span_shape(asked: str, answer: bytes, at: Place) -> SpanShape:
    own = answer[at.offset : at.offset + at.length]
    return {"asked": asked, "offset": at.offset, "length": at.length, "bit": at.bit, "hex": spaced(own)}


def spaced(answer: bytes) -> str:
    """``3F 9A E1 48``."""
    return answer.hex(" ").upper()
