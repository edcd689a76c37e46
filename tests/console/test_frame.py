"""The menu, and a device's page at its edges: unknown, speaking by itself, with alarms that are set aside."""

import pytest
from playwright.sync_api import expect

from tests.console.conftest import DESK, WALL, Opener, RunningSite, running
from tests.console.situation import Situation, point


@pytest.mark.parametrize(("path", "size"), [("/wall", WALL), ("/alarms", DESK)], ids=["wall", "desk"])
def test_escape_and_a_press_beside_it_close_the_menu(site: RunningSite, visit: Opener, path: str, size: tuple[int, int]) -> None:
    page = visit(site, path, size).page
    menu = page.locator(".menu")
    page.locator(".menu-button").click()
    expect(menu).to_be_visible()
    page.locator("body").press("Escape")
    expect(menu).to_have_count(0)
    page.locator(".menu-button").click()
    menu.get_by_role("button", name="昼", exact=True).click()
    expect(menu).to_be_visible()
    page.mouse.click(20, size[1] - 20)
    expect(menu).to_have_count(0)


def test_the_menu_says_when_the_theme_changes_by_itself(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/alarms", DESK).page
    page.locator(".menu-button").click()
    expect(page.locator(".menu")).not_to_contain_text("20:30")
    page.get_by_role("button", name="自动").click()
    expect(page.locator(".menu")).to_contain_text("自动：20:30 至 8:00 为夜")


def test_from_an_unknown_device_a_way_leads_back(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/devices/nothing", DESK).page
    expect(page.locator(".alone")).to_contain_text("没有这台设备")
    expect(page.locator(".pages")).to_be_visible()
    page.get_by_role("link", name="全部设备").click()
    page.wait_for_url("**/devices")


def test_a_device_that_speaks_by_itself_is_not_said_to_be_read_and_its_clock_reads_as_time(visit: Opener) -> None:
    situation = Situation()
    situation.points.append(point("gate.north.out.time", "设备时间", "Device time", "s", 1_795_348_390.0))
    site = running(situation)
    page = visit(site, "/devices/gate.north.out", DESK).page
    expect(page.locator(".device-head")).to_contain_text("设备自己发送")
    expect(page.locator(".device-head")).not_to_contain_text("读一次")
    expect(page.locator("tr[data-key='gate.north.out.time'] .value")).to_have_text("2026-11-22 19:53:10")
    site.stop()


def test_a_devices_alarms_that_are_set_aside_are_quiet_and_not_counted(visit: Opener) -> None:
    situation = Situation()
    alarm = next(one for one in situation.alarms if one["id"] == "a2")
    situation.alarms.append({**alarm, "id": "a9", "rule": "power.lost", "flags": ["suppressed"]})
    site = running(situation)
    panel = visit(site, "/devices/sub2.2d5", DESK).page.locator("[data-key=alarms]")
    expect(panel.locator("h2")).to_have_text("活动报警 1")
    expect(panel.locator("[data-key=a2] .shape")).to_be_visible()
    expect(panel.locator("[data-key=a9] .flag")).to_be_visible()
    expect(panel.locator("[data-key=a9] .shape")).to_have_count(0)
    site.stop()
