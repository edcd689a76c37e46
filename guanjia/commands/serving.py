"""The platform, served until it is stopped: what ``run`` and ``demo`` share."""

import asyncio
from pathlib import Path
from typing import Any, Protocol

from guanjia.commands.lives import live
from guanjia.commands.words import STOPPED, out
from guanjia.config.configuration import Configuration
from guanjia.no_pauses import collect_seldom, without_pauses
from guanjia.platform import Read, SitePlatform, whole_site
from guanjia.system_clock import SystemClock
from guanjia.web import web_application
from guanjia.web_server import WebServer
from model.clock import Clock
from model.ports import Journal


class Beside(Protocol):
    """Something that lives as long as the platform does, such as the demo's simulators."""

    async def start(self, platform: SitePlatform) -> None:
        """Returns when it is there; the platform starts reading only then."""
        ...

    async def ended(self) -> None:
        """Returns when it has ended by itself."""
        ...

    async def stop(self) -> None: ...


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
    read: Read = whole_site,
) -> None:
    """Run until stopped."""

    async def life(stopping: asyncio.Event) -> None:
        collect_seldom()
        with without_pauses():
            platform = SitePlatform(found, data, clock or SystemClock(), demo=demo, simulators=simulators, read=read)
            web = WebServer(web_application(platform.context), host, port)
        companions: list[asyncio.Task[Any]] = [asyncio.create_task(stopping.wait())]
        if beside is not None:
            await beside.start(platform)
            companions.append(asyncio.create_task(beside.ended()))
        running = asyncio.create_task(platform.run(web))
        companions.append(running)
        out.print(f"{found.site.name.zh}: http://{host}:{port}", markup=False)
        if advice := without_logins(platform.journal, data, found.site.journal_url):
            out.print(advice, markup=False, soft_wrap=True)
        await asyncio.wait(companions, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.is_set():
            out.print("stopping: a part has ended by itself; see the log", markup=False)
        if beside is not None:
            await beside.stop()
        platform.stop()
        await running
        out.print(STOPPED)

    live(life)


def without_logins(journal: Journal, data: Path, url: str) -> str:
    """What to do while nobody may log in; empty once somebody may."""
    if any(not user.disabled for user in journal.users()):
        return ""
    elsewhere = "" if url == "sqlite" else " --journal URL"
    return f"nobody can log in yet: guanjia user add NAME --role admin --data {data}{elsewhere}"
