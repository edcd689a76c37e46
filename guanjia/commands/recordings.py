"""What commands about recordings share: opening one with its faults in plain words, instants as people write them, progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from guanjia.commands.words import err, refuse
from guanjia.config.site_schema import duration_ns
from guanjia.recording.errors import RecordingError
from guanjia.recording.fit import check_fit
from guanjia.recording.reader import RecordingReader
from model.clock import SECOND
from model.site import Site


@contextmanager
def opened_recording(file: Path, site: Site) -> Iterator[tuple[RecordingReader, int]]:
    """A recording of this site that was read through once and is whole, and how many blocks it has; or exit with 2."""
    try:
        with file.open("rb") as stream:
            check_fit(RecordingReader(stream).header, site)
            stream.seek(0)
            blocks = RecordingReader(stream).count()
            stream.seek(0)
            yield RecordingReader(stream), blocks
    except RecordingError as error:
        raise refuse(f"{file}: {error}") from None
    except OSError as error:
        raise refuse(f"{file}: {error.strerror}") from None


def instant(words: str, option: str, instead: str = "") -> int:
    """Nanoseconds of an instant written with its offset; or exit with 2. ``instead``: what else might be written there."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise refuse(f"{option} {words}: write {instead}an instant with its offset, such as 2026-01-14T00:00:00+08:00")
    return int(moment.timestamp()) * SECOND


def duration(words: str, option: str) -> int:
    """Nanoseconds of a length written with its unit; or exit with 2."""
    try:
        return duration_ns(words)
    except ValueError as error:
        raise refuse(f"{option} {words}: {error}") from None


def progress() -> Progress:
    """A bar on standard error with the time left, for work of more than a few seconds."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    return Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=err, transient=True)
