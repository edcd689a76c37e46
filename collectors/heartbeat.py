"""Whether a device that answers is also alive: a point that has to change does, or all it says is doubted. Pure; the caller keeps time.

A gateway, or a controller whose program has stopped, goes on answering with what its registers held last. Its heartbeat then stands still.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from model.profile import Profile
from model.quality import ABSENT, GOOD, Quality

STOPPED = Quality.LAST_USABLE
"""OPC DA 3.0 §6.8: whatever was writing this value has stopped doing so."""


@dataclass(slots=True)
class _Beat:
    """One heartbeat: where it stands, how long it may stand still, and what it last showed."""

    column: int
    limit_ns: int
    value: float | None = None
    seen_ns: int = 0
    changed_ns: int = 0

    def meet(self, value: float, at_ns: int) -> None:
        """A reading. After a silence longer than the limit the device gets the whole limit again: it may have toggled unseen."""
        if value != self.value or at_ns - self.seen_ns > self.limit_ns:
            self.changed_ns = at_ns
        self.value, self.seen_ns = value, at_ns

    def has_stopped(self, at_ns: int) -> bool:
        return self.value is not None and at_ns - self.changed_ns > self.limit_ns


class Heartbeat:
    """The heartbeats of one device, over its blocks."""

    def __init__(self, profile: Profile) -> None:
        limits = ((column, point.toggles_within_ns) for column, point in enumerate(profile.points))
        self._beats = [_Beat(column, limit_ns) for column, limit_ns in limits if limit_ns is not None]

    @property
    def is_needed(self) -> bool:
        """Whether the device has a heartbeat at all."""
        return bool(self._beats)

    def judge(self, values: Sequence[float], qualities: bytes, at_ns: int) -> bytes:
        """The qualities of a block received at that time: what was good is the last usable value once a heartbeat has stopped.

        The heartbeat itself keeps its quality, so that one can see which it was.
        """
        for beat in self._beats:
            if qualities[beat.column] == GOOD:
                beat.meet(values[beat.column], at_ns)
        if not any(beat.has_stopped(at_ns) for beat in self._beats):
            return qualities
        own = {beat.column for beat in self._beats}
        doubted = (code if column in own or not _is_better(code) else int(STOPPED) for column, code in enumerate(qualities))
        return bytes(doubted)


def _is_better(code: int) -> bool:
    return code > STOPPED and code != ABSENT
