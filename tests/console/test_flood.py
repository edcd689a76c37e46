"""More alarms than anybody can take in, and what sets single ones apart."""

import pytest
from playwright.sync_api import expect

from tests.console.conftest import DESK, WALL, Opener, running
from tests.console.layout import clashes, outside, texts, too_small
from tests.console.situation import Json, Situation, clock, flooded, occurrence, standing

MANAGER = {
    "name": "manager",
    "display": "孙建国",
    "role": "manager",
    "rights": ["read", "alarm_act", "alarm_out_of_service", "alarm_approve", "rule_edit"],
}


def test_a_flood_of_two_thousand_shows_what_stands_out_then_all_and_ends_by_itself(visit: Opener) -> None:
    site = running(flooded(2000))
    page = visit(site, "/alarms", DESK).page
    rows = page.locator(".alarm-list .alarm-item")
    expect(page.locator(".flood")).to_contain_text("报警泛滥，自 22:41")
    expect(page.locator(".flood")).to_contain_text("近 10 分钟 2,000 条，最高 2,012 条")
    shown = rows.count()
    assert shown < 60
    assert not page.locator(".row .shape:not(.critical)").evaluate_all(
        "all => all.filter((one) => !one.closest('.bundle') && !one.closest('.row').querySelector('.mark.first_out')).length"
    )
    page.get_by_role("button", name="全部显示").first.click()
    expect(page.locator(".row.folded")).to_have_count(0)
    page.wait_for_function(f"document.querySelectorAll('.alarm-item').length > {shown}")
    assert rows.count() < 250, "a long list is drawn only where it is seen"
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator(".quiet", has_text="charger.leak")).to_be_visible()
    site.raise_alarm(
        occurrence("late", "elevator.trapped", site.site.situation.by_id["b11.lift2"], "critical", ("困人", "trapped"), "22:53")
    )
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(".alarm-list")).to_contain_text("11号楼 2#梯 困人")
    site.site.publish("flood", {"active": False, "since": None, "count": 3, "peak": 0})
    expect(page.locator(".flood")).to_have_count(0)
    site.stop()


def test_a_flood_folds_what_has_returned_and_counts_the_rest_by_priority(visit: Opener) -> None:
    situation = Situation()
    seen = {"state": "returned_unacknowledged", "returned_at": clock("22:51")}
    lift = situation.by_id["b11.lift2"]
    more: dict[str, Json] = {
        "gone": {"priority": "medium", "first_out": True, "group": "g", **seen},
        "first": {"priority": "medium", "first_out": True, "group": "g"},
        "alone": {"priority": "medium", "first_out": True, "group": "h"},
        "high": {"priority": "high"},
        "risen": {"priority": "high", "level": "high_high"},
        "over": {"priority": "critical", **seen},
    }
    for key, said in more.items():
        situation.alarms.append(occurrence(key, "comms.lost", lift, "low", ("离线", "offline"), "22:50") | said)
    situation.flood = {"active": True, "since": clock("22:41"), "count": 12, "peak": 14}
    site = running(situation)
    page = visit(site, "/alarms", DESK).page
    expect(page.locator(".flood .rest")).to_have_text("其余 7 条：高 1、中 4、低 2 ")
    shown = page.locator(".alarm-item[data-key]").evaluate_all("all => all.map((one) => one.dataset.key)")
    assert set(more) & set(shown) == {"first", "risen", "over"}
    expect(page.locator(".filters .chip", has_text="高 3")).to_contain_text("高 3，显示 2")
    site.stop()


def test_the_wall_in_a_flood_lists_the_critical_and_counts_the_rest(visit: Opener) -> None:
    site = running(flooded(40))
    page = visit(site, "/wall", WALL, "en").page
    flood = page.locator(".alarms .flood")
    expect(flood).to_contain_text("Alarm flood since 22:41")
    expect(flood.get_by_role("button")).to_contain_text("others")
    assert page.locator(".alarms .alarm .shape.critical").count() >= 3
    found = texts(page, ".alarms")
    assert (too_small(found), outside(found), clashes(found)) == ([], [], [])
    flood.get_by_role("button").click()
    expect(flood).to_contain_text("All are listed")
    site.stop()


def marked() -> Situation:
    situation = Situation()
    more: dict[str, Json] = {
        "a1": {"first_out": True, "group": "lift"},
        "a3": {"level": "high_high", "priority": "high", "rule_version": "7", "judged_by": "8", "first_out": None, "group": "lift"},
        "a5": {"first_out": False, "group": "pump@pump1"},
        "a4": {"first_out": True, "group": "pump@pump1", "source_time": clock("22:36:01")},
        "a6": {"hold": "chattering", "flips": 7, "flags": ["latched"]},
    }
    for alarm in situation.alarms:
        alarm.update(more.get(alarm["id"], {}))
    asked = {"by": "王磊", "reason": "等备件", "at": clock("22:40"), "until": clock("08:00", 16), "approved_by": None}
    requested = {
        **standing("pump.no_start", "pump1.p2", "shelved", "王磊", "22:40"),
        "flags": [],
        "shelving": None,
        "request": asked,
        "occurrence": "a4",
    }
    situation.flags.append(requested)
    return situation


def test_what_sets_an_alarm_apart_stands_in_its_row_and_in_a_sentence(visit: Opener) -> None:
    site = running(marked())
    page = visit(site, "/alarms#a3", DESK).page
    for key, words in (("a3", ["升级", "规则已改"]), ("a4", ["首发", "停用待批"]), ("a6", ["已恢复，待复位", "抖动 7 次"])):
        expect(page.locator(f".alarm-item[data-key={key}] .mark")).to_have_text(words)
    expect(page.locator(".bundle .alarm-item[data-key=a1]")).to_have_count(1)
    expect(page.locator(".alarm-item[data-key=a1] .mark")).to_have_count(0)
    expect(page.locator(".drawer [data-key=marks]")).to_contain_text("没有另起一条")
    expect(page.locator(".drawer [data-key=marks]")).to_contain_text("现在按新版本判断")
    expect(page.locator("[data-key=a3] .act-row")).not_to_contain_text("停用")
    expect(page.locator(".step[data-key=alarm]")).to_contain_text("22:49:00 发生，中")
    expect(page.locator(".step[data-key=alarm]")).to_contain_text("升级为高（high_high）")
    site.stop()


@pytest.mark.parametrize("flags", [[], ["suppressed"]], ids=["heard", "held back meanwhile"])
def test_a_manager_approves_what_another_asks_to_take_out_of_service(visit: Opener, flags: list[str]) -> None:
    situation = marked()
    next(alarm for alarm in situation.alarms if alarm["id"] == "a4")["flags"] = flags
    site = running(situation)
    site.site.who = MANAGER
    page = visit(site, "/alarms", DESK).page
    expect(page.locator(".pages .count")).to_have_text("1")
    expect(page.locator("[data-key=requests]")).to_contain_text("待批停用 1")
    expect(page.locator("[data-key=requests]")).to_contain_text("王磊：2#泵 pump.no_start，等备件，至 1月16日 08:00")
    page.get_by_role("button", name="去批").click()
    expect(page.locator(".alarm-item")).to_have_count(1)
    page.locator(".alarm-item .row").click()
    request = page.locator("[data-key=request]")
    expect(request).to_contain_text("王磊 申请停用：等备件，至 1月16日 08:00")
    expect(request.get_by_role("button", name="不批")).to_be_disabled()
    request.get_by_role("button", name="批准停用").click()
    expect(page.locator(".filters").get_by_role("button", name="待批")).to_contain_text("待批 0")
    assert site.site.acts == [("approve", "pump.no_start@pump1.p2", {})]
    site.stop()
