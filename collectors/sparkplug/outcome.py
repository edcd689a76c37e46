"""What came of a message, or of time that passed: blocks, and what there is to count and to say about it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from model.reading import Block


class Remark(StrEnum):
    NODE_BORN = "sparkplug_node_born"
    NODE_DIED = "sparkplug_node_died"
    OTHER_DEATH = "sparkplug_death_of_another_birth"
    GAP = "sparkplug_messages_lost"
    UNKNOWN_METRIC = "sparkplug_unknown_metric"
    POINTS_WITHOUT_METRIC = "sparkplug_points_without_metric"
    METRICS_UNREAD = "sparkplug_metrics_unread"
    BAD_PAYLOAD = "sparkplug_bad_payload"


COUNTED = {
    Remark.NODE_BORN: "births",
    Remark.NODE_DIED: "deaths",
    Remark.OTHER_DEATH: "deaths_ignored",
    Remark.GAP: "gaps",
    Remark.UNKNOWN_METRIC: "unknown_metrics",
}
REBIRTHS = "rebirths_asked"
"""What is counted of edge nodes, by metric name: ``guanjia_sparkplug_<name>_total``."""


class Noted(NamedTuple):
    """``about`` is the device or the node."""

    remark: Remark
    about: str
    detail: str = ""


@dataclass(slots=True)
class Outcome:
    blocks: list[Block] = field(default_factory=list)
    notes: list[Noted] = field(default_factory=list)
    clocks_implausible: int = 0

    def note(self, remark: Remark, about: str, detail: str = "") -> None:
        self.notes.append(Noted(remark, about, detail))
