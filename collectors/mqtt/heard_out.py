"""The socket under paho: reads ahead, and hears a peer out before it notices that the peer is gone.

A broker that is killed leaves words unread in our buffers. paho would meet its own failing acknowledgement first, close, and lose them; and
the broker, restarted from what it had saved, may not know them any more. And it reads a message in four small pieces; here that is one
system call for many messages.
"""

import socket
import ssl

READ_AHEAD = 64 * 1024


class HeardOut:
    """What paho needs of a socket, around one that is connected."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._ahead = b""
        self._at = 0
        self._is_deaf = False
        """Whether the peer no longer takes what we send."""

    def recv(self, size: int) -> bytes:
        start = self._at
        if start < len(self._ahead):
            self._at = start + size
            return self._ahead[start : start + size]
        try:
            received = self._socket.recv(max(size, READ_AHEAD))
        except (BlockingIOError, ssl.SSLWantReadError):
            if self._is_deaf:
                raise ConnectionResetError("the peer is gone, and all it said is heard") from None
            raise
        if len(received) <= size:
            return received
        self._ahead, self._at = received, size
        return received[:size]

    def send(self, sent: bytes) -> int:
        try:
            return self._socket.send(sent)
        except (BrokenPipeError, ConnectionResetError, ConnectionAbortedError):
            self._is_deaf = True
            return len(sent)

    def pending(self) -> int:
        """Bytes read ahead: paho asks before it waits for more."""
        ahead = max(0, len(self._ahead) - self._at)
        within = getattr(self._socket, "pending", None)
        return ahead + (within() if within is not None else 0)

    def fileno(self) -> int:
        return self._socket.fileno()

    def setblocking(self, blocking: bool) -> None:
        self._socket.setblocking(blocking)

    def close(self) -> None:
        self._socket.close()
