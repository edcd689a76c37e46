"""How we present ourselves to a broker: paho's client, set up before it connects."""

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MessageType, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from collectors.mqtt.heard_out import HeardOut
from collectors.tls import client_context
from model.broker import DEFAULT_IN_FLIGHT, DEFAULT_MAX_PAYLOAD, MqttVersion
from model.tls import TlsFiles

KEEPALIVE_S = 20
CONNECT_TIMEOUT_S = 3.0
RECONNECT_S = (1, 5)
"""First and longest pause between attempts: with the timeout of one, a broker that is back is found within 10 s."""
OUTGOING = 1_000
"""Messages of our own that wait for the connection; only a voice that publishes has any."""
PACKETS_PER_READ = 200
PACKET_OVERHEAD = 64 * 1024
"""Bytes of an MQTT packet beside its payload, at most: the topic's 65,535 and some."""

_PUBACK = struct.Struct(">BBH")
"""40 02 | message id (MQTT 3.1.1 §3.4); in MQTT 5 so short it means success (§3.4.2.1)."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are there. ``clean``: it keeps nothing for us while we are away."""

    host: str
    port: int
    client_id: str
    username: str = ""
    password: str = field(default="", repr=False)
    tls: TlsFiles | None = None
    version: MqttVersion = MqttVersion.V3_1_1
    clean: bool = False
    session_expiry_s: int = 86_400
    in_flight: int = DEFAULT_IN_FLIGHT
    max_payload: int = DEFAULT_MAX_PAYLOAD

    @property
    def is_v5(self) -> bool:
        return self.version is MqttVersion.V5


class BrokerClient(Client):
    """paho's client with a socket of ours. ``trouble`` is why the last attempt to connect failed."""

    def __init__(self, broker: Broker) -> None:
        if broker.is_v5:
            super().__init__(CallbackAPIVersion.VERSION2, broker.client_id, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True)
        else:
            super().__init__(CallbackAPIVersion.VERSION2, broker.client_id, clean_session=broker.clean, manual_ack=True)
        self.trouble = ""
        self._broker = broker
        self.suppress_exceptions = True
        self.max_queued_messages_set(OUTGOING)
        self.reconnect_delay_set(*RECONNECT_S)
        if broker.username:
            self.username_pw_set(broker.username, broker.password)
        wishes: dict[str, Any] = {"clean_start": broker.clean, "properties": _wishes(broker)} if broker.is_v5 else {}
        self.connect_async(broker.host, broker.port, KEEPALIVE_S, **wishes)

    @property
    def is_working(self) -> bool:
        """Whether the network thread runs; ``is_connected()`` goes on saying yes after its death."""
        return self._thread is not None and self._thread.is_alive()

    def acknowledge(self, mids: Sequence[int]) -> None:
        """PUBACK for messages of QoS 1, all in one packet's writing. From any thread."""
        if mids:
            self._packet_queue(MessageType.PUBACK, b"".join([_PUBACK.pack(MessageType.PUBACK, 2, mid) for mid in mids]), mids[-1], 1)

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read every packet that has come, up to a bound, before anything is written or waited for."""
        code = super().loop_read(max_packets)
        for _ in range(PACKETS_PER_READ):
            under = self._sock
            if code is not MQTTErrorCode.MQTT_ERR_SUCCESS or not isinstance(under, HeardOut) or not under.pending():
                break
            code = super().loop_read(max_packets)
        return code

    def _create_socket(self) -> HeardOut:  # type: ignore[override] # paho has no public place for it
        try:
            return HeardOut(_connected(self._broker))
        except OSError as error:
            self.trouble = str(error)
            raise


def _connected(broker: Broker) -> socket.socket:
    """Certificates are read each time: a renewed one is shown at the next connect."""
    connected = socket.create_connection((broker.host, broker.port), CONNECT_TIMEOUT_S)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if broker.tls is None:
        return connected
    try:
        return client_context(broker.tls).wrap_socket(connected, server_hostname=broker.tls.server_name or broker.host)
    except OSError:
        connected.close()
        raise


def _wishes(broker: Broker) -> Properties:
    """What an MQTT 5 broker is asked to respect (MQTT 5 §3.1.2.11)."""
    wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    wishes.SessionExpiryInterval = 0 if broker.clean else broker.session_expiry_s
    wishes.ReceiveMaximum = broker.in_flight
    wishes.MaximumPacketSize = broker.max_payload + PACKET_OVERHEAD
    return wishes
