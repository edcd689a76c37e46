"""Devices on a serial line, played on a pseudo-terminal: whatever opens its other end sees an RS-485 port with the units on it.

master ──opens──► /dev/pts/4 ◄── the name of the site file is linked there, where that is possible
                     │ pty
                  SerialLine ──► Inbox ──► Bus
"""

import asyncio
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from simulators.bus import Bus
from simulators.inbox import Inbox

log = structlog.get_logger()
_READ_AT_MOST = 4096
_PTS = "/dev/pts/", "/dev/ttys"
"""Where Linux and macOS keep the ends of pseudo-terminals."""


@dataclass(slots=True)
class SerialLine:
    """``name`` is the port of the site file; ``path`` says, once open, what a master is to open."""

    name: str
    bus: Bus
    path: str = ""
    _ends: tuple[int, int] | None = None
    _link: Path | None = None
    _inbox: Inbox | None = field(default=None, repr=False)

    async def open(self) -> None:
        """Without pseudo-terminals (Windows) it says so, and the devices of the line stay silent."""
        if self._ends is not None:
            return
        if sys.platform == "win32":
            log.warning("serial_line_not_simulated", line=self.name, reason="Windows has no pseudo-terminals; use Linux or macOS")
            return
        self._ends = _raw_pair()
        loop = asyncio.get_running_loop()
        self._inbox = Inbox(self.bus, loop, self._send, _nothing_to_hang_up)
        loop.add_reader(self._ends[0], self._receive)
        self.path = os.ttyname(self._ends[1])
        self._link = _linked(Path(self.name), self.path)
        if self._link is not None:
            self.path = self.name

    async def close(self) -> None:
        ends, self._ends = self._ends, None
        if ends is None:
            return
        asyncio.get_running_loop().remove_reader(ends[0])
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        for end in ends:
            os.close(end)

    def _receive(self) -> None:
        if self._ends is not None and self._inbox is not None:
            try:
                self._inbox.take(os.read(self._ends[0], _READ_AT_MOST))
            except BlockingIOError:
                return

    def _send(self, frame: bytes) -> None:
        """A master that does not read loses what does not fit, as on a wire."""
        if self._ends is not None:
            try:
                os.write(self._ends[0], frame)
            except BlockingIOError:
                log.debug("serial_frame_lost", line=self.name)


def _raw_pair() -> tuple[int, int]:
    """Both ends of a pseudo-terminal that changes no byte.

    Ours never waits; the other is kept open, or ours would fail while there is no master.
    """
    assert sys.platform != "win32"
    import tty

    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    return ours, theirs


def _linked(name: Path, path: str) -> Path | None:
    """A link of that name to the pseudo-terminal; a link some earlier fleet has left is replaced, anything else stays as it is."""
    try:
        if name.is_symlink() and str(name.readlink()).startswith(_PTS):
            name.unlink()
        name.symlink_to(path)
    except OSError as error:
        log.warning("serial_line_not_linked", line=str(name), open_instead=path, reason=error.strerror)
        return None
    return name


def _nothing_to_hang_up() -> None:
    """A serial line has no connection to end."""
