"""A device profile: what a kind of device says, and how it is written on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

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
    sentinels: tuple[int, ...] = ()
    """Raw bit patterns, unsigned, that mean 'not available'; NaN always does."""
    enum: Mapping[int | str, Text] = field(default_factory=dict)
    """Code → words; the code is a string only for text points."""
    bits: Mapping[str, Text] = field(default_factory=dict)
    """Bit positions ``"3"`` or fields ``"0-7"`` and what they mean."""
    unit_select: str | None = None
    """Name of the point whose code chooses the unit."""
    low: float | None = None
    """Least believable engineering value; below it the quality is OUT_OF_RANGE. None: no limit."""
    high: float | None = None

    @property
    def is_text(self) -> bool:
        return self.type is WireType.STRING


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


@dataclass(frozen=True, slots=True)
class MqttDefaults:
    qos: int = 0
    retain: bool = False
    silent_after_s: float | None = None
    """Seconds without any message after which the device counts as silent; None: judged by the broker connection alone."""


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
