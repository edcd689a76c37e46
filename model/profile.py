"""A device profile: what a kind of device says, and how it is written on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from model.broker import Presence
from model.text import Text


class Table(StrEnum):
    """The four Modbus tables (Modbus Application Protocol V1.1b3 §4.3)."""

    COIL = "coil"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"


class WireType(StrEnum):
    BOOL = "bool"
    U16 = "u16"
    I16 = "i16"
    U32 = "u32"
    I32 = "i32"
    U64 = "u64"
    I64 = "i64"
    F32 = "f32"
    F64 = "f64"
    BITS = "bits"
    STRING = "string"


class Access(StrEnum):
    READ = "r"
    READ_WRITE = "rw"
    WRITE = "wo"


class ClockKind(StrEnum):
    """What a device's clock shows; few say it on the wire."""

    UTC = "utc"
    LOCAL = "local"
    """The wall clock of the site."""


class ByteOrder(StrEnum):
    BIG = "big"
    LITTLE = "little"


class WordOrder(StrEnum):
    MSW_FIRST = "msw_first"
    LSW_FIRST = "lsw_first"


@dataclass(frozen=True, slots=True)
class Register:
    """Where a Modbus point lies. ``address`` is the zero-based PDU address, ``words`` its length in registers (or coils)."""

    table: Table
    address: int
    words: int
    byte_order: ByteOrder = ByteOrder.BIG
    word_order: WordOrder = WordOrder.MSW_FIRST
    scale_register: int | None = None
    scale_mode: str | None = None


@dataclass(frozen=True, slots=True)
class TopicPath:
    """Where an MQTT point lies. ``topic`` may hold ``{placeholders}`` filled per device; ``path`` is JSONPath: ``$``, ``$.a.b[0]``."""

    topic: str
    path: str
    octets: tuple[int, int] | None = None
    """First and last byte, from 0, of a number inside a payload field whose encoding is ``base64`` or ``hex``."""
    bit: int | None = None
    """Bit of that number, 0 the least significant, for a bool."""
    byte_order: ByteOrder = ByteOrder.BIG
    when: Mapping[str, tuple[str | int | float | bool, ...]] = field(default_factory=dict)
    """Path → values: only messages with one of these values there speak of the point."""


@dataclass(frozen=True, slots=True)
class Point:
    """One named value of a device. Engineering value = raw × ``scale`` + ``offset``, in ``unit`` (empty: a pure number or a code)."""

    name: str
    label: Text
    wire: Register | TopicPath
    type: WireType
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    access: Access = Access.READ
    encoding: str | None = None
    sentinels: tuple[int | float, ...] = ()
    """Raw values that mean 'not available': unsigned bit patterns of integers, numbers of floats. NaN always does."""
    enum: Mapping[int | str, Text] = field(default_factory=dict)
    """Code → words; the code is a string only for text points."""
    bits: Mapping[str, Text] = field(default_factory=dict)
    """Bit positions ``"3"`` or fields ``"0-7"`` and what they mean."""
    unit_select: str | None = None
    """Name of the point whose code chooses the unit."""
    ratios: tuple[str, ...] = ()
    """Names of the points whose values this one is multiplied by: current and voltage transformer ratios."""
    active_low: int = 0
    """Mask of the bits that mean the contrary on the wire; 1 for a bool."""
    rollover: float | None = None
    """Engineering value at which a counter starts again from zero; None: at the end of its type."""
    toggles_within_ns: int | None = None
    """A heartbeat: when it has not changed for so long, what the device says is no longer believed."""
    metric: str = ""
    """Name of its metric in Sparkplug B where it is not the point's own; may hold ``{placeholders}`` filled per device."""
    every_ns: int = 0
    """Least time between two reads; 0: the device's own rhythm. Never longer than that of a point which depends on this one."""
    low: float | None = None
    """Least believable engineering value; below it the quality is OUT_OF_RANGE. None: no limit."""
    high: float | None = None
    max_rate: float | None = None
    """Fastest believable change in the unit per second; a jump beyond it is bad with quality RATE until it has been confirmed."""
    deadband: float | None = None
    """How far the value may stray from the last one stored without being stored itself, where a site keeps changes only; None: 0."""
    source_time: ClockKind | None = None
    """Set for the point that tells, in seconds since 1970, when the device measured what comes with it."""
    stale_after_ns: int | None = None
    """How long a reading stands when the device speaks of other points only; None: for as long as it speaks at all."""

    @property
    def is_text(self) -> bool:
        return self.type is WireType.STRING


@dataclass(frozen=True, slots=True)
class RegisterRange:
    """Addresses ``first`` to ``last``, both included, of one table."""

    table: Table
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class SunSpec:
    """A device whose map hangs on a chain of models that has to be walked.

    The addresses of the profile's points hold for a chain that begins at ``bases[0]`` and where the headers of ``models`` (id → address)
    lie where they are written; the points of a model move with it.
    """

    bases: tuple[int, ...]
    models: Mapping[int, int]


class Addressing(StrEnum):
    """How a profile counts its registers: as the wire does, from one, or as references such as 40001 that name the table, too."""

    ZERO_BASED = "zero_based"
    ONE_BASED = "one_based"
    MODICON = "modicon"


@dataclass(frozen=True, slots=True)
class ModbusDefaults:
    port: int = 502
    unit: int = 1
    max_registers: int = 125
    """Longest block the device answers; at most 125 (Modbus V1.1b3 §6.3)."""
    min_interval_ms: int = 0
    inter_request_ms: int = 0
    bridge_gaps: bool = False
    """Whether unlisted registers between two points may be read across."""
    merge_reads: bool = True
    """False: the device answers one value per request."""
    serial: Mapping[str, int | str] = field(default_factory=dict)
    """``baudrate``, ``parity``, ``stopbits`` as delivered."""
    functions: tuple[int, ...] = ()
    """Function codes the device knows, where its manual lists them; empty: those its points call for."""
    alt_read_function: int | None = None
    """A device with one shows the same in holding and input registers (3 and 4)."""
    illegal: tuple[RegisterRange, ...] = ()
    """Never to be read, alone or across: the device refuses them, falls silent or acts."""
    sunspec: SunSpec | None = None
    addressing: Addressing = Addressing.ZERO_BASED
    """With ``address_offset``, how the profile's file writes addresses; in here all are those of the wire."""
    address_offset: int = 0


@dataclass(frozen=True, slots=True)
class MqttDefaults:
    qos: int = 0
    retain: bool = False
    silent_after_s: float | None = None
    """Seconds without any message after which the device counts as silent; None: judged by the broker connection alone."""
    presence: tuple[Presence, ...] = ()
    """Topics that say whether a device is there; it is away while any of them says so."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of device. ``points`` are only those that may be read; the write-only ones stay in ``write_only`` for the simulators."""

    id: str
    device_class: str
    manufacturer: str
    model: str
    points: tuple[Point, ...]
    write_only: tuple[Point, ...] = ()
    modbus: ModbusDefaults | None = None
    mqtt: MqttDefaults | None = None
    source: tuple[str, ...] = ()
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    """Point name → line of the profile file, for the walk from an alarm back to its register."""

    def column(self, name: str) -> int | None:
        """Index of the named point within a block, or None."""
        for index, point in enumerate(self.points):
            if point.name == name:
                return index
        return None
