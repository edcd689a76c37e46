"""Device profiles from YAML: the form of the register maps, every mistake collected."""

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from guanjia.config.document import Document, Salvaged, read, salvage
from model.mistake import ConfigError, Mistake
from model.profile import Access, ByteOrder, ModbusDefaults, MqttDefaults, Point, Profile, Register, Table, TopicPath, WireType, WordOrder
from model.text import Text

LIBRARY = Path(__file__).resolve().parents[2] / "profiles"
_WIDTH = {WireType.BOOL: 1, WireType.U16: 1, WireType.I16: 1, WireType.U32: 2, WireType.I32: 2, WireType.F32: 2}
_WIDTH |= {WireType.U64: 4, WireType.I64: 4, WireType.F64: 4}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Words(_Strict):
    zh: str
    en: str


class _Repeat(_Strict):
    count: int = Field(ge=1, le=10_000)
    stride: int = Field(ge=1)


class _Point(_Strict):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label_zh: str
    label_en: str | None = None
    type: WireType
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    address: int | None = Field(None, ge=0, le=65535)
    table: Table | None = None
    words: int | None = Field(None, ge=1, le=125)
    byte_order: ByteOrder | None = None
    word_order: WordOrder | None = None
    scale_register: int | None = None
    scale_mode: Literal["pow10", "div10pow_bits0_2", "enum_resolution"] | None = None
    unit_select: str | None = None
    repeat: _Repeat | None = None
    topic: str | None = None
    path: str | None = None
    access: Access = Access.READ
    enum_ref: str | None = None
    bits_ref: str | None = None
    encoding: str | None = None
    sentinel: int | None = None
    low: float | None = None
    high: float | None = None
    note: str | None = None
    confidence: str | None = None


class _Defaults(_Strict):
    """What a device is delivered with. Keys that only people read are accepted as they are."""

    port: int = 502
    unit_id: int = 1
    byte_order: ByteOrder = ByteOrder.BIG
    word_order: WordOrder = WordOrder.MSW_FIRST
    max_registers_per_read: int = Field(default=125, ge=1, le=125)
    min_interval_ms: int = 0
    inter_request_delay_ms: int = 0
    merge_reads: bool = True
    bridge_gaps: bool = False
    baudrate: int | None = None
    parity: Literal["N", "E", "O"] | None = None
    stopbits: int | None = None
    qos: Literal[0, 1, 2] = 0
    retain: bool = False
    silent_after_s: float | None = None
    read_function: int | None = None
    alt_read_function: int | None = None
    write_functions: list[int] = []
    functions: list[int] = []
    unit_id_socket2: int | None = None
    unit_id_station: int | None = None
    keepalive_s: float | None = None
    mqtt_version: str | None = None
    tls: bool = False
    topic_prefix: str | None = None
    qos_death_state: int | None = None
    retain_state: bool | None = None
    tasmota_teleperiod_s: float | None = None
    coils: bool = True


class _Profile(_Strict):
    manufacturer: str
    model: str
    device_class: str = Field(alias="class", pattern=r"^[a-z][a-z0-9_]*$")
    protocol: Literal["modbus_tcp", "modbus_rtu", "mqtt"]
    defaults: _Defaults = _Defaults()
    points: list[_Point] = Field(min_length=1)
    enums: dict[str, dict[int | str, _Words | str | float]] = {}
    bits: dict[str, dict[int | str, _Words | str]] = {}
    sentinels: dict[str, str | int] = {}
    notation: str | None = None
    quirks: list[Any] = []
    source: list[str] = []
    confidence: str | None = None
    confidence_note: str | None = None
    related_public_maps: list[str] = []
    topics_other: list[str] = []
    wire_frame: dict[str, Any] | None = None
    payload_fields: dict[str, Any] | None = None
    variants: dict[str, Any] | None = None
    derived: list[dict[str, Any]] = []

    @field_validator("points", mode="before")
    @classmethod
    def _is_list(cls, value: Any) -> Any:
        if not isinstance(value, list):
            raise ValueError("write a list of points, each '- {name: …, address: …}'")
        return value


def load_profile(path: Path) -> Profile:
    """Read one profile. Raises ConfigError with every mistake in the file; FileNotFoundError is turned into one too."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([Mistake(path.name, 1, "", f"can't be read: {error.strerror}")]) from error
    return read_profile(text, path.stem, str(path))


def read_profile(text: str, profile_id: str, file: str) -> Profile:
    """Like ``load_profile``, from the text itself."""
    document, doubled = read(text, file)
    head, mistakes = salvage(document, _Profile)
    mistakes += doubled
    if head is None:
        raise ConfigError(mistakes)
    mistakes += _cross_check(document, head)
    if mistakes:
        raise ConfigError(mistakes)
    written = head.value
    lines: dict[str, int] = {}
    points: list[Point] = []
    for index, item in enumerate(written.points):
        for point in _expand(item, written):
            points.append(point)
            lines[point.name] = document.line(("points", index))
    modbus = None if written.protocol == "mqtt" else _modbus(written.defaults)
    return Profile(
        id=profile_id,
        device_class=written.device_class,
        manufacturer=written.manufacturer,
        model=written.model,
        points=tuple(p for p in points if p.access is not Access.WRITE),
        write_only=tuple(p for p in points if p.access is Access.WRITE),
        modbus=modbus,
        mqtt=MqttDefaults(written.defaults.qos, written.defaults.retain, written.defaults.silent_after_s) if modbus is None else None,
        source=tuple(written.source),
        file=file,
        lines=lines,
    )


def _modbus(d: _Defaults) -> ModbusDefaults:
    serial = {k: v for k, v in (("baudrate", d.baudrate), ("parity", d.parity), ("stopbits", d.stopbits)) if v is not None}
    return ModbusDefaults(
        d.port,
        d.unit_id,
        d.max_registers_per_read,
        d.min_interval_ms,
        d.inter_request_delay_ms,
        d.bridge_gaps,
        d.merge_reads,
        serial,
        _functions(d),
        d.alt_read_function,
    )


def _functions(d: _Defaults) -> tuple[int, ...]:
    """The codes a manual lists. Where it tells those for writing alone, every read goes."""
    if d.functions or not d.write_functions:
        return tuple(d.functions)
    return tuple(code for code in (1, 2, 3, 4, *d.write_functions) if d.coils or code not in (1, 5, 15))


def _cross_check(document: Document, head: Salvaged[_Profile]) -> list[Mistake]:
    """What one part of the file says of another; parts with a mistake of their own are left out."""
    mistakes: list[Mistake] = []
    points = _points(document)
    names = {item.value.name for item in points.values()}
    seen: dict[str, int] = {}
    for index, item in points.items():
        at, point = ("points", index), item.value
        if point.name in seen:
            mistakes.append(document.mistake((*at, "name"), f"'{point.name}' is already point {seen[point.name]}; names are unique"))
        if item.has("name"):
            seen.setdefault(point.name, index)
        for key, section, ref in (("enum_ref", "enums", point.enum_ref), ("bits_ref", "bits", point.bits_ref)):
            known = _keys(document.data.get(section))
            if ref is not None and ref not in known:
                mistakes.append(document.mistake((*at, key), f"'{ref}' is not under '{section}:'; known: {', '.join(known) or 'none'}"))
        if not head.has("protocol"):
            continue
        protocol = head.value.protocol
        if point.unit_select is not None and point.unit_select not in names and protocol == "mqtt":
            mistakes.append(document.mistake((*at, "unit_select"), f"no point is named '{point.unit_select}'"))
        mistakes += [document.mistake((*at, key), message) for key, message in _wire_mistakes(item, protocol)]
    return mistakes


def _keys(section: Any) -> list[str]:
    return [str(key) for key in section] if isinstance(section, dict) else []


def _points(document: Document) -> dict[int, Salvaged[_Point]]:
    written = document.data.get("points")
    found = {index: salvage(document, _Point, ("points", index))[0] for index in range(len(written) if isinstance(written, list) else 0)}
    return {index: item for index, item in found.items() if item is not None}


def _wire_mistakes(item: Salvaged[_Point], protocol: str) -> list[tuple[str, str]]:
    point = item.value
    needed = ("topic", "path") if protocol == "mqtt" else ("address", "table")
    kind = "an mqtt" if protocol == "mqtt" else "a modbus"
    found = [(key, f"{kind} point needs '{key}'") for key in needed if getattr(point, key) is None and item.has(key)]
    if protocol == "mqtt" or not item.has("type", "words"):
        return found
    width = _WIDTH.get(point.type)
    if point.words is not None and width is not None and point.words != width:
        found.append(("words", f"a {point.type} is {width} word{'s' if width > 1 else ''} long, not {point.words}"))
    if point.words is None and width is None:
        found.append(("words", f"'words' is missing: a {point.type} may have any length"))
    if point.type not in (WireType.BOOL, WireType.BITS) and point.table in (Table.COIL, Table.DISCRETE):
        found.append(("table", f"a {point.table} holds one bit: its type is bool (or bits, a word of neighbours), not {point.type}"))
    return found


def _expand(item: _Point, written: _Profile) -> list[Point]:
    """The point, or all of its repetitions: the number at the end of the name and label counts up."""
    if item.repeat is None:
        return [_point(item, written, item.name, item.label_zh, item.address)]
    stem, zh = re.sub(r"\d+$", "", item.name), re.sub(r"\d+$", "", item.label_zh)
    first = int(re.search(r"(\d+)$", item.name).group(1)) if re.search(r"\d+$", item.name) else 1  # type: ignore[union-attr]
    return [
        _point(item, written, f"{stem}{first + n}", f"{zh}{first + n}", (item.address or 0) + n * item.repeat.stride)
        for n in range(item.repeat.count)
    ]


def _point(item: _Point, written: _Profile, name: str, label_zh: str, address: int | None) -> Point:
    d = written.defaults
    wire: Register | TopicPath
    if written.protocol == "mqtt":
        wire = TopicPath(item.topic or "", item.path or "$")
    else:
        wire = Register(
            item.table or Table.HOLDING,
            address or 0,
            item.words or _WIDTH[item.type],
            item.byte_order or d.byte_order,
            item.word_order or d.word_order,
            item.scale_register,
            item.scale_mode,
        )
    return Point(
        name=name,
        label=Text(label_zh, item.label_en or name.replace("_", " ").capitalize()),
        wire=wire,
        type=item.type,
        unit=item.unit,
        scale=item.scale,
        offset=item.offset,
        access=item.access,
        encoding=item.encoding,
        sentinels=_sentinels(item, written),
        enum={k: _text(v) for k, v in written.enums.get(item.enum_ref or "", {}).items()},
        bits={str(k): _text(v) for k, v in written.bits.get(item.bits_ref or "", {}).items()},
        unit_select=item.unit_select,
        low=item.low,
        high=item.high,
    )


def _text(words: "_Words | str | float") -> Text:
    return Text(words.zh, words.en) if isinstance(words, _Words) else Text(str(words), str(words))


def _sentinels(item: _Point, written: _Profile) -> tuple[int, ...]:
    """Raw 'not available' values: the point's own, then those the profile lists for its type by name, sign or both."""
    found = [] if item.sentinel is None else [item.sentinel]
    sign = {"u": "unsigned", "i": "signed"}.get(item.type.value[0], "")
    width = 4 * (item.words or _WIDTH.get(item.type, 0))
    for key in (item.type.value, sign):
        for digits in re.findall(r"0x([0-9A-Fa-f]+)", str(written.sentinels.get(key, ""))):
            if len(digits) == width and item.type not in (WireType.F32, WireType.F64):
                found.append(int(digits, 16))
    return tuple(dict.fromkeys(found))
