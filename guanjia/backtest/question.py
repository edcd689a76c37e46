"""What is asked of a backtest."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.clock import DAY, HOUR, MINUTE
from model.rule import Rule
from rules.backtest_scope import differing
from rules.calls import window_of
from rules.syntax import parse

ANSWER_AFTER_NS = 5 * MINUTE
"""Practice: a manned engineering room answers within minutes."""
_SHORTEST_LEAD_NS, _LONGEST_LEAD_NS = 2 * HOUR, 2 * DAY


@dataclass(frozen=True, slots=True)
class Question:
    """Half-open: start ≤ t < end. Without ``proposed`` and ``removed`` it asks what the present book alone would have raised."""

    start_ns: int
    end_ns: int
    proposed: tuple[Rule, ...] = ()
    """Each takes the place of the running rule of its id, or is added."""
    removed: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    """Rules to judge whether they differ or not."""
    everything: bool = False
    """Judge every alarm of the site."""
    answer_after_ns: int = ANSWER_AFTER_NS
    """So long after an alarm asks for it people are taken to acknowledge and reset."""

    @property
    def compares(self) -> bool:
        return bool(self.proposed or self.removed)

    def proposed_book(self, rules: Sequence[Rule]) -> tuple[Rule, ...]:
        book = {rule.id: rule for rule in rules} | {rule.id: rule for rule in self.proposed}
        return tuple(rule for id, rule in book.items() if id not in self.removed)

    def judged(self, rules: Sequence[Rule]) -> frozenset[str]:
        """Ids of the rules that the question is about."""
        proposed = self.proposed_book(rules)
        if self.everything or not (self.compares or self.only):
            return frozenset(rule.id for rule in (*rules, *proposed))
        return differing(rules, proposed) | frozenset(self.only)

    def lead_ns(self, rules: Sequence[Rule]) -> int:
        """How long before the start it is begun, so that what is standing or running then has begun before."""
        judged = self.judged(rules)
        longest = max((_longest_ns(rule) for rule in (*rules, *self.proposed) if rule.id in judged), default=0)
        return min(max(_SHORTEST_LEAD_NS, 2 * longest), _LONGEST_LEAD_NS)


def _longest_ns(rule: Rule) -> int:
    texts = (rule.when, rule.clear_when, *(level.when for level in rule.levels))
    windows = (window for text in texts if text for window in _windows(text))
    return max((rule.on_delay_ns, rule.off_delay_ns, *(level.on_delay_ns for level in rule.levels), *windows))


def _windows(text: str) -> Iterable[int]:
    calls = (node for node in ast.walk(parse(text).tree) if isinstance(node, ast.Call))
    return (window for call in calls if (window := window_of(call)) is not None)
