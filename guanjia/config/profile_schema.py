"""The shape of a profile as pydantic sees it: types and limits only, no look-ups."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from guanjia.config.site_schema import Duration, Period, PresenceFile, several
from model.profile import Access, ByteOrder, ClockKind, Table, WireType, WordOrder
from model.wording import quoted

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Number = Annotated[float, Field(allow_inf_nan=False)]
Address = Annotated[int, Field(ge=0, le=465_536)]
"""As written: zero-based, one-based, or with the digit of its table before it (465536 is the last holding register)."""

NO_PERIOD = "write a duration with its unit, such as 500ms, 10s, 5min, 1h or 3d, or a name under 'rhythms:'"

_PLACES = re.compile(r"(\d+)(?:-(\d+))?")


def _scale(value: float) -> float:
    if value == 0:
        raise ValueError("a scale of 0 makes every value 0; leave it out for 1")
    return value


def _places(value: Any) -> Any:
    """``3`` or ``8-14`` → (3, 3) or (8, 14)."""
    found = _PLACES.fullmatch(str(value))
    if isinstance(value, bool) or found is None or int(found[2] or found[1]) < int(found[1]):
        raise ValueError("write one place, such as 3, or several in a row, such as 8-14")
    return int(found[1]), int(found[2] or found[1])


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid")


class WordsFile(Strict):
    zh: str
    en: str


def _phrase(value: Any) -> Any:
    """One word or number stands for both languages."""
    if isinstance(value, bool):
        raise ValueError(quoted(value))
    return {"zh": str(value), "en": str(value)} if isinstance(value, str | int | float) else value


def _code(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(quoted(value))
    return value


def _every(value: Any) -> Any:
    """A number has no unit, and is no name."""
    if isinstance(value, str | None):
        return value
    raise ValueError(NO_PERIOD)


Phrase = Annotated[WordsFile, BeforeValidator(_phrase)]
Code = Annotated[int | str, BeforeValidator(_code)]
"""A code of an enumeration, a bit or a field of bits."""


class RepeatFile(Strict):
    count: int = Field(ge=1, le=10_000)
    stride: int = Field(ge=1)


class RangeFile(Strict):
    """Registers that are never read, both ends included; written like the addresses of the points."""

    table: Table | None = None
    first: Address
    last: Address


class SunSpecFile(Strict):
    bases: list[Annotated[int, Field(ge=0, le=65_535)]] = Field(default=[40_000, 0, 50_000], min_length=1)
    models: dict[int, Annotated[int, Field(ge=0, le=65_535)]] = Field(min_length=1)


class PointFile(Strict):
    name: Name
    label_zh: str = Field(min_length=1)
    label_en: str | None = None
    type: WireType
    scale: Annotated[Number, AfterValidator(_scale)] = 1.0
    offset: Number = 0.0
    unit: str = ""
    address: Address | None = None
    table: Table | None = None
    words: int | None = Field(None, ge=1, le=125)
    byte_order: ByteOrder | None = None
    word_order: WordOrder | None = None
    bit: Annotated[tuple[int, int], BeforeValidator(_places)] | None = None
    active_low: bool | list[Annotated[int, Field(ge=0, le=63)]] = False
    scale_register: Address | None = None
    scale_mode: Literal["pow10", "div10pow_bits0_2", "enum_resolution"] | None = None
    unit_select: str | None = None
    ratio: Annotated[list[str], BeforeValidator(several)] = []
    repeat: RepeatFile | None = None
    topic: str | None = None
    path: str | None = None
    octets: Annotated[tuple[int, int], BeforeValidator(_places)] | None = None
    when: dict[str, Annotated[list[str | int | float | bool], BeforeValidator(several)]] = {}
    metric: str | None = Field(None, min_length=1)
    access: Access = Access.READ
    enum_ref: str | None = None
    bits_ref: str | None = None
    encoding: str | None = None
    sentinel: Annotated[list[int | Number], BeforeValidator(several)] = []
    low: Number | None = None
    high: Number | None = None
    rollover: Annotated[Number, Field(gt=0)] | None = None
    toggles_within: Duration | None = None
    every: Annotated[str | None, BeforeValidator(_every)] = None
    max_rate: Annotated[Number, Field(gt=0)] | None = None
    deadband: Annotated[Number, Field(ge=0)] | None = None
    stale_after: Duration | None = None
    source_time: ClockKind | None = None
    note: str | None = None
    confidence: str | None = None


class DefaultsFile(Strict):
    """What a device is delivered with. Keys that only people read are accepted as they are."""

    port: int = Field(502, ge=1, le=65_535)
    unit_id: int = Field(1, ge=0, le=255)
    byte_order: ByteOrder = ByteOrder.BIG
    word_order: WordOrder = WordOrder.MSW_FIRST
    addressing: Literal["zero_based", "one_based", "modicon"] = "zero_based"
    address_offset: int = Field(0, ge=-65_535, le=65_535)
    max_registers_per_read: int = Field(default=125, ge=1, le=125)
    min_interval_ms: int = Field(0, ge=0)
    inter_request_delay_ms: int = Field(0, ge=0)
    merge_reads: bool = True
    bridge_gaps: bool = False
    baudrate: int | None = None
    parity: Literal["N", "E", "O"] | None = None
    stopbits: int | None = None
    qos: Literal[0, 1, 2] = 0
    retain: bool = False
    silent_after_s: Annotated[Number, Field(gt=0)] | None = None
    stale_after: Duration | None = None
    presence: Annotated[list[PresenceFile], BeforeValidator(several)] = []
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


class ProfileFile(Strict):
    manufacturer: str
    model: str
    device_class: str = Field(alias="class", pattern=r"^[a-z][a-z0-9_]*$")
    protocol: Literal["modbus_tcp", "modbus_rtu", "mqtt"]
    defaults: DefaultsFile = DefaultsFile()
    points: list[PointFile] = Field(min_length=1)
    enums: dict[str, dict[Code, Phrase]] = {}
    bits: dict[str, dict[Code, Phrase]] = {}
    sentinels: dict[str, str | int | Number] = {}
    rhythms: dict[str, Period] = {}
    illegal: list[RangeFile] = []
    sunspec: SunSpecFile | None = None
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
