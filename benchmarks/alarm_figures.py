"""How long the key figures of a year take: 100,000 occurrences read from the journal and counted, as one question of the API does.

Baseline: the same occurrences read as objects, JSON and all, before anything is counted.

python -m benchmarks.alarm_figures [--occurrences 100000]
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from api.alarm_figures import period
from model.alarm import AlarmState, Evidence, Occurrence, Priority
from model.clock import DAY, MINUTE, SECOND
from model.ports import OccurrenceFilter
from model.text import Text
from rules.kpis.figures import by_system, judged, kpis
from store.journal import SqlJournal, open_journal, schema
from store.journal.rows import occurrence_row

START_NS = 1_735_660_800 * SECOND
"""2025-01-01 00:00 in Shanghai."""
YEAR_NS = 365 * DAY
SHARES = {Priority.CRITICAL: 1, Priority.HIGH: 5, Priority.MEDIUM: 15, Priority.LOW: 79}


def occurrences(count: int) -> list[Occurrence]:
    """Some alarms come far more often than others, as on every site."""
    chance, at_ns = random.Random(1), float(START_NS)
    made: list[Occurrence] = []
    for number in range(count):
        at_ns += chance.expovariate(count / YEAR_NS)
        loud = min(int(chance.paretovariate(0.8)), 4000)
        raised_ns = int(at_ns)
        over_ns = raised_ns + int(chance.expovariate(1 / (20 * MINUTE)))
        seen_ns = raised_ns + int(chance.expovariate(1 / (5 * MINUTE)))
        rule, device = f"rule.{loud % 110}", f"b{loud % 14:02}.device{loud % 250}"
        state, text, points = AlarmState.NORMAL, Text("报警", "alarm"), (f"{device}.value",)
        plain = Occurrence(f"A-{number}", rule, "v1", device, points, _priority(chance), state, text, rule, raised_ns, raised_ns)
        evidence = tuple(Evidence(device, "holding 16+2", "00" * 100, 100, raised_ns, raised_ns, {}) for _ in range(2))
        ended_ns = max(over_ns, seen_ns)
        made.append(replace(plain, returned_at_ns=over_ns, acknowledged_at_ns=seen_ns, ended_at_ns=ended_ns, evidence=evidence))
    return made


def _priority(chance: random.Random) -> Priority:
    return chance.choices(list(SHARES), list(SHARES.values()))[0]


def filled(folder: Path, made: list[Occurrence]) -> SqlJournal:
    journal = open_journal("sqlite", folder, {})
    rows = [occurrence_row(one, {one.device: "power"}) for one in made]
    with journal._database.writer.begin() as connection:
        for first in range(0, len(rows), 5000):
            connection.execute(sa.insert(schema.occurrences), rows[first : first + 5000])
    return journal


def timed(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--occurrences", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        journal = filled(Path(folder), occurrences(asked.occurrences))
        of = period(START_NS, START_NS + YEAR_NS, ZoneInfo("Asia/Shanghai"))

        def question() -> None:
            columns = journal.alarm_columns(of.start_ns, of.end_ns)
            list(judged(kpis(columns, of)))
            by_system(columns, of)

        figures_s = min(timed(question) for _ in range(3))
        objects_s = timed(lambda: journal.occurrences(OccurrenceFilter(limit=asked.occurrences)))
        journal.close()
    print(f"{asked.occurrences:,} occurrences: figures of a year in {figures_s:.2f} s")
    print(f"baseline: read as objects, nothing counted, {objects_s:.2f} s: {objects_s / figures_s:.0f} × as long")


if __name__ == "__main__":
    main()
