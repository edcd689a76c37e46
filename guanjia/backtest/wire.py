"""What goes between the two processes of a backtest: one pickled object after the other, each behind its length in 8 bytes.

Both ends are ours and of the same installation; the pipes are those the one process made for the other.
"""

import pickle
from typing import Any, BinaryIO

_LENGTH = 8


class Wire:
    def __init__(self, hears: BinaryIO, says: BinaryIO) -> None:
        self._hears = hears
        self._says = says

    def send(self, said: object) -> None:
        """Waits while the other end is busy. OSError when it is gone."""
        told = pickle.dumps(said, protocol=5)
        self._says.write(len(told).to_bytes(_LENGTH, "big"))
        self._says.write(told)
        self._says.flush()

    def receive(self) -> Any:
        """EOFError when the other end is gone."""
        return pickle.loads(self._exactly(int.from_bytes(self._exactly(_LENGTH), "big")))

    def _exactly(self, length: int) -> bytes:
        found = self._hears.read(length)
        if len(found) < length:
            raise EOFError
        return found
