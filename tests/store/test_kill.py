"""kill -9 in the middle of writing: nothing committed is lost, nothing is kept twice."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from model.clock import DAY, SECOND
from model.reading import Aggregate
from tests.store.bench_site import T0, Bench, meter

_WRITER = """
import sys
from pathlib import Path
from model.clock import SECOND
from tests.store.bench_site import Bench, T0, meter

bench = Bench(Path(sys.argv[1]))
index = bench.spool.file.span()[1]
while True:
    bench.take(*(meter(T0 + (index + offset) * SECOND, float(index + offset)) for offset in range(40)))
    index += 40
    print(index, flush=True)
    bench.drain.drain()
"""


@pytest.mark.parametrize("commits", [1, 7, 23])
def test_a_killed_writer_leaves_every_committed_block_exactly_once(tmp_path: Path, commits: int) -> None:
    committed = 0
    for _ in range(3):
        committed = _write_and_kill(tmp_path, commits)
    bench = Bench(tmp_path)
    values = [sample.value for sample in bench.history.readings("sub1.m1.energy_import", T0, T0 + DAY, 1_000_000)]
    assert len(values) >= committed
    assert values == [float(index) for index in range(len(values))]
    bench.drain.drain()
    assert bench.history.aggregate("sub1.m1.energy_import", [T0, T0 + DAY], Aggregate.COUNT) == [float(len(values))]
    bench.close()


def _write_and_kill(directory: Path, commits: int) -> int:
    """Blocks the writer said were committed before it was killed."""
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(directory)], stdout=subprocess.PIPE, text=True, cwd=root) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(commits)]
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()
    return int([one for one in said if one.endswith("\n")][-1])


def test_a_crash_between_the_history_s_commit_and_the_cursor_s_doubles_nothing(tmp_path: Path) -> None:
    before = Bench(tmp_path)
    before.take(*(meter(T0 + index * SECOND, float(index)) for index in range(10)))
    before.sink.deliver(before.spool.file.after(0, 6))
    before.close()
    after = Bench(tmp_path)
    assert after.drain.position == 0
    for _ in range(2):
        assert after.history.aggregate("sub1.m1.energy_import", [T0, T0 + DAY], Aggregate.COUNT) == [10.0]
        after.drain.drain()
    after.close()
