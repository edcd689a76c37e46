"""How commands speak: mistakes whole, errors with what to do, exit code 2 for what was refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from guanjia.config.configuration import Configuration, History, load_configuration
from guanjia.no_pauses import without_pauses
from model.mistake import ConfigError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
REFUSED = 2
_NO_LIMIT = 10_000
_LEAST_PROSE = 12
"""Characters left to a column that may be wrapped, on a narrow terminal."""
STOPPED = "stopped; everything is on disk"


def refuse(message: str) -> typer.Exit:
    """Say why on standard error; raise the result."""
    err.print(message, markup=False, soft_wrap=True)
    return typer.Exit(REFUSED)


def show(grid: Table, console: Console = out) -> None:
    """Print a table. Columns of names and numbers (``no_wrap``) stay whole; a pipe or a file, which has no width, gets all in one line."""
    if not console.is_terminal:
        grid.width = _widest(grid, console)
    else:
        names = Table(*(column for column in grid.columns if column.no_wrap), box=grid.box, pad_edge=grid.pad_edge)
        needed = _widest(names, console) + _LEAST_PROSE * (len(grid.columns) - len(names.columns))
        grid.width = needed if needed > console.width else None
    console.print(grid, crop=False)


def _widest(grid: Table, console: Console) -> int:
    return console.measure(grid, options=console.options.update(max_width=_NO_LIMIT)).maximum


def written(file: Path, text: str) -> None:
    """Write the file and say so, or exit with 2."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise refuse(f"{file}: {error.strerror}") from None
    out.print(f"written to {file}", markup=False)


@contextmanager
def mistakes_shown() -> Iterator[None]:
    """Print every mistake of a configuration, one a line, and exit with 2."""
    try:
        yield
    except ConfigError as error:
        for mistake in error.mistakes:
            err.print(str(mistake), markup=False, soft_wrap=True)
        count = len(error.mistakes)
        raise refuse(f"{count} mistake{'s' if count > 1 else ''}; nothing was started") from None


def configuration(site: Path, history: History = lambda site: ()) -> Configuration:
    """The configuration, or exit with 2. ``history``: what the journal has of the rules, for a site whose rule files can't be taken."""
    with mistakes_shown(), without_pauses():
        return load_configuration(site, history)
