"""What reading Modbus costs, from the wire to the spool: a thousand devices, a fleet beside three baselines, and a fleet partly ill.

usage: python -m benchmarks.collectors [seconds per measurement]

Every reader is a process of its own, and so is the fleet; only the reader's CPU counts.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.first_light import say
from benchmarks.thousand_devices import REGISTERS

FLEET = 100
ILL = 20
Addresses = list[list[object]]


@contextmanager
def serving(*words: str) -> Iterator[Addresses]:
    command = [sys.executable, "-m", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())
        finally:
            server.terminate()


def reads(kind: str, addresses: Addresses, seconds: float, healthy: int | None = None) -> dict[str, float]:
    words = [sys.executable, "-m", "benchmarks.fleet_reader", kind, str(seconds), *([] if healthy is None else [str(healthy)])]
    done = subprocess.run(words, input=json.dumps(addresses), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def cost(found: dict[str, float]) -> float:
    """CPU milliseconds per 1,000 points."""
    return found["cpu_s"] * 1e6 / (found["polls"] * REGISTERS)


def thousand(seconds: float) -> None:
    with serving("benchmarks.thousand_devices", "ours") as addresses:
        found = reads("ours", addresses, seconds)
    say(f"{len(addresses):,} devices × {REGISTERS} registers × 1 Hz: polls done", f"{found['polls'] / found['due']:.2%}", "100 %")
    say("  points to the spool", f"{found['polls'] * REGISTERS / seconds:,.0f} /s")
    say("  start lateness p99", f"{found['late_p99_ms']:.1f} ms", "under 200 ms")
    say("  share of one core", f"{found['cpu_s'] / seconds:.1%}", "under 100 %")
    say("  memory", f"{found['memory_mib']:.0f} MiB", "under 286 (300 MB)")


def beside(seconds: float) -> None:
    with serving("benchmarks.thousand_devices", "ours", str(FLEET)) as addresses:
        found = {kind: reads(kind, addresses, seconds) for kind in ("ours", "block", "single", "libmodbus")}
    ours = cost(found["ours"])
    say(f"{FLEET} devices × {REGISTERS} × 1 Hz, CPU per 1,000 points: ours", f"{ours:.2f} ms", "decoded, judged, on disk")
    for kind, words, bound in (
        ("block", "naive asyncio, a block a device, nothing kept", "at most 1.0"),
        ("single", "the same, register by register", "at most 0.2"),
        ("libmodbus", "bare libmodbus loop, a block a device, nothing kept", ""),
    ):
        if not found[kind]:
            say(f"  {words}", "skipped", "libmodbus is not installed")
            continue
        say(f"  {words}", f"{cost(found[kind]):.2f} ms", f"{found[kind]['polls'] / found[kind]['due']:.0%} of its polls done")
        say(f"  ours / {kind}", f"{ours / cost(found[kind]):.2f}", bound)


def ill(seconds: float) -> None:
    """The same healthy devices, first among others that are well, then among others that are not."""
    healthy = FLEET - ILL
    found: list[dict[str, float]] = []
    for counts in ((FLEET, 0), (healthy, ILL)):
        with serving("benchmarks.ill_devices", *map(str, counts)) as addresses:
            found.append(reads("ours", addresses, seconds, healthy))
    clean, mixed = found
    say(
        f"{ILL} of {FLEET} devices silent, slow, resetting or babbling",
        f"{mixed['polls'] / mixed['due']:.2%}",
        "of healthy polls done; 100 %",
    )
    say("  start lateness p99", f"{mixed['late_p99_ms']:.1f} ms", f"{clean['late_p99_ms']:.1f} ms when all are well; at most 20 ms more")
    say("  share of one core", f"{mixed['cpu_s'] / seconds:.1%}", f"{clean['cpu_s'] / seconds:.1%} when all are well")


def main(words: Sequence[str]) -> None:
    seconds = float(words[0]) if words else 20.0
    thousand(seconds)
    beside(seconds)
    ill(seconds)


if __name__ == "__main__":
    main(sys.argv[1:])
