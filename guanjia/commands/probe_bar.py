"""The bar of ``guanjia probe``: on standard error, gone when the work is done; none where nobody watches."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from guanjia.commands.words import err


@contextmanager
def bar_of(what: str) -> Iterator[Progress]:
    """``what`` is counted in the task's field ``count``."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]} " + what), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        yield bar
