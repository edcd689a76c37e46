"""Independent clients see what the platform's API shows."""

import shutil
import subprocess
from pathlib import Path

import pytest

from guanjia.config.site_file import load_site
from model.profile import Register
from model.site import ModbusTcp
from tests.ports import HOST, free_ports
from tests.system.rig import Rig, running, until

MBPOLL, MOSQUITTO, MOSQUITTO_SUB = map(shutil.which, ("mbpoll", "mosquitto", "mosquitto_sub"))


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
    words = [str(MBPOLL), "-m", "tcp", "-a", str(at.unit), "-p", str(at.port), "-t", "3:float", "-B", "-1", "-q"]
    words += ["-r", str(wire.address + 1), "-c", "1", at.host]
    said = subprocess.run(words, capture_output=True, text=True, timeout=20, check=True).stdout
    line = next(line for line in said.splitlines() if line.startswith("["))
    return float(line.split(":")[1])


@pytest.mark.skipif(MOSQUITTO is None or MOSQUITTO_SUB is None, reason="mosquitto or mosquitto_sub is not installed")
@pytest.mark.timeout(120)
def test_mosquitto_sub_sees_the_barrier_through_mosquitto(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} {HOST}\nallow_anonymous true\n", encoding="utf-8")
    broker = subprocess.Popen([str(MOSQUITTO), "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with running(tmp_path, broker=f"mqtt://{HOST}:{port}") as rig:
            topic = "parking/#"
            words = [str(MOSQUITTO_SUB), "-h", HOST, "-p", str(port), "-t", topic, "-v", "-C", "1", "-W", "30"]
            said = subprocess.run(words, capture_output=True, text=True, timeout=40, check=True).stdout
            assert '"entries"' in said
            shown = until("the barrier's state", lambda: rig.get("/points/gate.north.in.entries")["value"], 30)
            assert shown >= 0
    finally:
        broker.terminate()
        broker.wait(10)
