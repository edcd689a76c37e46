"""The messages a device has lately dated itself. Pure.

A publisher that missed an acknowledgement sends its message again (MQTT 3.1.1 §4.3.2), and only the time in it tells us so.
"""

from collections.abc import Iterable

from model.reading import Block, Dated

REMEMBERED = 64
"""Messages per device: more than a publisher has on its way at once (20 by the usual defaults)."""


class Recent:
    """One device's."""

    def __init__(self, before: Iterable[Dated] = ()) -> None:
        """``before``: what came, oldest first, in an earlier life of the process."""
        self._seen: dict[tuple[int, int], None] = {(source_ns, hash(raw)): None for source_ns, raw in [*before][-REMEMBERED:]}

    def is_again(self, block: Block) -> bool:
        """Whether the very same message, of the same time of the device's own, has come before; remembered from now on."""
        if block.source_ns == block.receive_ns:
            return False
        message = (block.source_ns, hash(block.raw))
        if message in self._seen:
            return True
        self._seen[message] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return False
