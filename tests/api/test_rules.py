"""The rule book over HTTP: read, check, change, take back; every refusal says where and why."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.app import attach
from guanjia.rulebook.live_rules import LiveRules
from tests.api.house import House
from tests.guanjia.rulebook.room import HIGH, OWN, Room, listed, rule

RULES = "/api/v1/rules"
HIGHER = HIGH.replace("level > 3", "level > 3.5")
GRAVE = """levels:
  - {id: brim, when: level > 3.8, priority: critical, text: 溢流, on_delay: 5s, why: {action: 关进水总阀, respond_within: 3min}}
owner: {zh: 工程部, en: Engineering}
reviewed: 2026-01-05
"""


@pytest.fixture
async def room(tmp_path: Path, house: House, app: FastAPI) -> AsyncIterator[Room]:
    """The rule book of the house is a real one."""
    opened = await Room(tmp_path).start()
    attach(app, replace(house.platform, rulebook=opened.desk, rules=LiveRules(lambda: opened.engine.book)))
    yield opened
    opened.close()


def change(yaml: str, base_version: str, comment: str = "it splashes") -> dict[str, Any]:
    return {"yaml": yaml, "comment": comment, "base_version": base_version}


async def test_the_list_says_where_each_rule_comes_from_and_how_many_devices_it_watches(room: Room, operator: httpx.AsyncClient) -> None:
    items = (await operator.get(RULES)).json()["items"]
    told = {item["id"]: (item["origin"], item["versions"], item["watches"]) for item in items}
    assert told == {"tank.high": ("library", 1, 1), "tank.low": ("library", 1, 1), "own.busy": ("site", 1, 1)}


async def test_a_change_is_in_force_when_it_is_answered_and_its_story_can_be_read(room: Room, manager: httpx.AsyncClient) -> None:
    before = (await manager.get(f"{RULES}/tank.high/text")).json()
    assert before == {
        "rule": "tank.high",
        "yaml": HIGH,
        "version": room.version("tank.high"),
        "origin": "library",
        "file": None,
        "aside": None,
    }
    answer = await manager.put(f"{RULES}/tank.high", json=change(HIGHER + GRAVE, before["version"]))
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert (changed["changed"], changed["moved"], changed["when"], changed["origin"]) == (True, {}, "level > 3.5", "edited")
    assert [(level["id"], level["on_delay_s"], level["text"]["zh"]) for level in changed["levels"]] == [("brim", 5.0, "溢流")]
    (why,) = [level["why"] for level in changed["levels"]]
    assert (why["action"]["zh"], why["respond_within_s"], why["steps"]) == ("关进水总阀", 180, [])
    assert why["cause"] == changed["why"]["cause"]
    assert (changed["why"]["owner"]["zh"], changed["why"]["reviewed"], changed["hold"]) == ("工程部", "2026-01-05", True)
    assert changed["devices"] == [{"id": "roof.tank", "watched": True, "reason": "", "params": {}}]
    after = (await manager.get(f"{RULES}/tank.high/text")).json()
    assert (after["origin"], after["file"]["yaml"]) == ("edited", HIGH)
    versions = (await manager.get(f"{RULES}/tank.high/versions")).json()["items"]
    assert [(v["origin"], v["by"], v["comment"], v["running"]) for v in versions] == [
        ("edited", "manager", "it splashes", True),
        ("library", "guanjia", "", False),
    ]
    compared = await manager.get(f"{RULES}/tank.high/versions/{after['version']}", params={"against": before["version"]})
    assert [line for line in compared.json()["diff"] if line["mark"] != " "][:2] == [
        {"mark": "-", "text": "when: level > 3"},
        {"mark": "+", "text": "when: level > 3.5"},
    ]
    assert [(line.who, line.what, line.target, line.detail) for line in room.journal.audit_lines(5)] == [
        ("manager", "rule.change", "tank.high", "it splashes")
    ]


async def test_a_wrong_text_comes_back_with_each_place_and_what_to_write_there(room: Room, manager: httpx.AsyncClient) -> None:
    answer = await manager.put(f"{RULES}/tank.high", json=change(HIGH.replace("level > 3", "levle > 3"), room.version("tank.high")))
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["detail"].startswith("nothing was changed: line 3, column 7: ")
    (mistake,) = problem["mistakes"]
    assert {key: mistake[key] for key in ("file", "line", "path", "suggestion")} == {
        "file": "",
        "line": 3,
        "path": "when",
        "suggestion": "level",
    }
    assert mistake["column"] > 0
    checked = (await manager.post(f"{RULES}/check", json={"yaml": HIGH.replace("level > 3", "levle > 3")})).json()
    assert checked["mistakes"] == problem["mistakes"]


async def test_what_can_not_be_done_is_a_conflict_and_what_is_not_there_is_not_found(room: Room, manager: httpx.AsyncClient) -> None:
    stale = await manager.put(f"{RULES}/tank.high", json=change(HIGHER, "00000000"))
    assert (stale.status_code, "read it again" in stale.json()["detail"]) == (409, True)
    assert (await manager.post(RULES, json={"yaml": HIGH, "comment": "again"})).status_code == 409
    assert (await manager.request("DELETE", f"{RULES}/tank.high", json={"comment": "x"})).status_code == 409
    assert (await manager.put(f"{RULES}/moon", json=change(HIGHER, "0"))).status_code == 404
    for path in ("moon/text", "moon/versions", "tank.high/versions/00000000"):
        assert (await manager.get(f"{RULES}/{path}")).status_code == 404
    assert (await manager.put(f"{RULES}/tank.high", json=change(HIGHER, "0", comment=""))).status_code == 422


async def test_of_a_text_that_came_again_only_the_newest_entry_runs(room: Room, manager: httpx.AsyncClient) -> None:
    for text in (HIGHER, HIGH, HIGHER):
        answer = await manager.put(f"{RULES}/tank.high", json=change(text, room.version("tank.high")))
        assert answer.status_code == 200, answer.text
    versions = (await manager.get(f"{RULES}/tank.high/versions")).json()["items"]
    assert [v["running"] for v in versions] == [True] + [False] * (len(versions) - 1)
    assert [v["version"] for v in versions].count(versions[0]["version"]) == 2


async def test_a_rule_is_added_and_taken_back_and_its_story_stays(room: Room, manager: httpx.AsyncClient) -> None:
    added = await manager.post(RULES, json={"yaml": rule("own.warm", "temperature > 30"), "comment": "summer"})
    assert (added.status_code, added.json()["id"], added.json()["changed"]) == (201, "own.warm", True)
    gone = (await manager.request("DELETE", f"{RULES}/own.warm", json={"comment": "autumn"})).json()
    assert gone == {"id": "own.warm", "running": None, "moved": {}}
    assert (await manager.get(f"{RULES}/own.warm")).status_code == 404
    versions = (await manager.get(f"{RULES}/own.warm/versions")).json()["items"]
    assert [(v["origin"], v["comment"], v["running"]) for v in versions] == [("retired", "autumn", False), ("edited", "summer", False)]


async def test_files_are_read_again_on_demand_and_their_mistakes_are_kept_until_they_are_right(
    room: Room, manager: httpx.AsyncClient
) -> None:
    room.rule_file.write_text(listed(OWN.replace(">= 3", ">= 4"), rule("own.warm", "temperature > 30")), encoding="utf-8")
    reloaded = (await manager.post(f"{RULES}/reload")).json()
    assert reloaded == {"changed": ["own.busy"], "added": ["own.warm"], "removed": [], "moved": {}}
    room.rule_file.write_text(listed(OWN.replace("inlet_open", "inlet_opn")), encoding="utf-8")
    refused = await manager.post(f"{RULES}/reload")
    kept = (await manager.get(f"{RULES}/mistakes")).json()
    assert refused.status_code == 422
    assert (kept["items"], kept["items"][0]["file"], kept["items"][0]["suggestion"]) == (
        refused.json()["mistakes"],
        "rules/own.yaml",
        "inlet_open",
    )
    room.rule_file.write_text(listed(OWN), encoding="utf-8")
    assert (await manager.post(f"{RULES}/reload")).json()["removed"] == ["own.warm"]
    assert (await manager.get(f"{RULES}/mistakes")).json() == {"items": [], "at": None}


async def test_only_those_with_the_right_change_rules_and_everybody_may_check_one(room: Room, operator: httpx.AsyncClient) -> None:
    writes = [
        await operator.put(f"{RULES}/tank.high", json=change(HIGHER, room.version("tank.high"))),
        await operator.post(RULES, json={"yaml": HIGH, "comment": "x"}),
        await operator.request("DELETE", f"{RULES}/tank.high", json={"comment": "x"}),
        await operator.post(f"{RULES}/reload"),
    ]
    assert [answer.status_code for answer in writes] == [403] * 4
    checked = (await operator.post(f"{RULES}/check", json={"yaml": HIGHER})).json()
    (found,) = checked["rules"]
    assert (found["id"], found["watches"], found["running_version"]) == ("tank.high", 1, room.version("tank.high"))
    on_workdays = HIGHER.replace("level >", "workday() and level >")
    (found,) = (await operator.post(f"{RULES}/check", json={"yaml": on_workdays})).json()["rules"]
    assert [hint["kind"] for hint in found["hints"]] == ["no_holidays"]


async def test_the_trace_shows_the_words_of_the_version_that_raised_it_and_of_the_one_that_judges_it(
    house: House, operator: httpx.AsyncClient
) -> None:
    house.raise_alarm()
    trace = (await operator.get("/api/v1/alarms/a1/trace")).json()
    assert (trace["rule_text"]["version"], trace["rule_text"]["yaml"]) == ("v1", "id: power.voltage_high\n")
    assert (trace["judged_text"], trace["rule"]["running_version"]) == (None, "v1")
    changed = replace(house.journal.kept_occurrences["a1"], rule_version="v0", judged_by="v1")
    house.journal.kept_occurrences["a1"] = changed
    trace = (await operator.get("/api/v1/alarms/a1/trace")).json()
    assert (trace["rule_text"], trace["judged_text"]["version"]) == (None, "v1")


@pytest.mark.parametrize("comment", [" ", "a\0b"], ids=["blank", "no character"])
async def test_a_change_without_a_reason_that_can_be_kept_is_refused(room: Room, manager: httpx.AsyncClient, comment: str) -> None:
    version = room.version("tank.high")
    assert (await manager.put(f"{RULES}/tank.high", json=change(HIGHER, version, comment))).status_code == 422
    assert room.version("tank.high") == version


async def test_any_reader_may_check_a_text_and_none_can_do_harm_with_it(room: Room, operator: httpx.AsyncClient) -> None:
    for text in (
        "[" * 90_000,
        HIGH + "reviewed: 2026-02-30\n",
        HIGH.replace("level > 3", "any(5, level) and bits(level, 0, 99999999999) > 1"),
    ):
        answer = await operator.post(f"{RULES}/check", json={"yaml": text})
        assert (answer.status_code, len(answer.json()["mistakes"])) == (200, 1)
