"""A rule's own words with a change in them."""

from dataclasses import replace

import pytest

from guanjia.suggestions.reworded import reworded
from model.alarm import Priority
from model.clock import MINUTE, SECOND
from model.rule import Rationale, Rule, Scope
from model.text import Text
from rules.suggestion import Change

WHY = Rationale(Text("因", "cause"), Text("果", "consequence"), Text("措", "action"), 900)
RULE = Rule("pump.dry_run", Scope(), "a > 1", Text("干转", "dry"), WHY, Priority.LOW, "v1", deadband={"a": 1.0})
WORDS = """\
id: pump.dry_run  # the usual one
when: a > 1
on_delay: 10s  # practice
deadband:
  a: 1
# how grave
priority: low
text: {zh: 干转, en: dry}
"""


@pytest.mark.parametrize(
    ("change", "line", "instead_of"),
    [
        (Change(on_delay_ns=90 * SECOND), "on_delay: 90s\n", "on_delay: 10s  # practice\n"),
        (Change(on_delay_ns=2 * MINUTE), "on_delay: 2min\n", "on_delay: 10s  # practice\n"),
        (Change(off_delay_ns=30 * SECOND), "off_delay: 30s\npriority: low\n", "priority: low\n"),
        (Change(deadband={"b": 0.25}), "deadband: {a: 1, b: 0.25}\n", "deadband:\n  a: 1\n"),
    ],
)
def test_only_the_lines_of_the_change_are_touched(change: Change, line: str, instead_of: str) -> None:
    assert reworded(WORDS, RULE, change) == WORDS.replace(instead_of, line)


def test_words_whose_lines_can_not_be_told_apart_are_written_anew() -> None:
    found = reworded("{id: x, on_delay: 10s}\n", replace(RULE, deadband={}), Change(on_delay_ns=MINUTE))
    assert found == "id: x\non_delay: 1min\n"
