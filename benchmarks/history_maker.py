"""Days of history made per second: columns straight into the history, against block by block through the spool, measured in the same run.

python -m benchmarks.history_maker [--fleet reference] [--hours 24] [--step 60] [--days 30]
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.store import WallClock
from guanjia.config.site_file import read_site
from guanjia.history_maker import make_into
from model.clock import HOUR, SECOND
from model.reading import Block
from model.site import Site
from simulators.past_made import MadePast, Span
from simulators.physics.site_physics import build_machines
from simulators.readout import Readout
from simulators.reference_site import reference_site
from store.history.drain import Drain
from store.history.embedded import EmbeddedSink
from store.history.layout import columns_of
from store.history.months import Months
from store.history.spool import Spool

END_NS = 1_768_435_200 * SECOND
STEPS_A_FLUSH, FLUSHES_A_DRAIN = 4, 15
"""A thousand blocks a commit, fifteen thousand a drain: no fewer than the platform itself."""


def made(site: Site, span: Span, directory: Path) -> int:
    """Bytes of the history."""
    past = MadePast(site, 1, span)
    make_into(past, directory, lambda steps: None)
    return sum(path.stat().st_size for path in (directory / "history").glob("*.duckdb"))


def block_by_block(site: Site, span: Span, directory: Path) -> int:
    """The obvious way: one block per device and step, through the spool like any other."""
    physics = build_machines(site, 1, span.start_ns)
    readouts = {device.id: Readout(device, physics.machines[device.id]) for device in site.devices.values()}
    spool = Spool(directory / "spool.sqlite", columns_of(site), WallClock())
    months = Months(directory / "history")
    drain = Drain(spool, EmbeddedSink(months, spool), WallClock())
    for number, at_ns in enumerate(range(span.start_ns + span.step_ns, span.end_ns + 1, span.step_ns), start=1):
        physics.step(span.step_ns / SECOND)
        for device, readout in readouts.items():
            spool.accept(Block(device, at_ns, at_ns, *readout.read()))
        if number % STEPS_A_FLUSH == 0:
            spool.flush()
        if number % (STEPS_A_FLUSH * FLUSHES_A_DRAIN) == 0:
            drain.drain()
            spool.trim()
    spool.flush()
    drain.drain()
    months.close()
    spool.close()
    return sum(path.stat().st_size for path in (directory / "history").glob("*.duckdb"))


def measured(way: Callable[[Site, Span, Path], int], site: Site, span: Span) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds of the process with all its threads, bytes."""
    with tempfile.TemporaryDirectory() as directory:
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        size = way(site, span, Path(directory))
        return time.perf_counter() - began_s, time.process_time() - began_cpu_s, size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fleet", choices=("small", "reference", "large"), default="reference")
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--step", type=int, default=60)
    parser.add_argument("--days", type=int, default=30)
    asked = parser.parse_args()
    site = read_site(reference_site(asked.fleet), "site.yaml", Path(), {})
    span = Span.before(END_NS, asked.hours * HOUR, asked.step * SECOND)
    days, points = asked.hours / 24, sum(len(device.points) for device in site.devices.values())
    blocks, values = span.steps() * len(site.devices), span.steps() * points
    print(f"{len(site.devices)} devices, {points} points, {asked.hours} h at {asked.step} s: {blocks:,} blocks, {values:,} readings")
    cpu: dict[str, float] = {}
    for name, way in (("columns", made), ("block by block", block_by_block)):
        wall_s, cpu[name], size = measured(way, site, span)
        rate = f"{days / cpu[name]:7.3f} days/s of CPU  {cpu[name] / blocks * 1e6:7.1f} µs a block"
        print(f"{name:<16}{wall_s:8.1f} s  {cpu[name]:8.1f} s CPU  {rate}  {size / values:5.1f} bytes a reading")
    print(f"ratio           {cpu['block by block'] / cpu['columns']:8.1f}")
    print(f"{asked.days} days        {cpu['columns'] / days * asked.days / 60:8.1f} min of one core")


if __name__ == "__main__":
    main()
