"""The connection between a machine of ours and the broker where edges and core meet."""

from collections.abc import Callable
from dataclasses import replace

from collectors.counters import Counters
from collectors.links import broker_of
from collectors.mqtt.client import MqttLink
from collectors.mqtt.voice import Voice
from model.clock import SECOND, Clock
from model.site import Site

BEAT_NS = SECOND // 4
LARGEST_MESSAGE = 1 << 20
"""Bytes; ours are a quarter of it at most, and brokers refuse more."""


def link_of(site: Site, who: str, voice: Voice, clock: Clock) -> MqttLink:
    """``who``: ``core`` or ``edge-e1``. The session is clean: what is under way is ours to send again, not the broker's to keep."""
    broker = broker_of(site.link_broker, None, "")
    mine = replace(broker, client_id=f"guanjia-{site.id}-{who}", clean=True, max_payload=LARGEST_MESSAGE)
    return MqttLink(mine, [voice], clock, Counters())


async def every_beat(beat: Callable[[], None], clock: Clock) -> None:
    """Goes on until cancelled."""
    while True:
        beat()
        await clock.sleep_until(clock.monotonic_ns() + BEAT_NS)
