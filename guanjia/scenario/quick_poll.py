"""A poll of a device that is well, on a line that is well, at the cost of what has changed.

What ``collectors.modbus.client`` does with such a device, without its waiting: the answers' bytes are cut out of the simulated registers
where the first real exchange has found them, and decoded again only when one of them has changed.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence

from collectors.errors import DeviceException
from collectors.modbus.plan import Request
from collectors.modbus.station import Station as Polled
from collectors.modbus.wire import answer_data
from guanjia.scenario.virtual_wire import read_pdu
from model.profile import Table
from model.quality import GOOD
from model.reading import Block
from simulators.register_image import RegisterImage
from simulators.station import Station

_BITS = (Table.COIL, Table.DISCRETE)


def quick_poll(polled: Polled, station: Station) -> "QuickPoll | None":
    """None where the device refuses a request: such a one is polled the whole way every time."""
    try:
        for request in polled.requests:
            answer_data(station.answer(read_pdu(request)), request)
    except DeviceException:
        return None
    return QuickPoll(polled, station)


class QuickPoll:
    """``read`` gives the block that a whole exchange would give at the same moment."""

    def __init__(self, polled: Polled, station: Station) -> None:
        self._polled = polled
        self._station = station
        self._image = station.image()
        self._good = [GOOD] * len(polled.requests)
        self._cuts = [_cut(self._image, request) for request in polled.requests]
        self._version = -1
        self._said: tuple[array[float], bytes, Mapping[int, str], tuple[tuple[str, bytes], ...]]

    def read(self, now_ns: int) -> Block:
        station = self._station
        station.stale = True
        if station.image().version != self._version:
            self._version = self._image.version
            answers = [cut() for cut in self._cuts]
            decoded = self._polled.decoder.decode(answers, self._good)
            self._said = (*decoded, tuple(zip(self._polled.labels, answers, strict=True)))
        values, qualities, texts, raw = self._said
        return Block(self._polled.device, now_ns, now_ns, values, qualities, texts, raw=raw)


def _cut(image: RegisterImage, request: Request) -> Callable[[], bytes]:
    """The data of the answer to this request, whatever the registers hold by then."""
    if request.table in _BITS:
        return lambda: _packed(image.read(request.table, request.address, request.count) or b"")
    cells, first, last = image.place(request.table, request.address, request.count)
    return lambda: bytes(cells[first:last])


def _packed(cells: Sequence[int]) -> bytes:
    """One bit per coil, the first in the lowest (Modbus V1.1b3 §6.1)."""
    return sum(1 << place for place, cell in enumerate(cells) if cell).to_bytes((len(cells) + 7) // 8, "little")
