"""Which messages wait for which commit before they are acknowledged. Pure.

    taken ──► waiting (mid, number of its last block) ──committed ≥ number──► due: acknowledge ──► done
    connection lost ──► earlier; what the broker sends again is known, and not handed over twice

Done is remembered too: a broker that was killed may have forgotten our acknowledgement.
"""

from typing import NamedTuple


class _Receipt(NamedTuple):
    number: int
    topic: str
    payload: bytes


class Receipts:
    """``limit`` bounds what is remembered of messages done and of lost connections; what waits the broker's window bounds."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: dict[int, _Receipt] = {}
        self._done: dict[int, _Receipt] = {}
        self._earlier: dict[int, _Receipt] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def began(self, is_resumed: bool) -> None:
        """A new connection: what was not acknowledged over the last one comes again if the broker has kept our session."""
        carried = {**self._earlier, **self._done, **self._waiting} if is_resumed else {}
        self._earlier = dict(list(carried.items())[-2 * self._limit :])
        self._done, self._waiting = {}, {}

    def is_known(self, mid: int, topic: str, payload: bytes) -> bool:
        """Whether a message that may have come before was taken over a connection since lost. It then waits for its commit as before."""
        receipt = self._earlier.pop(mid, None)
        if receipt is None or receipt.topic != topic or receipt.payload != payload:
            return False
        self._waiting[mid] = receipt
        return True

    def take(self, mid: int, number: int, topic: str, payload: bytes) -> None:
        """The message of that id is safe once ``number`` blocks are."""
        self._waiting[mid] = _Receipt(number, topic, payload)

    def due(self, committed: int) -> list[int]:
        """Ids to acknowledge now, in the order the messages came."""
        mids: list[int] = []
        for mid, receipt in self._waiting.items():
            if receipt.number > committed:
                break
            mids.append(mid)
        for mid in mids:
            self._done.pop(mid, None)
            self._done[mid] = self._waiting.pop(mid)
        for _ in range(len(self._done) - self._limit):
            del self._done[next(iter(self._done))]
        return mids
