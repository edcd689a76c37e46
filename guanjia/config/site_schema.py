"""The shape of site.yaml as pydantic sees it: types and limits only, no look-ups."""

import math
import re
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from model.broker import DEFAULT_MAX_PAYLOAD, MqttVersion
from model.clock import DAY, HOUR, MINUTE, SECOND
from model.people import Post
from model.site import AreaKind, Keep, PayloadFormat, System

_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)\s*$")
_SIZE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(MB|GB|TB)\s*$")
_SIZES = {"MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}
_PAYLOAD = re.compile(r"^\s*(\d+)\s*(KB|MB)\s*$")
_UNITS = {"ms": SECOND // 1000, "s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY}


def duration_ns(value: Any) -> int:
    """``10s``, ``500ms``, ``5min``, ``1h``, ``3d`` in nanoseconds. ValueError says how to write it."""
    match = _DURATION.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a duration with its unit, such as 500ms, 10s, 5min, 1h or 3d")
    return round(float(match[1]) * _UNITS[match[2]])


def duration_s(value: Any) -> float:
    """The same in seconds."""
    return duration_ns(value) / SECOND


def period_ns(value: Any) -> int:
    """A poll period: 50 ms to a day."""
    period = duration_ns(value)
    if not SECOND // 20 <= period <= DAY:
        raise ValueError("a device is polled at most every 50ms and at least every 1d")
    return period


def heartbeat_ns(value: Any) -> int:
    """At most 14 minutes: a meter silent for a quarter of an hour counts as a gap in the energy accounts."""
    heartbeat = duration_ns(value)
    if not 10 * SECOND <= heartbeat <= 14 * MINUTE:
        raise ValueError("a heartbeat is at least 10s and at most 14min")
    return heartbeat


def raw_age_ns(value: Any) -> int:
    """At least two months: what the spool or an edge still holds belongs to a raw month that is there."""
    age = duration_ns(value)
    if age < 62 * DAY:
        raise ValueError("raw readings are kept for at least 62d")
    return age


def size_bytes(value: Any) -> int:
    """``500MB``, ``4GB``; at least 1 MB. ValueError says how to write it."""
    match = _SIZE.match(value) if isinstance(value, str) else None
    size = round(float(match[1]) * _SIZES[match[2]]) if match else 0
    if size < _SIZES["MB"]:
        raise ValueError("write a size with its unit, at least 1MB, such as 500MB or 4GB")
    return size


def payload_bytes(value: Any) -> int:
    """``64KB``, ``2MB``: how long one message may be. ValueError says how to write it."""
    match = _PAYLOAD.match(value) if isinstance(value, str) else None
    size = int(match[1]) << (10 if match[2] == "KB" else 20) if match else 0
    if not 1 << 10 <= size <= 256 << 20:
        raise ValueError("write how long a message may be with its unit, 1KB to 256MB, such as 256KB or 2MB")
    return size


def silence_s(value: Any) -> float:
    """A duration in seconds; ``never`` is infinite."""
    if value == "never":
        return math.inf
    try:
        return duration_s(value)
    except ValueError as error:
        raise ValueError(f"{error}; or never") from None


def version_word(value: Any) -> Any:
    """``5`` is a number to YAML, ``3.1.1`` a word."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def several(value: Any) -> Any:
    """One item stands for a list of one."""
    return value if isinstance(value, list) else [value]


def days(value: Any) -> Any:
    """A day, ``2026-10-01``, or a span with both its ends, ``2026-10-01..2026-10-07``. ValueError says how to write it."""
    words = value.split("..") if isinstance(value, str) else [value]
    try:
        ends = [word if isinstance(word, date) else date.fromisoformat(word.strip()) for word in words]
    except (ValueError, AttributeError):
        ends = []
    if len(ends) not in (1, 2) or not timedelta() <= ends[-1] - ends[0] <= timedelta(days=60):
        raise ValueError("write a day, 2026-10-01, or a span of at most 60 days, 2026-10-01..2026-10-07")
    return ends[0], ends[-1]


Days = Annotated[tuple[date, date], BeforeValidator(days)]
Period = Annotated[int, BeforeValidator(period_ns)]
Duration = Annotated[int, BeforeValidator(duration_ns)]
Heartbeat = Annotated[int, BeforeValidator(heartbeat_ns)]
RawAge = Annotated[int, BeforeValidator(raw_age_ns)]
Size = Annotated[int, BeforeValidator(size_bytes)]
Version = Annotated[MqttVersion, BeforeValidator(version_word)]
Seconds = Annotated[float, BeforeValidator(duration_s)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
DottedId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*$")]


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid")


class Words(Strict):
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class BoxFile(Strict):
    x: float
    y: float
    width: float = Field(gt=0)
    height: float = Field(gt=0)


class RepeatsFile(Strict):
    times: int = Field(3, ge=2, le=1000)
    within: Duration = DAY
    running: int = Field(3, ge=2, le=1000)
    running_within: Duration = 30 * DAY


class FactsFile(Strict):
    id: Id
    name: Words
    timezone: str
    language: Literal["zh", "en"] = "zh"
    floor_area_m2: float | None = Field(None, gt=0)
    declared_demand_kw: float | None = Field(None, gt=0)
    parking_spaces: dict[Literal["underground", "ground"], int] = {}
    plan: BoxFile | None = None
    holidays: list[Days] = []
    workdays: list[Days] = []
    params: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = {}
    repeats: RepeatsFile = RepeatsFile()


class AreaFile(Strict):
    id: Id
    name: Words
    kind: AreaKind = AreaKind.ROOM
    households: int = Field(0, ge=0)
    floors: int = Field(0, ge=0)
    plan: BoxFile | None = None
    params: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = {}


class TlsEntry(Strict):
    ca: str = ""
    cert: str = ""
    key: str = ""
    server_name: str = ""


class ConnectionFile(Strict):
    host: str | None = None
    port: int | None = Field(None, ge=1, le=65535)
    unit: int | None = Field(None, ge=0, le=255)
    framer: Literal["tcp", "rtu"] = "tcp"
    tls: TlsEntry | None = None
    serial: str | None = None
    baud: int | None = Field(None, ge=300, le=4_000_000)
    parity: Literal["N", "E", "O"] | None = None
    stopbits: Literal[1, 2] | None = None
    timeout: Seconds = 1.0


class PresenceFile(Strict):
    """A topic on which is said whether the device is there."""

    topic: str = Field(min_length=1)
    path: str = "$"
    online: Annotated[list[str], BeforeValidator(several)] = ["online", "true", "1"]
    offline: Annotated[list[str], BeforeValidator(several)] = ["offline", "false", "0"]


class MqttFile(Strict):
    topic: str = ""
    values: dict[str, str] = {}
    silent_after: Annotated[float, BeforeValidator(silence_s)] | None = None
    format: PayloadFormat = PayloadFormat.JSON
    presence: Annotated[list[PresenceFile], BeforeValidator(several)] | None = None


class MeteringFile(Strict):
    role: Literal["incomer", "feeder", "use"]
    item: str = Field("", pattern=r"^([A-D]\d?)?$")
    energy: Literal["electricity", "water", "gas", "heat", "cooling"] = "electricity"


class DeviceFile(Strict):
    id: DottedId
    name: Words
    system: System
    area: str
    profile: str
    modbus: ConnectionFile | None = None
    mqtt: MqttFile | None = None
    every: Period = SECOND
    feeds: list[str] = []
    params: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = {}
    metering: MeteringFile | None = None
    points: list[str] = []
    stale_after: Duration | None = None
    deadband: dict[str, Annotated[float, Field(ge=0)]] = {}
    sheet: str = ""
    edge: str | None = None


class EdgeFile(Strict):
    id: Id
    name: Words
    areas: list[str] = []


class LinkFile(Strict):
    broker: str | None = Field(None, pattern=r"^mqtts?://.+$")
    username: str = ""
    password: str = ""
    version: Version = MqttVersion.V5
    tls: TlsEntry | None = None
    prefix: str = Field("", pattern=r"^([^+#/$][^+#]*[^+#/])?$")


class SpoolFile(Strict):
    max_bytes: Size = 4 << 30
    max_age: Duration = 30 * DAY


class StoreFile(Strict):
    kind: Literal["embedded", "influxdb"] = "embedded"
    url: str = ""
    org: str = ""
    bucket: str = "guanjia"
    token: str = ""
    version: Literal[1, 2] = 2
    keep: Keep = Keep.ALL
    heartbeat: Heartbeat = 10 * MINUTE
    raw_for: RawAge = 3653 * DAY
    spool: SpoolFile = SpoolFile()


class SparkplugFile(Strict):
    host: str = Field("", pattern=r"^[^+#/]*$")
    state: bool = True
    rebirth: bool = True
    rebirth_pause: Duration = 10 * SECOND
    reorder: Duration = 2 * SECOND


class BrokerFile(Strict):
    broker: str = Field("embedded", pattern=r"^(embedded|mqtts?://.+)$")
    username: str = ""
    password: str = ""
    port: int = Field(1883, ge=0, le=65535)
    version: Version = MqttVersion.V3_1_1
    tls: TlsEntry | None = None
    client_id: str = Field("", pattern=r"^[!-~]{0,64}$")
    session_expiry: Duration | None = None
    in_flight: int | None = Field(None, ge=20, le=65_535)
    max_payload: Annotated[int, BeforeValidator(payload_bytes)] = DEFAULT_MAX_PAYLOAD
    topic: str = ""
    subscribe: list[str] = []
    sparkplug: SparkplugFile = SparkplugFile()


class JournalFile(Strict):
    url: str = "sqlite"


class PersonFile(Strict):
    id: Id
    name: str
    role: Literal["viewer", "operator", "technician", "energy", "manager", "tester", "admin"]
    skills: list[str] = []
    phone: str = ""
    post: Post | None = None


SECTIONS: dict[str, type[BaseModel]] = {"site": FactsFile, "store": StoreFile, "journal": JournalFile, "mqtt": BrokerFile, "link": LinkFile}
"""Parts of the file that are one mapping each."""
LISTS: dict[str, type[BaseModel]] = {"areas": AreaFile, "edges": EdgeFile, "devices": DeviceFile, "people": PersonFile}
"""Parts that are a list of mappings."""
REQUIRED = ("site", "areas", "devices")
