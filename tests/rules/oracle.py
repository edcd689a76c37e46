"""What one alarm does, second by second, in plain flags and counters: written from the standard and the documentation, not from the engine.

``high`` is the rule's own condition, ``grave`` that of its one level. None is Unknown.
"""

from dataclasses import dataclass, field

ON_S, GRAVE_ON_S, OFF_S, SHELVE_S = 3, 2, 5, 20
CALM_S = {"chattering": 300, "fleeting": 900}


@dataclass
class Trouble:
    """A condition and how long it has been known to be other than what is made of it."""

    on_s: int
    truth: bool | None = None
    active: bool = False
    known_s: int = 0

    def hear(self, truth: bool | None) -> None:
        self.truth = truth
        if truth is not None and truth == self.active:
            self.known_s = 0

    def second(self) -> None:
        if self.truth is not None and self.truth != self.active:
            self.known_s += 1

    def is_due(self) -> bool:
        return self.truth is not None and self.truth != self.active and self.known_s >= (OFF_S if self.active else self.on_s)

    def turn(self) -> None:
        self.active, self.known_s = not self.active, 0


@dataclass
class Oracle:
    latched: bool
    now_s: int = 0
    high: Trouble = field(default_factory=lambda: Trouble(ON_S))
    grave: Trouble = field(default_factory=lambda: Trouble(GRAVE_ON_S))
    acked: bool = False
    standing: bool = False
    is_grave: bool = False
    """What the open occurrence shows."""
    shelf_s: int | None = None
    service: str = "in"
    """``in``, ``asked`` or ``out``."""
    hold: str = ""
    calm_s: int = 0
    was: bool | None = None
    """The condition when it was last known."""
    flips: int = 0
    raises: list[int] = field(default_factory=list)
    """All since the last hold."""
    briefs: list[int] = field(default_factory=list)
    count: int = 0

    @property
    def silent(self) -> bool:
        return self.shelf_s is not None or self.service == "out"

    @property
    def is_steady(self) -> bool:
        """Nothing is running that only memory has."""
        return not self.hold and self.high.known_s == 0 and self.grave.known_s == 0

    def second(self) -> None:
        self.now_s += 1
        self.high.second()
        self.grave.second()
        self.calm_s += self.high.truth is not None
        if self.shelf_s is not None:
            self.shelf_s -= 1
            if self.shelf_s == 0:
                self.shelf_s = None
                self._released()
        self._settle()

    def reading(self, high: bool | None, grave: bool | None) -> None:
        self.high.hear(high)
        self.grave.hear(grave)
        if high is not None and high != self.was:
            self.calm_s = 0
            self.flips += bool(self.hold) and high
            self.was = high
        self._settle()

    def _settle(self) -> None:
        if self.grave.is_due():
            self.grave.turn()
        if self.hold and self.high.truth is not None and self.calm_s >= CALM_S[self.hold]:
            self.hold = ""
        is_grave_already = self.high.truth and not self.high.active and self.grave.truth and self.grave.active
        if (self.high.is_due() or is_grave_already) and not self.hold:
            self.high.turn()
            if self.high.active:
                self._raised()
            else:
                self._cleared()
        if self.high.active and self.grave.active and not self.is_grave:
            self.is_grave, self.acked = True, False
        elif self.high.active and not self.grave.active and not self.hold:
            self.is_grave = False

    def _raised(self) -> None:
        self.acked, self.standing, self.is_grave = False, True, self.grave.active
        self.count += 1
        self.raises.append(self.now_s)
        lately = sum(1 for at_s in self.raises if at_s > self.now_s - 60)
        fleeting = sum(1 for at_s in self.briefs if at_s > self.now_s - 3600)
        self.hold = "chattering" if lately >= 3 else "fleeting" if fleeting >= 5 else ""
        if self.hold:
            self.raises, self.briefs, self.calm_s, self.flips = [], [], 0, 0

    def _cleared(self) -> None:
        if self.raises and self.now_s - self.raises[-1] < 30:
            self.briefs.append(self.raises[-1])
        if not self.grave.truth:
            self.grave.active, self.grave.known_s = False, 0
        if self.acked and not self.latched:
            self.standing = False

    def acknowledge(self) -> bool:
        if not self.standing or self.acked:
            return False
        self.acked = True
        if not self.high.active and not self.latched:
            self.standing = False
        return True

    def reset(self) -> bool:
        if not (self.standing and self.latched and self.acked and not self.high.active and not self.high.truth):
            return False
        self.standing = False
        return True

    def serve(self, act: str) -> bool:
        """Ask, approve, refuse, put back."""
        following = {("in", "ask"): "asked", ("asked", "approve"): "out", ("asked", "refuse"): "in", ("out", "back"): "in"}
        if (self.service, act) not in following:
            return False
        self.service = following[self.service, act]
        if act == "back":
            self._released()
        return True

    def _released(self) -> None:
        if self.silent or not self.standing:
            return
        if self.high.active:
            self.acked = False
        elif not self.latched:
            self.standing = False

    def state(self) -> str:
        if not self.standing:
            return "normal"
        kind = "active" if self.high.active else "latched" if self.latched else "returned"
        return f"{kind}_{'acknowledged' if self.acked else 'unacknowledged'}"
