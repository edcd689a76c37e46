"""``guanjia devices``: device lists for spreadsheets."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from guanjia.commands.words import mistakes_shown, out, refuse
from guanjia.config.device_list import is_list
from guanjia.config.device_table import as_csv, as_workbook, rows, template
from guanjia.config.site_file import draft_site
from model.mistake import ConfigError

app = typer.Typer(help="Device lists: an empty one to fill in, or the devices of a site file as one.", no_args_is_help=True)
Target = Annotated[Path, typer.Argument(help="The list to write, .xlsx or .csv.")]
Replace = Annotated[bool, typer.Option("--replace", help="The file may be overwritten.")]


@app.command("template")
def write_template(file: Target, replace: Replace = False) -> None:
    """Write an empty list with every heading and an example. Example: guanjia devices template devices.xlsx"""
    _write(file, template(), replace=replace)
    out.print(f"{file}: fill it in and name it in the site file: devices: [{file.name}]", markup=False, soft_wrap=True)


@app.command("export")
def export(
    site: Annotated[Path, typer.Argument(help="The site file.", metavar="SITE.YAML")], file: Target, replace: Replace = False
) -> None:
    """Write the devices of a site file, those of its lists too, as one list. Example: guanjia devices export site.yaml devices.xlsx"""
    with mistakes_shown():
        draft = draft_site(site)
        if draft.mistakes:
            raise ConfigError(list(draft.mistakes))
    devices = [item for item in draft.document.data["devices"] if not is_list(item)]
    try:
        table = rows(devices)
    except ValueError as error:
        raise refuse(f"{site}: {error}; leave that device in the site file") from None
    _write(file, table, replace=replace)
    out.print(f"{file}: {len(devices)} devices", markup=False, soft_wrap=True)


def _write(file: Path, table: list[Sequence[str]], *, replace: bool) -> None:
    makers = {".csv": as_csv, ".xlsx": as_workbook}
    make = makers.get(file.suffix.lower())
    if make is None:
        raise refuse(f"{file}: a list ends in .xlsx or .csv")
    if file.exists() and not replace:
        raise refuse(f"{file} exists; name another file, or add --replace to overwrite it")
    try:
        file.write_bytes(make(table))
    except OSError as error:
        raise refuse(f"{file}: {error.strerror}") from None
