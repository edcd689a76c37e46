"""What a backtest does to the platform in whose process it reads: how late an event loop comes, without and with one.

The loop does what the platform's does between two polls: it asks to be woken every 5 ms. The backtest reads the history in a thread of the
same process, as the platform's job does, and judges in its own.

python -m benchmarks.backtest_beside --keep DIR [--days 3] [--rule pump.dry_run]        DIR: as benchmarks.backtest --keep has left it
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.backtest import START_NS, Ground, ground, history, slower
from guanjia.backtest.question import Question
from guanjia.backtest.run import backtest
from guanjia.no_pauses import without_pauses
from model.clock import DAY
from model.past import ColumnHistory

EVERY_S = 0.005
ALONE_S = 10.0


async def lateness(work: Awaitable[object]) -> tuple[list[float], float]:
    """Milliseconds by which each waking came late while the work was done, and how long it took in seconds."""
    task, late, began_s = asyncio.ensure_future(work), [], time.perf_counter()
    while not task.done():
        due_s = time.perf_counter() + EVERY_S
        await asyncio.sleep(EVERY_S)
        late.append((time.perf_counter() - due_s) * 1e3)
    await task
    return late, time.perf_counter() - began_s


def report(name: str, measured: tuple[list[float], float]) -> None:
    late, took_s = measured
    p50, p99, most = np.percentile(late, [50, 99, 100])
    over = sum(one > 50 for one in late)
    print(f"{name:<28}{took_s:7.1f} s  late by p50 {p50:6.2f}  p99 {p99:6.2f}  at most {most:6.1f} ms  over 50 ms: {over}")


def asked(where: Ground, columns: ColumnHistory, question: Question) -> Callable[[], object]:
    return lambda: backtest(question, where.site, where.rules, columns, None)


async def measure(where: Ground, data: Path, rule: str) -> None:
    end_ns = START_NS + where.days * DAY
    changed = next(one for one in where.rules if one.id == rule)
    report("nothing beside", await lateness(asyncio.sleep(ALONE_S)))
    with history(where, data) as columns:
        one = Question(START_NS, end_ns, proposed=(slower(changed),))
        report("one rule", await lateness(asyncio.to_thread(asked(where, columns, one))))
        whole = Question(START_NS, end_ns, everything=True)
        report("whole library", await lateness(asyncio.to_thread(asked(where, columns, whole))))
    report("nothing beside, once more", await lateness(asyncio.sleep(ALONE_S)))


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fleet", choices=("small", "reference", "large"), default="reference")
    parser.add_argument("--step", type=int, default=10)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--rule", default="pump.dry_run")
    parser.add_argument("--keep", type=Path, required=True)
    asked_for = parser.parse_args(given)
    with without_pauses():
        where = ground(asked_for.fleet, asked_for.days, asked_for.step, asked_for.keep)
    asyncio.run(measure(where, asked_for.keep / "data", asked_for.rule))


if __name__ == "__main__":
    main()
