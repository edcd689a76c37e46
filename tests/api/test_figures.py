"""The figures of a period and the review of the alarms, over HTTP."""

from dataclasses import replace

import httpx
from fastapi import FastAPI

from api.app import attach
from api.backtesting import BacktestJob, QueueFull
from model.alarm import Priority
from model.clock import DAY, HOUR, MINUTE, SECOND
from model.people import Actor
from tests.api.house import House
from tests.api.place import NOW, RULES

ALARMS = "/api/v1/alarms"


async def test_each_figure_comes_with_its_target_its_source_and_a_verdict(house: House, operator: httpx.AsyncClient) -> None:
    for number in range(3):
        house.raise_alarm(f"k{number}", NOW - HOUR + number * 20 * SECOND, NOW - HOUR + number * 20 * SECOND + 5 * SECOND)
    kpis = (await operator.get(f"{ALARMS}/kpis?start=2026-01-13")).json()
    table = {figure["name"]: figure for figure in kpis["figures"]}
    assert table["chattering"] == {
        "name": "chattering",
        "value": 1,
        "verdict": "missed",
        "met": False,
        "target": 0,
        "at_least": None,
        "tolerable": None,
        "source": "ISA-18.2 §16, EEMUA 191",
    }
    assert table["priority_critical"]["met"] is None
    assert kpis["by_rule"] == {"power.voltage_high": kpis["total"]}
    assert [(one["system"], one["total"]) for one in kpis["systems"]] == [("power", kpis["total"])]
    assert kpis["days"][0]["start"] == "2026-01-13T00:00:00.000+08:00"


async def test_what_has_not_come_yet_is_not_counted(house: House, operator: httpx.AsyncClient) -> None:
    house.raise_alarm("k", NOW - HOUR)
    kpis = (await operator.get(f"{ALARMS}/kpis?start=2026-01-13&end=2026-01-31")).json()
    assert (kpis["stale_most"], kpis["end"][:10]) == (0, "2026-01-14")
    assert (await operator.get(f"{ALARMS}/kpis?start=2026-01-15&end=2026-01-31")).status_code == 422


async def test_the_figures_of_one_position_are_of_its_systems(house: House, operator: httpx.AsyncClient) -> None:
    house.raise_alarm()
    assert (await operator.get(f"{ALARMS}/kpis?system=water&system=fire")).json()["total"] == 0
    assert (await operator.get(f"{ALARMS}/kpis?system=power")).json()["total"] > 0
    assert (await operator.get(f"{ALARMS}/kpis?system=pumps")).status_code == 422


async def test_a_review_names_bad_actors_and_what_nobody_needs(house: House, app: FastAPI, operator: httpx.AsyncClient) -> None:
    rules = (*RULES, replace(RULES[0], id="power.voltage_low"))
    watched = {(rule.id, "sub1.incomer1"): Priority.LOW for rule in rules}
    attach(app, replace(house.platform, rules=rules, watched=lambda: watched))
    for number in range(3):
        raised_ns = NOW - 5 * HOUR + number * HOUR
        house.raise_alarm(f"r{number}", raised_ns, raised_ns + MINUTE)
    review = (await operator.get(f"{ALARMS}/rationalisation")).json()
    worst = review["bad_actors"][0]
    assert (worst["rule"], worst["kind"], worst["count"], worst["suggestion"]) == ("power.voltage_high", "frequent", 3, None)
    assert review["never_fired"] == [{"rule": "power.voltage_low", "devices": 1, "life_safety": False}]
    assert [one["count"] for one in review["never_acted_on"]] == [3]
    assert review["priorities"]["low"]["configured_share"] == 1
    assert review["period"]["days"] == 30


class Suggestions:
    """Takes the question down."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, str]] = []

    def ask(self, rule: str, start_ns: int, end_ns: int, by: Actor) -> BacktestJob:
        if rule == "busy":
            raise QueueFull("ten wait already")
        if rule != "power.voltage_high":
            raise KeyError(rule)
        self.asked.append((rule, end_ns - start_ns, by.name))
        return BacktestJob("B-0001", {"suggest": rule}, by.name, NOW)


async def test_a_suggestion_is_looked_for_as_a_job(house: House, app: FastAPI, manager: httpx.AsyncClient) -> None:
    desk = Suggestions()
    attach(app, replace(house.platform, suggestions=desk))
    answer = await manager.post(f"{ALARMS}/rationalisation/suggest", json={"rule": "power.voltage_high"})
    assert (answer.status_code, answer.json()["id"], answer.json()["question"]) == (202, "B-0001", {"suggest": "power.voltage_high"})
    assert desk.asked == [("power.voltage_high", 30 * DAY, "manager")]
    refused = [(await manager.post(f"{ALARMS}/rationalisation/suggest", json={"rule": rule})).status_code for rule in ("gone", "busy")]
    assert refused == [404, 503]


async def test_looking_for_a_suggestion_is_for_those_who_may_change_rules(operator: httpx.AsyncClient) -> None:
    assert (await operator.post(f"{ALARMS}/rationalisation/suggest", json={"rule": "power.voltage_high"})).status_code == 403
