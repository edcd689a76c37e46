"""``guanjia simulate``: the site's devices, without the site."""

import asyncio
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from guanjia.commands.words import mistakes_shown, out, refuse
from guanjia.config.site_file import load_site
from guanjia.process import run_until_stopped, use_logs
from guanjia.system_clock import SystemClock
from simulators.errors import PortTaken
from simulators.fleet import Fleet


def simulate(
    site: Annotated[Path, typer.Option("--site", help="The site file whose devices are to be simulated.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same day.")] = 1,
    speed: Annotated[float, typer.Option("--speed", min=0.1, max=600, help="Site seconds per second.")] = 1.0,
    control_port: Annotated[
        int, typer.Option("--control-port", min=0, max=65535, help="Port of the control API; 0 takes a free one.")
    ] = 8090,
    incidents: Annotated[bool, typer.Option("--incidents/--no-incidents", help="Play a day of small incidents.")] = False,
    until_input_ends: Annotated[bool, typer.Option("--until-input-ends", hidden=True, help="Stop when standard input closes.")] = False,
    log_file: Annotated[Path | None, typer.Option("--log-file", help="Write the log there instead of to standard error.")] = None,
) -> None:
    """Simulate every device of a site on real sockets, with a control API to break them. Example: guanjia simulate --site site.yaml"""
    use_logs(log_file)
    with mistakes_shown():
        loaded = load_site(site)

    async def life(stopping: asyncio.Event) -> None:
        fleet = Fleet(loaded, SystemClock(), seed=seed, speed=speed, control_port=control_port, play_day=incidents)
        await fleet.start()
        out.print(f"{len(loaded.devices)} devices simulated; control API on http://127.0.0.1:{fleet.control_port}/docs", markup=False)
        if until_input_ends:
            threading.Thread(target=_wait_for_input_to_end, args=(asyncio.get_running_loop(), stopping), daemon=True).start()
        stepping = asyncio.create_task(fleet.run())
        await asyncio.wait({stepping, asyncio.create_task(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED)
        stepping.cancel()
        await fleet.stop()

    try:
        run_until_stopped(life)
    except PortTaken as error:
        raise refuse(str(error)) from None


def _wait_for_input_to_end(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    """Whoever started us holds the other end: when they are gone, however they went, so are we."""
    sys.stdin.read()
    loop.call_soon_threadsafe(stopping.set)
