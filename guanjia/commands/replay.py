"""``guanjia replay``: what is in a recording, and what the platform makes of it."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated

import typer

from guanjia.commands.recordings import duration, opened_recording
from guanjia.commands.scenario import fill
from guanjia.commands.words import mistakes_shown, out, refuse
from guanjia.config.site_file import load_site
from guanjia.recording.layout import Header
from guanjia.recording.skeleton import skeleton
from model.clock import SECOND


def replay(
    file: Annotated[Path, typer.Argument(help="The recording.", metavar="FILE")],
    site: Annotated[Path, typer.Option("--site", help="The site file of the site it was made at.")],
    scenario: Annotated[Path | None, typer.Option("--scenario", help="Write a scenario over it, with what came as expectations.")] = None,
    step: Annotated[str, typer.Option("--step", help="How finely time passes in that scenario where nobody speaks.")] = "1s",
) -> None:
    """Check a recording, and play it through alarms and tickets into a scenario. Example: guanjia replay hour.rec --site site.yaml

    Into a platform, faster or slower: guanjia run --site site.yaml --replay hour.rec --speed 10 --data replayed
    """
    with mistakes_shown():
        loaded = load_site(site)
    with opened_recording(file, loaded) as (reader, blocks):
        header = reader.header
    out.print(f"{file}: {_told(header, loaded.timezone)}, {blocks} blocks of {len(header.devices)} devices", markup=False, soft_wrap=True)
    if scenario is None:
        return
    if scenario.exists():
        raise refuse(f"{scenario} is there already: name another file, or play it with guanjia scenario run")
    page = skeleton(header, loaded, site_file=site, recording=file, scenario=scenario, step_ns=duration(step, "--step"))
    scenario.write_text(page, encoding="utf-8")
    fill(scenario)


def _told(header: Header, zone: tzinfo) -> str:
    start, end = (datetime.fromtimestamp(at_ns / SECOND, zone).isoformat(timespec="seconds") for at_ns in (header.start_ns, header.end_ns))
    return f"site {header.site}, {start} to {end}, {header.origin}"
