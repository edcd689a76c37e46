"""A timeline as single moves: each act where it begins and, if it ends by itself, where it ends. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from model.scenario import Act, Breakdown, BrokerOutage, EdgeOutage, PlatformCrash, StoreTrouble, WireFault


class Phase(IntEnum):
    """At one moment what ends goes before what begins."""

    END = 0
    BEGIN = 1


@dataclass(frozen=True, slots=True)
class Move:
    at_ns: int
    phase: Phase
    act: Act


def moves(timeline: Iterable[Act]) -> tuple[Move, ...]:
    """In the order they are made."""
    found: list[Move] = []
    for act in timeline:
        found.append(Move(act.at_ns, Phase.BEGIN, act))
        if isinstance(act, Breakdown | WireFault | BrokerOutage | PlatformCrash | EdgeOutage | StoreTrouble) and act.for_ns is not None:
            found.append(Move(act.at_ns + act.for_ns, Phase.END, act))
    return tuple(sorted(found, key=lambda move: (move.at_ns, move.phase)))
