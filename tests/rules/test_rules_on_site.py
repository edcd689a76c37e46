"""Rules beside the site they are for: what can't be there, with line, column and what was meant; and whose figure counts."""

from dataclasses import replace
from pathlib import Path

import pytest

from guanjia.config.configuration import load_configuration
from model.mistake import ConfigError
from rules.parameters import figures_given, params_of

BAD = Path(__file__).parent / "bad" / "on_site"
SITE = """
site: {id: s, name: {zh: 站, en: Site}, timezone: Asia/Shanghai, params: {a: 2, b: 2, c: 2, own.rule.a: 3}, workdays: [2026-10-10]}
areas:
  - {id: room, name: {zh: 泵房, en: Pump room}, params: {b: 4, own.rule.c: 5}}
  - {id: yard, name: {zh: 院, en: Yard}}
devices:
  - {id: tank1, name: {zh: 箱, en: Tank}, system: water, area: room, profile: tank, modbus: {host: 10.0.0.3}, params: {low_m: 9}}
  - {id: tank2, name: {zh: 箱, en: Tank}, system: water, area: yard, profile: tank, modbus: {host: 10.0.0.1}}
rules: [rules.yaml]
"""
RULE = """
- id: own.rule
  for: {class: tank}
  when: level < low_m - a - b - c
  params: {low_m: 1, a: 1, b: 1, c: 1}
  priority: medium
  text: {zh: "{device} 低", en: "{device} low"}
  why: {cause: 缺水, consequence: 断水, action: 查阀门, respond_within: 30min}
  source: practice
"""


def test_what_the_site_does_not_have_is_told_all_at_once_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    with pytest.raises(ConfigError) as refused:
        load_configuration(Path("site.bad.yaml"))
    assert f"{refused.value}\n" == (BAD / "site.bad.txt").read_text(encoding="utf-8")


def test_the_nearest_figure_counts(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULE, encoding="utf-8")
    found = load_configuration(tmp_path / "site.yaml")
    (rule,) = [rule for rule in found.rules if rule.id == "own.rule"]
    assert params_of(rule, found.site.devices["tank1"], found.site) == {"low_m": 9, "a": 3, "b": 4, "c": 5}
    assert params_of(rule, found.site.devices["tank2"], found.site) == {"low_m": 1, "a": 3, "b": 2, "c": 2}
    given = {name: (one.value, one.said_by) for name, one in figures_given(rule, found.site.devices["tank1"], found.site).items()}
    assert given == {"low_m": (9, "device"), "a": (3, "site"), "b": (4, "area"), "c": (5, "area")}
    declared = replace(rule, params={**rule.params, "declared_demand_kw": 500.0})
    of_site = replace(found.site, declared_demand_kw=800.0)
    assert params_of(declared, of_site.devices["tank2"], of_site)["declared_demand_kw"] == 800
