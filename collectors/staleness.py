"""Which points of a device that says only what has changed have not been spoken of for too long. Pure: blocks and monotonic times in.

A device that is silent altogether fails as a whole, elsewhere; here it speaks, of other points.
"""

from collections.abc import Mapping

from model.quality import ABSENT, is_usable
from model.reading import Block

Told = tuple[float, str | None]
"""The number and the words of a reading."""


class Staleness:
    """``limits_ns``: column → how long its last reading stands."""

    def __init__(self, limits_ns: Mapping[int, int]) -> None:
        self._limits_ns = limits_ns
        self._heard: dict[int, tuple[int, Told]] = {}

    def hear(self, block: Block, now_ns: int) -> None:
        """Remember what a block says; a bad reading stands as it is and grows no staler."""
        for column in self._limits_ns:
            code = block.qualities[column]
            if code == ABSENT:
                continue
            if is_usable(code):
                self._heard[column] = now_ns, (block.values[column], block.texts.get(column))
            else:
                self._heard.pop(column, None)

    def gone_stale(self, now_ns: int) -> dict[int, Told]:
        """Columns whose time has run out with what they last said, each told once until it is heard again."""
        stale = {column: told for column, (at_ns, told) in self._heard.items() if now_ns - at_ns >= self._limits_ns[column]}
        for column in stale:
            del self._heard[column]
        return stale
