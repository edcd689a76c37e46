"""Every example of the documentation, through the product's own loaders."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import plan
from collectors.mqtt.payload import PayloadDecoder
from guanjia.cli import app
from guanjia.config.configuration import RULE_LIBRARY
from guanjia.config.profile_file import read_profile
from guanjia.config.rule_file import load_rules
from guanjia.config.scenario_file import read_scenario
from guanjia.config.site_file import read_site
from model.site import Mqtt
from rules.syntax import parse
from tests.docs.pages import Fence, all_fences, leaves, options

ENVIRONMENT = {"INFLUX_TOKEN": "a token", "MQTT_PASSWORD": "a password"}
_HEAD = {
    "site": "site: {id: s, name: {zh: 站, en: Site}, timezone: Asia/Shanghai}\n",
    "areas": "areas: [{id: b01, name: {zh: 1号楼, en: Block 1}}]\n",
    "devices": "devices: [{id: m, name: {zh: 表, en: Meter}, system: power, area: b01, profile: acrel_adw300, modbus: {host: 10.0.0.1}}]\n",
}


def each(info: str) -> pytest.MarkDecorator:
    found = all_fences(info)
    assert found, f"the documentation has no example marked '{info}'"
    return pytest.mark.parametrize("example", found, ids=str)


@each("yaml site")
def test_a_site_example_loads(example: Fence, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "journal-url").write_text("sqlite", encoding="utf-8")
    written = yaml.safe_load(example.text)
    rest = "".join(text for key, text in _HEAD.items() if key not in written)
    assert read_site(rest + example.text, str(example), tmp_path, ENVIRONMENT).devices


@each("yaml scenario")
def test_a_scenario_example_loads(example: Fence) -> None:
    folder = Path(__file__).parents[2] / "examples" / "talent-apartments"
    assert read_scenario(example.text, str(example), folder / "scenarios").scenario.expected.alarms


@each("yaml profile")
def test_a_profile_example_loads_and_can_be_decoded(example: Fence) -> None:
    profile = read_profile(_with_head(example.text), "example", str(example))
    assert profile.points
    if profile.modbus is not None:
        assert compile_decoder(profile, plan(profile)).width == len(profile.points)
    elif not any(point.metric for point in profile.points):
        assert PayloadDecoder("d", profile, Mqtt("t", {"serial": "1"})).width == len(profile.points)


def _with_head(text: str) -> str:
    written: dict[str, Any] = yaml.safe_load(text)
    protocol = "mqtt" if {"topic", "metric"} & set(written["points"][0]) else "modbus_tcp"
    head = {"manufacturer": "Example", "model": "Example", "class": "example", "protocol": protocol}
    return "".join(f"{key}: {value}\n" for key, value in head.items() if key not in written) + text


@each("yaml rules")
def test_a_rule_example_loads_beside_the_library(example: Fence, tmp_path: Path) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(example.text, encoding="utf-8")
    rules, mistakes = load_rules([*sorted(RULE_LIBRARY.glob("*.yaml")), file])
    assert mistakes == []
    assert any(rule.file == str(file) for rule in rules)


@each("condition")
def test_a_condition_example_reads(example: Fence) -> None:
    assert parse(example.text.strip()).spoken


def commands() -> Iterator[tuple[str, list[str]]]:
    for fence in [*all_fences("console"), *all_fences("sh"), *all_fences("ini")]:
        for line in fence.text.splitlines():
            found = re.search(r"(?:^|[\s/=])guanjia ((?:demo|run|check|simulate|rules|user|dashboards)\b.*)", line)
            if found and (fence.info != "console" or line.startswith("$")):
                yield str(fence), re.sub(r"( #.*| &)$", "", found[1]).replace("'a long one'", "along1").split()


@pytest.mark.parametrize("line", list(commands()), ids=lambda line: f"{line[0]} {' '.join(line[1])}")
def test_a_command_in_an_example_exists_with_its_options(line: tuple[str, list[str]]) -> None:
    known = dict(leaves(typer.main.get_command(app)))
    found = [path for path in known if " ".join(["guanjia", *line[1], ""]).startswith(f"{path} ")]
    assert len(found) == 1
    assert {word for word in line[1] if word.startswith("--")} - options(known[found[0]]) == set()
