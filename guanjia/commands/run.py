"""``guanjia run``: the platform for a real site."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from guanjia.commands.words import configuration, out, refuse
from guanjia.config.configuration import Configuration
from guanjia.platform import SitePlatform
from guanjia.process import run_until_stopped, use_logs
from guanjia.system_clock import SystemClock
from guanjia.web import web_application
from guanjia.web_server import WebServer


class Beside(Protocol):
    """Something that lives as long as the platform does, such as the demo's simulators."""

    async def start(self, platform: SitePlatform) -> None:
        """Returns when it is there; the platform starts reading only then."""
        ...

    async def ended(self) -> None:
        """Returns when it has ended by itself."""
        ...

    async def stop(self) -> None: ...


def run(
    site: Annotated[Path, typer.Option("--site", help="The site file.")],
    data: Annotated[Path, typer.Option("--data", help="Everything the platform keeps lives in this folder.")] = Path("data"),
    host: Annotated[str, typer.Option("--host", help="Address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to serve on.")] = 8080,
    log_file: Annotated[Path | None, typer.Option("--log-file", help="Write the log there instead of to standard error.")] = None,
) -> None:
    """Run the platform: read, keep, judge, dispatch, show. Example: guanjia run --site site.yaml --data data"""
    use_logs(log_file)
    serve(configuration(site), data, host, port)


def serve(found: Configuration, data: Path, host: str, port: int, *, demo: bool = False, beside: Beside | None = None) -> None:
    """Run until stopped."""

    async def life(stopping: asyncio.Event) -> None:
        platform = SitePlatform(found.site, found.rules, data, SystemClock(), demo=demo)
        web = WebServer(web_application(platform.context), host, port)
        companions: list[asyncio.Task[Any]] = [asyncio.create_task(stopping.wait())]
        if beside is not None:
            await beside.start(platform)
            companions.append(asyncio.create_task(beside.ended()))
        running = asyncio.create_task(platform.run(web))
        companions.append(running)
        out.print(f"{found.site.name.zh}: http://{host}:{port}", markup=False)
        await asyncio.wait(companions, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.is_set():
            out.print("stopping: a part has ended by itself; see the log", markup=False)
        if beside is not None:
            await beside.stop()
        platform.stop()
        await running

    try:
        run_until_stopped(life)
    except* OSError as errors:
        raise refuse("; ".join(str(e) for e in errors.exceptions) + "; choose another with --port") from None
