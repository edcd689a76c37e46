"""uvicorn inside our own event loop; signals stay with the command line."""

import contextlib
from collections.abc import Iterator
from typing import Any

import uvicorn


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The composition root handles signals: it stops the parts in their order."""
        yield


class WebServer:
    """Serves one ASGI application until ``stop``. Open streams are given a second to end."""

    def __init__(self, app: Any, host: str, port: int) -> None:
        config = uvicorn.Config(
            app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=1, lifespan="off", server_header=False
        )
        self._server = _Quiet(config)

    async def serve(self) -> None:
        """Raises OSError when the port is taken."""
        try:
            await self._server.serve()
        except SystemExit as error:
            raise OSError(f"{self._server.config.host}:{self._server.config.port} can't be served; is the port taken?") from error

    def stop(self) -> None:
        self._server.should_exit = True
