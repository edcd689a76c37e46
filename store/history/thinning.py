"""What of a block is worth storing where a site keeps changes only. Pure: blocks in order in, the columns that are news out.

A column is news when its quality has changed, when its value has left the deadband around the last one stored, when its words are others,
or when nothing of it has been stored for a heartbeat: a flat line is not mistaken for a dead one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.clock import MINUTE
from model.quality import ABSENT
from model.reading import Block
from model.site import Device, Keep, Site, StoreConfig

_LATENESS_NS = MINUTE


@dataclass(slots=True)
class _Stored:
    """What of one device was last stored, by column; a column never stored has the quality ABSENT."""

    deadband: NDArray[np.float64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]
    at_ns: NDArray[np.int64]
    words: dict[int, str] = field(default_factory=dict)


class Thinning:
    """``deadbands``: device → its deadband per column, in the point's unit."""

    def __init__(self, deadbands: Mapping[str, Sequence[float]], heartbeat_ns: int) -> None:
        self._heartbeat_ns = heartbeat_ns
        self._stored = {device: _nothing_stored(np.array(widths, dtype=np.float64)) for device, widths in deadbands.items()}

    def news(self, block: Block) -> bytes | None:
        """The block's qualities, ABSENT where a column is no news; None when none is."""
        stored = self._stored[block.device]
        value, quality = np.frombuffer(block.values, dtype=np.float64), np.frombuffer(block.qualities, dtype=np.uint8)
        is_news = np.abs(value - stored.value) > stored.deadband
        is_news |= quality != stored.quality
        is_news |= np.abs(block.source_ns - stored.at_ns) >= self._heartbeat_ns
        for column, words in block.texts.items():
            if stored.words.get(column) != words:
                is_news[column] = True
                stored.words[column] = words
        is_news &= quality != ABSENT
        if not is_news.any():
            return None
        stored.value[is_news], stored.quality[is_news], stored.at_ns[is_news] = value[is_news], quality[is_news], block.source_ns
        return block.qualities if is_news.all() else np.where(is_news, quality, np.uint8(ABSENT)).tobytes()


def _nothing_stored(deadband: NDArray[np.float64]) -> _Stored:
    columns = len(deadband)
    unknown = np.full(columns, ABSENT, dtype=np.uint8)
    return _Stored(deadband, np.full(columns, np.nan), unknown, np.zeros(columns, dtype=np.int64))


def thinning_of(config: StoreConfig, site: Site) -> Thinning | None:
    """What the store is asked to leave out; None when it keeps everything."""
    if config.keep is Keep.ALL:
        return None
    return Thinning({device.id: deadbands(device) for device in site.devices.values()}, config.heartbeat_ns)


def deadbands(device: Device) -> list[float]:
    """Per column; the site's word goes before the profile's."""
    return [device.deadbands.get(point.name, point.deadband or 0.0) for point in device.points]


def holds_for_ns(config: StoreConfig, site: Site, point_id: str) -> int:
    """How long a stored reading stands for those that were left out after it; 0 where none are.

    The next one is stored with the first poll after a heartbeat, and that poll may come late.
    """
    if config.keep is Keep.ALL:
        return 0
    found = site.point(point_id)
    every_ns = max(found[0].every_ns, found[0].points[found[1]].every_ns) if found else 0
    return config.heartbeat_ns + every_ns + _LATENESS_NS
