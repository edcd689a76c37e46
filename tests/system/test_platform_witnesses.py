"""Independent clients see what the platform's API shows."""

import shutil
import subprocess
from pathlib import Path

import pytest

from guanjia.config.site_file import load_site
from model.profile import Register
from model.site import ModbusTcp
from tests.mosquitto import plain_broker
from tests.ports import HOST
from tests.system.rig import Rig, running, until

pytestmark = pytest.mark.timeout(300)
MBPOLL, MOSQUITTO_SUB = map(shutil.which, ("mbpoll", "mosquitto_sub"))


@pytest.mark.skipif(MBPOLL is None, reason="mbpoll is not installed (Debian: apt-get install mbpoll)")
def test_mbpoll_reads_what_the_api_shows(rig: Rig) -> None:
    """The voltage of a meter hardly moves between the two looks; its energy counter only rises."""
    meter = load_site(rig.site).devices["sub2.d6"]
    assert isinstance(meter.connection, ModbusTcp)
    for name, tolerance in (("voltage_l1", 3.0), ("frequency", 0.3), ("energy_import", 2.0)):
        column = meter.profile.column(name)
        assert column is not None
        wire = meter.points[column].wire
        assert isinstance(wire, Register)
        seen = _mbpoll(meter.connection, wire)
        shown = rig.get(f"/points/sub2.d6.{name}")["value"]
        assert seen == pytest.approx(shown, abs=tolerance), name
        assert seen > 1


def _mbpoll(at: ModbusTcp, wire: Register) -> float:
    """One input register pair as a big-endian float, by mbpoll's own reckoning (its references count from 1)."""
    words = [str(MBPOLL), "-m", "tcp", "-a", str(at.unit), "-p", str(at.port), "-t", "3:float", "-B", "-1", "-q", "-o", "10"]
    words += ["-r", str(wire.address + 1), "-c", "1", at.host]
    said = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout
    line = next(line for line in said.splitlines() if line.startswith("["))
    return float(line.split(":")[1])


@pytest.mark.skipif(MOSQUITTO_SUB is None, reason="mosquitto_sub is not installed")
def test_mosquitto_sub_sees_the_barrier_through_mosquitto(tmp_path: Path) -> None:
    with plain_broker(tmp_path) as port, running(tmp_path, broker=f"mqtt://{HOST}:{port}") as rig:
        words = [str(MOSQUITTO_SUB), "-h", HOST, "-p", str(port), "-t", "parking/#", "-v", "-C", "1", "-W", "60"]
        said = subprocess.run(words, capture_output=True, text=True, timeout=90, check=True).stdout
        assert '"entries"' in said
        shown = until("the barrier's state", lambda: rig.get("/points/gate.north.in.entries")["value"], 60)
        assert shown >= 0
