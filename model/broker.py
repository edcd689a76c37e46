"""An MQTT broker as a site names it, and how devices behind one are known to be there."""

from dataclasses import dataclass, field
from enum import StrEnum

from model.clock import SECOND
from model.tls import TlsFiles

DEFAULT_MAX_PAYLOAD = 256 * 1024
"""Bytes. Cameras inline pictures in their messages; what is longer than this is not a reading."""
DEFAULT_IN_FLIGHT = 2_000
"""QoS 1 messages on their way at once: 10,000 a second at one commit to disk every 20 ms need a tenth of it."""


class MqttVersion(StrEnum):
    """The two versions in use (OASIS standards of 2014 and 2019)."""

    V3_1_1 = "3.1.1"
    V5 = "5"


@dataclass(frozen=True, slots=True)
class Presence:
    """A topic on which is said whether a device is there: its last will, or a gateway's word about it.

    ``topic`` may hold ``{placeholders}``; ``path`` leads to the word in a JSON message, a bare word is taken as it is. Words are compared
    without regard to case; ``true``, ``false`` and numbers are words too. Any other word says nothing.
    """

    topic: str
    path: str = "$"
    online: tuple[str, ...] = ("online", "true", "1")
    offline: tuple[str, ...] = ("offline", "false", "0")


@dataclass(frozen=True, slots=True)
class SparkplugConfig:
    """How the platform behaves as a host application of Sparkplug B. Without ``state`` and ``rebirth`` it says nothing at all."""

    host: str = ""
    """Its id, which edge nodes name as their primary host; empty: made of the site's id."""
    state: bool = True
    """Whether it tells that it is there, on ``spBv1.0/STATE/<host>``."""
    rebirth: bool = True
    """Whether it asks nodes to say their births again."""
    rebirth_pause_ns: int = 10 * SECOND
    """Shortest time between two such requests to one node."""
    reorder_ns: int = 2 * SECOND
    """How long a message that came out of turn waits for those before it."""


@dataclass(frozen=True, slots=True)
class BrokerConfig:
    """``url`` is ``embedded`` or ``mqtt://host:port`` / ``mqtts://…``."""

    url: str = "embedded"
    username: str = ""
    password: str = field(default="", repr=False)
    port: int = 1883
    """Loopback port of the embedded broker; 0 takes a free one."""
    version: MqttVersion = MqttVersion.V3_1_1
    tls: TlsFiles = field(default_factory=TlsFiles)
    client_id: str = ""
    """Who we are at the broker; empty: made of the site's id. Two that share one throw each other out."""
    session_expiry_s: int = 86_400
    """How long an MQTT 5 broker keeps what we have not taken while we are away."""
    in_flight: int = DEFAULT_IN_FLIGHT
    """QoS 1 messages we take before the first of them is on disk and acknowledged."""
    max_payload: int = DEFAULT_MAX_PAYLOAD
    """Bytes of a message; a longer one is not looked at."""
    sparkplug: SparkplugConfig = SparkplugConfig()
    subscribe: tuple[str, ...] = ()
    """Wide topic filters to subscribe to in place of the many filters of the devices that fall under them."""
