"""One connection to a broker and what is spoken over it: messages go to the voices whose filters they match."""

from collections.abc import Sequence
from functools import lru_cache

import structlog

from collectors.counters import Counters
from collectors.mqtt.dial import Broker
from collectors.mqtt.session import Session
from collectors.mqtt.topics import fewest, matches
from collectors.mqtt.voice import Publish, Voice, Will
from model.clock import SECOND, Clock
from model.reading import Commits

log = structlog.get_logger()

WATCH_NS = SECOND
"""How often the network thread and the silences are looked at."""


class MqttLink:
    """``run`` goes on until cancelled. ``subscribe``: wide filters in place of the voices' own that fall under them.

    At most one voice may leave a will: a connection has one.
    """

    def __init__(
        self,
        broker: Broker,
        voices: Sequence[Voice],
        clock: Clock,
        counters: Counters,
        commits: Commits | None = None,
        subscribe: Sequence[str] = (),
    ) -> None:
        self.name = f"{broker.host}:{broker.port}"
        self._voices = tuple(voices)
        self._clock, self._counters = clock, counters
        self._trouble: str | None = None
        self._spoken = lru_cache(maxsize=4096)(self._voices_of)
        asked = [wanted for voice in voices for wanted in voice.filters]
        filters = fewest([*asked, *((wide, 0) for wide in subscribe)])
        self._session = Session(broker, filters, self, clock, counters, commits)

    async def run(self) -> None:
        self._session.start()
        try:
            while True:
                await self._clock.sleep_until(self._clock.monotonic_ns() + WATCH_NS)
                self._revive()
                self.watch()
        finally:
            await self._session.stop()

    @property
    def filters(self) -> Sequence[tuple[str, int]]:
        return [wanted for voice in self._voices for wanted in voice.filters]

    def will(self) -> Will | None:
        return next((will for voice in self._voices if (will := voice.will()) is not None), None)

    def up(self, publish: Publish) -> None:
        log.info("broker_connected", broker=self.name)
        self._trouble = None
        self._counters.connects += 1
        for voice in self._voices:
            voice.up(publish)

    def down(self, reason: str) -> None:
        if reason != self._trouble:
            log.warning("broker_lost", broker=self.name, reason=reason)
        self._trouble = reason
        for voice in self._voices:
            voice.down(reason)

    def refused(self, topic_filter: str, reason: str) -> None:
        for voice in self._voices:
            voice.refused(topic_filter, reason)

    def message(self, topic: str, payload: bytes, receive_ns: int, retained: bool, repeated: bool = False) -> None:
        self._counters.messages += 1
        for voice in self._voices if len(self._voices) == 1 else self._spoken(topic):
            voice.message(topic, payload, receive_ns, retained, repeated)

    def watch(self) -> None:
        for voice in self._voices:
            voice.watch()

    def _voices_of(self, topic: str) -> tuple[Voice, ...]:
        return tuple(voice for voice in self._voices if any(matches(name, topic) for name, _ in voice.filters))

    def _revive(self) -> None:
        if not self._session.alive:
            log.error("mqtt_thread_died", broker=self.name)
            self._counters.restarts += 1
            self.down("the network thread died")
            self._session.start()
