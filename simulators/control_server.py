"""The control API on a socket of its own."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from fastapi import FastAPI

from simulators.control import Describe, control_app
from simulators.simulation import Simulation

_READY_WITHIN_S = 10.0


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: who runs the fleet decides when it ends."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1))
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class ControlServer:
    """Port 0 takes a free one; ``port`` then says which."""

    def __init__(self, simulation: Simulation, host: str, port: int, describe: Describe | None = None) -> None:
        self.host, self.port = host, port
        self._server = _Server(control_app(simulation, describe))
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Returns once it answers. Raises OSError when the port is taken."""
        listening = socket.create_server((self.host, self.port))
        self.port = listening.getsockname()[1]
        self._task = asyncio.get_running_loop().create_task(self._server.serve(sockets=[listening]))
        async with asyncio.timeout(_READY_WITHIN_S):
            await self._server.ready.wait()

    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            self._server.should_exit = True
            await task
