"""Where the points that a condition asks for are kept."""

from dataclasses import dataclass

from model.profile import Point
from rules import kleene
from rules.inputs import Inputs
from rules.value import Value


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a point's value is kept."""

    inputs: Inputs
    column: int

    @property
    def point(self) -> Point:
        return self.inputs.device.points[self.column]

    @property
    def point_id(self) -> str:
        return f"{self.inputs.device.id}.{self.point.name}"

    @property
    def value(self) -> Value:
        """As last said, in the point's own unit."""
        return self.inputs.values[self.column]


@dataclass(frozen=True, slots=True)
class Matches:
    """Points of one device that are judged together by ``matches``."""

    slots: tuple[Slot, ...]
    mask: int
    wanted: int

    def found(self) -> list[Slot]:
        """Those that match now."""
        return [slot for slot in self.slots if kleene.is_match(slot.value, self.mask, self.wanted)]
