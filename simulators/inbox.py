"""Bytes that came in on a stream → requests → replies that leave at their time. The same on a socket and on a serial line."""

from collections.abc import Callable
from typing import Any, Protocol

from simulators.bus import Bus
from simulators.framing import SILENCE_S, NoFrame


class Timer(Protocol):
    """The part of an event loop that is needed here."""

    def time(self) -> float:
        """Seconds that only grow."""
        ...

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> object: ...


class Inbox:
    """``send`` puts a frame on the stream, ``hang_up`` ends it; neither is asked for anything else."""

    def __init__(self, bus: Bus, timer: Timer, send: Callable[[bytes], None], hang_up: Callable[[], None]) -> None:
        self._bus = bus
        self._timer = timer
        self._send = send
        self._hang_up = hang_up
        self.received = bytearray()
        self._heard_at = 0.0

    def take(self, data: bytes) -> None:
        """Answer every request that is whole by now."""
        if self._bus.framing.silence_ends_frame:
            self._forget_after_silence()
        self.received += data
        try:
            while (request := self._bus.framing.take(self.received)) is not None:
                frame, late_s, hangs_up = self._bus.reply(request)
                if hangs_up:
                    self.received.clear()
                    self._hang_up()
                elif late_s > 0:
                    self._timer.call_later(late_s, self._send, frame)
                elif frame:
                    self._send(frame)
        except NoFrame:
            self.received.clear()
            self._hang_up()

    def _forget_after_silence(self) -> None:
        now = self._timer.time()
        if now - self._heard_at > SILENCE_S:
            self.received.clear()
        self._heard_at = now
