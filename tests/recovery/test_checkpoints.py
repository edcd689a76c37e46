"""A checkpoint that can't be made is done without: nothing else in the process comes to harm."""

from pathlib import Path
from typing import cast

from guanjia.checkpoints import Checkpoints, Lane, Remembering
from guanjia.write_ahead import WriteAhead
from model.alarm import AlarmEvent
from model.ports import Trail
from tests.store.bench_site import FixedClock


class _Choking:
    def advance(self, now_ns: int) -> list[AlarmEvent]:
        raise ZeroDivisionError("a mistake of ours")


async def test_an_engine_that_chokes_is_counted_and_brings_nothing_down(tmp_path: Path) -> None:
    others = cast(Lane, None), cast(WriteAhead, None), cast(Trail, None)
    checkpoints = Checkpoints(tmp_path / "engine.checkpoint", cast(Remembering, _Choking()), *others, FixedClock())
    await checkpoints.save()
    assert checkpoints.counters()["guanjia_checkpoint_refused_total"] == 1
