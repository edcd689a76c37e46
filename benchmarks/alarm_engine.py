"""What the alarm engine costs per block, on the reference site with the built-in library.

Baseline: one plain Python pass over the same blocks' values, doing nothing with them.
"""

import random
import time
from array import array
from itertools import count
from pathlib import Path

from guanjia.config.configuration import load_configuration
from model.clock import SECOND
from model.quality import GOOD
from model.reading import Block
from model.site import Device
from rules.engine import Engine

SITE = Path(__file__).resolve().parents[1] / "examples" / "talent-apartments" / "site.yaml"
SECONDS = 60
T0 = 1_768_400_000 * SECOND


def _round(devices: list[Device], second: int, dice: random.Random) -> list[Block]:
    """One block of each device, every value a little different."""
    at_ns = T0 + second * SECOND
    return [
        Block(
            d.id, at_ns, at_ns, array("d", [dice.random() for _ in d.points]), bytes([GOOD]) * len(d.points), dict.fromkeys(_texts(d), "A")
        )
        for d in devices
    ]


def _texts(device: Device) -> list[int]:
    return [column for column, point in enumerate(device.points) if point.is_text]


def _bare(rounds: list[list[Block]]) -> float:
    began = time.process_time()
    total = 0.0
    for blocks in rounds:
        for block in blocks:
            for value in block.values:
                total += value
    return time.process_time() - began


def _engine(engine: Engine, rounds: list[list[Block]]) -> tuple[float, int]:
    events = 0
    began = time.process_time()
    for blocks in rounds:
        for block in blocks:
            events += len(engine.observe(block))
    return time.process_time() - began, events


def main() -> None:
    configuration = load_configuration(SITE)
    devices = list(configuration.site.devices.values())
    numbers = count()
    engine = Engine(configuration.site, configuration.rules, lambda at_ns: f"A{next(numbers)}")
    alarms = sum(1 for _ in engine.book.applying())
    dice = random.Random(2)
    frozen = _round(devices, 0, dice)
    rounds = [
        [Block(b.device, T0 + s * SECOND, T0 + s * SECOND, b.values, b.qualities, b.texts) for b in frozen] for s in range(2 * SECONDS)
    ]
    settling, events = _engine(engine, rounds[:SECONDS])
    steady, quiet_events = _engine(engine, rounds[SECONDS:])
    bare = _bare(rounds[SECONDS:])
    blocks = len(devices) * SECONDS
    print(f"{len(devices)} devices, {alarms} alarms, {SECONDS} s at one block a second each")
    print(f"settling ({events} events)   {settling / blocks * 1e6:7.1f} µs a block")
    print(f"steady ({quiet_events} events)     {steady / blocks * 1e6:7.1f} µs a block, {steady / SECONDS * 100:.2f} % of a core")
    print(f"baseline, bare pass over values {bare / blocks * 1e6:7.1f} µs a block; the engine costs {steady / bare:.1f} times that")


if __name__ == "__main__":
    main()
