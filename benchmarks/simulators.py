"""What the simulators cost: the reference fleet at 1 s polls, and a thousand devices in one process beside two baselines.

usage: python -m benchmarks.simulators [seconds per measurement]
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.first_light import cpu_s, memory_mib, say
from benchmarks.thousand_devices import DEVICES, REGISTERS
from collectors.modbus.plan import plan
from guanjia.config.site_file import load_site
from model.profile import Table
from model.site import ModbusTcp
from tests.system.rig import Rig

_FUNCTIONS = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
_SETTLE_S = 3.0
_FLOOD_S = 5.0
Addresses = list[list[object]]


def of_site(path: Path) -> Addresses:
    """What the platform asks of every Modbus device, by address."""
    found: dict[tuple[str, int], list[list[object]]] = {}
    for device in load_site(path).devices.values():
        wire = device.connection
        if isinstance(wire, ModbusTcp):
            for asked in plan(device.profile):
                pdu = bytes((_FUNCTIONS[asked.table], *asked.address.to_bytes(2, "big"), *asked.count.to_bytes(2, "big")))
                found.setdefault((wire.host, wire.port), []).append([wire.unit, pdu.hex()])
    return [[host, port, requests] for (host, port), requests in found.items()]


def polled(process: int, addresses: Addresses, seconds: float, period_s: float) -> tuple[float, dict[str, float]]:
    """Share of one core that the process takes while it is polled, and what the master saw."""
    words = [sys.executable, "-m", "benchmarks.modbus_load", str(seconds), str(period_s)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as master:
        assert master.stdin is not None
        master.stdin.write(json.dumps(addresses))
        master.stdin.close()
        assert master.stdout is not None
        master.stdout.readline()
        begun, used = time.monotonic(), cpu_s(process)
        time.sleep(seconds)
        share = (cpu_s(process) - used) / (time.monotonic() - begun)
        return share, json.loads(master.stdout.read())


def reference(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder), "reference")
        try:
            rig.start_simulators()
            assert rig.simulators is not None
            process = rig.simulators.pid
            time.sleep(_SETTLE_S)
            used, begun = cpu_s(process), time.monotonic()
            time.sleep(seconds)
            alone = (cpu_s(process) - used) / (time.monotonic() - begun)
            share, seen = polled(process, of_site(rig.site), seconds, 1.0)
        finally:
            rig.close()
    say("reference fleet, nobody reads: share of one core", f"{alone:.1%}")
    say("reference fleet, every device read at 1 s", f"{share:.1%}", "at most 25 %")
    say("  requests answered", f"{seen['per_s']:,.0f} /s", f"{seen['answered']:,.0f} of {seen['asked']:,.0f}")


def thousand(kind: str, seconds: float) -> tuple[float, float]:
    """Share of one core at 1 Hz, and requests a second when it is asked without a pause."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.thousand_devices", kind], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            addresses = json.loads(server.stdout.readline())
            share, seen = polled(server.pid, addresses, seconds, 1.0)
            memory = memory_mib(server.pid)
            busy, flood = polled(server.pid, addresses[:50], _FLOOD_S, 0)
            each_us = busy / flood["per_s"] * 1e6
        finally:
            server.terminate()
    say(f"{kind}: {DEVICES} devices × {REGISTERS} registers at 1 Hz", f"{share:.1%}", "under one core" if kind == "ours" else "baseline")
    say("  answered; p99", f"{seen['answered']:,.0f} of {seen['asked']:,.0f}; {seen['late_p99_ms']:.1f} ms", f"{memory:.0f} MiB")
    say("  asked without a pause by 50 masters", f"{flood['per_s']:,.0f} /s", f"{each_us:.0f} µs CPU each")
    return share, flood["per_s"]


def main(seconds: float) -> None:
    reference(seconds)
    ours, rate = thousand("ours", seconds)
    theirs, their_rate = thousand("pymodbus", seconds)
    floor, _ = thousand("constant", seconds)
    say("ours / pymodbus's server holding still, CPU at 1 Hz", f"{ours / theirs:.2f}")
    say("ours / pymodbus's server, requests a second", f"{rate / their_rate:.2f}")
    say("ours / constant bytes, CPU at 1 Hz", f"{ours / floor:.1f}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)
