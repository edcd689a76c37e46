"""A real InfluxDB 1.x of its own on free loopback ports, for the time of a test module."""

import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from tests.ports import free_ports

INFLUXD = shutil.which("influxd")

_CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{directory}/meta"
[data]
  dir = "{directory}/data"
  wal-dir = "{directory}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{http}"
  log-enabled = false
[logging]
  level = "error"
"""


@contextmanager
def influxd(directory: Path, ports: Sequence[int] = ()) -> Iterator[str]:
    """Its URL; the database ``guanjia`` exists. In the same directory and on the same ports it goes on where it stopped."""
    assert INFLUXD is not None
    rpc, http = ports or free_ports(2)
    config = directory / "influxdb.conf"
    config.write_text(_CONFIG.format(directory=directory, rpc=rpc, http=http))
    url = f"http://127.0.0.1:{http}"
    with subprocess.Popen([INFLUXD, "-config", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(f"{url}/ping")
            post(f"{url}/query?q=create+database+guanjia")
            yield url
        finally:
            server.terminate()
            server.wait(60)


def post(url: str) -> None:
    with closing(urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=60)) as reply:
        assert reply.status < 300


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with closing(urllib.request.urlopen(url, timeout=10)):
                return
        except OSError:
            assert time.monotonic() < deadline, "influxd did not start"
            time.sleep(0.05)
