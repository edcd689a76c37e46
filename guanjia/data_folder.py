"""The data folder belongs to one process at a time: two would write the same history and number the same tickets twice."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "platform.lock"
_OUT_OF_THE_WAY = 1 << 20
"""Byte that is locked on Windows, where a locked byte can't be read: behind the process id that stands in the file."""


class FolderTaken(Exception):
    """Another process has it; the message says which."""


@contextmanager
def owned(data: Path) -> Iterator[None]:
    """Have the folder, made when it is not there, for as long as the context lasts. FolderTaken, or OSError when it can't be written.

    The lock is the operating system's: it falls with the process, however that ends, so a file left behind keeps nobody out.
    """
    data.mkdir(parents=True, exist_ok=True)
    file = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _lock(file):
            owner = os.read(file, 20).decode("ascii", "replace").strip()
            raise FolderTaken(f"{data} belongs to another guanjia that is running{f' (process {owner})' if owner else ''}")
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode("ascii"))
        yield
    finally:
        os.close(file)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        os.lseek(file, _OUT_OF_THE_WAY, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(file, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
