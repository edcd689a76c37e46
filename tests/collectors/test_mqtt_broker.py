"""The session against a real Mosquitto: who we are to it, what it may send us, what it refuses."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from paho.mqtt import publish

from collectors.counters import Counters
from collectors.links import broker_of
from collectors.mqtt import dial
from collectors.mqtt.client import MqttLink
from collectors.mqtt.devices import JsonDevices
from collectors.mqtt.dial import Broker
from collectors.mqtt.payload import PayloadDecoder
from collectors.mqtt.voice import Publish, Will
from model.broker import BrokerConfig, MqttVersion
from model.reading import Fault
from model.site import Mqtt
from model.tls import TlsFiles
from tests.collectors.mosquitto import Mosquitto, mosquitto
from tests.collectors.support import RealClock, Remembered, mqtt_profile, topic_point
from tests.mosquitto import needs_mosquitto

pytestmark = needs_mosquitto

ANYBODY = "allow_anonymous true\n"
_PASSWORD_FILE = (
    "collector:$7$101$X4ut54T2HF4vASDz$wjq9XUC9W7r37myQah/eGqqvmJFvIDZrxL8/lFtXGUa93pLBYBUeDr/8klmeaBZFSVEI6bC/T1Zb4V/A25/pwA==\n"
)
"""As mosquitto_passwd writes it for collector, "secret of the site"."""
TEN_MEGABYTES = b'{"n": "' + b"9" * 10_000_000 + b'"}'


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dial, "RECONNECT_S", (0.05, 0.05))


class Meters:
    """Two meters read over one broker."""

    def __init__(self, broker: Broker) -> None:
        self.sink, self.counters = Remembered(), Counters()
        profile = mqtt_profile(topic_point("n", "$.n"))
        decoders = [PayloadDecoder(name, profile, Mqtt(f"meters/{name}")) for name in ("m1", "m2")]
        self.voice = JsonDevices(decoders, {"m1": 1, "m2": 1}, {}, self.sink, RealClock(), self.counters)
        self.link = MqttLink(broker, [self.voice], RealClock(), self.counters)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.link.run())
        try:
            await self.sink.until(lambda blocks: bool(blocks))
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def has(self, n: float, device: str = "m1") -> None:
        await self.sink.until(lambda blocks: any(block.device == device and block.values[0] == n for block in blocks))


async def say(broker: Mosquitto, topic: str, payload: bytes, qos: int = 1) -> None:
    await asyncio.to_thread(publish.single, topic, payload, qos=qos, hostname="127.0.0.1", port=broker.port)


@pytest.mark.parametrize("version", list(MqttVersion))
async def test_ten_megabytes_are_refused_without_harm(tmp_path: Path, version: MqttVersion) -> None:
    async with mosquitto(tmp_path, ANYBODY) as broker:
        meters = Meters(Broker("127.0.0.1", broker.port, "platform", version=version))
        async with meters.reading():
            await say(broker, "meters/m1/state", TEN_MEGABYTES)
            await say(broker, "meters/m1/state", b'{"n": 1}')
            await meters.has(1)
    # An MQTT 5 broker has been told, and does not send it at all (MQTT 5 §3.1.2.11.4).
    assert meters.counters.payloads_oversize == (0 if version is MqttVersion.V5 else 1)
    assert meters.counters.payloads_bad == 0
    assert meters.counters.connects == 1
    assert {block.fault for block in meters.sink.blocks} == {None}


class LeavingAWill:
    """A voice that says when it comes and goes."""

    filters: Sequence[tuple[str, int]] = (("hosts/#", 1),)

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.asked = 0

    def will(self) -> Will:
        self.asked += 1
        return Will("hosts/me", b"gone", 1, True)

    def up(self, publish: Publish) -> None:
        publish("hosts/me", b"there", 1, True)

    def down(self, reason: str) -> None: ...

    def refused(self, topic_filter: str, reason: str) -> None: ...

    def message(self, topic: str, payload: bytes, receive_ns: int, retained: bool, repeated: bool) -> None:
        self.heard.append((topic, payload))

    def watch(self) -> None: ...


async def test_a_will_is_left_at_each_connect_and_said_at_a_clean_goodbye(tmp_path: Path) -> None:
    async with mosquitto(tmp_path, ANYBODY) as broker:
        watching, leaving = LeavingAWill(), LeavingAWill()
        leaving.filters = []
        meters = Meters(Broker("127.0.0.1", broker.port, "platform"))
        two = MqttLink(Broker("127.0.0.1", broker.port, "two"), [meters.voice, watching], RealClock(), Counters())
        task = asyncio.create_task(two.run())
        await meters.sink.until(lambda blocks: bool(blocks))
        one = MqttLink(Broker("127.0.0.1", broker.port, "one"), [leaving], RealClock(), Counters())
        other = asyncio.create_task(one.run())
        await until(lambda: len(watching.heard) >= 2)
        await say(broker, "meters/m2/state", b'{"n": 6}')
        await meters.has(6, "m2")
        other.cancel()
        await until(lambda: len(watching.heard) >= 3)
        task.cancel()
        await asyncio.wait([task, other])
    assert watching.heard == [("hosts/me", b"there"), ("hosts/me", b"there"), ("hosts/me", b"gone")]
    assert leaving.asked == 2


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 -- another thread has no event of ours
            await asyncio.sleep(0.01)


async def test_what_was_said_while_we_were_away_comes_afterwards(tmp_path: Path) -> None:
    async with mosquitto(tmp_path, ANYBODY) as broker:
        config = Broker("127.0.0.1", broker.port, "platform", version=MqttVersion.V5)
        async with Meters(config).reading():
            pass
        await say(broker, "meters/m1/state", b'{"n": 2}')
        later = Meters(config)
        async with later.reading():
            await later.has(2)
        forgetful = Meters(replace(config, clean=True))
        async with forgetful.reading():
            pass
        await say(broker, "meters/m1/state", b'{"n": 3}')
        afresh = Meters(replace(config, clean=True))
        async with afresh.reading():
            await say(broker, "meters/m1/state", b'{"n": 4}')
            await afresh.has(4)
        assert [block.values[0] for block in afresh.sink.blocks if block.raw] == [4]


async def test_a_broker_that_asks_for_it_gets_our_certificate_and_password_and_nobody_else_gets_in(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    ours, theirs = _certificates(tmp_path)
    (tmp_path / "passwords").write_text(_PASSWORD_FILE)
    settings = (
        f"cafile {theirs.ca}\ncertfile {theirs.cert}\nkeyfile {theirs.key}\nrequire_certificate true\n"
        f"allow_anonymous false\npassword_file {tmp_path}/passwords\n"
    )
    async with mosquitto(tmp_path, settings) as broker:
        config = BrokerConfig(f"mqtts://127.0.0.1:{broker.port}", "collector", "secret of the site", version=MqttVersion.V5, tls=ours)
        meters = Meters(broker_of(config, None, "platform"))
        async with meters.reading():
            await meters.sink.until(lambda blocks: any(block.fault is None for block in blocks))
            meters.link._session.publish("meters/m1/state", b'{"n": 5}', 1, False)
            await meters.has(5)
        without_certificate = replace(config, tls=TlsFiles(ours.ca, server_name="broker.site"))
        wrong_password = replace(config, password="wrong")
        for changed, why in ((without_certificate, "lost"), (wrong_password, "refuses us: Not authorized")):
            stranger = Meters(broker_of(changed, None, "stranger"))
            async with stranger.reading():
                assert stranger.sink.blocks[0].fault is Fault.BROKER_LOST
            assert why in capsys.readouterr().out
    assert "secret of the site" not in repr(config) + repr(broker_of(config, None, "x")) + caplog.text


def _certificates(folder: Path) -> tuple[TlsFiles, TlsFiles]:
    authority = trustme.CA()
    ca = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))

    def issued(name: str) -> TlsFiles:
        issue = authority.issue_cert(name)
        cert, key = folder / f"{name}.cert.pem", folder / f"{name}.key.pem"
        issue.cert_chain_pems[0].write_to_path(str(cert))
        issue.private_key_pem.write_to_path(str(key))
        return TlsFiles(str(ca), str(cert), str(key), "broker.site")

    return issued("collector@site"), issued("broker.site")
