"""First-out: which alarm of a group was first, by the time its device gives, not by the order in which readings came. Pure.

A group is the rules that name it, on one device or in one area. Only alarms that are active together are compared; one that is out of
service is not, since people at work on it are what it tells of.
"""

from collections.abc import Collection
from dataclasses import dataclass

from model.alarm import Occurrence
from model.rule import Rule, Within
from model.site import Device


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a newcomer is the first, and whose mark goes to it if it came late to us but was earlier at its source."""

    is_first: bool
    dethroned: str | None = None
    """Id of the occurrence that had the mark."""


def group_of(rule: Rule, device: Device) -> str:
    """``group@place``; empty for a rule that is in none."""
    if not rule.first_out:
        return ""
    return f"{rule.first_out}@{device.area if rule.first_out_within is Within.AREA else device.id}"


def verdict(source_ns: int, others: Collection[tuple[int, Occurrence]]) -> Verdict:
    """``others``: those of the group that are active now, each with its source time as the clock is set now.

    When the first of them has gone already, whoever comes is a later one.
    """
    if not others:
        return Verdict(True)
    earlier_ns, first = next(((at_ns, other) for at_ns, other in others if other.first_out), (source_ns, None))
    if first is None or earlier_ns <= source_ns:
        return Verdict(False)
    return Verdict(True, first.id)
