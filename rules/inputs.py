"""What conditions know of one device: the last value of each point they ask for."""

from math import isfinite

from model.carrier import Carrier
from model.quality import ABSENT, LAST_USABLE, is_usable
from model.reading import Block, Fault
from model.site import Device

ALWAYS = 1
"""Bit of ``Inputs.take`` that every block sets; above it stands a bit per slot."""

Value = float | str | None
"""A number in the point's own unit, words of a text point, or None: bad, stale or never read."""


def bit_of(slot: int) -> int:
    return 2 << slot


class Inputs:
    """The points of one device that rules ask for, each in a slot. Only these are looked at when a block comes."""

    __slots__ = ("_is_text", "_slots", "blocks", "carried", "device", "first_chance_ns", "heard_ns", "offline", "usable_ns", "values")

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
        self.values: list[Value] = []
        self.usable_ns: list[int | None] = []
        """When each slot last brought a usable value."""
        self.blocks: list[Block | None] = []
        """The block that last spoke of each slot: it has the times, the qualities and the bytes."""
        self._slots: dict[int, int] = {}
        self._is_text: list[bool] = []

    def slot(self, column: int) -> int:
        """The slot of a column; made when it is asked for the first time."""
        if column not in self._slots:
            self._slots[column] = len(self.values)
            self._is_text.append(self.device.points[column].is_text)
            self.values.append(None)
            self.usable_ns.append(None)
            self.blocks.append(None)
        return self._slots[column]

    def take(self, block: Block, now_ns: int) -> int:
        """Remember what the block says. A column it is silent about keeps its value; a bad one becomes None.

        Returns ``ALWAYS`` and the bits of the slots whose value is another than before.
        """
        changed = ALWAYS
        self.offline = block.fault is not None
        self.heard_ns = now_ns
        if not self.offline:
            self.first_chance_ns = None
        for carried in self.carried:
            carried.note(self.device.id, block.fault, now_ns)
        values, qualities, texts = block.values, block.qualities, block.texts
        for column, slot in self._slots.items():
            quality = qualities[column]
            if quality == ABSENT:
                continue
            self.blocks[slot] = block
            value: Value = texts.get(column) if self._is_text[slot] else values[column]
            if not is_usable(quality) or value is None or (isinstance(value, float) and not isfinite(value)):
                value = None
            elif quality != LAST_USABLE:
                self.usable_ns[slot] = now_ns
            if value != self.values[slot]:
                self.values[slot] = value
                changed |= bit_of(slot)
        return changed


class Carried:
    """What the exchanges with all devices on one line say of the line: lost, when they fail one after the other with no sign of life."""

    __slots__ = ("_carrier", "_failed", "inputs")

    def __init__(self, carrier: Carrier) -> None:
        self.inputs = Inputs(carrier.device)
        """The line's own: nothing but whether it is offline."""
        self._carrier = carrier
        self._failed: set[str] = set()

    def note(self, device: str, fault: Fault | None, now_ns: int) -> None:
        if fault in self._carrier.beyond:
            return
        if fault in self._carrier.speaks_of_it:
            self._failed.add(device)
        else:
            self._failed.clear()
            self.inputs.first_chance_ns = None
        self.inputs.offline = len(self._failed) >= self._carrier.least
        self.inputs.heard_ns = now_ns
