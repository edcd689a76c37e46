"""Listening to a broker: what was said, and whose profile would understand it."""

import asyncio
from pathlib import Path

import pytest
import typer
from paho.mqtt import publish
from rich.console import Console

from collectors.mqtt.broker import EmbeddedBroker
from collectors.mqtt.dial import Broker
from guanjia.commands import probe_topics, words
from guanjia.config.profile_file import LIBRARY, load_profile
from guanjia.config.site_file import read_site
from guanjia.probe.listen import MOST_TOPICS, Ear, listen
from guanjia.probe.matching import matches

PROFILES = [load_profile(LIBRARY / f"{name}.yaml") for name in ("barrier_json", "go_e")]
GATE = b'{"state": 1, "arm_off": false, "entries": 120}'


@pytest.mark.parametrize(
    ("topic", "payload", "expected"),
    [
        ("parking/gate-n/state", GATE, ("barrier_json", "parking/gate-n", {}, {"state", "arm_off", "entries"})),
        ("go-eCharger/012345/amp", b"16", ("go_e", "", {"serial": "012345"}, {"requested_current"})),
        ("parking/gate-n/state", b"\xff\x00 no json", None),
        ("parking/gate-n/elsewhere", GATE, None),
        ("go-eCharger/012345/amp", b'"sixteen"', None),
    ],
    ids=["several levels stand for {topic}", "one level stands for any other", "noise", "another topic", "a word for a number"],
)
def test_a_message_is_matched_with_the_profile_that_understands_it(
    topic: str, payload: bytes, expected: tuple[str, str, dict[str, str], set[str]] | None
) -> None:
    found = [(m.profile.id, m.mqtt.topic, dict(m.mqtt.values), set(m.points)) for m in matches(PROFILES, topic, payload)]
    assert found == ([expected] if expected else [])


def test_of_a_broker_full_of_topics_the_rest_is_only_counted() -> None:
    ear = Ear([("#", 0)])
    for number in range(MOST_TOPICS + 5):
        ear.message(f"t/{number}", b"1", 0, False, False)
    assert (len(ear.topics), ear.others) == (MOST_TOPICS, 5)


async def test_what_is_said_while_listening_is_heard_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guanjia.probe.listen.CONNECT_S", 60.0)
    broker = EmbeddedBroker(0)
    await broker.start()
    where, ear = Broker("127.0.0.1", broker.port, "probe-test", clean=True), Ear([("parking/#", 0)])
    try:
        assert await listen(where, Ear([("parking/#", 0)]), 0.0)
        listening = asyncio.create_task(listen(where, ear, 600.0))
        await asyncio.wait_for(ear.connected.wait(), 60)
        for payload in (b"1", GATE):
            await asyncio.to_thread(publish.single, "parking/gate-n/state", payload, hostname="127.0.0.1", port=broker.port)
        async with asyncio.timeout(60):
            while not (heard := ear.topics.get("parking/gate-n/state")) or heard.messages < 2:  # noqa: ASYNC110 -- told by no event
                await asyncio.sleep(0.01)
        listening.cancel()
        await asyncio.wait([listening])
    finally:
        await broker.stop()
    assert (heard.messages, heard.most_bytes, heard.sample, heard.retained) == (2, len(GATE), GATE, False)


async def _said(broker: Broker, ear: Ear, seconds: float) -> bool:
    for topic, payload in (
        ("parking/gate-n/state", GATE),
        ("go-eCharger/012345/amp", b"16"),
        ("go-eCharger/012345/car", b"1"),
        ("x", b"\xff"),
        ("y", rb'{"kept": "\[/as said]"}'),
    ):
        ear.message(topic, payload, 0, True, False)
    return True


def test_the_lines_for_what_was_heard_are_devices_of_a_site(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(probe_topics, "listen", _said)
    monkeypatch.setattr(probe_topics, "_profiles", lambda: PROFILES)
    monkeypatch.setattr(probe_topics, "out", Console(width=160, highlight=False))
    lines = tmp_path / "heard.yaml"
    assert probe_topics.listened("#", "mqtt://127.0.0.1", 1, lines) == 0
    head = "site: {id: s, name: {zh: 站, en: Site}, timezone: Asia/Shanghai}\nareas: [{id: area, name: {zh: 区, en: Area}}]\n"
    devices = read_site(head + lines.read_text(encoding="utf-8"), "site.yaml", tmp_path, {}).devices
    assert [device.profile.id for device in devices.values()] == ["go_e", "barrier_json"]
    said_so = capsys.readouterr().out
    assert "5 topics, 5 messages" in said_so
    assert r'{"kept": "\[/as said]"}' in said_so
    with pytest.raises(typer.Exit):
        probe_topics.listened("#", "mqtt://127.0.0.1", 1, tmp_path)


def test_only_the_profile_that_was_named_is_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(probe_topics, "listen", _said)
    mine = tmp_path / "gate.yaml"
    mine.write_bytes((LIBRARY / "barrier_json.yaml").read_bytes())
    assert probe_topics.listened("#", "mqtt://127.0.0.1", 1, None, str(mine)) == 0
    said_so = capsys.readouterr().out
    assert (f"profile: {mine}" in said_so, "go_e" in said_so) == (True, False)
    assert probe_topics.listened("#", "mqtt://127.0.0.1", 1, None, "vzenith_barrier") == 1
    assert "understands none of this" in capsys.readouterr().err
    with pytest.raises(typer.Exit):
        probe_topics.listened("#", "mqtt://127.0.0.1", 1, None, "acrel_adw300")


def test_a_broker_that_is_not_there_comes_with_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async def nobody(broker: Broker, ear: Ear, seconds: float) -> bool:
        ear.down("no connection")
        return False

    monkeypatch.setattr(probe_topics, "listen", nobody)
    monkeypatch.setattr(probe_topics, "err", Console(width=400, stderr=True))
    monkeypatch.setattr(words, "err", Console(width=400, stderr=True))
    assert probe_topics.listened("#", "mqtt://127.0.0.1", 1, None) == 1
    assert "Check address, port, user and password" in capsys.readouterr().err
