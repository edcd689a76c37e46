"""Severity that rises in place: the levels of one alarm, each with its own condition and on-delay."""

from dataclasses import dataclass

from model.alarm import Priority
from model.rule import Level, Rule
from model.site import Device
from model.text import Text
from rules.condition import Condition
from rules.delay import Delay


class Rung:
    """One level on one device. Mutable; only its alarm holds it."""

    __slots__ = ("delay", "held", "index", "level", "reached", "truth")

    def __init__(self, level: Level, index: int) -> None:
        self.level = level
        self.index = index
        self.truth: bool | None = None
        """Its condition at the last look; None is Unknown."""
        self.held = False
        """Whether it was true when it was last known."""
        self.reached = False
        """Whether it has been true for its on-delay, and not yet false for the rule's off-delay."""
        self.delay = Delay()

    def judge(self, condition: Condition, own: bool | None, now_ns: int) -> bool:
        """Right after the rule's ``own`` condition was judged: it holds only while that does. Whether it has become another."""
        truth = condition.level(self.index, held=self.held)
        if truth is not False and not own:
            truth = own
        if truth is self.truth:
            return False
        self.truth = truth
        if truth is None:
            self.delay.pause(now_ns)
            return True
        self.held = truth
        if truth is self.reached:
            self.delay.cancel()
        else:
            self.delay.run(now_ns)
        return True

    def due_ns(self, off_delay_ns: int) -> int | None:
        """When it will be reached or left; None while neither delay runs."""
        return self.delay.due_ns(off_delay_ns if self.reached else self.level.on_delay_ns)

    def settle(self, off_delay_ns: int, now_ns: int) -> None:
        """Its delay may be over."""
        due_ns = self.due_ns(off_delay_ns)
        if due_ns is not None and due_ns <= now_ns:
            self.reached = not self.reached
            self.delay.cancel()

    def forget(self) -> None:
        """The rule's own condition has ceased: a level that is not known to hold has ceased with it."""
        if not self.truth:
            self.reached = False
            self.delay.cancel()

    def take_up(self, reached: bool) -> None:
        """As the journal has it; it holds until readings come."""
        if reached is not self.reached:
            self.reached = reached
            self.held = reached
            self.delay.cancel()


@dataclass(frozen=True, slots=True)
class Grade:
    """How an alarm is shown at the level it has come to."""

    level: str
    priority: Priority
    text: Text


def grade(rule: Rule, device: Device, rungs: tuple[Rung, ...]) -> Grade:
    """At the gravest level reached, or the rule's own."""
    come_to = highest(rungs)
    if come_to:
        level = rungs[come_to - 1].level
        return Grade(level.id, level.priority, level.text.format(device=device.name))
    return Grade("", rule.priority_by_class.get(device.device_class, rule.priority), rule.text.format(device=device.name))


def rung_of(rungs: tuple[Rung, ...], level: str) -> int:
    """1 for the least grave level; 0 for the rule's own, or one that the rule no longer has."""
    return next((rung.index + 1 for rung in rungs if rung.level.id == level), 0)


def highest(rungs: tuple[Rung, ...]) -> int:
    """The gravest that is reached, as ``rung_of`` counts."""
    return max((rung.index + 1 for rung in rungs if rung.reached), default=0)
