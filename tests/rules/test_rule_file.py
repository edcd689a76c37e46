"""Rule files: every mistake with its file, line, path and remedy; and what a good file becomes."""

from pathlib import Path

import pytest

from guanjia.config.rule_file import load_rules
from model.alarm import Priority
from model.clock import MINUTE, SECOND
from model.rule import Rule, TicketOrder
from model.ticket import TicketClass

BAD = Path(__file__).parent / "bad"
GOOD = """
- id: pump.dry_run
  for: {class: pump}
  when: running and suction_pressure < 0.02 and motor_current < 0.6 * rated_current
  on_delay: 10s
  off_delay: 30s
  deadband: {suction_pressure: 0.005}
  units: {suction_pressure: MPa, motor_current: A}
  priority: high
  latched: true
  realarm: 5min
  max_shelve: 15min
  text: {zh: "{device} 干转", en: "{device} runs dry"}
  why: {cause: {zh: 缺水, en: no water}, consequence: 烧毁 / burns, action: {zh: 停泵, en: stop it}, respond_within: 15min}
  steps: [{zh: 停泵, en: Stop it}]
  source: practice
  ticket: {class: large, skill: plumbing, cause: pump.fault}
"""


def _load(path: Path, text: str) -> Rule:
    path.write_text(text, encoding="utf-8")
    rules, mistakes = load_rules([path])
    assert mistakes == []
    return rules[0]


@pytest.mark.parametrize("path", sorted(BAD.glob("*.bad.yaml")), ids=lambda path: path.name.removesuffix(".bad.yaml"))
def test_every_mistake_of_a_bad_file_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    _, mistakes = load_rules([Path(path.name)])
    expected = path.with_name(path.name.replace(".bad.yaml", ".bad.txt")).read_text(encoding="utf-8")
    assert "".join(f"{mistake}\n" for mistake in mistakes) == expected


def test_a_rule_as_written_becomes_the_models_rule(tmp_path: Path) -> None:
    rule = _load(tmp_path / "r.yaml", GOOD)
    assert (rule.on_delay_ns, rule.off_delay_ns, rule.realarm_ns, rule.max_shelve_ns) == (10 * SECOND, 30 * SECOND, 5 * MINUTE, 15 * MINUTE)
    assert (rule.priority, rule.latched, rule.life_safety, rule.shelvable) == (Priority.HIGH, True, False, True)
    assert (rule.scope.device_class, rule.scope.system) == ("pump", None)
    assert rule.why.respond_within_s == 900
    assert rule.why.consequence.zh == rule.why.consequence.en == "烧毁 / burns"
    assert [step.en for step in rule.why.steps] == ["Stop it"]
    assert rule.ticket == TicketOrder(TicketClass.LARGE, "plumbing", "pump.fault")
    assert rule.line == 2


def test_the_version_changes_with_any_part_of_the_rule_and_with_nothing_else(tmp_path: Path) -> None:
    versions = [
        _load(tmp_path / name, text).version
        for name, text in (("a", GOOD), ("b", "# a comment\n\n" + GOOD), ("c", GOOD.replace("停泵, en: Stop", "先停泵, en: Stop")))
    ]
    assert versions[0] == versions[1] != versions[2]


def test_a_later_file_may_replace_a_rule_by_saying_so(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(GOOD, encoding="utf-8")
    second.write_text(GOOD.replace("on_delay: 10s", "on_delay: 20s"), encoding="utf-8")
    _, mistakes = load_rules([first, second])
    assert [m.message for m in mistakes] == [f"'pump.dry_run' is already defined at {first}:2; choose another id, or add 'replace: true'"]
    second.write_text(GOOD.replace("on_delay: 10s", "on_delay: 20s\n  replace: true"), encoding="utf-8")
    rules, mistakes = load_rules([first, second])
    assert mistakes == []
    assert [rule.on_delay_ns for rule in rules] == [20 * SECOND]


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    rules, mistakes = load_rules([tmp_path / "none.yaml"])
    assert rules == []
    assert "can't read the file" in mistakes[0].message
