"""The alarm desk's quiet rows, what has returned, and what stands first in the drawer."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import DESK, PHONE, Opener, RunningSite, running
from tests.console.situation import Situation, clock, occurrence


def test_what_to_do_stands_above_what_has_been(site: RunningSite, visit: Opener) -> None:
    drawer = visit(site, "/alarms#a3", DESK).page.locator(".drawer")
    expect(drawer.locator("[data-key=first]")).to_contain_text("看 2#排污泵，手动启泵")
    first, raw = drawer.locator("[data-key=first]").bounding_box(), drawer.locator("[data-key=raw]").bounding_box()
    assert first
    assert raw
    assert first["y"] < raw["y"]


def test_what_one_cause_holds_back_opens_and_each_of_it_names_the_cause(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/alarms", DESK).page
    page.get_by_role("button", name="等 6 项").click()
    expect(page.locator(".bundle .quiet")).to_have_count(7)
    page.locator(".bundle .quiet", has_text="门禁").click()
    aside = page.locator(".drawer [data-key=aside]")
    expect(aside).to_contain_text("设计抑制")
    expect(aside).to_contain_text("因 2#变电所 2D5 跳闸 抑制")
    aside.get_by_role("link", name="看起因").click()
    expect(page.locator(".alarm-item.chosen")).to_contain_text("2D5 跳闸")


def test_a_shelved_row_says_why_and_opens(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/alarms", DESK).page
    page.locator(".filters").get_by_role("button", name="搁置 2").click()
    row = page.locator(".quiet", has_text="1#泵 离线")
    expect(row).to_contain_text("流量计检修")
    row.click()
    expect(page.locator(".drawer [data-key=aside]")).to_contain_text("搁置至 23:58，李强")
    expect(page.locator(".drawer [data-key=aside]")).to_contain_text("流量计检修")


def test_a_shelved_alarm_that_was_raised_has_its_way_back_and_comes_off_the_shelf(visit: Opener) -> None:
    situation = Situation()
    alarm = next(one for one in situation.alarms if one["id"] == "a3")
    alarm["flags"] = ["shelved"]
    shelved = {**situation.flags[6], "rule": alarm["rule"], "device": alarm["device"], "occurrence": "a3"}
    situation.flags = [shelved]
    site = running(situation)
    page = visit(site, "/alarms", DESK).page
    page.locator(".quiet", has_text="3#集水坑").click()
    expect(page.locator(".drawer [data-key=raw] b")).to_have_text("3F B5 C2 8F")
    with page.expect_response("**/unshelve"):
        page.get_by_role("button", name="取消搁置").click()
    assert site.site.acts == [("unshelve", "a3", {})]
    site.stop()


def returned(count: int) -> Situation:
    situation = Situation()
    lifts = [device for device in situation.devices if device["class"] == "elevator"][:count]
    over: dict[str, Any] = {"state": "returned_unacknowledged", "returned_at": clock("20:30")}
    situation.alarms += [
        {**occurrence(f"r{number}", "comms.lost", lift, "low", ("离线", "offline"), "20:10"), **over} for number, lift in enumerate(lifts)
    ]
    return situation


def test_an_alarm_that_has_returned_lasted_until_it_returned(visit: Opener) -> None:
    site = running(returned(1))
    page = visit(site, "/alarms", DESK).page
    expect(page.locator(".alarm-item", has_text="20:30 已返回").locator(".age")).to_have_text("20 分")
    expect(page.locator(".bulk")).to_have_count(0)
    site.stop()


def test_what_has_returned_is_acknowledged_together_after_one_question(visit: Opener) -> None:
    site = running(returned(3))
    page = visit(site, "/alarms", DESK).page
    page.get_by_role("button", name="全部确认…").click()
    expect(page.locator(".bulk")).to_contain_text("确认这 3 条已返回的报警？")
    assert site.site.acts == []
    page.get_by_role("button", name="确认 3 条").click()
    expect(page.locator(".bulk")).to_have_count(0)
    expect(page.locator(".alarm-item", has_text="20:30 已返回，等确认")).to_have_count(0)
    assert [(act, key) for act, key, _ in site.site.acts] == [("acknowledge", f"r{number}") for number in range(3)]
    site.stop()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_names_of_the_steps_stay_on_one_line(site: RunningSite, visit: Opener, size: tuple[int, int]) -> None:
    page = visit(site, "/alarms#a3", size).page
    expect(page.locator("[data-key=rule] .step-name")).to_have_text("规则")
    heights = page.locator(".step-name").evaluate_all("all => all.map((one) => one.getClientRects().length)")
    assert len(heights) >= 6
    assert set(heights) == {1}
