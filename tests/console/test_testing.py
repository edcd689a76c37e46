"""The tester's cockpit in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import DESK, PHONE, Opener, RunningSite
from tests.console.fake_bench import TESTER, FakeBench

PUMP = "pump1.p2"


@pytest.fixture
def bench(site: RunningSite) -> FakeBench:
    site.site.who = TESTER
    site.site.bench = FakeBench()
    return site.site.bench


def take_in_hand(page: Page) -> None:
    page.fill(".finder .search", PUMP)
    expect(page.locator(".device-picks .pick").first).to_contain_text(PUMP)
    page.locator(".device-picks .pick").first.click()
    expect(page.locator(".ways-to-break")).to_be_visible()


def test_only_a_tester_finds_the_way_to_the_page(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/testing", DESK).page
    expect(page.locator(".pages")).not_to_contain_text("测试")
    expect(page.locator("main")).to_contain_text("只有测试人员和管理员能用这一页")


def test_a_real_site_says_that_there_is_nothing_to_break(site: RunningSite, visit: Opener) -> None:
    site.site.who = TESTER
    opened = visit(site, "/testing", DESK)
    expect(opened.page.locator(".pages [aria-current]")).to_have_text("测试")
    expect(opened.page.locator("main")).to_contain_text("没有可以注入故障的模拟器")


@pytest.mark.parametrize(("size", "language", "theme"), [(DESK, "zh", "night"), (PHONE, "en", "day")], ids=["desk-zh", "phone-en"])
def test_the_page_opens_without_complaint_and_without_a_sideways_scrollbar(
    site: RunningSite, bench: FakeBench, visit: Opener, size: tuple[int, int], language: str, theme: str
) -> None:
    opened = visit(site, "/testing", size, language, theme)
    take_in_hand(opened.page)
    opened.page.locator(".way .pick").nth(1).click()
    expect(opened.page.locator(".inject")).to_be_visible()
    assert opened.complaints == []
    assert opened.strangers == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_a_device_shows_how_it_really_is_with_units(site: RunningSite, bench: FakeBench, visit: Opener) -> None:
    page = visit(site, "/testing", DESK).page
    take_in_hand(page)
    expect(page.locator(".truth dd")).to_have_text(["是", "0.58\u2009MPa"])
    expect(page.locator(".way").first).to_contain_text("启动失败的样子")


def test_a_fault_is_injected_and_mended(site: RunningSite, bench: FakeBench, visit: Opener) -> None:
    page = visit(site, "/testing", DESK).page
    expect(page.locator(".broken-now")).to_contain_text("一切正常")
    take_in_hand(page)
    page.get_by_role("button", name="启动失败").click()
    page.get_by_role("button", name="10\u2009min").click()
    page.get_by_role("button", name="注入", exact=True).click()
    row = page.locator(".broken-row")
    expect(row).to_contain_text("启动失败")
    expect(row.locator(".left")).to_contain_text(re.compile("10:00|09:5"))
    assert bench.acts == [("POST", f"/devices/{PUMP}/faults", {"kind": "start_failure", "for": 600})]
    row.get_by_role("button", name="恢复").click()
    expect(page.locator(".broken-now")).to_contain_text("一切正常")
    assert bench.acts[-1] == ("DELETE", f"/devices/{PUMP}/faults/start_failure", {})


def test_half_a_fault_goes_with_its_severity_and_what_the_tester_expects(site: RunningSite, bench: FakeBench, visit: Opener) -> None:
    page = visit(site, "/testing", DESK).page
    take_in_hand(page)
    page.get_by_role("button", name="干转").click()
    page.locator("input[type=range]").fill("40")
    expect(page.locator("output")).to_contain_text("40\u2009%")
    page.locator("[data-key=onset]").get_by_role("button", name="2\u2009min").click()
    page.get_by_role("button", name="直到恢复").click()
    page.get_by_role("button", name="注入", exact=True).click()
    expect(page.locator(".broken-row")).to_be_visible()
    body = {"kind": "dry_run", "severity": 0.4, "onset": 120, "expect": []}
    assert bench.acts == [("POST", f"/devices/{PUMP}/faults", body)]


def test_what_darkens_a_building_is_asked_twice(site: RunningSite, bench: FakeBench, visit: Opener) -> None:
    page = visit(site, "/testing", DESK).page
    take_in_hand(page)
    page.get_by_role("button", name="全楼失电").click()
    page.get_by_role("button", name="注入", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("下级 7 台设备会受影响")
    assert bench.acts == []
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="注入", exact=True).click()
    page.get_by_role("button", name="确定注入").click()
    expect(page.locator(".broken-row")).to_contain_text("全楼失电")
    assert len(bench.acts) == 1


def test_a_gateway_with_many_devices_is_asked_twice(site: RunningSite, bench: FakeBench, visit: Opener) -> None:
    page = visit(site, "/testing", DESK).page
    page.locator(".fold").click()
    page.locator(".wires select").select_option("10.0.0.5:502")
    page.locator(".wires").get_by_role("button", name="注入").click()
    expect(page.get_by_role("alert")).to_contain_text("2 台设备会一起失去通讯")
    page.locator(".wires").get_by_role("button", name="确定注入").click()
    expect(page.locator(".wires select")).to_have_count(0)
    assert bench.acts == [("POST", "/gateways/10.0.0.5:502/network", {"kind": "silent", "for": 120})]


def test_a_wire_fault_goes_with_its_seconds(site: RunningSite, bench: FakeBench, visit: Opener) -> None:
    page = visit(site, "/testing", DESK).page
    take_in_hand(page)
    page.get_by_role("button", name="通讯故障 2").click()
    page.get_by_role("button", name="应答超时").click()
    page.locator("input[type=number]").fill("4")
    page.get_by_role("button", name="注入", exact=True).click()
    expect(page.locator(".broken-row")).to_be_visible()
    assert bench.acts == [("POST", f"/devices/{PUMP}/network", {"kind": "slow", "for": 300, "seconds": 4})]


def test_a_session_shows_what_is_waited_for_and_what_came_in_time(site: RunningSite, bench: FakeBench, visit: Opener) -> None:
    page = visit(site, "/testing", DESK).page
    page.fill(".start .field", "泵房验收")
    page.keyboard.press("Enter")
    expect(page.locator(".sitting h2")).to_have_text("测试 3　泵房验收")
    take_in_hand(page)
    page.get_by_role("button", name="启动失败").click()
    page.get_by_role("button", name="注入", exact=True).click()
    waiting = page.locator(".outcome")
    expect(waiting.locator(".verdict")).to_have_text("等待")
    expect(waiting.locator(".missing")).to_contain_text("还剩")
    bench.rings(site.site.situation.by_id[PUMP], 15)
    expect(waiting.locator(".verdict")).to_have_text("合格")
    expect(waiting.locator(".came-row .after")).to_contain_text("+15\u2009s ✓")
    expect(waiting.locator(".came-row")).to_contain_text("工单 009　刘洋")
    expect(page.get_by_role("link", name="打印报告 PDF")).to_have_attribute("href", "/api/v1/testing/sessions/3/report")
    page.get_by_role("button", name="结束测试").click()
    expect(page.get_by_role("button", name="结束测试")).to_have_count(0)


def test_a_scenario_is_read_before_it_is_played(site: RunningSite, bench: FakeBench, visit: Opener) -> None:
    page = visit(site, "/testing", DESK).page
    page.get_by_role("button", name="烟感报警").click()
    expect(page.locator(".play .about")).to_contain_text("一栋楼的烟感报警")
    page.get_by_role("button", name="播放").click()
    expect(page.locator(".play")).to_contain_text("已播放")
    assert bench.acts == [("POST", "/scenarios/smoke", {})]


def test_the_whole_way_can_be_gone_by_keyboard(site: RunningSite, bench: FakeBench, visit: Opener) -> None:
    page = visit(site, "/testing", DESK).page
    picks = page.locator(".device-picks .pick")
    expect(picks).not_to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type(PUMP)
    expect(picks).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".ways-to-break")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".inject")).to_be_visible()
    page.locator(".inject .main").press("Enter")
    expect(page.locator(".broken-row")).to_contain_text("启动失败")
    page.keyboard.press("Escape")
    expect(page.locator(".finder .search")).to_be_visible()
