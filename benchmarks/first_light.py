"""The whole path's own figures on the reference fleet, over real sockets, beside a baseline in the same run.

usage: python -m benchmarks.first_light [seconds per measurement]

Prints start, cost, reaction and stop, and the CPU of the platform (history, alarms and tickets on) against a naive pymodbus script
that reads the same blocks and keeps nothing.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from guanjia.config.configuration import load_configuration
from model.clock import SECOND
from tests.system.rig import Rig, until

TICKS = os.sysconf("SC_CLK_TCK")
FAULTS = [
    ("sub1.d2", "feeder_trip", "power.feeder_off"),
    ("pr1.pump1", "motor_trip", "pump.fault"),
    ("b03.lift1", "entrapment", "elevator.entrapment"),
    ("fcc.loop05", "smoke", "fire.alarm"),
    ("gate.south.in", "arm_off", "barrier.arm_off"),
    ("charge.a01", "ground_failure", "charger.leakage"),
]
SILENT = 60


def cpu_s(process: int) -> float:
    """CPU seconds a process has used, its own threads included (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_share(process: int, seconds: float) -> float:
    """Share of one core over a while."""
    begun, used = time.monotonic(), cpu_s(process)
    time.sleep(seconds)
    return (cpu_s(process) - used) / (time.monotonic() - begun)


def memory_mib(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def say(what: str, value: str, bound: str = "") -> None:
    print(f"{what:<58} {value:>22}   {bound}", flush=True)


def start(rig: Rig) -> None:
    rig.add_users()
    rig.start_simulators()
    begun = time.monotonic()
    rig.start_platform()
    until("readiness", lambda: rig.ready() or None, 60)
    say("process start to ready", f"{time.monotonic() - begun:.1f} s", "at most 10 s")
    until("good points", lambda: rig.share_good() >= 0.95 or None, 60)
    say("process start to 95 % of points good", f"{time.monotonic() - begun:.1f} s", "at most 30 s")


def cost(rig: Rig, seconds: float) -> None:
    assert rig.platform is not None
    assert rig.simulators is not None
    time.sleep(10)
    before, begun = rig.metrics(), time.monotonic()
    ours, theirs = cpu_s(rig.platform.pid), cpu_s(rig.simulators.pid)
    time.sleep(seconds)
    span = time.monotonic() - begun
    points = (rig.metrics()["guanjia_points_total"] - before["guanjia_points_total"]) / span
    share = (cpu_s(rig.platform.pid) - ours) / span
    say("points read, kept and judged", f"{points:,.0f} /s")
    say("platform, share of one core", f"{share:.1%}", "at most 25 %")
    say("simulators, share of one core", f"{(cpu_s(rig.simulators.pid) - theirs) / span:.1%}", "at most 30 %")
    say("platform, CPU-s per 1,000 points", f"{share / points * 1000:.4f}")
    say("platform, resident memory", f"{memory_mib(rig.platform.pid):.0f} MiB")
    say("poll lateness p99", f"{rig.metrics()['guanjia_poll_lateness_p99_seconds'] * 1000:.0f} ms")
    baseline = subprocess.Popen([sys.executable, "-m", "benchmarks.naive_reader", str(rig.site)], stderr=subprocess.DEVNULL)
    time.sleep(8)
    naive = cpu_share(baseline.pid, seconds)
    baseline.terminate()
    baseline.wait(10)
    say("baseline: naive pymodbus, same blocks, nothing kept", f"{naive:.1%}")
    say("platform / baseline", f"{share / naive:.2f}")


def reaction(rig: Rig) -> None:
    found = load_configuration(rig.site)
    delay_s = {rule.id: rule.on_delay_ns / SECOND for rule in found.rules}
    over: list[float] = []
    for device, fault, rule in FAULTS:
        bound_s = found.site.devices[device].every_ns / SECOND + delay_s[rule] + 1
        rig.inject(device, fault)
        begun = time.monotonic()
        alarm = until(rule, lambda d=device, r=rule: rig.alarm(r, d, active=True), 60)  # type: ignore[misc]
        took_s = time.monotonic() - begun
        until("the ticket", lambda a=alarm: rig.get(f"/alarms/{a['id']}")["ticket"], 10)  # type: ignore[misc]
        over.append(took_s - bound_s)
        say(
            f"{device} {fault} → {rule}",
            f"{took_s:.2f} s",
            f"at most {bound_s:.0f} s; ticket {time.monotonic() - begun - took_s:.2f} s later",
        )
        rig.heal(device, fault)
    say("reaction against its bound, median", f"{statistics.median(over):+.2f} s", "at most 0")


def silence(rig: Rig) -> None:
    polled = [d.id for d in load_configuration(rig.site).site.devices.values() if d.every_ns <= 2 * SECOND and d.profile.modbus]
    time.sleep(60)
    before = rig.metrics()["guanjia_poll_lateness_p99_seconds"]
    rig.network(polled[:SILENT], "silent")
    time.sleep(65)
    after = rig.metrics()["guanjia_poll_lateness_p99_seconds"]
    say(f"lateness p99, {SILENT} devices silent", f"{after * 1000:.0f} ms", f"{before * 1000:.0f} ms before; at most 50 ms more")
    rig.network(polled[:SILENT], "ok")
    begun = time.monotonic()
    until("all back", lambda: rig.metrics()['guanjia_devices{connection="disconnected"}'] == 0 or None, 60)
    say("all polled again after their return", f"{time.monotonic() - begun:.1f} s")


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder), "reference")
        try:
            start(rig)
            cost(rig, seconds)
            reaction(rig)
            silence(rig)
            say("Ctrl-C to exit, everything flushed", f"{rig.stop_platform():.1f} s", "at most 5 s")
        finally:
            rig.close()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
