"""The drawings of the systems, before the fake site: what is energised, running, moving, burning, open, and what is not."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.console.conftest import PHONE, WALL, Opener, RunningSite, enter, go, running
from tests.console.layout import clashes, outside, settled, too_small
from tests.console.situation import Situation, clock, occurrence

DRAWN = ("power", "water", "elevator", "fire", "parking", "charging")
WITH_CARDS = ("gas",)


Looker = Callable[[str], Page]


@pytest.fixture(scope="module")
def evening() -> Iterator[RunningSite]:
    """The evening, and smoke on the fourth floor of block 3. Nothing in this module changes it."""
    situation = Situation()
    situation.alarms.append(occurrence("f1", "fire.alarm", situation.by_id["b03.fire"], "critical", ("火警", "fire alarm"), "22:52"))
    started = running(situation)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def look(browser: Browser, evening: RunningSite) -> Iterator[Looker]:
    """Turn one screen to a page: the profile keeps the console's files, so the next page is there at once."""
    page = enter(browser, evening, WALL, "zh", "night").page
    yield lambda path: go(page, evening.url + path)
    page.context.close()


def keyed(page: Locator, key: str) -> Locator:
    return page.locator(f'[data-key="{key}"]')


def test_the_substation_shows_its_sections_with_every_feeder_and_how_loaded_it_is(look: Looker) -> None:
    drawing = look("/systems/power?at=sub2").locator(".single-line")
    expect(drawing.locator(".bus-section")).to_have_count(2)
    expect(drawing.locator(".feeder")).to_have_count(5)
    expect(keyed(drawing, "sub2.2d2").locator(".figures")).to_have_text("37\u2009%62kW93A")
    expect(keyed(drawing, "sub2.2d2").locator(".name")).to_have_text("2D25号楼居民")
    expect(drawing.locator(".source").nth(0)).to_contain_text("3#变压器")
    expect(drawing.locator(".source").nth(0)).to_contain_text("32\u2009%")
    expect(drawing.locator(".source").nth(0)).to_contain_text("74\u2009°C")
    expect(drawing.locator(".heat-bar text").nth(0)).to_have_text("130")


def test_a_tripped_feeder_stands_open_in_its_colour_with_the_ghost_of_what_it_carried(look: Looker) -> None:
    drawing = look("/systems/power").locator(".single-line")
    tripped, healthy = keyed(drawing, "sub2.2d5"), keyed(drawing, "sub2.2d2")
    expect(tripped.locator("rect.open")).to_be_attached()
    expect(tripped.locator(".shape.high")).to_be_visible()
    expect(tripped.locator(".load-bar.ghost")).to_be_attached()
    expect(tripped.locator(".figures")).to_contain_text("跳闸")
    expect(tripped.locator(".figures")).to_contain_text("跳前 50")
    expect(healthy.locator("rect.closed")).to_be_attached()
    expect(healthy.locator(".ghost")).to_have_count(0)


def test_below_a_dead_bus_nothing_has_tripped(visit: Opener) -> None:
    situation = Situation()
    for point in situation.points:
        if point["device"] in ("sub2.incomer2", "sub2.2d11", "sub2.2d12") and ".voltage" in point["id"]:
            point["value"] = 0.0
    site = running(situation)
    section = visit(site, "/systems/power?at=sub2").page.locator(".bus-section.dead")
    expect(section).to_have_count(1)
    expect(section.locator(".feeder.dead")).to_have_count(2)
    expect(section.locator(".feeder rect.open")).to_have_count(0)
    expect(section.locator(".source rect.open")).to_be_attached()
    site.stop()


def test_the_side_panel_speaks_of_the_worst_until_another_is_chosen(look: Looker) -> None:
    page = look("/systems/power")
    side = page.locator("aside.side")
    expect(side.locator("h2")).to_have_text("2D5")
    expect(side.locator(".side-facts")).to_contain_text("22:41:07，首发")
    expect(side.locator(".side-effects")).to_contain_text("7号楼 1#梯 困人")
    expect(side).to_contain_text("后果 7")
    expect(side.locator(".side-ticket")).to_contain_text("工单 018")
    expect(side.locator(".side-ticket")).to_contain_text("张伟")
    keyed(page.locator(".single-line"), "sub2.2d3").click()
    expect(side.locator("h2")).to_have_text("2D3 6号楼居民")
    expect(side.locator(".side-facts")).to_contain_text("84 %（额定 250 A）")
    assert page.url.endswith("#sub2.2d3")


def test_the_pump_room_shows_level_limits_and_which_pumps_run(look: Looker) -> None:
    page = look("/systems/water")
    room = page.locator(".pump-room")
    expect(room.locator(".level")).to_contain_text("2.31")
    expect(room.locator(".level")).to_contain_text("77\u2009%")
    expect(room.locator(".limits")).to_have_text("高 2.70低 0.90")
    expect(room.locator(".valve")).to_have_class("valve open")
    running_pump, failed = keyed(room, "pump1.p1"), keyed(room, "pump1.p2")
    expect(running_pump).to_contain_class("running")
    expect(running_pump.locator(".state-line")).to_have_text("43.2Hz5.1kW")
    expect(failed).not_to_contain_class("running")
    expect(failed.locator(".shape.medium")).to_be_visible()
    expect(failed.locator(".state-line")).to_contain_text("启动失败 17 分")
    expect(room.locator(".outlet .pressure")).to_have_text("0.58MPa")
    expect(page.locator(".trend-panel .trend").first).to_be_attached()
    pit = keyed(page.locator(".pits"), "garage.sump3")
    expect(pit.locator(".drain.on")).to_have_count(1)
    expect(pit.locator(".drain .failed")).to_have_count(1)
    page.get_by_role("link", name="3#泵房").click()
    expect(page.locator(".pump-room .level")).to_contain_text("4.02")


def test_cars_stand_at_their_floors_with_door_and_direction(look: Looker) -> None:
    shafts = look("/systems/elevator").locator(".shafts")
    trapped, rising, below = (keyed(shafts, f"b{block}.lift1") for block in ("07", "08", "09"))
    expect(shafts.locator(".shaft")).to_have_count(28)
    expect(trapped.locator(".car text")).to_have_text("6")
    expect(trapped.locator(".people")).to_be_attached()
    expect(trapped.locator(".shape.critical")).to_be_visible()
    expect(rising.locator(".way")).to_be_attached()
    expect(below.locator(".car")).to_have_class("car open")
    heights = [one.locator(".car").bounding_box() for one in (trapped, rising, below)]
    assert all(heights)
    tops = [box["y"] for box in heights if box]
    assert tops == sorted(tops)


def test_the_floor_of_a_fire_is_lit_and_named(look: Looker) -> None:
    loops = look("/systems/fire").locator(".loops")
    burning = keyed(loops, "b03.fire")
    expect(burning.locator(".words")).to_have_text("火警4 层")
    expect(burning.locator(".burning")).to_have_count(1)
    lit = burning.locator(".zones rect").evaluate_all("all => all.findIndex((one) => one.matches('.burning'))")
    assert lit == 3
    expect(keyed(loops, "b01.fire").locator(".counts")).to_have_text("火0故0屏2监0")


def test_gates_show_their_arms_and_the_silent_one_says_so(look: Looker) -> None:
    page = look("/systems/parking")
    gates = page.locator(".gates")
    expect(keyed(gates, "gate.north.in")).to_contain_text("离线")
    expect(keyed(gates, "gate.north.out")).to_contain_text("关")
    expect(keyed(gates, "gate.south.in").locator(".vehicle")).to_be_attached()
    expect(keyed(gates, "gate.south.in").locator(".barrier")).to_have_class("barrier open")
    expect(page.locator(".occupancy")).to_contain_text("753 / 812")


def test_counters_that_contradict_each_other_give_a_dash_and_say_so(visit: Opener) -> None:
    situation = Situation()
    next(point for point in situation.points if point["id"] == "gate.north.out.exits")["value"] = 90_000.0
    site = running(situation)
    occupancy = visit(site, "/systems/parking").page.locator(".occupancy")
    expect(occupancy).to_contain_text("— / 812")
    expect(occupancy).to_contain_text("进出计数对不上")
    site.stop()


def test_bays_show_who_charges_who_is_set_aside_and_the_hottest(look: Looker) -> None:
    page = look("/systems/charging")
    expect(page.locator(".bay")).to_have_count(60)
    expect(page.locator(".bay.used")).to_have_count(41)
    expect(keyed(page.locator(".lots"), "garage.charger17")).to_contain_text("停用")
    expect(page.locator(".legend")).to_contain_text("B-5")
    expect(page.locator(".legend")).to_contain_text("47\u2009°C")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_of_a_drawing_overlaps_leaves_its_panel_or_is_too_small(evening: RunningSite, visit: Opener, language: str) -> None:
    opened = visit(evening, "/wall", WALL, language)
    for system in (*DRAWN, *WITH_CARDS):
        go(opened.page, f"{evening.url}/systems/{system}")
        found = settled(opened.page, ".stage", besides=".people", more_than=15)
        assert too_small(found) == [], system
        assert outside(found) == [], system
        assert clashes(found) == [], system
    assert opened.complaints == []
    assert opened.strangers == []


def test_on_a_phone_every_drawing_stacks_without_a_sideways_scrollbar(evening: RunningSite, visit: Opener) -> None:
    page = visit(evening, "/wall", PHONE, "en", "day").page
    for system in (*DRAWN, *WITH_CARDS):
        go(page, f"{evening.url}/systems/{system}")
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], system


def test_from_the_wall_a_system_an_alarm_and_a_ticket_open_their_pages(look: Looker) -> None:
    page = look("/wall")
    page.locator(".tile", has_text="电梯").click()
    page.wait_for_url("**/systems/elevator")
    page.get_by_role("link", name="总览").click()
    page.locator(".alarm", has_text="启动失败").click()
    page.wait_for_url("**/alarms#a4")
    expect(page.locator(".alarm-item.chosen")).to_contain_text("启动失败")
    page.get_by_role("link", name="系统").click()
    expect(page.locator(".drawing")).to_be_visible()
    look("/wall").locator(".ticket", has_text="车库B区 集水坑").click()
    page.wait_for_url("**/tickets/t21")


def test_a_cause_is_found_through_the_meters_between(visit: Opener) -> None:
    """A meter stands between the tripped feeder and the lift, and is itself held back by the feeder."""
    situation = Situation()
    names = situation.by_id
    between = {**names["b07.light"], "id": "b07.meter", "feeds": ["b07.lift1"], "fed_by": ["sub2.2d5"]}
    names["sub2.2d5"]["feeds"] = ["b07.meter"]
    situation.devices.append(between)
    held = {"reason": "随上级", "at": clock("22:41")}
    common = {"state": "active_unacknowledged", "flags": ["suppressed"], "occurrence": None, "shelving": None, "out_of_service": None}
    situation.flags = [
        {"rule": "power.lost", "device": "b07.meter", "suppression": {"by": "power.feeder_off@sub2.2d5", **held}, **common},
        {"rule": "elevator.power_lost", "device": "b07.lift1", "suppression": {"by": "power.lost@b07.meter", **held}, **common},
    ]
    site = running(situation)
    page = visit(site, "/wall").page
    expect(page.locator(".facts")).to_contain_text("起因：2#变电所 2D5 跳闸")
    expect(page.locator(".bundle .consequences")).to_have_text("后果 3：供配电 1、电梯 2")
    site.stop()
