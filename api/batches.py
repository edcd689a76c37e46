"""What changed among the readings since the last batch."""

from array import array
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from api.shapes import ReadingShape
from api.words import Wire
from model.quality import ABSENT, Quality, is_usable
from model.reading import Block, LastValue, LiveValues
from model.site import Site


@dataclass(slots=True)
class _Said:
    """The newest a device has said, column by column."""

    values: "array[float]"
    qualities: bytes
    texts: Mapping[int, str]


class Batches:
    """Compares blocks as they come and keeps what is new until it is taken: at most one value per point."""

    def __init__(self, site: Site, live: LiveValues) -> None:
        self._site = site
        self._live = live
        self._wire = Wire(site)
        self._said: dict[str, _Said] = {}
        self._new: dict[tuple[str, int], LastValue] = {}
        self._answered_ns: dict[str, int] = {}

    def forget(self) -> None:
        """Start afresh: what comes next counts as new."""
        self._said.clear()
        self._new.clear()
        self._answered_ns.clear()

    def note(self, block: Block) -> None:
        for column in _changed(self._said.get(block.device), block):
            self._new[block.device, column] = _last(block, column)
        self._said[block.device] = _laid_over(self._said.get(block.device), block)
        if block.fault is None:
            self._answered_ns[block.device] = block.receive_ns

    def take(self) -> dict[str, Any]:
        """``{items, devices}``: the points that changed, and when each device that spoke did so last."""
        new, self._new = self._new, {}
        answered, self._answered_ns = self._answered_ns, {}
        devices = self._site.devices
        items: list[ReadingShape] = [self._wire.reading(devices[device], column, last) for (device, column), last in new.items()]
        return {"items": items, "devices": {device: self._wire.time(at_ns) for device, at_ns in answered.items()}}

    def everything(self, devices: Container[str]) -> dict[str, Any]:
        """The same shape with every point of these devices as it stands."""
        chosen = [device for device in self._site.devices.values() if device.id in devices]
        columns = [(device, column) for device in chosen for column in range(len(device.points))]
        items = [self._wire.reading(device, column, self._live.last(device.id, column)) for device, column in columns]
        return {"items": items, "devices": {d.id: self._wire.maybe_time(self._live.link(d.id).last_answer_ns) for d in chosen}}


def _changed(said: _Said | None, block: Block) -> Iterable[int]:
    if said is None:
        return [column for column, quality in enumerate(block.qualities) if quality != ABSENT]
    if said.qualities == block.qualities and said.values == block.values and said.texts == block.texts:
        return ()
    return [column for column, quality in enumerate(block.qualities) if quality != ABSENT and _differs(said, block, column)]


def _differs(said: _Said, block: Block, column: int) -> bool:
    quality = block.qualities[column]
    if quality != said.qualities[column]:
        return True
    return is_usable(quality) and _value(said, column) != _value(block, column)


def _value(source: _Said | Block, column: int) -> float | str | None:
    """The words of a text point, whose number is NaN, else the number."""
    return source.texts[column] if column in source.texts else source.values[column]


def _last(block: Block, column: int) -> LastValue:
    quality = Quality(block.qualities[column])
    return LastValue(_value(block, column) if is_usable(quality) else None, quality, block.source_ns, block.receive_ns)


def _laid_over(said: _Said | None, block: Block) -> _Said:
    """A block with every column stands for itself; a partial one is laid over what was said before."""
    if ABSENT not in block.qualities or said is None:
        return _Said(block.values, block.qualities, block.texts)
    present = [column for column, quality in enumerate(block.qualities) if quality != ABSENT]
    values, qualities = array("d", said.values), bytearray(said.qualities)
    for column in present:
        values[column], qualities[column] = block.values[column], block.qualities[column]
    return _Said(values, bytes(qualities), {**said.texts, **{column: block.texts[column] for column in present if column in block.texts}})
