"""The core's side of the live topic: whether anything is missing, and what to say to the edge about it. Pure."""

from guanjia.apart.frames import Live, State
from guanjia.apart.live_feed import UNSEEN
from model.clock import SECOND

ASK_AGAIN_NS = 2 * SECOND
"""A question may get lost; so long it is waited for an answer."""


class LiveReception:
    """One edge. Frames of one start are numbered; with a number missing nothing is believed until the newest of every device has come."""

    def __init__(self) -> None:
        self.run = ""
        self.seen = 0
        self._is_whole = False
        self._asked_ns: int | None = None
        self._replied = 0

    def takes(self, frame: Live) -> bool:
        """Whether the frame may be shown and judged."""
        follows = self._is_whole and frame.run == self.run and frame.number == self.seen + 1
        if not (follows or frame.anew):
            self._is_whole = False
            return False
        self.run, self.seen = frame.run, frame.number
        self._is_whole, self._asked_ns = True, None
        return True

    def heard(self, state: State) -> None:
        """A heartbeat names the last frame sent before it: one that has not come is lost."""
        if (state.run, state.number) != (self.run, self.seen):
            self._is_whole = False

    def lost(self) -> None:
        """The edge, or the way to it, is gone."""
        self._is_whole, self._asked_ns = False, None

    def wants_all(self, now_ns: int) -> bool:
        """Whether to ask for the newest of every device now."""
        if self._is_whole or (self._asked_ns is not None and now_ns < self._asked_ns + ASK_AGAIN_NS):
            return False
        self._asked_ns = now_ns
        return True

    def owes_reply(self) -> bool:
        """Whether it is time to say how far the frames have come: well before the edge would stop and wait for it. Said once."""
        is_due = not self._replied <= self.seen < self._replied + UNSEEN // 2
        if is_due:
            self._replied = self.seen
        return is_due
