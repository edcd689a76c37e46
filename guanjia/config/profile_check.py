"""What one part of a profile says of another: every contradiction with its line and what to write instead.

Parts with a mistake of their own are left out: what follows from a mistake is none.
"""

from collections.abc import Iterator
from typing import Any

from collectors.errors import ProfileError
from collectors.modbus.encodings import ASCII_LOW_BYTE
from collectors.mqtt import jsonpath
from collectors.mqtt.values import NUMBER_ENCODINGS, TEXT_ENCODINGS, taker
from guanjia.config.document import Document, Salvaged, salvage
from guanjia.config.document import Path as Place
from guanjia.config.profile_map import map_mistakes
from guanjia.config.profile_points import BIT_TABLES, WIDTH, codes_of, every_ns, expanded, place
from guanjia.config.profile_schema import PointFile, ProfileFile
from model.mistake import Mistake
from model.profile import Access, Table, WireType
from model.units import UNITS, conversion, unit_meant
from model.wording import near

_PAYLOAD_OF_SPARKPLUG = "spBv1.0/"
_NO_NUMBERS = (WireType.STRING, WireType.BOOL, WireType.BITS)
Wrong = Iterator[tuple[str, str]]
"""Key of a point, and what is wrong with it."""


def check(document: Document, head: Salvaged[ProfileFile]) -> list[Mistake]:
    """Every contradiction in a profile whose parts have been looked at one by one."""
    points = _points(document)
    checked = _Checked(document, head, points)
    mistakes = [document.mistake(at, message) for at, message in checked.mistakes()]
    if head.has("protocol", "defaults", "rhythms", "illegal") and head.value.protocol != "mqtt":
        mistakes += map_mistakes(document, head.value, points)
    return mistakes


def _points(document: Document) -> dict[int, Salvaged[PointFile]]:
    written = document.data.get("points")
    found = {index: salvage(document, PointFile, ("points", index))[0] for index in range(len(written) if isinstance(written, list) else 0)}
    return {index: item for index, item in found.items() if item is not None}


def _keys(section: Any) -> list[str]:
    return [str(key) for key in section] if isinstance(section, dict) else []


class _Checked:
    def __init__(self, document: Document, head: Salvaged[ProfileFile], points: dict[int, Salvaged[PointFile]]) -> None:
        self._document, self._head, self._points = document, head, points
        self._named = {item.value.name: item.value for item in points.values() if item.has("name")}
        self._doubted = any(not item.has("name") for item in points.values())

    def mistakes(self) -> Iterator[tuple[Place, str]]:
        seen: dict[str, int] = {}
        stamps = [index for index, item in self._points.items() if item.value.source_time is not None]
        for index in stamps[1:]:
            yield (
                ("points", index, "source_time"),
                f"'{self._points[stamps[0]].value.name}' already tells when the device measured; keep one",
            )
        for index, item in self._points.items():
            at, name = ("points", index), item.value.name
            if item.has("name") and name in seen:
                yield (*at, "name"), f"'{name}' is already point {seen[name]}; names are unique"
            if item.has("name"):
                seen.setdefault(name, index)
            for key, message in self._of_point(item):
                yield (*at, key), message

    def _of_point(self, item: Salvaged[PointFile]) -> Wrong:
        yield from self._references(item)
        yield from _numbers(item)
        if not self._head.has("protocol"):
            return
        if self._head.value.protocol == "mqtt":
            found = list(_topic(item))
            yield from found or self._untaken(item)
        else:
            yield from _register(item)
            yield from self._address(item)

    def _untaken(self, item: Salvaged[PointFile]) -> Wrong:
        """What the reader of messages has against a point whose form is right."""
        if item.broken or not item.value.topic or item.value.topic.startswith(_PAYLOAD_OF_SPARKPLUG) or item.value.every is not None:
            return
        for point in expanded(item.value, self._head.value):
            try:
                taker(point)
            except ProfileError as error:
                yield "encoding", str(error).removeprefix(f"{point.name}: ")

    def _references(self, item: Salvaged[PointFile]) -> Wrong:
        point = item.value
        for key, section, ref in (("enum_ref", "enums", point.enum_ref), ("bits_ref", "bits", point.bits_ref)):
            known = _keys(self._document.data.get(section))
            if ref is not None and ref not in known:
                yield key, f"'{ref}' is not under '{section}:'; known: {', '.join(known) or 'none'}"
        yield from self._codes(item)
        if point.unit_select is not None:
            yield from self._other("unit_select", point.unit_select)
            yield from self._units(point)
        for name in point.ratio if item.has("ratio") else ():
            yield from self._other("ratio", name)
            other = self._named.get(name)
            if other is not None and (other.ratio or other.type in _NO_NUMBERS):
                yield "ratio", f"'{name}' can't be a ratio: it {'has one itself' if other.ratio else f'is a {other.type}'}"
        if self._head.has("rhythms") and item.has("every"):
            try:
                every = every_ns(point.every, self._head.value.rhythms)
            except ValueError as error:
                yield "every", str(error)
            else:
                if point.toggles_within is not None and every >= point.toggles_within:
                    yield (
                        "every",
                        "a heartbeat read so seldom tells nothing; read it more often than 'toggles_within'",
                    )

    def _codes(self, item: Salvaged[PointFile]) -> Wrong:
        """Keys of the point's enumeration that no number can be."""
        point, enums = item.value, self._document.data.get("enums")
        written = enums.get(point.enum_ref) if isinstance(enums, dict) else None
        if not isinstance(written, dict) or not item.has("type", "enum_ref", "encoding") or point.type is WireType.STRING:
            return
        for key in written:
            codes = codes_of(key, is_letter=point.encoding == ASCII_LOW_BYTE) if isinstance(key, int | str) else (key,)
            if any(isinstance(code, str) for code in codes):
                yield (
                    "enum_ref",
                    f"'{key}' of '{point.enum_ref}' is no code of a {point.type}; write whole numbers: 3 or 1,2 or 4-7",
                )

    def _units(self, point: PointFile) -> Wrong:
        """Codes of the other point that name no unit the value could be turned from."""
        other = self._named.get(point.unit_select or "")
        if other is None or not point.unit or not self._head.has("enums"):
            return
        words = self._head.value.enums.get(other.enum_ref or "", {})
        if all(conversion(text.en, point.unit) is None for text in words.values()):
            yield "unit_select", f"no code of '{other.name}' names a unit that converts to {point.unit}; list them under 'enums:'"

    def _other(self, key: str, name: str) -> Wrong:
        """What is wrong with another point that this one needs."""
        other = self._named.get(name)
        if other is None and not self._doubted:
            yield key, f"no point is named '{name}'{near(name, self._named)}"
        if other is not None and other.access is Access.WRITE:
            yield key, f"'{name}' is never read (access: wo)"

    def _address(self, item: Salvaged[PointFile]) -> Wrong:
        """An address that is none, as the profile counts them."""
        if not self._head.has("defaults"):
            return
        own: Table | None = None
        for key, written in (("address", item.value.address), ("scale_register", item.value.scale_register)):
            if written is None or not item.has(key):
                continue
            try:
                table, _ = place(written, item.value.table if item.has("table") else None, self._head.value.defaults)
            except ValueError as error:
                yield key, str(error)
                continue
            if key == "address":
                own = table
                if table is None and item.has("table"):
                    yield "table", "a modbus point needs 'table'"
            elif own is not None and table is not own:
                yield key, f"{written} is in the {table} table; a point's scale stands in the point's own, {own}"


def _numbers(item: Salvaged[PointFile]) -> Wrong:
    """What holds for a value whatever carries it."""
    point = item.value
    if item.has("unit") and point.unit not in UNITS:
        hint = f"; did you mean '{meant}'?" if (meant := unit_meant(point.unit)) else "; docs/profiles.md lists those that are"
        yield "unit", f"unit '{point.unit}' is not known{hint}"
    if item.has("low", "high") and point.low is not None and point.high is not None and point.low >= point.high:
        yield "high", f"must be more than 'low', {point.low:g}"
    if not item.has("type"):
        return
    if point.active_low is not False and point.type not in (WireType.BOOL, WireType.BITS):
        yield "active_low", f"a {point.type} has no bits to turn round; active_low is for bool and bits"
    if point.source_time is not None and ((point.type in _NO_NUMBERS and point.encoding is None) or point.unit not in ("", "s")):
        yield "source_time", "a moment is a number of seconds since 1970: a number in s, or an encoding that makes one"
    is_code = point.enum_ref is not None or point.bits_ref is not None or point.type in _NO_NUMBERS
    for key in ("max_rate", "deadband", "rollover"):
        if getattr(point, key) is not None and is_code:
            yield key, f"'{key}' is for quantities; this is {'a code' if point.type not in _NO_NUMBERS else f'a {point.type}'}"
    if point.ratio and point.type in _NO_NUMBERS:
        yield "ratio", f"a {point.type} is not multiplied by anything"


def _register(item: Salvaged[PointFile]) -> Wrong:
    """The form of a Modbus point."""
    point = item.value
    if point.address is None and item.has("address"):
        yield "address", "a modbus point needs 'address'"
    if (point.scale_register is None) != (point.scale_mode is None) and item.has("scale_register", "scale_mode"):
        missing = "scale_mode" if point.scale_mode is None else "scale_register"
        yield missing, f"'{missing}' is missing: scale_register says where the scale stands, scale_mode how"
    if not item.has("type", "words"):
        return
    width = WIDTH.get(point.type)
    if point.words is not None and width is not None and point.words != width and not _is_bit_of_long(point):
        yield "words", f"a {point.type} is {width} word{'s' if width > 1 else ''} long, not {point.words}"
    if point.words is None and width is None:
        yield "words", f"'words' is missing: a {point.type} may have any length"
    if point.type not in (WireType.BOOL, WireType.BITS) and point.table in BIT_TABLES:
        yield "table", f"a {point.table} holds one bit: its type is bool (or bits, a word of neighbours), not {point.type}"
    if point.bit is not None and point.encoding is not None:
        yield "bit", "'bit' and 'encoding' both say how to read the register; keep one"
    for key in ("topic", "path", "octets", "when"):
        if getattr(point, key):
            yield key, f"'{key}' is for mqtt points"


def _is_bit_of_long(point: PointFile) -> bool:
    return point.type is WireType.BOOL and point.bit is not None and point.words in (1, 2, 4)


def _topic(item: Salvaged[PointFile]) -> Wrong:
    """The form of an MQTT point: topic and path, or the name of a Sparkplug metric."""
    point = item.value
    if point.metric is None:
        for key in ("topic", "path"):
            if getattr(point, key) is None and item.has(key):
                yield key, f"an mqtt point needs '{key}'"
    is_sparkplug = (point.topic or "").startswith(_PAYLOAD_OF_SPARKPLUG)
    for key, path in (("path", point.path), *(("when", path) for path in point.when if item.has("when"))):
        if path is not None and not is_sparkplug and jsonpath.parse(path) is None:
            yield key, f"'{path}' is no path; write $ for the whole message, $.name, $.list[0]"
    known = TEXT_ENCODINGS if point.type is WireType.STRING else NUMBER_ENCODINGS
    if item.has("type") and point.encoding is not None and point.encoding not in known:
        names = ", ".join(sorted(filter(None, known)))
        yield "encoding", f"encoding '{point.encoding}' is not known for a {point.type} in a message; write one of {names}"
    if point.encoding in ("base64", "hex") and point.type is not WireType.STRING and point.octets is None and item.has("octets", "type"):
        yield "octets", f"'octets' is missing: which bytes of the {point.encoding} field make the number, such as 0-1"
    for key in ("address", "table", "scale_register", "scale_mode", "repeat", "unit_select", "ratio", "every"):
        if getattr(point, key):
            yield key, f"'{key}' is for modbus points"
