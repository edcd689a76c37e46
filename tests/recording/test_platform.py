"""A platform that lives on a recording: alarms, tickets and history as they were in the recording's own time, at any speed.

And a recording out of a platform that runs, asked for through its API.
"""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from api.security import hash_password
from guanjia.cli import app
from guanjia.config.configuration import Configuration, load_configuration
from guanjia.history_maker import make_file
from guanjia.platform import SitePlatform
from guanjia.recording.reader import RecordingReader
from guanjia.recording.replayed import Replay, ReplayClock
from guanjia.system_clock import SystemClock
from guanjia.web import web_application
from guanjia.web_server import WebServer
from model.clock import MINUTE, SECOND
from model.people import Actor, Role, User
from model.ports import OccurrenceFilter, TicketFilter
from model.reading import Block, BlockSink
from model.site import Site
from simulators.past_events import PlantedEvent
from simulators.past_made import MadePast, Span
from simulators.reference_site import reference_site
from tests.ports import HOST, free_ports
from tests.recording.samples import told

END_NS = 1_768_384_800 * SECOND
START_NS, BREAKS_NS = END_NS - 3 * MINUTE, END_NS - 2 * MINUTE
SPEED = 60.0
PASSWORD = "a long enough password"
MANAGER = Actor("wang", Role.MANAGER, "王敏")


@pytest.fixture(scope="module")
def site_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One device of each profile: a platform is asked for each point by itself."""
    whole = yaml.safe_load(reference_site("small", broker="mqtt://127.0.0.1:9"))
    kept = {device["profile"]: device for device in reversed(whole["devices"])}
    names = {device["id"] for device in kept.values()}
    whole["devices"] = [device | {"feeds": [fed for fed in device.get("feeds", []) if fed in names]} for device in kept.values()]
    file = tmp_path_factory.mktemp("site") / "site.yaml"
    file.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def found(site_file: Path) -> Configuration:
    return load_configuration(site_file)


@pytest.fixture(scope="module")
def recording(found: Configuration) -> bytes:
    """Three minutes; after the first a booster pump trips."""
    past = MadePast(found.site, 1, Span(START_NS, END_NS, 5 * SECOND), [PlantedEvent("pr2.pump1", "motor_trip", BREAKS_NS, END_NS)])
    stream = io.BytesIO()
    make_file(past, found.site, stream, lambda steps: None)
    return stream.getvalue()


def blocks_in(recording: bytes) -> list[Block]:
    return list(RecordingReader(io.BytesIO(recording)).blocks())


@asynccontextmanager
async def replayed(found: Configuration, recording: bytes, data: Path, port: int) -> AsyncIterator[SitePlatform]:
    """A platform that has come to the end of the recording and still runs."""
    reader = RecordingReader(io.BytesIO(recording))
    clock = ReplayClock(SystemClock(), reader.header.start_ns, SPEED)
    ended = asyncio.Event()

    class Ending(Replay):
        async def run(self) -> None:
            await super().run()
            ended.set()

    def read(site: Site, sink: BlockSink, *_: object) -> Replay:
        return Ending(reader, sink, clock)

    platform = SitePlatform(found, data, clock, read=read)
    running = asyncio.create_task(platform.run(WebServer(web_application(platform.context), HOST, port)))
    try:
        await asyncio.wait_for(ended.wait(), 60)
        yield platform
    finally:
        platform.stop()
        await asyncio.wait_for(running, 60)


async def test_alarms_and_tickets_come_at_the_times_of_the_recording(found: Configuration, recording: bytes, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    async with replayed(found, recording, tmp_path, port) as platform:
        async with asyncio.timeout(60):
            while not platform.journal.tickets(TicketFilter(device="pr2.pump1")):  # noqa: ASYNC110 -- the journal's thread commits
                await asyncio.sleep(0.05)
        trips = [o for o in platform.journal.occurrences(OccurrenceFilter()) if o.device == "pr2.pump1"]
        tickets = platform.journal.tickets(TicketFilter(device="pr2.pump1"))
        health = {part.part: part for part in platform.context.health()}
        rule, book = next(rule for rule in platform.context.rules if rule.id == "pump.fault"), platform.context.rulebook
        words = book.versions(rule.id)[-1].yaml
        slower = words.replace("on_delay: ", "on_delay: 9")
        adopted = await book.change(rule.id, slower, MANAGER, "slower", rule.version)
        changed = next(rule for rule in platform.context.rules if rule.id == "pump.fault")
        kept = platform.journal.rule_versions()
    assert [o.rule for o in trips] == ["pump.fault"]
    assert BREAKS_NS <= trips[0].raised_at_ns <= BREAKS_NS + 30 * SECOND
    assert len(tickets) == 1
    assert trips[0].raised_at_ns <= tickets[0].opened_at_ns <= END_NS
    assert health["collectors"].ok
    assert health["rules"].ok
    assert adopted.moved == {"rule_changed": 1}
    assert changed.on_delay_ns > rule.on_delay_ns
    assert {version.rule for version in kept} == {rule.id for rule in found.rules}
    assert kept[-1].yaml == slower


async def test_a_running_platform_is_recorded_through_its_api(
    found: Configuration, recording: bytes, site_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes out is what went in, apart from which fault it was that made an exchange fail."""
    (port,) = free_ports(1)
    monkeypatch.setenv("GUANJIA_PASSWORD", PASSWORD)
    output = tmp_path / "again.rec"
    asked = ["--platform", f"http://{HOST}:{port}", "--user", "zhou", "--site", str(site_file), "-o", str(output)]
    asked += ["--start", "2026-01-14T09:57:00+00:00", "--end", "2026-01-14T10:00:01+00:00"]
    async with replayed(found, recording, tmp_path / "data", port) as platform:
        platform.journal.put_user(User("zhou", Role.VIEWER, "周婷", hash_password(PASSWORD)))
        await asyncio.to_thread(platform.store.flush)
        result = await asyncio.to_thread(CliRunner().invoke, app, ["record", *asked])
        wrong = await asyncio.to_thread(CliRunner().invoke, app, ["record", *asked[:3], "nobody", *asked[4:]])
    assert result.exit_code == 0, result.output
    assert sorted(told(blocks_in(output.read_bytes())), key=repr) == sorted(told(blocks_in(recording)), key=repr)
    assert wrong.exit_code == 2
    assert "answered 401" in wrong.output
