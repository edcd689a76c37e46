"""``guanjia record``: an hour of the past, or any other stretch of it, into one file."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from guanjia.commands.recordings import instant, progress
from guanjia.commands.words import mistakes_shown, out, refuse
from guanjia.config.site_file import load_site
from guanjia.recording.columns import Columns
from guanjia.recording.copied import WINDOW_NS, by_device, copied
from guanjia.recording.errors import RecordingError
from guanjia.recording.fit import header_of
from guanjia.recording.over_api import RunningPlatform
from guanjia.recording.writer import RecordingWriter
from guanjia.system_clock import SystemClock
from model.clock import DAY
from model.ports import HistoryUnavailable
from model.site import Site

T = TypeVar("T")
PASSWORD_VARIABLE = "GUANJIA_PASSWORD"
_LONGEST_NS = 31 * DAY
"""What the platform gives raw readings for at a time."""


def record(
    start: Annotated[str, typer.Option("--start", help="First instant, such as 2026-01-14T08:00:00+08:00.")],
    end: Annotated[str, typer.Option("--end", help="End, itself not included.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The recording to write.")],
    site: Annotated[Path | None, typer.Option("--site", help="The site file; DATA/site.yaml when left out, as the demo keeps it.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="The folder of a platform that is not running.")] = None,
    platform: Annotated[str, typer.Option("--platform", help="A running platform: http://127.0.0.1:8080.")] = "",
    user: Annotated[
        str, typer.Option("--user", help=f"Whom to log in as there; the password from {PASSWORD_VARIABLE}, or asked for.")
    ] = "",
) -> None:
    """Record what every device said between two instants. Example: guanjia record --data data/demo --start … --end … -o hour.rec"""
    if (data is None) == (not platform):
        raise refuse("give one of --data (the folder of a stopped platform) and --platform (the address of a running one)")
    start_ns, end_ns = instant(start, "--start"), instant(end, "--end")
    if not 0 < end_ns - start_ns <= _LONGEST_NS:
        raise refuse("--end must lie after --start, by at most 31 days")
    loaded = _site(site, data)
    try:
        blocks = _write(loaded, start_ns, end_ns, output, _said(loaded, start_ns, end_ns, data, platform, user))
    except HistoryUnavailable as error:
        raise refuse(f"the history under {data} can't be read ({error}); if a platform runs on it, record through it: --platform") from None
    except RecordingError as error:
        raise refuse(str(error)) from None
    out.print(f"{blocks} blocks of {len(loaded.devices)} devices in {output}", markup=False, soft_wrap=True)


def _site(site: Path | None, data: Path | None) -> Site:
    file = site if site is not None or data is None else data / "site.yaml"
    if file is None or not file.is_file():
        raise refuse("which site is it? give its site file with --site")
    with mistakes_shown():
        return load_site(file)


def _said(site: Site, start_ns: int, end_ns: int, data: Path | None, platform: str, user: str) -> Iterator[Mapping[str, Columns]]:
    if data is not None:
        if not (data / "history").is_dir():
            raise refuse(f"there is no history under {data}")
        windows = -(-(end_ns - start_ns) // WINDOW_NS)
        yield from _counted(copied(site, data, start_ns, end_ns, SystemClock()), windows, "reading")
        return
    running = RunningPlatform(platform, user or typer.prompt("user", err=True), _password())
    if running.site_id() != site.id:
        raise refuse(f"{platform} runs site '{running.site_id()}', not '{site.id}'")
    points = sum(len(device.points) for device in site.devices.values())
    yield by_device(site, _counted(running.readings(site, start_ns, end_ns), points, "asking"))


def _write(site: Site, start_ns: int, end_ns: int, output: Path, said: Iterator[Mapping[str, Columns]]) -> int:
    """Under its name only once it is whole."""
    partial = output.with_name(output.name + ".part")
    try:
        with partial.open("wb") as stream, RecordingWriter(stream, header_of(site, start_ns, end_ns, "recorded")) as writer:
            for window in said:
                writer.add(window)
        os.replace(partial, output)
    except OSError as error:
        raise refuse(f"{output}: {error.strerror or error}") from None
    finally:
        partial.unlink(missing_ok=True)
    return writer.blocks


def _counted(items: Iterator[T], total: int, what: str) -> Iterator[T]:
    """The same, with a bar."""
    with progress() as bar:
        yield from bar.track(items, total=total, description=what)


def _password() -> str:
    return os.environ.get(PASSWORD_VARIABLE) or str(typer.prompt("password", hide_input=True, err=True))
