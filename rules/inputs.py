"""What conditions know of one device: the last value of each point they ask for."""

from array import array
from collections.abc import Mapping, Sequence
from math import isfinite, nan

from model.carrier import Carrier
from model.quality import ABSENT, GOOD, LAST_USABLE, is_usable
from model.reading import Block, Fault
from model.site import Device
from rules.device_notes import DeviceNotes
from rules.guards import Guard
from rules.memory import DeviceMemory, ExchangeMemory
from rules.value import Value

KINDS_OF_BLOCKS = 16
"""A device's blocks differ little in their qualities: points read at different rhythms, one sensor that fails now and then."""


class Inputs:
    """The points of one device that rules ask for. Only these are looked at when a block comes."""

    __slots__ = (
        "_apart",
        "_asked",
        "_blocks",
        "_is_plain",
        "_usable_ns",
        "_whole",
        "_whole_ns",
        "carried",
        "device",
        "first_chance_ns",
        "guard",
        "heard_ns",
        "offline",
        "turned",
        "values",
    )

    def __init__(self, device: Device) -> None:
        self.device = device
        self.offline: bool | None = None
        """Whether the last exchange failed; None before the first one."""
        self.carried: tuple[Carried, ...] = ()
        """What keeps watch over the line it is on, when others are on it too; over its edge node and over the broker."""
        self.heard_ns: int | None = None
        """When the last exchange ended, well or not; None before the first one."""
        self.first_chance_ns: int | None = None
        """Until when a device that has not answered yet is given time; None once it has, or where nobody set a time."""
        self.turned = False
        """Whether it has gone or come back with the last block, or what carries it has."""
        self._apart: list[Value] = [None] * len(device.points)
        self.values: Sequence[Value] = self._apart
        """By column. Read it anew each time: it may be another object after every block."""
        self.guard: Guard | None = None
        """Set by whoever wants to know what has become another."""
        self._usable_ns: list[int | None] = [None] * len(device.points)
        self._blocks: list[Block | None] = [None] * len(device.points)
        self._whole: Block | None = None
        """A block of good numbers in every column asked for: then ``values`` are its own, and the lists by column wait."""
        self._whole_ns = 0
        self._asked: dict[int, bool] = {}
        """Column somebody asks for → whether it is words."""
        self._is_plain: dict[bytes, bool] = {}
        """Qualities of a block → whether every column asked for is a good number."""

    def ask(self, column: int) -> None:
        """From now on this column is remembered."""
        self._asked[column] = self.device.points[column].is_text
        self._is_plain.clear()

    @property
    def asked(self) -> tuple[int, ...]:
        return tuple(self._asked)

    def usable_ns(self, column: int) -> int | None:
        """When it last brought a usable value."""
        return self._usable_ns[column] if self._whole is None else self._whole_ns

    def block(self, column: int) -> Block | None:
        """The one that last spoke of it: it has the times, the qualities and the bytes."""
        return self._blocks[column] if self._whole is None else self._whole

    def take(self, block: Block, now_ns: int) -> Sequence[int]:
        """Remember what the block says. A column it is silent about keeps its value; a bad one becomes None.

        Returns the marks of the guard.
        """
        self._hear(block, now_ns)
        plain = self._is_plain.get(block.qualities)
        if plain is None:
            plain = self._note_kind(block.qualities)
        if plain and self.guard is not None:
            marks = self.guard.crossed(block.values)
            if marks is not None:
                self.values, self._whole, self._whole_ns = block.values, block, now_ns
                return marks
        moved = self._take_apart(block, now_ns)
        return self.guard.moved(moved, self.values) if self.guard is not None else ()

    def _hear(self, block: Block, now_ns: int) -> None:
        """That the device has spoken, or failed to."""
        was = (self.offline, *[carried.inputs.offline for carried in self.carried])
        self.offline = block.fault is not None
        self.heard_ns = now_ns
        if not self.offline:
            self.first_chance_ns = None
        for carried in self.carried:
            carried.note(self.device.id, block.fault, now_ns)
        self.turned = was != (self.offline, *[carried.inputs.offline for carried in self.carried])

    def _note_kind(self, qualities: bytes) -> bool:
        if len(self._is_plain) >= KINDS_OF_BLOCKS:
            self._is_plain.clear()
        plain = self._is_plain[qualities] = all(qualities[column] == GOOD and not text for column, text in self._asked.items())
        return plain

    def _take_apart(self, block: Block, now_ns: int) -> list[int]:
        """Column by column. Returns those whose value is another than before."""
        self._break_up()
        changed: list[int] = []
        values, qualities, texts = block.values, block.qualities, block.texts
        for column, is_text in self._asked.items():
            quality = qualities[column]
            if quality == ABSENT:
                continue
            self._blocks[column] = block
            value: Value = texts.get(column) if is_text else values[column]
            if not is_usable(quality) or value is None or (isinstance(value, float) and not isfinite(value)):
                value = None
            elif quality != LAST_USABLE:
                self._usable_ns[column] = now_ns
            if value != self._apart[column]:
                self._apart[column] = value
                changed.append(column)
        return changed

    def _break_up(self) -> None:
        """What came as a whole is kept by column from here."""
        whole, self._whole = self._whole, None
        if whole is None:
            return
        self.values = self._apart
        for column in self._asked:
            self._apart[column] = whole.values[column]
            self._blocks[column], self._usable_ns[column] = whole, self._whole_ns

    def shift(self, step_ns: int) -> None:
        """The clock was set: every instant it remembers moves along."""
        self.heard_ns = _moved(self.heard_ns, step_ns)
        self.first_chance_ns = _moved(self.first_chance_ns, step_ns)
        self._whole_ns += step_ns
        self._usable_ns = [_moved(at_ns, step_ns) for at_ns in self._usable_ns]

    def note(self, notes: DeviceNotes, failed: tuple[str, ...] = ()) -> None:
        """What is known at this instant. ``failed``: of a carrier, the devices on it."""
        state = self.offline, self.heard_ns, self.first_chance_ns, failed
        if self._whole is not None:
            notes.whole(self.device, self._asked, self._whole, self._whole_ns, *state)
        else:
            notes.apart(self.device, self._asked, tuple(self._blocks), tuple(self._apart), tuple(self._usable_ns), *state)

    def recall(self, memory: DeviceMemory) -> None:
        """Points that are no longer there, or nobody asks for, are passed over."""
        self.offline, self.heard_ns, self.first_chance_ns = memory.offline, memory.heard_ns, memory.first_chance_ns
        self._break_up()
        columns = {self.device.points[column].name: column for column in self._asked}
        for exchange in memory.exchanges:
            block = self._stand_in(exchange, columns)
            usable_ns = exchange.usable_ns if len(exchange.usable_ns) > 1 else exchange.usable_ns * len(exchange.points)
            for name, value, at_ns in zip(exchange.points, exchange.values, usable_ns, strict=True):
                column = columns.get(name)
                # What was words and is a number now, or the other way round, is as if it had not been said.
                if column is not None and (value is None or isinstance(value, str) is self._asked[column]):
                    self._blocks[column], self._apart[column], self._usable_ns[column] = block, value, at_ns

    def _stand_in(self, exchange: ExchangeMemory, columns: Mapping[str, int]) -> Block:
        """The block without its bytes, as far as its columns are asked for."""
        count = len(self.device.points)
        values, qualities, texts = array("d", [nan]) * count, bytearray([ABSENT]) * count, dict[int, str]()
        for name, value, quality in zip(exchange.points, exchange.values, exchange.qualities, strict=True):
            column = columns.get(name)
            if column is None:
                continue
            qualities[column] = quality
            if isinstance(value, str):
                texts[column] = value
            elif value is not None:
                values[column] = value
        return Block(self.device.id, exchange.source_ns, exchange.receive_ns, values, bytes(qualities), texts)


def _moved(at_ns: int | None, step_ns: int) -> int | None:
    return None if at_ns is None else at_ns + step_ns


class Carried:
    """What the exchanges with all devices on one line say of the line: lost, when they fail one after the other with no sign of life."""

    __slots__ = ("_carrier", "failed", "inputs")

    def __init__(self, carrier: Carrier) -> None:
        self.inputs = Inputs(carrier.device)
        """The line's own: nothing but whether it is offline."""
        self.failed: set[str] = set()
        """Devices that have failed since the last sign of life."""
        self._carrier = carrier

    def note(self, device: str, fault: Fault | None, now_ns: int) -> None:
        if fault in self._carrier.beyond:
            return
        if fault in self._carrier.speaks_of_it:
            self.failed.add(device)
        else:
            self.failed.clear()
            self.inputs.first_chance_ns = None
        self.inputs.offline = len(self.failed) >= self._carrier.least
        self.inputs.heard_ns = now_ns
