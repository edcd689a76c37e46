"""What is known of every device at one instant, noted within a few milliseconds and put into words later, in any thread."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from model.reading import Block
from model.site import Device
from rules.memory import DeviceMemory, ExchangeMemory
from rules.value import Value


class DeviceNotes:
    """One list for all: of objects by the thousand, made at once, the garbage collector would take notice and stop everything."""

    def __init__(self) -> None:
        self._fields: list[Any] = []
        """Of each device those of ``_Note``, one device after the other."""

    def whole(self, device: Device, asked: Iterable[int], block: Block, usable_ns: int, *state: object) -> None:
        """A block of good numbers in every column ``asked`` for. ``state``: the other fields of ``DeviceMemory``, ``exchanges`` apart."""
        self._fields += (device, asked, block, block.values, usable_ns, *state)

    def apart(
        self,
        device: Device,
        asked: Iterable[int],
        blocks: tuple[Block | None, ...],
        values: tuple[Value, ...],
        usable_ns: tuple[int | None, ...],
        *state: object,
    ) -> None:
        """By column."""
        self._fields += (device, asked, blocks, values, usable_ns, *state)

    def words(self) -> Iterator[DeviceMemory]:
        for start in range(0, len(self._fields), _WIDTH):
            note = _Note(*self._fields[start : start + _WIDTH])
            yield DeviceMemory(note.device.id, note.offline, note.heard_ns, note.first_chance_ns, tuple(_exchanges(note)), note.failed)


class _Note(NamedTuple):
    device: Device
    asked: Iterable[int]
    blocks: Block | tuple[Block | None, ...]
    values: Sequence[Value]
    usable_ns: int | tuple[int | None, ...]
    offline: bool | None
    heard_ns: int | None
    first_chance_ns: int | None
    failed: tuple[str, ...]


_WIDTH = len(_Note._fields)


def _exchanges(note: _Note) -> Iterator[ExchangeMemory]:
    """Points of which one block spoke last stand together."""
    if isinstance(note.blocks, Block):
        if columns := list(note.asked):
            yield _exchange(note, note.blocks, columns)
        return
    together: dict[int, tuple[Block, list[int]]] = {}
    for column in note.asked:
        block = note.blocks[column]
        if block is not None:
            together.setdefault(id(block), (block, []))[1].append(column)
    for block, columns in together.values():
        yield _exchange(note, block, columns)


def _exchange(note: _Note, block: Block, columns: Sequence[int]) -> ExchangeMemory:
    at_ns = note.usable_ns
    usable_ns = (at_ns,) if isinstance(at_ns, int) else tuple([at_ns[column] for column in columns])
    return ExchangeMemory(
        source_ns=block.source_ns,
        receive_ns=block.receive_ns,
        usable_ns=usable_ns[:1] if len(set(usable_ns)) == 1 else usable_ns,
        points=tuple([note.device.points[column].name for column in columns]),
        values=tuple([note.values[column] for column in columns]),
        qualities=bytes([block.qualities[column] for column in columns]),
    )
