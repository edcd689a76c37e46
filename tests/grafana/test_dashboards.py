"""The dashboards as Grafana will read them: whole, in order, in both languages, with the limits the rules judge by."""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from dashboards.grafana.book import dashboards
from dashboards.grafana.groups import Want, groups
from dashboards.grafana.limits import Limits
from dashboards.grafana.look import ALARM, LIVE
from dashboards.grafana.page import Place, uid
from dashboards.grafana.pages.power import KILOWATTS
from dashboards.grafana.signs import DEAD_V, OVERLOAD_PERCENT, WARNING_PERCENT, kinds
from guanjia.config.configuration import Configuration
from model.site import Site, System
from model.text import Language, Text

CHINESE = re.compile(r"[\u3400-\u9fff]")
WITHOUT_UNIT = {
    "Lowest power factor",
    "Trips per hour",
    "Door operations per hour",
    "Points of all loops",
    "Cars in and out, per hour",
    "Charging now",
}
"""Panels of pure numbers; tiles that count signs and timelines have no axis."""
Book = dict[str, dict[str, Any]]


def book(found: Configuration, language: Language = Language.EN, site: Site | None = None) -> Book:
    return dashboards(Place(site or found.site, language, "guanjia"), found.rules)


@pytest.fixture(scope="module")
def english(reference: Configuration) -> Book:
    return book(reference)


def panels(pages: Book) -> Iterator[tuple[str, dict[str, Any]]]:
    for slug, dashboard in pages.items():
        for panel in dashboard["panels"]:
            yield slug, panel


def panel(pages: Book, page: str, title: str) -> dict[str, Any]:
    return next(found for found in pages[page]["panels"] if found["title"] == title)


def thresholds(found: dict[str, Any]) -> list[tuple[float | None, str]]:
    return [(step["value"], step["color"]) for step in found["fieldConfig"]["defaults"]["thresholds"]["steps"]]


def texts(value: object) -> Iterator[str]:
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain.from_iterable(map(texts, value.values()))
    elif isinstance(value, list):
        yield from itertools.chain.from_iterable(map(texts, value))


@pytest.mark.parametrize("language", list(Language))
def test_uids_and_panel_ids_are_unique_and_nothing_overlaps(reference: Configuration, small: Configuration, language: Language) -> None:
    for found in (reference, small):
        pages = book(found, language)
        assert len({dashboard["uid"] for dashboard in pages.values()}) == len(pages) == 7
        for dashboard in pages.values():
            assert len(dashboard["uid"]) <= 40
            ids = [panel["id"] for panel in dashboard["panels"]]
            assert len(set(ids)) == len(ids)
            cells = [
                (x, y)
                for pos in (panel["gridPos"] for panel in dashboard["panels"])
                for x in range(pos["x"], pos["x"] + pos["w"])
                for y in range(pos["y"], pos["y"] + pos["h"])
            ]
            assert len(set(cells)) == len(cells), f"{dashboard['title']}: panels overlap"
            assert max(x for x, _ in cells) < 24


def test_queries_of_a_panel_have_letters_of_their_own_and_the_pages_data_source(english: Book) -> None:
    for slug, found in panels(english):
        letters = [target["refId"] for target in found["targets"]]
        assert len(set(letters)) == len(letters), (slug, found["title"])
        assert {target["datasource"]["uid"] for target in found["targets"]} == {"${datasource}"}
        assert all(target["rawQuery"] for target in found["targets"])


def test_the_english_export_has_no_chinese_and_the_chinese_one_no_english_titles(reference: Configuration, english: Book) -> None:
    assert [text for text in texts(english) if CHINESE.search(text)] == []
    for slug, found in panels(book(reference, Language.ZH)):
        assert CHINESE.search(found["title"]), (slug, found["title"])


def test_words_of_codes_are_in_both_languages(reference: Configuration) -> None:
    for language, wanted in ((Language.ZH, "充电中"), (Language.EN, "delivering")):
        state = panel(book(reference, language), "charging", {"zh": "充电桩状态", "en": "Chargers"}[language])
        words = [text for override in state["fieldConfig"]["overrides"] for text in texts(override["properties"])]
        assert any(wanted in text for text in words)
        assert language is Language.EN or not any("plugged" in text for text in words)


def test_a_stuck_barrier_is_coloured_and_a_closed_one_is_not(english: Book) -> None:
    [mapping] = panel(english, "parking", "Barriers")["fieldConfig"]["overrides"][0]["properties"][0]["value"]
    assert mapping["options"]["0"]["text"] == "closed"
    assert mapping["options"]["0"]["color"] not in ALARM.values()
    assert mapping["options"]["5"] == {"text": "fault", "color": "#FF8F33", "index": 5}


def test_every_axis_and_figure_has_its_unit(english: Book) -> None:
    for slug, found in panels(english):
        if found["type"] not in ("timeseries", "bargauge", "stat"):
            continue
        unit = found["fieldConfig"]["defaults"]["unit"]
        if unit == "none":
            assert found["title"] in WITHOUT_UNIT or found["targets"][0]["query"].startswith('SELECT sum("n")'), (slug, found["title"])
        else:
            assert unit.startswith("suffix:")


def test_well_is_grey(english: Book) -> None:
    """The colour that holds until a limit is reached is an alarm colour only where less is worse."""
    for slug, found in panels(english):
        steps = thresholds(found)
        if steps[0][1] in ALARM.values():
            assert steps[1][1] not in ALARM.values(), (slug, found["title"])


def test_limits_are_those_of_the_site_and_its_rules(english: Book) -> None:
    assert thresholds(panel(english, "power", "Site load and declared demand"))[1:] == [(1900.0, ALARM["high"])]  # type: ignore[index]
    assert [value for value, _ in thresholds(panel(english, "power", "Hottest winding"))[1:]] == [130.0, 150.0]
    assert thresholds(panel(english, "power", "Lowest power factor"))[1][0] == 0.85
    assert thresholds(panel(english, "water", "Pump discharge pressure"))[1] == (0.3, LIVE)
    assert [value for value, _ in thresholds(panel(english, "water", "Sump level"))[1:]] == [1.8]
    bars = panel(english, "fire", "Level now")["fieldConfig"]["overrides"]
    reservoir = next(o for o in bars if o["matcher"]["options"] == "pr3.reservoir")
    [steps] = [p["value"]["steps"] for p in reservoir["properties"] if p["id"] == "thresholds"]
    assert [step["value"] for step in steps] == [None, 3.0, pytest.approx(4.1)]


def test_figures_that_stand_in_a_rules_condition_are_the_rules(reference: Configuration) -> None:
    conditions = {rule.id: rule.when for rule in reference.rules}
    assert f"> {WARNING_PERCENT / 100:g} * rated_current" in conditions["power.overload"]
    [level] = [level.when for rule in reference.rules if rule.id == "power.overload" for level in rule.levels]
    assert f"> {OVERLOAD_PERCENT / 100:g} * rated_current" in level
    [nominal] = [rule.params["nominal_voltage"] for rule in reference.rules if rule.id == "power.feeder_off"]
    assert "< 0.1 * nominal_voltage" in conditions["power.feeder_off"]
    assert pytest.approx(0.1 * nominal) == DEAD_V
    assert "< 0.93 * nominal_voltage" in conditions["power.voltage_low"]
    assert "> 1.07 * nominal_voltage" in conditions["power.voltage_high"]


def test_every_sign_names_a_rule_of_the_library(reference: Configuration) -> None:
    known = {rule.id for rule in reference.rules}
    named = {kind.rule for found in kinds(Limits(reference.rules)).values() for kind in found}
    assert named <= known


def test_without_rules_no_limits_are_drawn(reference: Configuration) -> None:
    pages = dashboards(Place(reference.site, Language.EN, "guanjia"), [])
    assert len(thresholds(panel(pages, "power", "Hottest winding"))) == 1
    assert len(thresholds(panel(pages, "water", "Pump discharge pressure"))) == 1


def test_devices_are_asked_together_by_what_turns_their_unit_into_the_wanted(reference: Configuration) -> None:
    meters = [device for device in reference.site.devices.values() if device.device_class == "power_meter"]
    by_factor = {group.columns[0].factor: group for group in groups(meters, [KILOWATTS]) if group.columns[0]}
    assert set(by_factor) == {1.0, 0.001}
    assert {device.profile.id for device in by_factor[1.0].devices} == {"schneider_pm5000"}
    assert by_factor[1.0].where(reference.site).startswith('"device" =~ /^(sub1\\.incomer1|')
    assert by_factor[0.001].where(reference.site).startswith('"device" !~ /^(sub1\\.incomer1|'), "the shorter list is written"


def test_a_system_of_its_own_is_named_instead_of_its_devices(reference: Configuration) -> None:
    pumps = [device for device in reference.site.devices.values() if device.device_class == "pump" and device.system is System.WATER]
    [group] = groups(pumps, [Want("discharge_pressure", "MPa")])
    assert group.where(reference.site) == "\"system\" = 'water'"


def test_a_point_whose_unit_does_not_convert_is_left_out(reference: Configuration) -> None:
    meters = [device for device in reference.site.devices.values() if device.device_class == "power_meter"]
    assert groups(meters, [Want("active_power_total", "m3/h")]) == []
    assert groups(meters, [Want("active_power_total", "kW", "no_such_figure")]) == []


def test_a_site_without_a_system_gets_neither_its_page_nor_its_tile(reference: Configuration) -> None:
    kept = {i: d for i, d in reference.site.devices.items() if d.system not in (System.PARKING, System.CHARGING)}
    pages = book(reference, site=replace(reference.site, devices=kept))
    assert set(pages) == {"overview", "power", "water", "elevators", "fire"}
    assert not {"Parking", "Charging"} & {found["title"] for found in pages["overview"]["panels"]}


def test_tiles_lead_to_pages_that_exist(english: Book) -> None:
    addresses = {f"/d/{dashboard['uid']}" for dashboard in english.values()}
    linked = {link["url"] for found in english["overview"]["panels"] for link in found.get("links") or []}
    assert len(linked) == 6
    assert linked <= addresses


def test_names_with_commas_and_quotes_come_through(reference: Configuration) -> None:
    lift = reference.site.devices["b01.lift1"]
    odd = replace(lift, name=Text('1号, "东"', 'Lift 1, "east"'))
    other = replace(reference.site, id="o'site", devices={**reference.site.devices, lift.id: odd})
    pages = book(reference, site=other)
    [choice] = [v for v in pages["elevators"]["templating"]["list"] if v["name"] == "device"]
    assert 'Lift 1\\, "east" : b01.lift1' in choice["query"]
    assert all("\"site\" = 'o\\'site'" in target["query"] for _, found in panels(pages) for target in found["targets"])


def test_chosen_meters_start_with_the_incomers(english: Book) -> None:
    [choice] = [v for v in english["power"]["templating"]["list"] if v["name"] == "device"]
    assert choice["current"]["value"] == ["sub1.incomer1", "sub1.incomer2", "sub2.incomer1", "sub2.incomer2"]
    assert choice["allValue"] == ".*"


def test_a_long_uid_is_cut_and_still_its_own() -> None:
    long = "district-with-a-very-long-name-number-"
    assert len(uid(f"{long}1", "power", "zh")) == 40
    assert uid(f"{long}1", "power", "zh") != uid(f"{long}2", "power", "zh")
    assert uid("short", "power", "zh") == "short-power-zh"


def test_the_export_is_plain_json_of_the_pinned_schema(english: Book) -> None:
    again = json.loads(json.dumps(english))
    assert again == english
    assert {dashboard["schemaVersion"] for dashboard in english.values()} == {41}
    assert {dashboard["timezone"] for dashboard in english.values()} == {"Asia/Shanghai"}
    assert not any("id" in dashboard for dashboard in english.values())
