"""``guanjia run``: the platform for a real site."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, Protocol

import structlog
import typer

from collectors.run import Collectors
from guanjia.commands.recordings import opened_recording
from guanjia.commands.words import configuration, out, refuse
from guanjia.config.configuration import Configuration
from guanjia.data_folder import FolderTaken, owned
from guanjia.platform import SitePlatform, Source
from guanjia.ports import trouble
from guanjia.process import run_until_stopped, use_logs
from guanjia.recording.replayed import Replay, ReplayClock
from guanjia.system_clock import SystemClock
from guanjia.web import web_application
from guanjia.web_server import WebServer
from model.clock import Clock
from model.reading import BlockSink
from model.site import Mqtt, Site

log = structlog.get_logger()
_LOOPBACK = "127.0.0.1"
"""Where the embedded broker listens."""


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
    simulators: Annotated[
        str, typer.Option("--simulators", help="The site is simulated: its control API, http://127.0.0.1:8090, for the testing page.")
    ] = "",
    replay: Annotated[Path | None, typer.Option("--replay", help="Play this recording in place of the devices.")] = None,
    speed: Annotated[float, typer.Option("--speed", min=0.1, max=100, help="Recorded seconds per second of a replay.")] = 1.0,
) -> None:
    """Run the platform: read, keep, judge, dispatch, show. Example: guanjia run --site site.yaml --data data"""
    use_logs(log_file)
    found = configuration(site)
    if replay is None:
        with owning(data):
            refuse_ports(host, port, found.site)
            serve(found, data, host, port, simulators=simulators)
        return
    with opened_recording(replay, found.site) as (reader, _), owning(data):
        refuse_used(data)
        refuse_ports(host, port)
        clock = ReplayClock(SystemClock(), reader.header.start_ns, speed)
        serve(found, data, host, port, clock=clock, read=lambda site, sink, _: Replay(reader, sink, clock))


@contextmanager
def owning(data: Path) -> Iterator[None]:
    """Have the data folder to ourselves, or exit with 2."""
    with ExitStack() as held:
        try:
            held.enter_context(owned(data))
        except FolderTaken as error:
            raise refuse(f"{error}; stop that one, or choose another folder with --data") from None
        except OSError as error:
            raise refuse(f"{data} can't be written: {error.strerror}; choose another folder with --data") from None
        yield


def refuse_ports(host: str, port: int, read: Site | None = None) -> None:
    """Exit with 2 when a port we are to listen on can't be had, and say which setting it is. ``read``: the site whose devices are read."""
    wrong = []
    if why := trouble(host, port):
        wrong.append(f"{host}:{port}, the console's, is {why}; choose another with --port (or --host)")
    broker = read.broker if read else None
    if broker and broker.url == "embedded" and broker.port and _speaks_mqtt(read) and (why := trouble(_LOOPBACK, broker.port)):
        wrong.append(f"{_LOOPBACK}:{broker.port}, the embedded MQTT broker's, is {why}; write another in the site file, mqtt: {{port: …}}")
    if wrong:
        raise refuse("\n".join(wrong))


def _speaks_mqtt(site: Site | None) -> bool:
    return site is not None and any(isinstance(device.connection, Mqtt) for device in site.devices.values())


def refuse_used(data: Path) -> None:
    """A replay lives in the recording's time: what a folder has seen since must not lie ahead of it."""
    if any((data / "history").glob("*.duckdb")):
        raise refuse(f"{data} has a history of its own: replay into a new folder with --data")


def serve(
    found: Configuration,
    data: Path,
    host: str,
    port: int,
    *,
    demo: bool = False,
    beside: Beside | None = None,
    simulators: str = "",
    clock: Clock | None = None,
    read: Callable[[Site, BlockSink, Clock], Source] = Collectors,
) -> None:
    """Run until stopped."""

    async def life(stopping: asyncio.Event) -> None:
        platform = SitePlatform(found.site, found.rules, data, clock or SystemClock(), demo=demo, simulators=simulators, read=read)
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
    except (OSError, BaseExceptionGroup) as error:
        _refuse_taken(error)


def _refuse_taken(error: BaseException) -> NoReturn:
    """Exit with 2 for a port that was free when we looked. Whatever went down with it is in the log; anything else is raised again."""
    parts = list(_leaves(error))
    taken = [part for part in parts if isinstance(part, OSError)]
    if not taken:
        raise error
    for part in parts:
        log.error("part_failed", error=repr(part))
    why = "; ".join(map(str, taken))
    raise refuse(f"{why}; start again, or choose other ports: --port, and in the site file mqtt: {{port: …}}")


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error
