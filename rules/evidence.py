"""Which bytes stand behind the values of a condition: kept with the occurrence they fired, for the walk back to the wire."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from model.alarm import Evidence
from model.exchange import is_of_registers, place, scale_place
from model.profile import Point, Register
from model.quality import Quality
from model.reading import Block
from rules.slots import Slot

BYTES_KEPT = 512
"""Of one answer; the longest Modbus answer has 250, a message may have any length and is cut."""
EXCHANGES_KEPT = 12
"""Of one occurrence; a fire panel's matching points can lie in as many answers as there are loops."""


@dataclass(slots=True)
class _Exchange:
    block: Block
    asked: str
    answer: bytes
    qualities: dict[str, Quality] = field(default_factory=dict)

    def kept(self) -> Evidence:
        block = self.block
        shown = self.answer[:BYTES_KEPT].hex()
        return Evidence(block.device, self.asked, shown, len(self.answer), block.source_ns, block.receive_ns, self.qualities)


def evidence(slots: Iterable[Slot]) -> tuple[Evidence, ...]:
    """The exchanges that last spoke of these points, each once; a failed one without bytes, a point never spoken of without any."""
    exchanges: dict[tuple[int, str], _Exchange] = {}
    for slot in slots:
        block = slot.inputs.block(slot.column)
        if block is None:
            continue
        for asked, answer, is_scale in _carriers(block, slot.point):
            exchange = exchanges.setdefault((id(block), asked), _Exchange(block, asked, answer))
            if not is_scale:
                exchange.qualities[slot.point_id] = Quality(block.qualities[slot.column])
    return tuple(exchange.kept() for exchange in list(exchanges.values())[:EXCHANGES_KEPT])


def _carriers(block: Block, point: Point) -> Iterator[tuple[str, bytes, bool]]:
    """What was asked, what came, and whether that holds the point's scale only. A message carries whatever its block speaks of."""
    if not block.raw:
        yield "", b"", False
    for asked, answer in block.raw:
        if not (isinstance(point.wire, Register) and is_of_registers(asked)) or place(asked, point.wire):
            yield asked, answer, False
        elif scale_place(asked, point.wire):
            yield asked, answer, True
