"""When an edge node may be asked to say its births again. Pure: monotonic time is an argument."""

from enum import StrEnum

from model.clock import MINUTE

LONGEST_PAUSE_NS = 10 * MINUTE
"""Between two requests to a node that does not answer them. What it says of itself meanwhile is taken at once."""


class Reason(StrEnum):
    """Why a node is asked."""

    JUST_CONNECTED = "we have just connected, and births are not kept by the broker"
    DATA_BEFORE_BIRTH = "data came before the birth that explains it"
    UNKNOWN_METRIC = "data of a metric that no birth has named"
    LOST_MESSAGES = "a gap in the sequence numbers"
    BAD_PAYLOAD = "a message that could not be read"
    SILENT = "a device has said nothing for too long"


class Asking:
    """A wish is kept until a birth fulfils it, and told again after growing pauses; a birth makes them short again, but never none."""

    def __init__(self, pause_ns: int) -> None:
        self._least_ns = self._pause_ns = pause_ns
        self._not_before_ns = 0
        self.wish: Reason | None = None

    def want(self, reason: Reason, not_before_ns: int = 0) -> None:
        """The first reason stands until it is fulfilled."""
        if self.wish is None:
            self.wish, self._not_before_ns = reason, max(self._not_before_ns, not_before_ns)

    def forget(self) -> None:
        """A birth has come, or nobody is there to hear."""
        self.wish = None
        self._pause_ns = self._least_ns

    def due(self, now_ns: int) -> Reason | None:
        """The reason to ask for now, once: with it a pause begins."""
        if self.wish is None or now_ns < self._not_before_ns:
            return None
        self._not_before_ns = now_ns + self._pause_ns
        self._pause_ns = min(2 * self._pause_ns, LONGEST_PAUSE_NS)
        return self.wish
