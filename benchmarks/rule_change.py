"""What a change of one rule costs while the reference site runs: beside the loop, and of the loop.

Baseline: the longest gap between two turns of the same loop over the same seconds, without a change.
"""

import asyncio
import gc
import time
from array import array
from itertools import count
from pathlib import Path

from guanjia.config.configuration import Configuration, load_configuration
from guanjia.no_pauses import without_pauses
from guanjia.rulebook.history import Act
from guanjia.rulebook.in_force import edited
from model.clock import SECOND
from model.quality import GOOD
from model.reading import Block
from rules.engine import Engine

SITE = Path(__file__).resolve().parents[1] / "examples" / "talent-apartments" / "site.yaml"
RULE = "power.voltage_high"
T0 = 1_768_400_000 * SECOND
ROUNDS = 5


class Loop:
    """The longest that the loop had to wait for its next turn, in ms."""

    def __init__(self) -> None:
        self.worst_ms = 0.0

    async def run(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            self.worst_ms = max(self.worst_ms, (now - last) * 1e3)
            last = now

    def since(self) -> float:
        found, self.worst_ms = self.worst_ms, 0.0
        return found


def _lived(found: Configuration, engine: Engine) -> int:
    """Twenty polls of everything, with values that raise a good part of the alarms. Returns the time of the last."""
    engine.restore([], T0)
    for second in range(0, 200, 10):
        at_ns = T0 + second * SECOND
        for device in found.site.devices.values():
            width = len(device.points)
            engine.observe(Block(device.id, at_ns, at_ns, array("d", [float(second % 3)]) * width, bytes([GOOD]) * width))
    return at_ns


async def _measured(found: Configuration) -> None:
    numbers = count()

    def new_id(at_ns: int) -> str:
        return f"A{next(numbers)}"

    engine = Engine(found.site, found.rules, new_id)
    now_ns = _lived(found, engine)
    gc.collect()
    gc.freeze()
    loop = Loop()
    beat = asyncio.create_task(loop.run())
    standing = sum(1 for _, occurrence in engine.standings() if occurrence)
    print(f"{len(found.site.devices)} devices, {sum(found.book.watches().values())} alarms, {standing} of them standing")
    await asyncio.sleep(2)
    idle_ms = loop.since()
    words = found.in_force.written[RULE].words
    for number in range(ROUNDS):
        text = words.replace("on_delay: 60s", f"on_delay: {61 + number}s")
        began = time.perf_counter()
        with without_pauses():
            then, lines = await asyncio.to_thread(edited, found.in_force, RULE, text, Act(now_ns, "bench", ""))
            checked = time.perf_counter()
            fresh = await asyncio.to_thread(Engine, found.site, then.bound.book.rules, new_id, then.bound.book)
        built = time.perf_counter()
        beside_ms = loop.since()
        cpu = time.thread_time()
        moved = len(engine.adopt(fresh, now_ns))
        swap_ms = (time.thread_time() - cpu) * 1e3
        assert lines, f"{RULE} says on_delay: 60s no longer; choose another edit"
        await asyncio.to_thread(fresh.dissolve)
        await asyncio.sleep(0.5)
        print(
            f"checked in {checked - began:5.2f} s, compiled in {built - checked:5.2f} s, longest gap meanwhile {beside_ms:6.1f} ms; "
            f"swap {swap_ms:5.1f} ms of CPU, longest gap with it {loop.since():6.1f} ms, {moved} alarms told of it"
        )
    print(f"baseline: longest gap without a change {idle_ms:6.1f} ms")
    beat.cancel()


def main() -> None:
    asyncio.run(_measured(load_configuration(SITE)))


if __name__ == "__main__":
    main()
