"""Last values in memory: what every screen asks first."""

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from model.carrier import carriers
from model.own_state import PLATFORM, platform_device
from model.quality import ABSENT, Quality, Severity, severity_counts
from model.reading import Block, Fault, LastValue, Link
from model.site import Site

_NEVER = LastValue(None, Quality.NOT_YET_READ, 0, 0)


@dataclass(slots=True)
class _Latest:
    """The newest of one device. ``block`` alone where every block carries every column; times per column where some are partial."""

    columns: int
    block: Block | None = None
    source_ns: "array[int] | None" = None
    receive_ns: "array[int] | None" = None
    link: Link = field(default_factory=lambda: Link(False, None, 0, None))


class LiveTable:
    """``model.reading.LiveValues``. Written on the event loop only; a reader in another thread sees whole blocks, never half of one."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._carriers = carriers(site)
        self._things = {PLATFORM: platform_device(site), **site.devices}
        self._latest = {device.id: _Latest(len(device.points)) for device in self._things.values()}

    def take(self, block: Block) -> Link | None:
        """Keep the block. Returns the new link state when the device has just gone or come back, else None."""
        latest = self._latest[block.device]
        if ABSENT in block.qualities:
            self._merge(latest, block)
        else:
            latest.block = block
            latest.source_ns = latest.receive_ns = None
        return self._link(latest, block)

    def _link(self, latest: _Latest, block: Block) -> Link | None:
        before, connected = latest.link, block.fault is None
        answered_ns = block.receive_ns if connected else before.last_answer_ns
        if connected == before.connected and (connected or before.fault == block.fault):
            latest.link = Link(connected, before.fault, before.since_ns, answered_ns)
            return None
        since_ns = before.since_ns if before.fault is not None and not connected else block.receive_ns
        latest.link = Link(connected, block.fault, since_ns, answered_ns)
        return latest.link if connected != before.connected or before.since_ns == 0 else None

    def _merge(self, latest: _Latest, block: Block) -> None:
        """Lay a partial block over what stands, column by column."""
        base = latest.block
        values = array("d", base.values if base else [float("nan")] * latest.columns)
        qualities = bytearray(base.qualities if base else bytes([Quality.NOT_YET_READ]) * latest.columns)
        source = array("q", latest.source_ns or [base.source_ns if base else 0] * latest.columns)
        receive = array("q", latest.receive_ns or [base.receive_ns if base else 0] * latest.columns)
        texts = dict(base.texts) if base else {}
        for column, quality in enumerate(block.qualities):
            if quality != ABSENT:
                values[column], qualities[column] = block.values[column], quality
                source[column], receive[column] = block.source_ns, block.receive_ns
                if column in block.texts:
                    texts[column] = block.texts[column]
        latest.source_ns, latest.receive_ns = source, receive
        latest.block = Block(block.device, block.source_ns, block.receive_ns, values, bytes(qualities), texts, block.fault, block.raw)

    def newest(self) -> Iterator[Block]:
        """What stands of every device that has said anything, one block each."""
        return (latest.block for latest in self._latest.values() if latest.block is not None)

    def last(self, device: str, column: int) -> LastValue:
        latest = self._latest[device]
        block = latest.block
        if block is None:
            return _NEVER
        quality = Quality(block.qualities[column])
        source_ns = latest.source_ns[column] if latest.source_ns else block.source_ns
        receive_ns = latest.receive_ns[column] if latest.receive_ns else block.receive_ns
        value: float | str | None = None
        if quality >= Quality.UNCERTAIN:
            value = block.texts.get(column) if self._things[device].points[column].is_text else block.values[column]
        return LastValue(value, quality, source_ns, receive_ns)

    def link(self, device: str) -> Link:
        """A gateway, line or broker answers while anything behind it does, or fails in a way that shows the carrier is there."""
        carrier = self._carriers.get(device)
        if carrier is None:
            return self._latest[device].link
        best = max((self._latest[one].link for one in carrier.behind), key=lambda link: (link.connected, link.since_ns))
        is_there = best.fault is not None and best.fault not in carrier.speaks_of_it | carrier.beyond
        return replace(best, connected=True, fault=None) if is_there else best

    def qualities(self, device: str) -> bytes:
        if device in self._carriers:
            return b""
        latest = self._latest[device]
        return latest.block.qualities if latest.block else bytes([Quality.NOT_YET_READ]) * latest.columns

    def raw(self, device: str) -> tuple[tuple[str, bytes], ...]:
        latest = self._latest.get(device)
        return latest.block.raw if latest and latest.block else ()

    def connected(self) -> int:
        """How many devices answer now."""
        return sum(self._latest[device].link.connected for device in self._site.devices)

    def quality_counts(self) -> dict[str, int]:
        """Points by severity; never read counts as bad."""
        counts = sum((severity_counts(self.qualities(device)) for device in self._site.devices), Counter[Severity]())
        return {severity.value: counts[severity] for severity in Severity}

    def last_fault(self, device: str) -> Fault | None:
        return self._latest[device].link.fault
