"""The edge's side of the kept stream: one batch of the spool under way, go-back-N. Pure: times in, frames to send out.

    acknowledged        under way, not acknowledged
    ───────────────┬───────────────────────────────────┐
                 floor   ▲ after a silence all of it goes again, from the first frame not acknowledged

What the core has is told by the core alone, once it is on its disk. That a broker has taken a frame says nothing.
"""

from collections.abc import Sequence
from enum import StrEnum

from model.clock import SECOND

PATIENCE_NS = 5 * SECOND
"""So long without a word of progress before everything not acknowledged is sent again."""


class Progress(StrEnum):
    """What an acknowledgement did."""

    NONE = "none"
    """Nothing new: said before, or about another epoch."""
    SOME = "some"
    ALL = "all"
    AHEAD = "ahead"
    """The core has more of this epoch than was ever written: the spool here is an old copy."""


class Window:
    """``ends``: the last number of each frame of the batch, rising; ``floor``: what the core has acknowledged before."""

    def __init__(self, epoch: str, floor: int, ends: Sequence[int]) -> None:
        self.epoch = epoch
        self.acknowledged = floor
        self._floor = floor
        self._ends = tuple(ends)
        self._due_ns: int | None = None

    @property
    def is_done(self) -> bool:
        return not self._ends or self.acknowledged >= self._ends[-1]

    def reply(self, epoch: str, position: int, newest: int, now_ns: int) -> Progress:
        """The core has everything of ``epoch`` up to ``position`` on disk; ``newest`` is the last number ever given here."""
        if epoch != self.epoch:
            return Progress.NONE
        if position > newest:
            return Progress.AHEAD
        if position <= self.acknowledged:
            return Progress.NONE
        self.acknowledged = position
        self._due_ns = now_ns + PATIENCE_NS
        return Progress.ALL if self.is_done else Progress.SOME

    def due(self, now_ns: int) -> list[int]:
        """Which frames to send now, by their place in the batch: at first all, after a silence those not acknowledged."""
        if self.is_done or (self._due_ns is not None and now_ns < self._due_ns):
            return []
        self._due_ns = now_ns + PATIENCE_NS
        return [place for place, end in enumerate(self._ends) if end > self.acknowledged]

    def broken(self) -> None:
        """The connection was lost: what was under way may be lost with it, so all of it is due at once when it is back."""
        self._due_ns = None

    def wait_ns(self, now_ns: int) -> int:
        """How long nothing is due, unless the core says something."""
        return 0 if self._due_ns is None else max(0, self._due_ns - now_ns)
