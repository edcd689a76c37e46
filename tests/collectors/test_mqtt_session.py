"""The session by itself: what it does when there is too much, and when something of ours breaks. Its client is played by the test."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import cast

import pytest
from paho.mqtt.client import Client, MQTTMessage

from collectors.counters import Counters
from collectors.mqtt import intake
from collectors.mqtt.dial import Broker, BrokerClient
from collectors.mqtt.heard_out import READ_AHEAD, HeardOut
from collectors.mqtt.session import Session
from collectors.mqtt.voice import Publish, Will
from tests.collectors.support import HandClock, settle


class Listening:
    """A voice that remembers, and breaks at a certain word."""

    filters = ()

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def will(self) -> Will | None:
        return None

    def up(self, publish: Publish) -> None: ...

    def down(self, reason: str) -> None: ...

    def refused(self, topic_filter: str, reason: str) -> None: ...

    def watch(self) -> None: ...

    def message(self, topic: str, payload: bytes, receive_ns: int, retained: bool, repeated: bool) -> None:
        if payload == b"break":
            raise ValueError("a mistake of ours")
        self.heard.append(payload)


class PlayedClient:
    """Remembers what was acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []

    def acknowledge(self, mids: Sequence[int]) -> None:
        self.acknowledged += mids

    def ack(self, mid: int, qos: int) -> None:
        self.acknowledged += [mid] if qos else []


class Played:
    """A session whose network thread is the test."""

    def __init__(self, max_payload: int = 1000) -> None:
        self.voice, self.counters, self.client = Listening(), Counters(), PlayedClient()
        self.session = Session(Broker("", 1, "x", max_payload=max_payload), [], self.voice, HandClock(), self.counters)
        self.session._loop = asyncio.get_running_loop()
        self.session._client = cast(BrokerClient, self.client)

    def arrives(self, mid: int, payload: bytes, qos: int = 1, topic: bytes = b"t") -> None:
        message = MQTTMessage(mid, topic)
        message.payload, message.qos = payload, qos
        self.session._on_message(cast(Client, self.client), None, message)


async def test_a_message_that_breaks_us_is_acknowledged_and_the_next_one_is_heard() -> None:
    played = Played()
    for mid, payload in ((1, b"a"), (2, b"break"), (3, b"b")):
        played.arrives(mid, payload)
    await settle()
    assert (played.voice.heard, played.client.acknowledged) == ([b"a", b"b"], [1, 2, 3])
    assert played.counters.restarts == 1


async def test_what_is_too_long_or_on_no_topic_is_thrown_away_and_acknowledged() -> None:
    played = Played(max_payload=10)
    played.arrives(1, b"x" * 11)
    played.arrives(2, b"x" * 10, topic=b"\xff")
    played.arrives(3, b"x" * 10)
    await settle()
    assert (len(played.voice.heard), played.client.acknowledged) == (1, [1, 2, 3])
    assert (played.counters.payloads_oversize, played.counters.payloads_bad) == (1, 1)


async def test_a_full_inbox_drops_what_nobody_keeps_and_stops_reading_what_the_broker_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "INBOX", 3)
    played = Played()
    for mid in (1, 2, 3):
        played.arrives(mid, b"%d" % mid)
    played.arrives(0, b"fleeting", qos=0)
    reading = threading.Thread(target=played.arrives, args=(4, b"4"))
    reading.start()
    await asyncio.to_thread(reading.join, 0.05)
    assert played.counters.messages_dropped == 1
    while reading.is_alive():
        await settle()
    await settle()
    assert played.voice.heard == [b"1", b"2", b"3", b"4"]
    assert played.client.acknowledged == [1, 2, 3, 4]


async def test_a_message_that_came_while_the_loop_was_gone_does_not_keep_the_next_ones_from_it() -> None:
    played = Played()
    played.session._loop = None
    played.arrives(1, b"a")
    played.session._intake.close()
    played.session._intake.open()
    played.session._loop = asyncio.get_running_loop()
    played.arrives(2, b"b")
    await settle()
    assert played.voice.heard == [b"a", b"b"]


class Spooled:
    """A spool with room for so many blocks."""

    accepted = committed = 0

    def __init__(self, room: int) -> None:
        self.room = room

    def on_commit(self, tell: Callable[[int], None]) -> None: ...

    def hasten(self) -> None: ...


@pytest.mark.parametrize(("room", "heard"), [(499, []), (1_000, [b"a"])])
async def test_a_message_is_held_where_the_spool_may_not_take_all_the_devices_it_speaks_of(room: int, heard: list[bytes]) -> None:
    voice = Listening()
    held = intake.Intake(voice, Counters(), Spooled(room), 100, lambda act: act(), lambda mids: None)
    held.arrive(intake.Message("gateway", b"a", 0, False, False, 1, held.sitting))
    assert voice.heard == heard


class Encrypted:
    """A TLS socket whose peer is gone: it takes nothing, and has nothing more to say."""

    def send(self, sent: bytes) -> int:
        raise ConnectionResetError

    def recv(self, size: int) -> bytes:
        raise ssl.SSLWantReadError


def test_a_peer_that_is_gone_is_missed_under_tls_too() -> None:
    heard = HeardOut(cast(socket.socket, Encrypted()))
    heard.send(b"ping")
    with pytest.raises(ConnectionResetError):
        heard.recv(1)


@pytest.fixture
def ends() -> Iterator[tuple[HeardOut, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near, (far, _) = socket.create_connection(server.getsockname()), server.accept()
    near.setblocking(False)
    heard = HeardOut(near)
    yield heard, far
    heard.close()
    far.close()


def received(heard: HeardOut, size: int) -> bytes:
    """That many bytes, in pieces as paho asks for them."""
    found = b""
    while len(found) < size:
        try:
            found += heard.recv(size - len(found))
        except BlockingIOError:
            continue
    return found


def last_of(heard: HeardOut) -> bytes:
    """What is left to receive; a reset is as good an end as any."""
    try:
        return heard.recv(1)
    except ConnectionError:
        return b""


def test_what_was_read_ahead_is_given_piece_by_piece_and_nothing_is_lost(ends: tuple[HeardOut, socket.socket]) -> None:
    heard, far = ends
    sent = bytes(range(256)) * (READ_AHEAD // 128)
    writing = threading.Thread(target=far.sendall, args=(sent,))
    writing.start()
    found = b"".join(received(heard, size) for size in (1, 1, 700, 3, READ_AHEAD, len(sent) - READ_AHEAD - 705))
    writing.join()
    assert found == sent
    assert heard.pending() == 0


def test_a_peer_that_was_killed_is_heard_out_before_it_is_missed(ends: tuple[HeardOut, socket.socket]) -> None:
    heard, far = ends
    assert heard.send(b"an acknowledgement it never reads") > 0
    far.sendall(b"last words")
    far.close()
    for _ in range(3):
        assert heard.send(b"one more") == 8
    assert received(heard, 10) == b"last words"
    assert last_of(heard) == b""
