"""The site and everything standing on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from model.broker import BrokerConfig as BrokerConfig
from model.broker import MqttVersion, Presence
from model.clock import DAY, MINUTE
from model.people import Post
from model.profile import Point, Profile
from model.text import Text
from model.tls import TlsFiles


class System(StrEnum):
    """The systems under watch, in the fixed order of every screen."""

    POWER = "power"
    HVAC = "hvac"
    WATER = "water"
    ELEVATOR = "elevator"
    FIRE = "fire"
    ELV = "elv"
    GAS = "gas"
    PARKING = "parking"
    CHARGING = "charging"

    @property
    def label(self) -> Text:
        return _SYSTEM_LABELS[self]


_SYSTEM_LABELS = {
    System.POWER: Text("供配电", "Power"),
    System.HVAC: Text("空调", "HVAC"),
    System.WATER: Text("给排水", "Water"),
    System.ELEVATOR: Text("电梯", "Elevators"),
    System.FIRE: Text("消防", "Fire"),
    System.ELV: Text("弱电", "ELV"),
    System.GAS: Text("燃气", "Gas"),
    System.PARKING: Text("停车场", "Parking"),
    System.CHARGING: Text("充电", "Charging"),
}


class AreaKind(StrEnum):
    BLOCK = "block"
    SUBSTATION = "substation"
    PUMP_ROOM = "pump_room"
    GARAGE = "garage"
    PODIUM = "podium"
    GATE = "gate"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A place on the site plan; x and y of the upper left corner, all in the plan's own units (north is up)."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Area:
    id: str
    name: Text
    kind: AreaKind = AreaKind.ROOM
    households: int = 0
    floors: int = 0
    plan: Rectangle | None = None
    params: Mapping[str, float] = field(default_factory=dict)
    """As the site's, for the devices in it."""


@dataclass(frozen=True, slots=True)
class ModbusTcp:
    """Reached over TCP. ``framer`` is ``tcp`` or ``rtu`` (RTU frames over TCP); ``tls`` makes it Modbus/TCP Security."""

    host: str
    port: int
    unit: int
    framer: str = "tcp"
    timeout_s: float = 1.0
    tls: TlsFiles | None = None


@dataclass(frozen=True, slots=True)
class ModbusSerial:
    port: str
    baud: int
    parity: str
    stop_bits: int
    unit: int
    timeout_s: float = 1.0


class PayloadFormat(StrEnum):
    JSON = "json"
    SPARKPLUG_B = "sparkplug_b"


@dataclass(frozen=True, slots=True)
class Mqtt:
    """``topic`` replaces the profile's common topic prefix ``{topic}``; ``values`` fill its other placeholders.

    In Sparkplug B the topic is ``spBv1.0/group/edge node/device``, whatever the profile's topics are.
    """

    topic: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    silent_after_s: float | None = None
    """Infinite: however long it says nothing, it is not called silent. None: as the profile says."""
    format: PayloadFormat = PayloadFormat.JSON
    presence: tuple[Presence, ...] | None = None
    """Where it is said whether the device is there; None: as the profile says."""


Connection = ModbusTcp | ModbusSerial | Mqtt


@dataclass(frozen=True, slots=True)
class Metering:
    """What a meter counts. ``item`` is the electricity item of the national sub-metering guideline (standards: A1 … D6), ``role`` places it
    in the balance: ``incomer`` meters add up to the site, ``feeder`` meters hang below one, ``use`` meters are what a report lists."""

    role: str
    item: str = ""
    energy: str = "electricity"


@dataclass(frozen=True, slots=True)
class Device:
    """A device on site. The order of ``profile.points`` is the order of columns in its blocks."""

    id: str
    name: Text
    system: System
    area: str
    profile: Profile
    connection: Connection
    every_ns: int
    feeds: tuple[str, ...] = ()
    params: Mapping[str, float] = field(default_factory=dict)
    """Nameplate figures that rules may use: ``rated_current`` …, in the unit of the quantity they are compared with."""
    metering: Metering | None = None
    sheet: str = ""
    stale_after_ns: int | None = None
    """How long a reading of its points stands while it speaks of others only; None: as the profile says."""
    deadbands: Mapping[str, float] = field(default_factory=dict)
    """Point name → deadband in the point's unit, before the profile's."""
    edge: str = ""
    """The machine that reads it, where the site runs apart; empty: the core."""

    @property
    def device_class(self) -> str:
        return self.profile.device_class

    @property
    def points(self) -> tuple[Point, ...]:
        return self.profile.points

    def point_id(self, column: int) -> str:
        return f"{self.id}.{self.profile.points[column].name}"


class Keep(StrEnum):
    """What of a point is stored: every reading, or those that differ from the last one stored by more than its deadband."""

    ALL = "all"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class StoreConfig:
    kind: str = "embedded"
    """``embedded`` or ``influxdb``."""
    url: str = ""
    org: str = ""
    bucket: str = "guanjia"
    token: str = field(default="", repr=False)
    version: int = 2
    """Major version of the InfluxDB engine: 1 speaks /write and InfluxQL, 2 /api/v2/write and Flux."""
    keep: Keep = Keep.ALL
    heartbeat_ns: int = 10 * MINUTE
    """With ``Keep.CHANGES``: a value that does not change is stored again after this time."""
    raw_for_ns: int = 3653 * DAY
    """How long the embedded history keeps raw readings; their sums over quarters of an hour it keeps ten years."""
    spool_max_bytes: int = 4 << 30
    spool_max_age_ns: int = 30 * DAY


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on the roster a ticket can be dispatched to."""

    id: str
    name: str
    role: str
    skills: tuple[str, ...] = ()
    phone: str = field(default="", repr=False)
    post: Post | None = None
    """The person's place in the chain of escalation."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which the site lives otherwise than its week says."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    """Weekend days on which people work, to make up for a holiday."""

    def is_workday(self, day: date) -> bool:
        return day in self.workdays or (day.isoweekday() <= 5 and day not in self.holidays)


@dataclass(frozen=True, slots=True)
class Repeats:
    """When the same fault of one device is serious and its root cause is looked for: three times in a day, or three times running (the
    owner's rule for contractors, which counts for repeated alarms too).
    """

    times: int = 3
    """So often within ``within_ns``."""
    within_ns: int = DAY
    running: int = 3
    """Mended and come again so often within ``running_within_ns``."""
    running_within_ns: int = 30 * DAY


@dataclass(frozen=True, slots=True)
class Edge:
    """A machine that reads a share of the site and passes it on."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True)
class LinkConfig:
    """Where edges and core meet. ``broker`` None: at the broker of the devices."""

    broker: BrokerConfig | None = None
    prefix: str = ""
    """Of every topic; empty: ``guanjia/<site id>``."""
    version: MqttVersion = MqttVersion.V5


@dataclass(frozen=True, slots=True)
class Site:
    id: str
    name: Text
    timezone: ZoneInfo
    areas: Mapping[str, Area]
    devices: Mapping[str, Device]
    rule_files: tuple[str, ...] = ()
    store: StoreConfig = StoreConfig()
    broker: BrokerConfig = field(default_factory=BrokerConfig)
    journal_url: str = "sqlite"
    people: tuple[Person, ...] = ()
    declared_demand_kw: float | None = None
    parking_spaces: Mapping[str, int] = field(default_factory=dict)
    """Capacity per ``underground`` and ``ground``."""
    plan: Rectangle | None = None
    language: str = "zh"
    floor_area_m2: float | None = None
    edges: Mapping[str, Edge] = field(default_factory=dict)
    link: LinkConfig = LinkConfig()
    calendar: Calendar = Calendar()
    repeats: Repeats = Repeats()
    params: Mapping[str, float] = field(default_factory=dict)
    """Name, or ``rule.name`` for one rule alone → the site's own figure in place of the rules'."""

    @property
    def link_broker(self) -> BrokerConfig:
        return replace(self.link.broker or self.broker, version=self.link.version)

    @property
    def link_prefix(self) -> str:
        return self.link.prefix or f"guanjia/{self.id}"

    def point(self, point_id: str) -> tuple[Device, int] | None:
        """The device and column of ``<device id>.<point name>``, or None when the site has no such point."""
        device_id, _, name = point_id.rpartition(".")
        device = self.devices.get(device_id)
        column = device.profile.column(name) if device else None
        return None if device is None or column is None else (device, column)

    def fed_by(self, device_id: str) -> tuple[str, ...]:
        """Ids of the devices whose ``feeds`` name this one."""
        return tuple(d.id for d in self.devices.values() if device_id in d.feeds)
