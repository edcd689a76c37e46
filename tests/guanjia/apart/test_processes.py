"""The whole of it, as on two machines: an edge, a core, a broker, killed in turn; and not a block lost or doubled."""

import asyncio
import json
import signal
import sqlite3
import struct
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from collectors.mqtt.broker import EmbeddedBroker
from store.history.spool_file import Use
from tests.guanjia.apart.support import site_text
from tests.mosquitto import PROGRAM, plain_broker
from tests.ports import HOST, free_ports

PATIENCE_S = 90.0


class Meters:
    """Answers every question of Modbus TCP with registers that count the questions."""

    def __init__(self) -> None:
        self.asked = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                transaction, _, length, unit = struct.unpack(">HHHB", await reader.readexactly(7))
                function, _, count = struct.unpack(">BHH", await reader.readexactly(length - 1))
                self.asked += 1
                words = struct.pack(">H", self.asked % 60_000) * count
                writer.write(struct.pack(">HHHBBB", transaction, 0, len(words) + 3, unit, function, len(words)) + words)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@asynccontextmanager
async def broker(port: int, folder: Path) -> AsyncIterator[str]:
    """Mosquitto where there is one, the embedded broker elsewhere; the MQTT version it is spoken to in."""
    if PROGRAM is None:
        embedded = EmbeddedBroker(port)
        await embedded.start()
        yield "3.1.1"
        await embedded.stop()
        return
    with plain_broker(folder, port):
        yield "5"


class Part:
    """A ``guanjia run`` of its own, with its data folder."""

    def __init__(self, only: str, folder: Path, site: Path, port: int) -> None:
        self.data, self._port = folder / only, port
        self._log = folder / f"{only}.log"
        self._words = [
            "run",
            "--site",
            str(site),
            "--data",
            str(self.data),
            "--port",
            str(port),
            "--only",
            only,
            "--log-file",
            str(self._log),
        ]
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(sys.executable, "-m", "guanjia", *self._words, stdout=quiet, stderr=quiet)

    async def end(self, how: signal.Signals) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(how)
        await self._process.wait()

    def told(self) -> str:
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    async def is_ready(self, *parts: str) -> bool:
        """Whether ``/readyz`` says so of these parts; of all, where none is named."""

        def ask() -> Any:
            try:
                with urllib.request.urlopen(f"http://{HOST}:{self._port}/readyz", timeout=20) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                return json.load(error)
            except OSError:
                return {"parts": []}

        told = {part["part"]: part["ok"] for part in (await asyncio.to_thread(ask))["parts"]}
        return bool(told) and all(told.get(part) for part in parts or told)

    def blocks(self) -> list[tuple[str, int]]:
        """What its spool holds for the history: device and time, in order."""
        of_history = f"block.use & {int(Use.HISTORY)}"
        return self._asked(f"select device, source_ns from block join layout on layout.id = layout where {of_history} order by block.id")

    def position(self, table: str) -> int:
        return max((position for (position,) in self._asked(f"select position from {table}")), default=0)

    def _asked(self, question: str) -> list[Any]:
        file = self.data / "spool.sqlite"
        if not file.exists():
            return []
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as connection:
            try:
                return connection.execute(question).fetchall()
            except sqlite3.OperationalError:  # just being made
                return []


async def until(what: Callable[[], bool | Awaitable[bool]], parts: list[Part]) -> None:
    """Looks ten times a second: the parts are processes of their own and can't call us."""
    for _ in range(round(PATIENCE_S * 10)):
        found = what()
        if found if isinstance(found, bool) else await found:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("\n".join(part.told() for part in parts))


@pytest.mark.timeout(500)
async def test_killing_core_and_edge_in_turn_loses_and_doubles_nothing(tmp_path: Path) -> None:
    meters_port, broker_port, core_port, edge_port = free_ports(4)
    meters = await asyncio.start_server(Meters().answer, HOST, meters_port)
    site = tmp_path / "site.yaml"
    edge, core = Part("collectors", tmp_path, site, edge_port), Part("core", tmp_path, site, core_port)
    both = [edge, core]
    try:
        async with meters, broker(broker_port, tmp_path) as version:
            site.write_text(site_text(f"mqtt://{HOST}:{broker_port}", meters_port, version), encoding="utf-8")
            await asyncio.gather(edge.start(), core.start())
            await until(lambda: core.position("origin") > 10, both)
            await until(lambda: core.is_ready("edge:field"), both)
            await until(edge.is_ready, both)

            await core.end(signal.SIGKILL)
            taken = core.position("origin")
            await until(lambda: len(edge.blocks()) > taken + 25, both)
            await edge.end(signal.SIGKILL)
            committed = edge.blocks()
            assert core.position("origin") == taken < len(committed)

            await asyncio.gather(edge.start(), core.start())
            await until(lambda: core.position("origin") > len(committed), both)
            await edge.end(signal.SIGTERM)
            await core.end(signal.SIGTERM)
    finally:
        for part in both:
            await part.end(signal.SIGKILL)
    kept = core.blocks()
    assert kept == edge.blocks()[: len(kept)]
    assert kept[: len(committed)] == committed
    assert core.position("origin") == len(kept)
    assert {device for device, _ in kept} == {"m1", "m2", "m3"}
