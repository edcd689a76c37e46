"""A yesterday in the history of a demo: whole, plausible, put there once, and out of the way of the present."""

import asyncio
import time
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from energy.calendar import day_of
from energy.consumption import consumption, today_against_yesterday
from energy.demand import load_curve
from energy.meters import meters
from guanjia.cli import app
from guanjia.config.site_file import read_site
from guanjia.system_clock import SystemClock
from guanjia.yesterday import Yesterday, empty_instants
from model.clock import DAY, HOUR, MINUTE, SECOND
from model.quality import GOOD
from model.reading import Block
from model.site import Site
from simulators.past import STEP_NS, full_step, instants, rows
from simulators.reference_site import reference_site
from tests.store.bench_site import Bench, FixedClock

pytestmark = pytest.mark.timeout(400)  # processes that make a day and a half of a site: seconds, minutes on a busy machine


@dataclass
class Past:
    """A site at ten in the morning of the first day of a month, with the rows of its past."""

    site: Site
    text: str
    now_ns: int
    rows: list[Block]

    @property
    def instants(self) -> range:
        return instants(full_step(self.rows[0].source_ns - STEP_NS), self.now_ns)


@pytest.fixture(scope="module")
def past() -> Past:
    text = reference_site("small")
    site = read_site(text, "small.yaml", Path(), {})
    now_ns = int(datetime(2026, 3, 2, 10, tzinfo=site.timezone).timestamp()) * SECOND
    yesterday_ns, _ = day_of(now_ns - DAY, site.timezone)
    return Past(site, text, now_ns, list(rows(site, 1, full_step(yesterday_ns - HOUR), now_ns)))


@pytest.fixture
def bench(tmp_path: Path, past: Past) -> Iterator[Bench]:
    bench = Bench(tmp_path, past.site, FixedClock(past.now_ns))
    yield bench
    bench.close()


def pour(bench: Bench, blocks: Sequence[Block], now_ns: int) -> None:
    bench.take(*(replace(block, receive_ns=now_ns) for block in blocks))


def live(site: Site, at_ns: int, kwh: float = 1e6) -> list[Block]:
    """What the incomers say now."""
    said = []
    for meter in meters(site, role="incomer"):
        columns = len(meter.device.points)
        said.append(Block(meter.id, at_ns, at_ns, array("d", [kwh]) * columns, bytes([GOOD]) * columns))
    return said


def test_yesterday_is_whole_and_every_use_of_it_plausible(bench: Bench, past: Past) -> None:
    """Read when a fifth of it has been drained, over the end of a month (of UTC), and again when all of it has."""
    fifth = len(past.rows) // 5
    pour(bench, past.rows[:fifth], past.now_ns)
    assert bench.drain.drain()
    pour(bench, past.rows[fifth:], past.now_ns)
    midnight_ns, _ = day_of(past.now_ns, past.site.timezone)
    found = consumption(bench.history, past.site, midnight_ns - DAY, midnight_ns, "hour", "use")
    totals = {row.key: row.total for row in found.rows}
    assert {"A1", "A2", "C1", "C2", "D6", "water"} <= totals.keys()
    for use, total in totals.items():
        assert total.completeness > 0.99, use
        assert total.value is not None, use
        assert 5 < total.value < 20_000, use
        assert not total.corrections, use
    site_row = consumption(bench.history, past.site, midnight_ns - DAY, midnight_ns, "day", "site").rows[0]
    electric = [total.value or 0.0 for use, total in totals.items() if use != "water"]
    assert site_row.total.value is not None
    assert 0.5 * site_row.total.value < sum(electric) < 1.05 * site_row.total.value
    assert len(bench.months.names()) == 1
    assert bench.drain.drain()
    assert bench.months.names() == ["2026-02", "2026-03"]
    assert consumption(bench.history, past.site, midnight_ns - DAY, midnight_ns, "hour", "use") == found


def test_today_has_a_yesterday_to_stand_against_and_a_load_curve(bench: Bench, past: Past) -> None:
    pour(bench, past.rows, past.now_ns)
    compared = today_against_yesterday(bench.history, past.site, past.now_ns)
    assert compared.today.value is not None
    assert compared.yesterday_so_far.value is not None
    assert compared.yesterday.value is not None
    assert compared.today.completeness > 0.98
    assert compared.yesterday.completeness > 0.99
    assert compared.yesterday.value > 1.5 * compared.yesterday_so_far.value
    assert compared.change is not None
    assert -0.2 < compared.change < 0.2
    curve = load_curve(bench.history, past.site, past.now_ns - DAY, past.now_ns)
    loads = [slot.kw for slot in curve.slots if slot.kw is not None]
    assert len(loads) == 96
    assert max(loads) > 1.5 * min(loads) > 10


def test_every_instant_is_empty_before_and_none_is_after(bench: Bench, past: Past) -> None:
    assert empty_instants(bench.history, past.site, past.instants) == frozenset(past.instants)
    pour(bench, past.rows, past.now_ns)
    assert empty_instants(bench.history, past.site, past.instants) == frozenset()


def test_only_what_is_missing_counts_as_empty(bench: Bench, past: Past) -> None:
    """A run broken off in the middle, and an hour in which the platform was alive."""
    half = past.instants[len(past.instants) // 2]
    pour(bench, [block for block in past.rows if block.source_ns <= half], past.now_ns)
    alive = [past.now_ns - 2 * HOUR + minute * MINUTE for minute in range(60)]
    bench.take(*(block for at_ns in alive for block in live(past.site, at_ns)))
    expected = {at for at in past.instants if at > half and not any(at - STEP_NS < one <= at for one in alive)}
    assert empty_instants(bench.history, past.site, past.instants) == expected


def test_the_present_is_read_while_the_past_is_poured_in(bench: Bench, past: Past) -> None:
    """Blocks lie in the spool in order of receipt; the past, received now, does not hide what was measured now."""
    incomer = meters(past.site, role="incomer")[0]
    seconds = [past.now_ns + n * SECOND for n in range(4)]
    for at_ns, some in zip(seconds, (past.rows[:300], past.rows[300:600], past.rows[600:900], past.rows[900:1200]), strict=True):
        bench.take(*live(past.site, at_ns))
        pour(bench, some, at_ns)
    found = bench.history.readings(incomer.point_id, past.now_ns - MINUTE, past.now_ns + MINUTE, 100)
    assert [sample.source_ns for sample in found] == seconds
    yesterday = bench.history.readings(incomer.point_id, past.now_ns - 2 * DAY, past.now_ns - MINUTE, 1000)
    assert len(yesterday) == sum(block.device == incomer.id for block in past.rows[:1200])


async def test_it_is_made_once_by_a_process_of_its_own(tmp_path: Path, past: Past) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(past.text, encoding="utf-8")
    bench = Bench(tmp_path, past.site, FixedClock(time.time_ns()))
    kept: list[Block] = []

    def keep(block: Block) -> None:
        kept.append(block)
        bench.spool.accept(block)
        if len(kept) % 1_000 == 0:
            bench.spool.flush()

    began_ns = time.time_ns()
    await Yesterday(past.site, ["--site", str(file), "--seed", "1"], SystemClock()).make(bench.history, keep)
    bench.spool.flush()
    assert kept[0].source_ns < began_ns - DAY
    assert began_ns - 2 * HOUR < kept[-1].source_ns < began_ns
    assert all(block.receive_ns >= began_ns for block in kept)
    assert bench.spool.written == len(kept)
    assert bench.spool.encoder.unknown == bench.spool.refused == 0
    kept.clear()
    again = Yesterday(past.site, ["--site", str(file), "--seed", "1"], SystemClock())
    await again.make(bench.history, keep)
    assert len({block.source_ns for block in kept}) <= 1, "at most the step that has ended since"
    bench.close()


async def test_cancelled_it_leaves_no_process_behind(tmp_path: Path, past: Past, bench: Bench) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(past.text, encoding="utf-8")
    arrived = asyncio.Event()
    making = asyncio.create_task(
        Yesterday(past.site, ["--site", str(file), "--seed", "1"], SystemClock()).make(bench.history, lambda _: arrived.set())
    )
    await asyncio.wait_for(arrived.wait(), 120)
    making.cancel()
    async with asyncio.timeout(60):
        with pytest.raises(asyncio.CancelledError):
            await making


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--past", "long ago", "--history-file", "-"], "write a length such as 36h"),
        (["--past", "2026-01-14T00:00:00", "--history-file", "-"], "write a length such as 36h"),
        (["--past", "2999-01-01T00:00:00+08:00", "--history-file", "-"], "not past yet"),
        (["--history-file", "-"], "needs a --past"),
    ],
    ids=["neither length nor instant", "no offset", "in the future", "no past"],
)
def test_a_past_that_can_not_be_is_refused(tmp_path: Path, past: Past, words: list[str], said: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(past.text, encoding="utf-8")
    result = CliRunner().invoke(app, ["simulate", "--site", str(file), *words])
    assert result.exit_code == 2
    assert said in result.output
