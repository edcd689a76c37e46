"""The shape of site.yaml as pydantic sees it: types and limits only, no look-ups."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from model.clock import DAY, HOUR, MINUTE, SECOND
from model.site import AreaKind, PayloadFormat, System

_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)\s*$")
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


Period = Annotated[int, BeforeValidator(period_ns)]
Duration = Annotated[int, BeforeValidator(duration_ns)]
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


class FactsFile(Strict):
    id: Id
    name: Words
    timezone: str
    language: Literal["zh", "en"] = "zh"
    floor_area_m2: float | None = Field(None, gt=0)
    declared_demand_kw: float | None = Field(None, gt=0)
    parking_spaces: dict[Literal["underground", "ground"], int] = {}
    plan: BoxFile | None = None


class AreaFile(Strict):
    id: Id
    name: Words
    kind: AreaKind = AreaKind.ROOM
    households: int = Field(0, ge=0)
    floors: int = Field(0, ge=0)
    plan: BoxFile | None = None


class ConnectionFile(Strict):
    host: str | None = None
    port: int | None = Field(None, ge=1, le=65535)
    unit: int | None = Field(None, ge=0, le=255)
    framer: Literal["tcp", "rtu"] = "tcp"
    serial: str | None = None
    baud: int | None = Field(None, ge=300, le=4_000_000)
    parity: Literal["N", "E", "O"] | None = None
    stopbits: Literal[1, 2] | None = None
    timeout: Seconds = 1.0


class MqttFile(Strict):
    topic: str = ""
    values: dict[str, str] = {}
    silent_after: Seconds | None = None
    format: PayloadFormat = PayloadFormat.JSON


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
    params: dict[str, float] = {}
    metering: MeteringFile | None = None
    points: list[str] = []
    sheet: str = ""


class StoreFile(Strict):
    kind: Literal["embedded", "influxdb"] = "embedded"
    url: str = ""
    org: str = ""
    bucket: str = "guanjia"
    token: str = ""
    version: Literal[1, 2] = 2


class BrokerFile(Strict):
    broker: str = Field("embedded", pattern=r"^(embedded|mqtts?://.+)$")
    username: str = ""
    password: str = ""
    port: int = Field(1883, ge=0, le=65535)


class JournalFile(Strict):
    url: str = "sqlite"


class PersonFile(Strict):
    id: Id
    name: str
    role: Literal["viewer", "operator", "technician", "energy", "manager", "tester", "admin"]
    skills: list[str] = []
    phone: str = ""


SECTIONS: dict[str, type[BaseModel]] = {"site": FactsFile, "store": StoreFile, "journal": JournalFile, "mqtt": BrokerFile}
"""Parts of the file that are one mapping each."""
LISTS: dict[str, type[BaseModel]] = {"areas": AreaFile, "devices": DeviceFile, "people": PersonFile}
"""Parts that are a list of mappings."""
REQUIRED = ("site", "areas", "devices")
