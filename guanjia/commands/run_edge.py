"""One edge of a site, run until it is stopped."""

import asyncio
from pathlib import Path

from api.edge_app import edge_app
from guanjia.apart.edge import EdgeMachine
from guanjia.commands.lives import live
from guanjia.commands.words import STOPPED, out
from guanjia.system_clock import SystemClock
from guanjia.web_server import WebServer
from model.site import Site


def serve_edge(site: Site, edge: str, data: Path, host: str, port: int) -> None:
    """Run the collectors of one edge until stopped."""

    async def life(stopping: asyncio.Event) -> None:
        machine = EdgeMachine(site, edge, data, SystemClock())
        web = WebServer(edge_app(site.name.en, machine.health, machine.counters), host, port)
        running = asyncio.create_task(machine.run(web))
        asked = asyncio.create_task(stopping.wait())
        out.print(f"{site.name.zh} {site.edges[edge].name.zh}: http://{host}:{port}/readyz", markup=False)
        await asyncio.wait([running, asked], return_when=asyncio.FIRST_COMPLETED)
        machine.stop()
        await running
        out.print(STOPPED)

    live(life)
