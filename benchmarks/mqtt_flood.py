"""A publisher that costs next to nothing, so that the consumer is what is measured: MQTT 3.1.1 at QoS 1, written by hand.

PUBLISH   32 | remaining length | topic length, topic | message id | payload        (MQTT 3.1.1 §3.3)
PUBACK    40 02 | message id
"""

import socket
import struct
import time
from collections.abc import Iterable

WINDOW = 2_000
"""Messages on their way that the broker has not acknowledged."""
BATCH = 50
_CONNECT = bytes.fromhex("10 11 0004 4d515454 04 02 003c 0005 666c6f6f64".replace(" ", ""))
_PUBACK_BYTES = 4


class Flood:
    """Connected to the broker on a port of the loopback."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sent = self._answered = self._mid = 0

    def __enter__(self) -> "Flood":
        self._socket.sendall(_CONNECT)
        assert self._socket.recv(4)[3] == 0, "the broker lets us in"
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def pour(self, messages: Iterable[tuple[str, bytes]], per_s: float) -> None:
        """Publish all, evenly at that rate (0: as fast as the broker takes them), and wait until it has acknowledged the last."""
        begun, batch = time.perf_counter(), bytearray()
        for topic, payload in messages:
            batch += self._packet(topic.encode(), payload)
            self._sent += 1
            if self._sent % BATCH == 0:
                self._send(batch)
                early = begun + self._sent / per_s - time.perf_counter() if per_s else 0.0
                if early > 0:
                    time.sleep(early)
        self._send(batch)
        while self._answered < self._sent * _PUBACK_BYTES:
            self._hear()

    def _packet(self, topic: bytes, payload: bytes) -> bytes:
        self._mid = self._mid % 65_535 + 1
        length = 4 + len(topic) + len(payload)
        size = bytes([length]) if length < 128 else bytes([length & 127 | 128, length >> 7])
        return b"\x32" + size + struct.pack(">H", len(topic)) + topic + struct.pack(">H", self._mid) + payload

    def _send(self, batch: bytearray) -> None:
        self._socket.sendall(batch)
        batch.clear()
        while self._sent - self._answered // _PUBACK_BYTES > WINDOW:
            self._hear()

    def _hear(self) -> None:
        self._answered += len(self._socket.recv(65_536))
