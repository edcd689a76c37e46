"""The core's side of the kept stream: which frame comes next, which came before, which comes too early. Pure.

position ──┬── after ≤ position < last ──► NEW      rows behind the position are taken
           ├── last ≤ position         ──► KNOWN    said again: acknowledge again
           └── position < after        ──► EARLY    one before it was lost: acknowledge what there is, the edge goes back
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Origin = tuple[str, str]
"""(edge, epoch): whose numbers they are. An edge with a new spool begins a new epoch; what is known of the old one stays."""


class Verdict(StrEnum):
    """What to do with a frame."""

    NEW = "new"
    KNOWN = "known"
    EARLY = "early"


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    position: int
    """Rows up to here are here already, or will never come."""
    skipped: int = 0
    """Numbers between the last row here and the floor: acknowledged once, and gone on this side (a core restored from a copy)."""


class Reception:
    """``positions``: what the disk says at the start."""

    def __init__(self, positions: Mapping[Origin, int]) -> None:
        self._positions = dict(positions)

    def judge(self, origin: Origin, floor: int, after: int, last: int) -> Judgement:
        """``floor``: what the edge holds acknowledged and will not send again; the frame has what lies behind ``after`` up to ``last``."""
        known = self._positions.get(origin)
        position = floor if known is None else max(known, floor)
        skipped = 0 if known is None else position - known
        if after > position:
            return Judgement(Verdict.EARLY, position, skipped)
        return Judgement(Verdict.NEW if last > position else Verdict.KNOWN, position, skipped)

    def committed(self, origin: Origin, last: int) -> None:
        """The rows up to ``last`` are on disk."""
        self._positions[origin] = last

    def position(self, origin: Origin) -> int:
        """What may be acknowledged; 0 for an epoch never heard of."""
        return self._positions.get(origin, 0)
