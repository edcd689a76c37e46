"""What the alarm engine costs, every value another at every block.

(a) 5,000 points under three limits each: rule evaluations a second. Baseline: the same 15,000 conditions, each asked at every block.
(b) The reference site under the built-in library. Baseline: a bare Python pass over the same values.
(c) 60,000 points/s through the engine, its events into a SQLite journal: share of a core.
(d) What an engine remembers for a restart: milliseconds and bytes.
"""

import random
import tempfile
import time
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from guanjia.config.configuration import load_configuration
from model.alarm import AlarmEvent, Priority
from model.clock import SECOND
from model.profile import Point, Profile, TopicPath, WireType
from model.quality import GOOD
from model.reading import Block
from model.rule import Rationale, Rule, Scope
from model.site import Area, Device, Mqtt, Site, System
from model.text import Text
from rules.book import Book
from rules.engine import Engine
from store.journal.journal import open_journal

REFERENCE = Path(__file__).resolve().parents[1] / "examples" / "talent-apartments" / "site.yaml"
ZONE = ZoneInfo("Asia/Shanghai")
T0 = 1_768_400_000 * SECOND
SECONDS = 40
WORDS = Text("x", "x")
CROSSING = 0.001
"""Share of readings that may lie anywhere, and every fourth of them beyond a limit."""


def limits_site(devices: int, points: int) -> tuple[Site, list[Rule]]:
    """Every point has a low, a high and a higher limit with a deadband."""
    names = [f"p{n}" for n in range(points)]
    columns = tuple(Point(name, WORDS, TopicPath("{topic}", f"$.{name}"), WireType.F32) for name in names)
    profile = Profile("limits", "meter", "maker", "model", columns)
    found = [Device(f"d{n}", WORDS, System.POWER, "room", profile, Mqtt(f"d{n}"), SECOND) for n in range(devices)]
    rules = [_rule(f"{name}.{how}", f"{name} {limit}", name) for name in names for how, limit in LIMITS.items()]
    return Site("bench", WORDS, ZONE, {"room": Area("room", WORDS)}, {d.id: d for d in found}), rules


LIMITS = {"low": "< 100", "high": "> 900", "higher": ">= 950"}


def _rule(id: str, when: str, name: str) -> Rule:
    why = Rationale(WORDS, WORDS, WORDS, 60)
    return Rule(id, Scope(device="d*"), when, WORDS, why, Priority.LOW, "v1", deadband={name: 20.0})


def moving(devices: Sequence[Device], rounds: int, dice: random.Random, number: Callable[[], float]) -> list[list[Block]]:
    """A block a second of each device; texts stand still."""
    texts = {device.id: {n: "A" for n, point in enumerate(device.points) if point.is_text} for device in devices}

    def block(device: Device, at_ns: int) -> Block:
        values, qualities = array("d", [number() for _ in device.points]), bytes([GOOD]) * len(device.points)
        return Block(device.id, at_ns, at_ns, values, qualities, texts[device.id])

    return [[block(device, T0 + second * SECOND) for device in devices] for second in range(rounds)]


def level(dice: random.Random) -> Callable[[], float]:
    """Mostly between the limits, now and then beyond one."""
    return lambda: dice.uniform(150, 850) if dice.random() > CROSSING else dice.uniform(0, 1000)


def numbered() -> Callable[[int], str]:
    numbers = count()
    return lambda at_ns: f"A{next(numbers)}"


def timed(rounds: Iterable[list[Block]], hear: Callable[[Block], object]) -> float:
    began = time.process_time()
    for blocks in rounds:
        for block in blocks:
            hear(block)
    return time.process_time() - began


def evaluations() -> None:
    site, rules = limits_site(100, 50)
    dice = random.Random(1)
    rounds = moving(list(site.devices.values()), SECONDS, dice, level(dice))
    engine, events = Engine(site, rules, numbered()), list[AlarmEvent]()
    timed(rounds[:5], engine.observe)
    took = timed(rounds[5:], lambda block: events.extend(engine.observe(block)))
    plain = asking_all(Book(site, rules))
    asked = timed(rounds[5:10], plain) * (SECONDS - 5) / 5
    judged = 15_000 * (SECONDS - 5)
    print("(a) 100 devices x 50 points x 3 limits, a block a second each, every value moving")
    print(f"    engine    {judged / took / 1e6:8.2f} million rule evaluations/s, {took / (SECONDS - 5) / 100 * 1e6:6.1f} µs a block")
    print(f"    baseline  {judged / asked / 1e6:8.2f} million/s, every condition asked at every block")
    print(f"    the engine is {asked / took:.1f} times as fast; {len(events)} events")


def asking_all(book: Book) -> Callable[[Block], None]:
    conditions: dict[str, list[Callable[..., object]]] = {}
    for verdict in book.applying():
        if verdict.condition is not None:
            conditions.setdefault(verdict.device.id, []).append(verdict.condition.judge)

    def hear(block: Block) -> None:
        book.inputs[block.device].take(block, block.receive_ns)
        for judge in conditions[block.device]:
            judge(block.receive_ns, held=False, active=False)

    return hear


def reference() -> Engine:
    configuration = load_configuration(REFERENCE)
    devices = list(configuration.site.devices.values())
    engine = Engine(configuration.site, configuration.rules, numbered())
    dice = random.Random(2)
    rounds = moving(devices, SECONDS, dice, dice.random)
    settling, steady = timed(rounds[:5], engine.observe), timed(rounds[5:], engine.observe)
    bare = timed(rounds[5:], lambda block: sum(block.values))
    blocks = len(devices) * (SECONDS - 5)
    alarms = sum(1 for _ in engine.book.applying())
    print(f"(b) reference site: {len(devices)} devices, {alarms} alarms, a block a second each, every value moving")
    print(f"    first blocks {settling / len(devices) / 5 * 1e6:7.1f} µs a block")
    print(f"    then         {steady / blocks * 1e6:7.1f} µs a block, {steady / (SECONDS - 5) * 100:.2f} % of a core")
    print(f"    {steady / bare:.1f} times a bare pass over the values")
    return engine


def to_the_journal() -> None:
    site, rules = limits_site(1000, 60)
    dice = random.Random(3)
    base = moving(list(site.devices.values()), 4, dice, level(dice))
    rounds = [[replace(b, receive_ns=b.receive_ns + n * 4 * SECOND) for b in blocks] for n in range(4) for blocks in base]
    engine = Engine(site, rules, numbered())
    with tempfile.TemporaryDirectory() as folder:
        journal = open_journal("sqlite", Path(folder), {})
        timed(rounds[:1], engine.observe)
        began, alarms = time.process_time(), 0
        for blocks in rounds[1:]:
            for block in blocks:
                events = engine.observe(block)
                alarms += len(events)
                if events:
                    with journal.write() as write:
                        for event in events:
                            write.record(event)
        took = time.process_time() - began
        journal.close()
    seconds = len(rounds) - 1
    print("(c) 60,000 points/s, three limits each, events into a journal of SQLite")
    print(f"    {alarms / seconds:.0f} events a second, {took / seconds * 100:.1f} % of a core")


def remembering(engine: Engine) -> None:
    began = time.process_time()
    memory = engine.memory()
    took = time.process_time() - began
    written = msgspec.json.encode(memory)
    print(f"(d) memory of the reference site: {took * 1e3:.1f} ms, {len(written):,} bytes as JSON")
    print(f"    {len(memory.devices)} devices, {len(memory.alarms)} alarms, {len(memory.windows)} windows")


def main() -> None:
    evaluations()
    engine = reference()
    to_the_journal()
    remembering(engine)


if __name__ == "__main__":
    main()
