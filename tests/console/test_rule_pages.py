"""Rules, what they would have done, and how well they do: read, edited, tried on the past, measured."""

import re

import pytest
from playwright.sync_api import expect

from tests.console.conftest import DESK, Opener, RunningSite, go
from tests.console.fake_rules import result, run
from tests.console.test_flood import MANAGER


def test_a_mistake_is_shown_where_it_stands_and_an_edit_needs_a_reason_and_shows_its_difference(site: RunningSite, visit: Opener) -> None:
    site.site.who = MANAGER
    page = visit(site, "/rules/sump.high/edit", DESK).page
    text = page.locator(".code textarea")
    expect(page.locator("[data-key=check]")).to_contain_text("没有错误")
    text.fill(text.input_value().replace("level >", "lvel >").replace("on_delay: 5s", "on_delay: 20s"))
    expect(page.locator(".mistakes")).to_contain_text("3 行 7 列")
    expect(page.locator(".gutter .wrong")).to_have_text("3\n")
    page.get_by_role("button", name="改为 level").click()
    expect(page.locator("[data-key=check]")).to_contain_text("监视 1 台设备")
    expect(page.get_by_role("button", name="看变更…")).to_be_disabled()
    page.get_by_label("为什么改").fill("浮球抖动")
    page.get_by_role("button", name="看变更…").click()
    expect(page.locator(".diff .gone")).to_have_text("- on_delay: 5s\n")
    expect(page.locator(".diff .new")).to_have_text("+ on_delay: 20s\n")
    expect(page.locator(".confirm").get_by_role("button", name="先回测")).to_be_enabled()
    page.get_by_role("button", name="保存并启用").click()
    expect(page.locator(".saved")).to_contain_text("改按新规则判断 1")
    page.get_by_role("link", name="看这条规则").click()
    expect(page.locator(".versions")).to_contain_text("浮球抖动")
    page.locator(".versions button").first.click()
    expect(page.locator(".diff .new")).to_have_text("+ on_delay: 20s\n")


def test_a_reader_sees_a_rule_whole_and_changes_nothing(site: RunningSite, visit: Opener) -> None:
    opened = visit(site, "/rules?", DESK)
    page = opened.page
    page.fill(".search", "sump")
    expect(page.locator(".rule-row:not(.head)")).to_have_count(1)
    expect(page.locator(".rule-row .raised").last).to_have_text("143 次")
    page.locator("a.rule-row").click()
    expect(page.locator("[data-key=why]")).to_contain_text("Check pump 2; start by hand")
    expect(page.locator("[data-key=devices]")).to_contain_text("has no point or parameter 'level'")
    expect(page.get_by_role("link", name="修改")).to_have_count(0)
    go(page, f"{site.url}/rules/sump.high/edit")
    expect(page.locator(".code textarea")).to_have_attribute("readonly", "")
    assert opened.complaints == []


def test_a_proposal_is_tried_on_the_past_and_says_in_words_what_it_would_miss(site: RunningSite, visit: Opener) -> None:
    site.site.who = MANAGER
    page = visit(site, "/rules/sump.high/edit", DESK).page
    text = page.locator(".code textarea")
    text.fill(text.input_value().replace("5s", "20s"))
    page.get_by_role("button", name="先回测").click()
    expect(page.locator(".backtest-form textarea")).to_have_value(text_with("20s"))
    page.get_by_role("button", name="7 天").click()
    page.get_by_role("button", name="开始回测").click()
    expect(page.locator(".progress")).to_contain_text("40 %  剩 00:14")
    asked = site.site.book.job["question"]
    assert (asked["rule"], "20s" in asked["yaml"]) == ("sump.high", True)
    site.site.book.job = run(question=asked, result=result(missed=2))
    expect(page.locator(".verdict")).to_contain_text("会漏掉 2 起真实事件，少 83 条报警")
    expect(page.locator(".missed")).to_contain_text("GD-260114-021")
    expect(page.locator("[data-key=comparison] tbody tr").first).to_have_text("报警（条）14360−58 %")
    expect(page.locator(".timeline .bars")).to_have_count(2)
    expect(page.locator("[data-key=gone] h2")).to_have_text("不再有 83")
    page.get_by_role("button", name="用这份文字修改规则").click()
    expect(page.locator(".code textarea")).to_have_value(text_with("20s"))


@pytest.mark.parametrize(
    ("came", "words"),
    [
        pytest.param({"readings": 0}, "这段时间没有存下读数，测不出来", id="nothing was stored"),
        pytest.param({}, "两边都没有新的报警，开始时就在报的一直在报", id="what stood went on standing"),
    ],
)
def test_no_alarm_is_told_apart_from_nothing_known(site: RunningSite, visit: Opener, came: dict[str, int], words: str) -> None:
    none = {"annunciated": 0, "occurrences": 0, "active_s": 3600.0}
    both = {side: result()[side] | none for side in ("now", "proposed")}
    site.site.book.job = run(result=result() | both | came)
    expect(visit(site, "/backtests/B-0007", DESK).page.locator(".verdict")).to_contain_text(words)


def text_with(delay: str) -> str:
    return f"id: sump.high\nfor: {{class: sump}}\nwhen: level > high_m\non_delay: {delay}\nparams: {{high_m: 1.2}}\n"


def test_figures_are_judged_and_a_bad_actor_leads_to_a_proved_change(site: RunningSite, visit: Opener) -> None:
    site.site.who = MANAGER
    page = visit(site, "/figures", DESK).page
    expect(page.locator(".summary")).to_have_text("共 41 条报警，每天 47 条，3 项达标，3 项未达标 自 1月1日 起有记录，之前的时间不评")
    expect(page.locator(".judged tr.missed").first).to_have_text("报警泛滥时间2.1 %不超过 1.0 %未达标")
    expect(page.locator("[data-key=unauthorised] li")).to_have_text(re.compile("sump.high *14:05 +管家 +改了规则，没有他人批准"))
    page.get_by_role("button", name="找建议").first.click()
    found = page.locator(".suggestion")
    expect(found).to_contain_text("报警延时改为 20 秒")
    expect(found).to_contain_text("143 → 60 条报警，4 起真实事件都不会漏掉")
    found.get_by_role("button", name="按此修改规则").click()
    expect(page.locator(".code textarea")).to_have_value(text_with("20s"))
    expect(page.get_by_label("为什么改")).to_have_value("报警延时改为 20 秒")
