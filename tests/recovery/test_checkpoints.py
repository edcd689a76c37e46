"""A checkpoint that can't be made is done without: nothing else in the process comes to harm."""

from pathlib import Path
from typing import cast

from guanjia.checkpoints import Checkpoints, Lane, Remembering
from guanjia.clock_steps import ClockSteps
from guanjia.write_ahead import WriteAhead
from model.ports import Trail
from tests.store.bench_site import FixedClock


async def test_an_engine_that_chokes_is_counted_and_brings_nothing_down(tmp_path: Path) -> None:
    def choke() -> bool:
        raise ZeroDivisionError("a mistake of ours")

    others = cast(Lane, None), cast(WriteAhead, None), cast(Trail, None), FixedClock()
    for let_pass in (choke, lambda: False):
        checkpoints = Checkpoints(
            tmp_path / "engine.checkpoint", cast(Remembering, None), *others, let_pass, ClockSteps(tmp_path / "clock")
        )
        await checkpoints.save()
        assert checkpoints.counters()["guanjia_checkpoint_refused_total"] == 1
