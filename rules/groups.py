"""Groups: one expression asked of many devices, and what their answers make together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rules.functions import COUNTING
from rules.slots import Slot
from rules.windows import Read

FOLDS: dict[str, Callable[[Sequence[float]], float]] = {
    "count_of": lambda known: float(sum(1 for answer in known if answer)),
    "sum": sum,
    "mean": lambda known: sum(known) / len(known),
    "min": min,
    "max": max,
}


@dataclass(frozen=True, slots=True)
class Member:
    """A device of a group. ``slots``: the points its answer is made of."""

    read: Read
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Group:
    function: str
    members: tuple[Member, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(slot for member in self.members for slot in member.slots)

    def found(self) -> list[Slot]:
        """Of ``any``, ``all`` and ``count_of`` the points of devices of which it is true; of the others of all, what matters most first."""
        known = [(answer, member) for member in self.members if isinstance(answer := member.read(), int | float)]
        if self.function in COUNTING:
            known = [(answer, member) for answer, member in known if answer]
        else:
            known.sort(key=lambda found: found[0], reverse=self.function != "min")
        return [slot for _, member in known for slot in member.slots]
