"""One device of the site behind its edge node: born with names, types and aliases, then heard by alias, until it is gone. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from collectors.sparkplug.columns import DeviceColumns, Told
from collectors.sparkplug.datatype import DataType, is_read
from collectors.sparkplug.message import Message
from collectors.sparkplug.outcome import Outcome, Remark
from collectors.sparkplug.payload import Metric
from model.quality import Quality
from model.reading import Fault, failed_block

_DECLARED = (Fault.NODE_LOST, Fault.LAST_WILL)


class _Known(NamedTuple):
    """What a birth said of a metric; ``column`` is None where no point of ours asks for it."""

    column: int | None
    datatype: int


@dataclass(slots=True)
class NodeDevice:
    """``deadline_ns`` (monotonic): by then it has to be heard, or it is lost; None: nothing is expected of it."""

    columns: DeviceColumns
    silent_after_ns: int | None = None
    is_born: bool = False
    deadline_ns: int | None = None
    _by_name: dict[str, _Known] = field(default_factory=dict)
    _by_alias: dict[int, _Known] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.columns.device

    def forget(self, deadline_ns: int | None) -> None:
        """It has to be born anew, by then."""
        self.is_born, self.deadline_ns = False, deadline_ns
        self._by_name.clear()
        self._by_alias.clear()

    def lose(self, fault: Fault, at_ns: int, outcome: Outcome) -> None:
        """All it has said is stale."""
        self.forget(None)
        quality = Quality.NOT_CONNECTED if fault in _DECLARED else Quality.COMM_FAILURE
        outcome.blocks.append(failed_block(self.id, self.columns.width, at_ns, fault, quality))

    def birth(self, message: Message, now_ns: int, outcome: Outcome) -> None:
        """All its metrics with names, types and values, and the aliases they go by from now on."""
        self.forget(None)
        self.is_born = True
        self._heard(now_ns)
        told: list[Told] = []
        for metric in message.read.metrics:
            known = _Known(self.columns.columns.get(metric.name), metric.datatype)
            self._by_name[metric.name] = known
            if metric.alias is not None:
                self._by_alias[metric.alias] = known
            if known.column is not None:
                told.append(Told(known.column, metric, metric.datatype))
        named = {one.column for one in told}
        self._add(told, message, outcome, [column for column in range(self.columns.width) if column not in named])
        self._complain(told, named, outcome)

    def data(self, message: Message, now_ns: int, outcome: Outcome) -> bool:
        """False when it speaks of a metric that its birth has not named. One that is ours by name is read all the same."""
        self._heard(now_ns)
        told, all_known = list[Told](), True
        for metric in message.read.metrics:
            known = self._known(metric)
            if known is None:
                all_known = False
                known = _Known(self.columns.columns.get(metric.name), metric.datatype)
            if known.column is not None:
                told.append(Told(known.column, metric, metric.datatype or known.datatype))
        self._add(told, message, outcome)
        return all_known

    def _heard(self, now_ns: int) -> None:
        self.deadline_ns = None if self.silent_after_ns is None else now_ns + self.silent_after_ns

    def _known(self, metric: Metric) -> _Known | None:
        """By name where it has one. An alias whose type is no longer that of its birth has been given to another metric meanwhile."""
        if metric.name:
            return self._by_name.get(metric.name)
        known = None if metric.alias is None else self._by_alias.get(metric.alias)
        return None if known and metric.datatype and metric.datatype != known.datatype else known

    def _add(self, told: list[Told], message: Message, outcome: Outcome, unnamed: list[int] | None = None) -> None:
        found = self.columns.blocks(told, message, unnamed or ())
        outcome.blocks += found.blocks
        outcome.clocks_implausible += found.clocks_implausible

    def _complain(self, told: list[Told], named: set[int], outcome: Outcome) -> None:
        missing = ", ".join(name for name, column in self.columns.columns.items() if column not in named)
        if missing:
            outcome.note(Remark.POINTS_WITHOUT_METRIC, self.id, missing)
        unread = ", ".join(_unread(told))
        if unread:
            outcome.note(Remark.METRICS_UNREAD, self.id, unread)


def _unread(told: list[Told]) -> Iterator[str]:
    for _, metric, datatype in told:
        if not is_read(datatype):
            name = DataType(datatype).name.lower() if datatype in set(DataType) else f"type {datatype}"
            yield f"{metric.name} ({name})"
