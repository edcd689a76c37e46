"""From the simulators' log to the lines of a session: whose clock is turned into the platform's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from model.clock import SECOND
from model.testing import Act, ActKind

_KNOWN = frozenset(ActKind)
_FORGOTTEN_NS = 60 * SECOND


@dataclass(frozen=True, slots=True)
class SiteClock:
    """The simulators' clock as it stood when the platform's stood at ``now_ns``."""

    now_ns: int
    site_s: float
    speed: float

    def platform_ns(self, site_s: float) -> int:
        """When that was, by the platform's clock; a clock that stands still has nothing to tell."""
        return self.now_ns - round((self.site_s - site_s) / self.speed * SECOND) if self.speed > 0 else self.now_ns


@dataclass(frozen=True, slots=True)
class OwnAct:
    """What was done through the platform, whose moment and expectation are known better than the log does."""

    at_ns: int
    fault: str
    by: str
    expect: tuple[str, ...] | None


@dataclass(slots=True)
class LogReader:
    """``after``: the last line read."""

    after: int = 0
    own: list[OwnAct] = field(default_factory=list)

    def read(self, items: Sequence[Mapping[str, Any]], clock: SiteClock, since_ns: int) -> list[Act]:
        """The lines since then that tell something of the site; each is read once."""
        acts = []
        for item in items:
            self.after = max(self.after, int(item["id"]))
            if item["act"] in _KNOWN:
                acts.append(self._act(item, clock))
        told = {(act.fault, act.by) for act in acts if act.kind.breaks}
        self.own = [own for own in self.own if (own.fault, own.by) not in told and clock.now_ns - own.at_ns < _FORGOTTEN_NS]
        return [act for act in acts if act.at_ns >= since_ns]

    def _act(self, item: Mapping[str, Any], clock: SiteClock) -> Act:
        kind, fault, by = ActKind(item["act"]), item.get("kind") or "", item.get("by") or ""
        own = next((own for own in self.own if kind.breaks and (own.fault, own.by) == (fault, by)), None)
        return Act(
            id=int(item["id"]),
            at_ns=own.at_ns if own else min(clock.now_ns, clock.platform_ns(float(item["site_time"]))),
            kind=kind,
            fault=fault,
            device=item.get("device") or "",
            gateway=item.get("gateway") or "",
            broker=bool(item.get("broker")),
            severity=item.get("severity"),
            amount=item.get("amount"),
            onset_s=float(item.get("onset") or 0),
            for_s=item.get("for"),
            speed=clock.speed,
            by=by,
            scenario=item.get("scenario") or "",
            expect=own.expect if own else None,
        )
