"""What conditions know of one device: the last value of each point they ask for."""

from math import isfinite

from model.quality import ABSENT, is_usable
from model.reading import Block
from model.site import Device

Value = float | str | None
"""A number in the point's own unit, words of a text point, or None: bad, stale or never read."""


class Inputs:
    """The points of one device that rules ask for, each in a slot. Only these are looked at when a block comes."""

    __slots__ = ("_is_text", "_slots", "blocks", "device", "first_chance_ns", "heard_ns", "offline", "usable_ns", "values")

    def __init__(self, device: Device) -> None:
        self.device = device
        self.offline: bool | None = None
        """Whether the last exchange failed; None before the first one."""
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

    def take(self, block: Block, now_ns: int) -> None:
        """Remember what the block says. A column it is silent about keeps its value; a bad one becomes None."""
        self.offline = block.fault is not None
        self.heard_ns = now_ns
        if not self.offline:
            self.first_chance_ns = None
        values, qualities, texts = block.values, block.qualities, block.texts
        for column, slot in self._slots.items():
            quality = qualities[column]
            if quality == ABSENT:
                continue
            self.blocks[slot] = block
            value: Value = texts.get(column) if self._is_text[slot] else values[column]
            if not is_usable(quality) or value is None or (isinstance(value, float) and not isfinite(value)):
                self.values[slot] = None
            else:
                self.values[slot] = value
                self.usable_ns[slot] = now_ns
