"""A Mosquitto with the settings that docs/mqtt.md asks for; it can be killed and started again."""

import asyncio
import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.mosquitto import PROGRAM, STARTS_WITHIN_S, answers
from tests.ports import HOST, free_ports

DOCUMENTED = (Path(__file__).parents[2] / "docs" / "mqtt.md").read_text().split("```conf\n")[1].split("```")[0]
"""The settings that lose nothing, as they stand in the documentation."""


class Mosquitto:
    """One broker on a free port of the loopback, its memory in ``folder``. ``settings`` are lines of mosquitto.conf."""

    def __init__(self, folder: Path, settings: str = "allow_anonymous true\n") -> None:
        (self.port,) = free_ports(1)
        self._config = folder / "mosquitto.conf"
        # Started as root it would give that up, and could not write its memory here.
        user = f"user {getpass.getuser()}"
        self._config.write_text(f"{user}\npersistence_location {folder}/\nlistener {self.port} {HOST}\n{settings}")
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(str(PROGRAM), "-c", str(self._config), stdout=quiet, stderr=quiet)
        async with asyncio.timeout(STARTS_WITHIN_S):
            while not answers(self.port):  # noqa: ASYNC110 -- another process
                await asyncio.sleep(0.01)

    def knows(self, *clients: str) -> bool:
        """Whether it has saved the sessions of these clients."""
        memory = self._config.with_name("mosquitto.db")
        saved = memory.read_bytes() if memory.exists() else b""
        return all(client.encode() in saved for client in clients)

    async def kill(self) -> None:
        """SIGKILL: it saves nothing."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None


@asynccontextmanager
async def mosquitto(folder: Path, settings: str = "allow_anonymous true\n") -> AsyncIterator[Mosquitto]:
    broker = Mosquitto(folder, settings)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.kill()
