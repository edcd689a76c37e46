"""Site, profiles and rules together: a wrong configuration tells all its mistakes at once, and only those."""

import contextlib
import copy
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanjia.config.configuration import load_configuration
from guanjia.config.nameplate import NAMEPLATE
from guanjia.config.site_file import read_site
from model.mistake import ConfigError
from tests.examples import examples

ROOT = Path(__file__).parents[2]
BAD = Path(__file__).parent / "bad"
SITE = """
site: {id: s, name: {zh: 站, en: Site}, timezone: Asia/Shanghai}
areas: [{id: room, name: {zh: 泵房, en: Pump room}}]
devices:
  - {id: pr.pump1, name: {zh: 1#泵, en: Pump 1}, system: water, area: room, profile: booster_set, modbus: {host: 10.0.0.1},
     params: {rated_current: 20}}
  - {id: pr.meter, name: {zh: 表, en: Meter}, system: power, area: room, profile: acrel_adw300, modbus: {host: 10.0.0.2}}
  - {id: gate, name: {zh: 闸, en: Gate}, system: parking, area: room, profile: barrier_json, mqtt: {topic: parking/gate}}
people: [{id: zhang, name: 张伟, role: technician, skills: [electrical]}]
rules: [rules.yaml]
"""
RULE = """
- id: own.low
  for: {class: pump}
  when: running and discharge_pressure < 0.2
  priority: high
  text: {zh: "{device} 压力低", en: "{device} pressure low"}
  why: {cause: 缺水, consequence: 断水, action: 查阀门, respond_within: 15min}
  source: practice
"""


def _mistakes(folder: Path, site: str = SITE, rule: str = RULE) -> list[str]:
    """``path: message`` of each mistake; none for a configuration that is right."""
    (folder / "site.yaml").write_text(site, encoding="utf-8")
    (folder / "rules.yaml").write_text(rule, encoding="utf-8")
    try:
        load_configuration(folder / "site.yaml")
    except ConfigError as error:
        return [f"{mistake.path}: {mistake.message}" for mistake in error.mistakes]
    return []


def test_a_file_with_one_mistake_of_every_kind_tells_all_of_them_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    monkeypatch.delenv("INFLUX_TOKEN", raising=False)
    with pytest.raises(ConfigError) as refused:
        load_configuration(Path("whole.bad.yaml"))
    assert f"{refused.value}\n" == (BAD / "whole.bad.txt").read_text(encoding="utf-8")


def test_a_right_configuration_has_no_mistake(tmp_path: Path) -> None:
    assert _mistakes(tmp_path) == []


ONE_CAUSE = {
    "key of an area": ("areas: [{id: room", "areas: [{di: room", "areas[0].di"),
    "the list of areas": ("areas: [{id: room, name: {zh: 泵房, en: Pump room}}]", "areas: []", "areas"),
    "key that is required": ("system: water", "sistem: water", "devices[0].sistem"),
    "key of a connection": ("modbus: {host: 10.0.0.1}", "modbuss: {host: 10.0.0.1}", "devices[0].modbuss"),
    "word in a connection": ("{host: 10.0.0.1}", "{hots: 10.0.0.1}", "devices[0].modbus.hots"),
    "key of the figures": ("params: {rated", "parms: {rated", "devices[0].parms"),
    "profile": ("profile: booster_set", "profile: booster_sett", "devices[0].profile"),
    "id of a device": ("id: pr.pump1", "id: Pump1", "devices[0].id"),
    "area of a device": ("area: room, profile: booster_set", "area: romm, profile: booster_set", "devices[0].area"),
    "the rules' file": ("rules: [rules.yaml]", "rules: [rule.yaml]", "rules[0]"),
    "a topic of many": ("parking/gate", "parking/#", "devices[2].mqtt.topic"),
    "the site's own facts": ("site: {id: s,", "site: {id: S,", "site.id"),
}


@pytest.mark.parametrize(("right", "wrong", "path"), ONE_CAUSE.values(), ids=ONE_CAUSE.keys())
def test_one_mistake_makes_one_line(right: str, wrong: str, path: str, tmp_path: Path) -> None:
    assert right in SITE
    found = _mistakes(tmp_path, SITE.replace(right, wrong, 1))
    assert [line.partition(": ")[0] for line in found] == [path]


RULES_THAT_WATCH_NOTHING = {
    "a point misspelt": (
        ("discharge_pressure", "dischage_pressure"),
        "rules[0].when: the rule watches nothing on this site: pr.pump1 has no point or parameter 'dischage_pressure'; "
        "did you mean 'discharge_pressure'?",
    ),
    "a class misspelt": (
        ("class: pump", "class: pmup"),
        "rules[0].for.class: the rule watches nothing on this site: no device has the class 'pmup'; did you mean 'pump'?",
    ),
    "a device that is not there": (
        ("class: pump", "device: pr.pump2"),
        "rules[0].for.device: the rule watches nothing on this site: there is no device 'pr.pump2'; did you mean 'pr.pump1'?",
    ),
    "parts that don't go together": (
        ("class: pump", "class: pump, system: power"),
        "rules[0].for: the rule watches nothing on this site: no device is all of that at once",
    ),
    "a point the device does not have": (
        ("discharge_pressure", "bearing_vibration_spectrum"),
        "rules[0].when: the rule watches nothing on this site: pr.pump1 has no point or parameter 'bearing_vibration_spectrum'",
    ),
}


@pytest.mark.parametrize(("change", "expected"), RULES_THAT_WATCH_NOTHING.values(), ids=RULES_THAT_WATCH_NOTHING.keys())
def test_a_rule_of_the_site_that_watches_nothing_is_a_mistake(change: tuple[str, str], expected: str, tmp_path: Path) -> None:
    assert _mistakes(tmp_path, rule=RULE.replace(*change)) == [expected]


def test_a_name_misspelt_in_the_condition_is_told_once_although_units_have_it_right(tmp_path: Path) -> None:
    rule = RULE.replace("discharge_pressure < 0.2", "dischage_pressure < 0.2\n  units: {discharge_pressure: MPa}")
    (found,) = _mistakes(tmp_path, rule=rule)
    assert found.startswith("rules[0].when: ")
    assert found.endswith("did you mean 'discharge_pressure'?")


def test_two_names_misspelt_in_one_condition_are_both_told(tmp_path: Path) -> None:
    found = _mistakes(tmp_path, rule=RULE.replace("running and discharge_pressure", "runing and dischage_pressure"))
    assert [line.rpartition("; ")[2] for line in found] == ["did you mean 'discharge_pressure'?", "did you mean 'running'?"]


def test_a_wrong_unit_does_not_hide_a_point_of_another_device_that_is_not_there(tmp_path: Path) -> None:
    rule = RULE.replace("< 0.2", '< 0.2 and point("pr.metre.frequency") > 49\n  units: {discharge_pressure: kWh}')
    assert [line.split(": ", 1)[1].split(" ")[0] for line in _mistakes(tmp_path, rule=rule)] == ["the", "'discharge_pressure'"]


def test_a_rule_for_a_device_with_a_mistake_of_its_own_is_left_alone(tmp_path: Path) -> None:
    found = _mistakes(
        tmp_path, SITE.replace("profile: booster_set", "profile: booster_sett"), RULE.replace("discharge_pressure", "own_name")
    )
    assert [line.partition(": ")[0] for line in found] == ["devices[0].profile"]


@pytest.mark.parametrize("name", ["rated_curent", "rated_currnet", "hight_m"])
def test_a_figure_misspelt_is_a_mistake(name: str, tmp_path: Path) -> None:
    (found,) = _mistakes(tmp_path, SITE.replace("rated_current", name))
    assert found.startswith(f"devices[0].params.{name}: no rule, page or simulator knows '{name}'; did you mean '")


def test_a_figure_of_the_sites_own_is_no_mistake(tmp_path: Path) -> None:
    assert _mistakes(tmp_path, SITE.replace("rated_current", "bought_in")) == []


def test_a_skill_misspelt_on_the_roster_is_a_mistake_and_one_of_the_sites_own_is_not(tmp_path: Path) -> None:
    (found,) = _mistakes(tmp_path, SITE.replace("[electrical]", "[electrial, gardening]"))
    assert found == "people[0].skills[0]: no rule asks for 'electrial'; did you mean 'electrical'?"


@pytest.mark.parametrize(
    ("word", "meant"), [("electric", "power"), ("lift", "elevator"), ("充电桩", "charging"), ("powr", "power"), ("Fire", "fire")]
)
def test_another_name_of_a_system_leads_to_ours(word: str, meant: str, tmp_path: Path) -> None:
    found = _mistakes(tmp_path, SITE.replace("system: power", f"system: {word}"))
    assert f"did you mean '{meant}'?" in found[0]


@pytest.mark.parametrize("zone", ["Beijing", "Shanghai", "UTC+8", "Asia/Shanghia", "somewhere"])
def test_a_time_zone_that_is_none_leads_to_one_that_is(zone: str, tmp_path: Path) -> None:
    (found,) = _mistakes(tmp_path, SITE.replace("Asia/Shanghai", zone))
    assert "Asia/Shanghai" in found


def test_every_figure_the_pages_and_simulators_use_is_known() -> None:
    for name in NAMEPLATE:
        users = [*(ROOT / "simulators").rglob("*.py"), *(ROOT / "dashboards").rglob("*.js")]
        assert any(name in user.read_text(encoding="utf-8") for user in users), name


_junk = st.sampled_from(
    [None, True, 3, 1.5, "", "x", "#", [], [None], {}, {"x": 1}, [{"id": 1}], "2026-01-01", -1, "a/b.yaml", "/abs/*.yaml"]
)


@st.composite
def _spoilt(draw: st.DrawFn) -> str:
    """The site file with anything put in the place of up to three of its parts, or left out."""
    data = yaml.safe_load(SITE)
    for _ in range(draw(st.integers(1, 3))):
        here = data
        while True:
            places = list(here) if isinstance(here, dict) else list(range(len(here)))
            if not places:
                break
            place = draw(st.sampled_from(places))
            if isinstance(here[place], dict | list) and here[place] and draw(st.booleans()):
                here = here[place]
                continue
            if isinstance(here, dict) and draw(st.booleans()):
                here[draw(st.sampled_from(["", "x", "id", "modbus", "mqtt"]))] = here.pop(place)
            else:
                here[place] = copy.deepcopy(draw(_junk))
            break
    text: str = yaml.safe_dump(data, allow_unicode=True)
    return text


@given(_spoilt())
@settings(max_examples=examples(50), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_written_is_read_or_refused_with_mistakes(text: str) -> None:
    with contextlib.suppress(ConfigError):
        read_site(text, "site.yaml", ROOT / "examples" / "talent-apartments", environment={})
