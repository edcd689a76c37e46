"""A real Mosquitto, for tests in which somebody else has to be the broker."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.ports import HOST, free_ports
from tests.system.witnesses import MOSQUITTO


@pytest.fixture(scope="package")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed")
    (port,) = free_ports(1)
    config = tmp_path_factory.mktemp("mosquitto") / "mosquitto.conf"
    config.write_text(f"listener {port} {HOST}\nallow_anonymous true\n", encoding="utf-8")
    process = subprocess.Popen([MOSQUITTO, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield port
    process.terminate()
    process.wait(10)
