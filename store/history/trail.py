"""What the alarm engine has judged, as the spool holds it: read again after a crash, block by block, in the order it was judged in."""

from array import array
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from model.quality import ABSENT
from model.reading import Block, Dated, Fault
from store.history.columns import texts_of
from store.history.layout import Layout
from store.history.spool import Spool
from store.history.spool_file import Row, Use

BATCH = 1_000
LATELY = 20_000
"""So many of the newest rows are looked through for messages that a broker or a publisher may send again."""

_Raw = tuple[tuple[str, bytes], ...]
_RAW = msgspec.msgpack.Decoder(_Raw)


class Trail:
    """``model.ports.Trail``. ``columns``: device → its point names as the site is configured now; what others were is left out."""

    def __init__(self, spool: Spool, columns: Mapping[str, Sequence[str]]) -> None:
        self._spool = spool
        self._columns = columns
        self.identity = spool.file.identity

    def span(self) -> tuple[int, int]:
        return self._spool.file.span()

    def blocks(self, after: int, through: int) -> Iterator[tuple[int, Block]]:
        while rows := self._spool.file.after(after, BATCH, Use.JUDGED):
            for row in rows:
                if row.id > through:
                    return
                block = self._block(row)
                if block is not None:
                    yield row.id, block
            after = rows[-1].id

    def hold(self, position: int) -> None:
        self._spool.hold(position)

    def harden(self) -> None:
        self._spool.file.harden()

    def dated(self, devices: Sequence[str]) -> dict[str, list[Dated]]:
        """Messages on disk that these devices have dated themselves, oldest first: what comes again is known by them."""
        layouts = {number: layout.device for number, layout in self._spool.layouts.items() if layout.device in set(devices)}
        found: dict[str, list[Dated]] = {}
        for row in self._spool.file.after(self.span()[1] - LATELY, LATELY, Use.HISTORY) if layouts else ():
            device = layouts.get(row.layout)
            if device is not None and row.raw is not None and row.source_ns != row.receive_ns:
                found.setdefault(device, []).append((row.source_ns, _RAW.decode(row.raw)))
        return found

    def _block(self, row: Row) -> Block | None:
        """None for a device that is no longer there."""
        layout = self._spool.layouts[row.layout]
        columns = self._columns.get(layout.device)
        if columns is None:
            return None
        values, qualities, texts = array("d", bytes(row.numbers)), row.qualities, texts_of(row)
        if tuple(columns) != layout.columns:
            values, qualities, texts = _rearranged(layout, columns, values, qualities, texts)
        fault = Fault(row.fault) if row.fault else None
        raw = _RAW.decode(row.raw) if row.raw else ()
        return Block(layout.device, row.source_ns, row.receive_ns, values, qualities, texts, fault, raw)


def _rearranged(
    layout: Layout, columns: Sequence[str], values: "array[float]", qualities: bytes, texts: Mapping[int, str]
) -> tuple["array[float]", bytes, dict[int, str]]:
    """What was said under other columns, for the points that are still there; nothing of the others."""
    was = {name: column for column, name in enumerate(layout.columns)}
    places = [was.get(name) for name in columns]
    return (
        array("d", [float("nan") if place is None else values[place] for place in places]),
        bytes(ABSENT if place is None else qualities[place] for place in places),
        {column: texts[place] for column, place in enumerate(places) if place is not None and place in texts},
    )
