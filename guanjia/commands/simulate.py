"""``guanjia simulate``: the site's devices, without the site."""

import asyncio
import contextlib
import os
import sys
import threading
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from api.reference import page
from guanjia.commands.recordings import instant
from guanjia.commands.words import mistakes_shown, out, refuse
from guanjia.config.site_file import load_site
from guanjia.config.site_schema import duration_ns
from guanjia.process import run_until_stopped, use_logs
from guanjia.system_clock import SystemClock
from model.scenario import Scenario
from model.site import Site
from simulators.errors import PortTaken
from simulators.fleet import Fleet
from simulators.past import full_step, rows
from simulators.past_stream import write_rows

_LOW_PRIORITY = 10


class Events(StrEnum):
    PLANNED = "planned"
    NONE = "none"


def simulate(
    site: Annotated[Path, typer.Option("--site", help="The site file whose devices are to be simulated.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same day.")] = 1,
    speed: Annotated[float, typer.Option("--speed", min=0.1, max=600, help="Site seconds per second.")] = 1.0,
    control_port: Annotated[
        int, typer.Option("--control-port", min=0, max=65535, help="Port of the control API; 0 takes a free one.")
    ] = 8090,
    incidents: Annotated[bool, typer.Option("--incidents/--no-incidents", help="Play a day of small incidents.")] = False,
    past: Annotated[str, typer.Option("--past", help="The site has lived so long before it is seen: 36h, or since an instant.")] = "",
    history_file: Annotated[
        typer.FileBinaryWrite | None,
        typer.Option(
            "--history-file", help="Write what it said over --past (its meters, tanks and pumps) or --history (all of it) there, and end."
        ),
    ] = None,
    history: Annotated[str, typer.Option("--history", help="Make so much history in fast time, 90d or 6h, and end.")] = "",
    into: Annotated[Path | None, typer.Option("--into", help="The --data folder of a platform that is to have the history.")] = None,
    step: Annotated[str, typer.Option("--step", help="A reading of every point so often, 1s to 15min.")] = "60s",
    until: Annotated[str, typer.Option("--until", help="The instant at which the history ends; now when left out.")] = "",
    events: Annotated[Events, typer.Option("--events", help="What goes wrong in the history.")] = Events.PLANNED,
    scenarios: Annotated[
        Path | None,
        typer.Option("--scenarios", help="Scenario files to offer; 'scenarios' beside the site file when left out."),
    ] = None,
    until_input_ends: Annotated[bool, typer.Option("--until-input-ends", hidden=True, help="Stop when standard input closes.")] = False,
    log_file: Annotated[Path | None, typer.Option("--log-file", help="Write the log there instead of to standard error.")] = None,
) -> None:
    """Simulate every device of a site on real sockets, with a control API to break them. Example: guanjia simulate --site site.yaml"""
    use_logs(log_file)
    with mistakes_shown():
        loaded = load_site(site)
    if history:
        from guanjia.commands.make_history import Wanted, make_history  # here, so that a fleet starts without databases

        make_history(loaded, Wanted(history, step, until, seed, events is Events.PLANNED), into, history_file)
        return
    past_from_ns = _past_from(past, SystemClock().now_ns())
    if history_file is not None:
        _write_history(loaded, seed, past_from_ns, history_file)
        return

    playable = _playable(site, scenarios)

    async def life(stopping: asyncio.Event) -> None:
        fleet = Fleet(
            loaded,
            SystemClock(),
            seed=seed,
            speed=speed,
            control_port=control_port,
            play_day=incidents,
            past_from_ns=past_from_ns,
            describe=page,
            scenarios=playable,
        )
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


def _playable(site: Path, folder: Path | None) -> list[Scenario]:
    """The scenario files whose faults a tester can have played."""
    if folder is not None and not folder.is_dir():
        raise refuse(f"{folder} is no folder: name one with scenario files")
    files = sorted((folder or site.parent / "scenarios").glob("*.yaml"))
    if not files:
        return []
    from guanjia.config.scenario_file import load_scenario  # here, so that a fleet without scenarios starts without the platform

    with mistakes_shown():
        return [load_scenario(file).scenario for file in files]


def _past_from(words: str, now_ns: int) -> int | None:
    """The instant at which the past begins, from its length or as written; None without one."""
    if not words:
        return None
    try:
        start_ns = now_ns - duration_ns(words)
    except ValueError:
        start_ns = instant(words, "--past", "a length such as 36h, or ")
    if start_ns >= now_ns:
        raise refuse(f"--past {words}: that is not past yet")
    return full_step(start_ns)


def _write_history(site: Site, seed: int, past_from_ns: int | None, file: BinaryIO) -> None:
    """In the background of everything else on the machine."""
    if past_from_ns is None:
        raise refuse("--history-file needs a --past, such as --past 36h")
    if sys.platform != "win32":
        os.nice(_LOW_PRIORITY)
    with contextlib.suppress(ConnectionError):  # whoever wanted it is gone
        write_rows(rows(site, seed, past_from_ns, SystemClock().now_ns()), file)


def _wait_for_input_to_end(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    """Whoever started us holds the other end: when they are gone, however they went, so are we."""
    sys.stdin.read()
    loop.call_soon_threadsafe(stopping.set)


if __name__ == "__main__":
    typer.run(simulate)
