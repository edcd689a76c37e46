"""One device behind a link: what is to be read of it now, and how it stands."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from collectors.modbus.decode import Decoder
from collectors.modbus.plan import Request
from collectors.modbus.schedule import Schedule
from collectors.modbus.sunspec import Read
from model.reading import Fault


@dataclass(slots=True)
class Station:
    """``gap_ns`` is the rest the device, or its line, needs between two requests.

    ``find`` is for a device that says itself where its registers lie: it looks, and gives the requests and decoder that fit. It is asked
    before the first poll and again whenever the device was lost.
    """

    device: str
    unit: int
    timeout_s: float
    gap_ns: int
    requests: Sequence[Request]
    decoder: Decoder
    schedule: Schedule
    find: Callable[[Read], Awaitable[tuple[Sequence[Request], Decoder]]] | None = None
    fault: Fault | None = None
    slowest_s: float = 0.0
    """Longest recent answer, fading by a hundredth per answer; 0 until the first."""
    refused: frozenset[int] = frozenset()
    """Requests that it refused when it was last asked."""
    labels: tuple[str, ...] = field(init=False)
    is_found: bool = field(init=False)
    _all: range = field(init=False)
    _has_rhythms: bool = field(init=False)
    _read_turn: int | None = None

    def __post_init__(self) -> None:
        self.ask(self.requests, self.decoder)
        self.is_found = self.find is None

    def ask(self, requests: Sequence[Request], decoder: Decoder) -> None:
        """These from now on; nothing of them has been read yet."""
        self.requests, self.decoder = requests, decoder
        self.labels = tuple(map(str, requests))
        self.is_found = True
        self._all = range(len(requests))
        self._has_rhythms = any(request.turns > 1 for request in requests)
        self._read_turn, self.refused = None, frozenset()

    def took(self, seconds: float) -> None:
        self.slowest_s = max(seconds, 0.99 * self.slowest_s)

    @property
    def is_silent(self) -> bool:
        """It did not answer when it was last asked."""
        return self.schedule.failures > 0

    def wanted(self) -> Sequence[int]:
        """Which requests to send now: those whose turn has come since they were last sent; all of them after a failure.

        A silent device is asked for its shortest block first: all that is lost on one that stays silent.
        """
        if self.is_silent:
            return sorted(self._all, key=lambda n: self.requests[n].count)
        before = self._read_turn
        if not self._has_rhythms or before is None:
            return self._all
        turn = self.schedule.turn
        return [n for n in self._all if turn // self.requests[n].turns != before // self.requests[n].turns]

    def read(self) -> None:
        """What was wanted has been read."""
        self._read_turn = self.schedule.turn

    def lost(self) -> None:
        """Nothing of it is known any more."""
        self._read_turn, self.refused = None, frozenset()
        self.is_found = self.find is None
