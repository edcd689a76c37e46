"""A recorded site in virtual time: its blocks at their instants for the production rules, in place of simulated machines.

recording ─► blocks received within the step ─► rules.engine ─► events

What happened, happened: nothing can be broken, mended or cut off here. A platform that is dead misses what is said meanwhile, and learns
the rest at each device's next word.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from guanjia.recording.reader import RecordingReader
from guanjia.scenario.virtual_clock import VirtualClock
from model.alarm import AlarmEvent
from model.clock import SECOND
from model.reading import Block, BlockSink
from model.site import Site
from rules.engine import Engine


class RecordedSite:
    """The same surface as ``guanjia.scenario.virtual_site.VirtualSite``, as far as a platform knows it. Raises RecordingError.

    ``site`` may be a part of the site recorded, to which the recording fits; what the others said is left out. Blocks before ``start_ns``
    are passed over.
    """

    def __init__(self, site: Site, file: Path, start_ns: int, sinks: Iterable[BlockSink] = ()) -> None:
        self.site = site
        self.clock = VirtualClock(start_ns)
        self.engine: Engine
        self._listening = False
        self._sinks = tuple(sinks)
        self._events: list[AlarmEvent] = []
        self._stream = file.open("rb")
        reader = RecordingReader(self._stream)
        self._blocks: Iterator[Block] = (
            block for block in reader.blocks() if block.device in site.devices and block.receive_ns >= start_ns
        )
        self._next = next(self._blocks, None)

    @property
    def now_ns(self) -> int:
        return self.clock.now

    def step(self, dt_s: float) -> list[AlarmEvent]:
        """``dt_s`` seconds of the recording, and all that is judged in them."""
        until_ns = self.clock.now + round(dt_s * SECOND)
        while self._next is not None and self._next.receive_ns <= until_ns:
            self._pass_to(self._next.receive_ns)
            self._say(self._next)
            self._next = next(self._blocks, None)
        self._pass_to(until_ns)
        return self.heard()

    def heard(self) -> list[AlarmEvent]:
        """What was judged since it was last asked."""
        events, self._events = self._events, []
        return events

    def listen(self, engine: Engine) -> None:
        """A platform starts: it hears and judges from now on."""
        self.engine, self._listening = engine, True

    def deafen(self) -> None:
        """The platform is gone: nothing is heard, nothing judged."""
        self._listening = False

    def close(self) -> None:
        self._stream.close()

    def _say(self, block: Block) -> None:
        if self._listening:
            for sink in self._sinks:
                sink.accept(block)
            self._events += self.engine.observe(block)

    def _pass_to(self, now_ns: int) -> None:
        """Let time pass, and with it every delay that ends."""
        if now_ns > self.clock.now:
            self.clock.now = now_ns
        if self._listening and self.engine.next_due_ns is not None and self.engine.next_due_ns <= now_ns:
            self._events += self.engine.advance(now_ns)
