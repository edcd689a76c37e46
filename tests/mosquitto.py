"""A real Mosquitto for the tests of every room."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ports import HOST, free_ports

PROGRAM = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
_MISSING = "no mosquitto on this machine; install Debian's package mosquitto"
needs_mosquitto = pytest.mark.skipif(PROGRAM is None, reason=_MISSING)
STARTS_WITHIN_S = 60.0


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection((HOST, port), 5).close()
    except OSError:
        return False
    return True


@contextmanager
def plain_broker(folder: Path, port: int | None = None) -> Iterator[int]:
    """The port of a broker that lets everybody in and remembers nothing, up when it is given; the test is skipped where there is none."""
    if PROGRAM is None:
        pytest.skip(_MISSING)
    at = port or free_ports(1)[0]
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {at} {HOST}\nallow_anonymous true\n", encoding="utf-8")
    with subprocess.Popen([PROGRAM, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + STARTS_WITHIN_S
            while not answers(at):
                assert process.poll() is None, "Mosquitto has ended"
                assert time.monotonic() < end, f"Mosquitto did not answer within {STARTS_WITHIN_S} s"
                time.sleep(0.01)
            yield at
        finally:
            process.terminate()
