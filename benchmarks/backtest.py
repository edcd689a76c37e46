"""How fast rules are tested against history, and in how much memory.

One day of the site's life is made by the simulators, poll for poll; the others repeat it, shifted. Real shape, not 30 different days: what
is read and judged is the same amount. Measured: one rule changed over every device of its class, and the whole library, each against a
month that still fills and one that is sorted by point, extrapolated to 30 days where fewer are asked for. Baseline: the plain engine that
hears the same blocks one after the other, over a shorter stretch, extrapolated.

python -m benchmarks.backtest [--fleet reference] [--step 10] [--days 2] [--rule pump.dry_run] [--keep DIR]
"""

import argparse
import os
import resource
import shutil
import tempfile
import threading
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.store import WallClock
from guanjia.backtest.assembly import Asked, assembled
from guanjia.backtest.question import Question
from guanjia.backtest.result import Result
from guanjia.backtest.run import backtest
from guanjia.commands.backtest import MEMORY_MB
from guanjia.config.configuration import load_configuration
from guanjia.history_maker import make_into
from model.clock import DAY, HOUR, MINUTE, SECOND
from model.past import ColumnHistory, DevicePast
from model.reading import Block, Fault
from model.rule import Rule
from model.site import Site
from rules.engine import Engine
from simulators.past_made import MadePast, Span
from simulators.reference_site import Size, reference_site
from store.history.bulk import opened_months
from store.history.compaction import compact
from store.history.open import open_history
from store.history.ordering import put_in_order

START_NS = 1_767_225_600 * SECOND
"""2026-01-01 00:00 UTC: the days made lie in one month."""
ASKED_DAYS = 30
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ground:
    site: Site
    rules: tuple[Rule, ...]
    days: int
    step_ns: int

    @property
    def points(self) -> int:
        return sum(len(device.points) for device in self.site.devices.values())


def ground(fleet: Size, days: int, step_s: int, folder: Path) -> Ground:
    file = folder / "site.yaml"
    file.write_text(reference_site(fleet), encoding="utf-8")
    found = load_configuration(file)
    devices = {id: replace(device, every_ns=step_s * SECOND) for id, device in found.site.devices.items()}
    return Ground(replace(found.site, devices=devices), tuple(found.rules), days, step_s * SECOND)


def fill(where: Ground, data: Path) -> None:
    """One day by the simulators, all days from it: poll after poll, as they would have come. All but the last hour has settled."""
    with tempfile.TemporaryDirectory(dir=data.parent) as folder:
        scratch = Path(folder)
        first = START_NS - where.step_ns
        make_into(MadePast(where.site, 1, Span(first, first + DAY, where.step_ns)), scratch, lambda _: None)
        with opened_months(data) as months, months.writing:
            made = months.attach((scratch / "history" / "2026-01.duckdb").rename(scratch / "made.duckdb"))
            month = months.open("2026-01")
            months.cursor().execute(f"insert into {month}.series select * from {made}.series")
            for hour in range(24 * where.days):
                of_day = START_NS + hour % 24 * HOUR
                for table, what in (("reading", "value, quality"), ("words", "words")):
                    months.cursor().execute(
                        f"insert into {month}.{table} select series, source_ns + ?, {what} from {made}.{table} "
                        "where source_ns >= ? and source_ns < ? order by source_ns, series",
                        [hour // 24 * DAY, of_day, of_day + HOUR],
                    )
                if hour:
                    put_in_order(months, "2026-01", START_NS + (hour - 1) * HOUR)
            months.detach(made)


def apart(work: Callable[..., T], *given: object) -> T:
    """In a process of its own, as each backtest of the command line is: nothing of what was done before counts as its memory."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


@contextmanager
def history(where: Ground, data: Path) -> Iterator[ColumnHistory]:
    store = open_history(where.site.store, where.site, data, WallClock(), memory_mb=MEMORY_MB)
    try:
        yield store.columns
    finally:
        store.stop()


def sort(data: Path) -> None:
    with opened_months(data) as months:
        compact(months, START_NS + 40 * DAY)


def slower(rule: Rule) -> Rule:
    return replace(rule, on_delay_ns=rule.on_delay_ns + 30 * SECOND, version="slower")


@dataclass(frozen=True, slots=True)
class Run:
    result: Result
    wall_s: float
    cpu_s: float
    """Of both processes."""
    memory_mb: float
    """Of both, at most."""


def tested(where: Ground, data: Path, question: Question) -> Run:
    with history(where, data) as columns:
        memory, began, cpu = Memory(), time.perf_counter(), cpu_s()
        memory.start()
        result = backtest(question, where.site, where.rules, columns, None)
        memory.stop()
        return Run(result, time.perf_counter() - began, cpu_s() - cpu, memory.most)


def cpu_s() -> float:
    """Of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def plain_engine(where: Ground, data: Path, minutes: int) -> tuple[float, int]:
    """CPU seconds a day of the past takes when every block is heard, and how many events the stretch gave."""
    asked = [Asked(device, tuple(range(len(device.points)))) for device in where.site.devices.values()]
    with history(where, data) as columns:
        points = [point for one in asked for point in one.points]
        pieces = list(columns.readings(points, START_NS, START_NS + minutes * MINUTE))
    blocks = sorted((block for past in assembled(asked, pieces, {}) for block in _blocks(past)), key=lambda block: block.source_ns)
    numbers = count(1)
    engine = Engine(where.site, where.rules, lambda _: f"{next(numbers)}")
    began = time.process_time()
    events = sum(len(engine.observe(block)) for block in blocks)
    return (time.process_time() - began) / minutes * 24 * 60, events


def _blocks(past: DevicePast) -> Iterator[Block]:
    values = np.array([past.values[column] for column in sorted(past.values)])
    qualities = np.array([past.qualities[column] for column in sorted(past.qualities)])
    for place, at_ns in enumerate(past.source_ns.tolist()):
        texts = {column: str(words[place]) for column, words in past.words.items() if qualities[column, place] >= 64}
        fault = Fault.TIMEOUT if past.failed[place] else None
        yield Block(past.device, at_ns, at_ns, array("d", values[:, place].tolist()), qualities[:, place].tobytes(), texts, fault)


def report(name: str, where: Ground, run: Run, plain_s: float) -> None:
    result, times = run.result, ASKED_DAYS / where.days
    print(
        f"{name:<28}{result.alarms:6} alarms {result.readings:14,} readings {run.wall_s:7.1f} s {run.cpu_s:7.1f} s CPU "
        f"{result.readings / run.cpu_s / 1e6:6.1f} M/s {run.memory_mb:6.0f} MB  {ASKED_DAYS} days: {run.cpu_s * times:5.0f} s of a core  "
        f"{result.now.occurrences}/{result.proposed.occurrences} occurrences"
        + (f"  plain engine ÷ this {plain_s * where.days / run.cpu_s:5.1f}" if plain_s else "")
    )


class Memory(threading.Thread):
    """Looks, while it runs, how many MB this process and the one that judges hold together; ``most`` is the most there were."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0.0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.2):
            self.most = max(self.most, sum(_held_mb(pid) for pid in (os.getpid(), *_children())))

    def stop(self) -> None:
        self._over.set()
        self.join()


def _children() -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for thread in Path("/proc/self/task").iterdir():
            found += map(int, (thread / "children").read_text(encoding="ascii").split())
    return found


def _held_mb(pid: int) -> float:
    """What two processes share, like the code of a library, counts once."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fleet", choices=("small", "reference", "large"), default="reference")
    parser.add_argument("--step", type=int, default=10)
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--rule", default="pump.dry_run")
    parser.add_argument("--minutes", type=int, default=10, help="of the plain engine; 0: none")
    parser.add_argument("--keep", type=Path, help="where the history lies or is to lie")
    asked = parser.parse_args(given)
    folder = asked.keep or Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    try:
        _measure(asked, folder)
    finally:
        if asked.keep is None:
            shutil.rmtree(folder)


def _measure(asked: argparse.Namespace, folder: Path) -> None:
    where, data = ground(asked.fleet, asked.days, asked.step, folder), folder / "data"
    print(f"{len(where.site.devices)} devices, {where.points} points every {asked.step} s, {where.days} days, {len(where.rules)} rules")
    if not data.exists():
        began = time.perf_counter()
        apart(fill, where, data)
        print(f"history made in {time.perf_counter() - began:.0f} s")
    end_ns = START_NS + where.days * DAY
    changed = next(rule for rule in where.rules if rule.id == asked.rule)
    one = Question(START_NS, end_ns, proposed=(slower(changed),))
    whole = Question(START_NS, end_ns, everything=True)
    plain_s, events = apart(plain_engine, where, data, asked.minutes) if asked.minutes else (0.0, 0)
    print(f"plain engine, every block heard: {plain_s:.0f} s of a core a day ({events} events in {asked.minutes} min)")
    for order in ("as it fills", "sorted"):
        if order == "sorted":
            apart(sort, data)
        report(f"one rule, {order}", where, apart(tested, where, data, one), 0.0)
        report(f"whole library, {order}", where, apart(tested, where, data, whole), plain_s)


if __name__ == "__main__":
    main()
