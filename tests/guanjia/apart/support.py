"""Blocks, frames and a broker in memory, for tests of the two sides of the link."""

from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from collectors.mqtt.topics import matches
from collectors.mqtt.voice import Publish, Voice
from guanjia.apart.frames import VERSION, Kept
from guanjia.apart.rows import Series, Table, WireRow, little
from model.quality import GOOD
from model.reading import Block

COLUMNS = ("volts", "amps")


def block(device: str, value: float, at_ns: int = 1_000) -> Block:
    return Block(device, at_ns, at_ns, array("d", [value, value]), bytes([GOOD, GOOD]), raw=(("holding 0+2", b"\x00\x01\x00\x02"),))


def kept(numbers: range, floor: int = 0, epoch: str = "spool-1", after: int | None = None) -> Kept:
    """A frame of those numbers of one device; the value is the number."""
    table = Table()
    place = table.place(Series("m1", COLUMNS))
    rows = tuple(WireRow(n, place, n, n, bytes([GOOD, GOOD]), little(array("d", [n, n]).tobytes()), None, None, None) for n in numbers)
    return Kept(VERSION, table.columns, table.devices, rows, epoch, floor, numbers.start - 1 if after is None else after)


def site_text(broker: str, meters_port: int = 15502, version: str = "5", edges: bool = False) -> str:
    """A site file with three meters; of two edges and the core one each, or of nobody in particular."""
    devices = "\n".join(
        f"  - {{id: m{n}, name: {{zh: 表{n}, en: Meter {n}}}, system: power, area: a{n}, profile: acrel_adw300, every: 250ms, "
        f"modbus: {{host: 127.0.0.1, port: {meters_port}, unit: {n}}}}}"
        for n in (1, 2, 3)
    )
    areas = "\n".join(f"  - {{id: a{n}, name: {{zh: {n}号楼, en: Block {n}}}}}" for n in (1, 2, 3))
    named = [f"  - {{id: e{n}, name: {{zh: {n}号采集机, en: Edge {n}}}, areas: [a{n}]}}" for n in (1, 2)]
    return "\n".join(
        (
            "site: {id: apart, name: {zh: 站, en: Site}, timezone: Asia/Shanghai}",
            f"areas:\n{areas}",
            *(["edges:", *named] if edges else []),
            f"devices:\n{devices}",
            f"link: {{broker: '{broker}', version: '{version}'}}" if broker else "",
        )
    )


@dataclass
class MemoryBroker:
    """Carries what is published at once to whoever is connected and subscribed. ``drops`` may swallow a message."""

    voices: list[Voice] = field(default_factory=list)
    drops: Callable[[str, bytes], bool] = lambda topic, payload: False
    published: list[str] = field(default_factory=list)
    delivered: Counter[str] = field(default_factory=Counter)
    """How often what was published under a topic was not swallowed."""
    now_ns: Callable[[], int] = lambda: 0

    def join(self, voice: Voice) -> None:
        self.voices.append(voice)
        voice.up(self.publish)

    def lose(self, voice: Voice) -> None:
        """The connection breaks; the broker speaks the will to the others."""
        self.voices.remove(voice)
        voice.down("connection lost")
        will = voice.will()
        if will is not None:
            self.publish(will.topic, will.payload, will.qos, will.retain)

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        self.published.append(topic)
        if self.drops(topic, payload):
            return
        self.delivered[topic] += 1
        for voice in [*self.voices]:
            if any(matches(name, topic) for name, _ in voice.filters):
                voice.message(topic, payload, self.now_ns(), retain, False)


_: Publish = MemoryBroker().publish
