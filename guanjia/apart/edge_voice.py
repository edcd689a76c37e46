"""What an edge says on the link and hears there: live frames four times a second, a heartbeat, and the rows of its spool."""

from collections.abc import Callable, Sequence

import msgspec
import structlog

from collectors.mqtt.voice import Publish, Will
from guanjia.apart.errors import BadFrame
from guanjia.apart.frames import VERSION, Reply, State, packed, spoken
from guanjia.apart.live_feed import LiveFeed
from guanjia.apart.topics import Topics
from guanjia.apart.uplink import Uplink
from model.clock import SECOND, Clock

log = structlog.get_logger()

BEAT_NS = SECOND // 4
"""How long a block waits at most for its live frame."""
HEARTBEAT_NS = 2 * SECOND


class EdgeVoice:
    """``collectors.mqtt.voice.Voice``. ``tell``: fills in how the edge stands."""

    def __init__(self, topics: Topics, feed: LiveFeed, uplink: Uplink, tell: Callable[[State], State], clock: Clock) -> None:
        self.filters: Sequence[tuple[str, int]] = ((topics.reply, 1),)
        self._topics, self._feed, self._uplink, self._tell, self._clock = topics, feed, uplink, tell, clock
        self._publish: Publish | None = None
        self._heartbeat_due_ns = 0

    def will(self) -> Will:
        return Will(self._topics.state, msgspec.json.encode(State(VERSION, self._feed.run, gone=True)), 1, False)

    def up(self, publish: Publish) -> None:
        log.info("link_up", edge=self._topics.edge)
        self._publish = publish
        self._uplink.up(lambda payload: publish(self._topics.kept, payload, 1, False))
        self._heartbeat_due_ns = 0

    def down(self, reason: str) -> None:
        if self._publish is not None:
            log.warning("link_lost", edge=self._topics.edge, reason=reason)
        self._publish = None
        self._feed.mute()
        self._uplink.down()

    def message(self, topic: str, payload: bytes, receive_ns: int, retained: bool, repeated: bool) -> None:
        try:
            said = spoken(payload, Reply)
        except BadFrame as error:
            log.warning("reply_unreadable", reason=str(error))
            return
        self._feed.reply(said.run, said.seen, said.again)
        self._uplink.reply(said)

    def refused(self, topic_filter: str, reason: str) -> None:
        log.error("link_refused", topic=topic_filter, reason=reason)

    def watch(self) -> None:
        """Everything here goes with the beat."""

    def beat(self) -> None:
        """Four times a second: what has happened, and now and then that nothing has."""
        publish = self._publish
        if publish is None:
            return
        for frame in self._feed.frames():
            publish(self._topics.live, packed(frame), 0, False)
        now_ns = self._clock.monotonic_ns()
        if now_ns >= self._heartbeat_due_ns:
            self._heartbeat_due_ns = now_ns + HEARTBEAT_NS
            state = self._tell(State(VERSION, self._feed.run, self._feed.number, self._clock.now_ns()))
            publish(self._topics.state, msgspec.json.encode(state), 0, False)
