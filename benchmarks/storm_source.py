"""The fast source that stands in for the devices of ``benchmarks.storm``, driven over its process's standard input."""

import asyncio
import sys
import threading
from array import array
from collections.abc import Mapping, Sequence
from functools import partial

from guanjia.hub import Hub
from model.clock import Clock
from model.ports import PartHealth
from model.quality import ABSENT, GOOD
from model.reading import Block
from model.site import Site
from store.history.open import HistoryStore


class Source:
    """``guanjia.platform.Source``: every device once a second, well, unless it is told otherwise."""

    def __init__(self, site: Site, hub: Hub, clock: Clock, _: HistoryStore, *, broken: int) -> None:
        """``broken``: so many of them are when the platform starts."""
        self._devices, self._hub, self._clock = list(site.devices), hub, clock
        self._broken = set(self._devices[:broken])
        self._stopping = asyncio.Event()

    def flip(self, devices: Sequence[str], *, is_broken: bool) -> None:
        (self._broken.update if is_broken else self._broken.difference_update)(devices)
        for device in devices:
            self._say(device)

    async def run(self) -> None:
        """A twentieth of the devices each 50 ms."""
        loop, turn = asyncio.get_running_loop(), 0
        threading.Thread(target=self._listen, args=(loop,), daemon=True).start()
        due = loop.time()
        while not self._stopping.is_set():
            for device in self._devices[turn % 20 :: 20]:
                self._say(device)
            turn, due = turn + 1, due + 0.05
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def stop(self) -> None:
        self._stopping.set()

    def metrics(self) -> Mapping[str, float]:
        return {}

    def health(self) -> Sequence[PartHealth]:
        return ()

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        for line in sys.stdin:
            word, count = line.split()
            loop.call_soon_threadsafe(self._spread, self._devices[: int(count)], word == "break")

    def _spread(self, devices: Sequence[str], is_broken: bool) -> None:
        """Within one second, in twenty bursts; a single device at once."""
        loop = asyncio.get_running_loop()
        for burst in range(20):
            if chosen := devices[burst::20]:
                loop.call_later(0.045 * burst, partial(self.flip, chosen, is_broken=is_broken))

    def _say(self, device: str) -> None:
        now_ns = self._clock.now_ns()
        values = array("d", [float(device in self._broken), float("nan")])
        self._hub.accept(Block(device, now_ns, now_ns, values, bytes([GOOD, ABSENT])))
