"""What the wall says at a glance: devices by name, who has not moved, whether it can be heard, and what nobody has connected."""

from playwright.sync_api import expect

from tests.console.conftest import PHONE, WALL, Opener, RunningSite, go, running
from tests.console.layout import clashes, outside, texts, too_small
from tests.console.situation import Json, Situation, occurrence, phrase, promise, ticket


def keyed(key: str) -> str:
    return f'[data-key="{key}"]'


def test_smoke_below_a_tripped_feeder_stands_alone_and_a_stopped_lift_does_not(visit: Opener) -> None:
    situation = Situation()
    loop, lift = situation.by_id["b07.fire"], situation.by_id["b07.lift2"]
    situation.alarms.append(occurrence("smoke", "fire.alarm", loop, "critical", ("火警", "fire alarm"), "22:41:30"))
    situation.alarms.append(occurrence("stopped", "elevator.trapped", lift, "critical", ("困人", "trapped"), "22:41:30"))
    site = running(situation)
    page = visit(site, "/wall").page
    bundle = page.locator(".alarms .bundle")
    expect(bundle).to_contain_text("2#梯 困人")
    expect(bundle).not_to_contain_text("火警")
    expect(page.locator(f".alarms > ol > {keyed('smoke')}")).to_contain_text("火警")
    expect(page.locator(".facts b")).to_have_text("另有 2 条危急：困人 · 7号楼")
    priorities = page.locator(".alarms .alarm").evaluate_all("all => all.map((one) => !!one.querySelector('.shape.critical'))")
    assert priorities == sorted(priorities, reverse=True), "no lesser alarm stands between two critical ones"
    expect(bundle.locator(".consequences")).to_have_text("后果 8：供配电 1、电梯 4、消防 1、弱电 2")
    go(page, f"{site.url}/systems/power")
    expect(page.locator("aside.side .side-effects")).not_to_contain_text("火警")
    site.stop()


def long_names() -> Situation:
    situation = Situation()
    names = situation.by_id
    names["podium.gas1"]["name"] = phrase("裙楼餐厅1 燃气表间燃气探测器", "Restaurant 1 gas detector in the meter room")
    names["sub2.2d5"]["name"] = phrase(
        "2#变电所 2D5 7号楼公共区域动力照明", "Substation 2 2D5 Block 7 lighting and power of the common areas"
    )
    for number, (key, what) in enumerate([("podium.gas1", "离线"), ("garage.charger17", "过温"), ("sub2.2d5", "失电")]):
        device = names[key]
        title = (f"{device['name']['zh']} {what}", f"{device['name']['en']}: lost")
        situation.tickets.append(
            ticket(400 + number, "emergency", "registered", title, device["area"], "22:50", [promise("finish", "22:56")], device=key)
        )
    return situation


def test_a_ticket_on_the_wall_names_the_device_however_long_its_name_is(visit: Opener) -> None:
    site = running(long_names())
    page = visit(site, "/wall").page
    gas, charger, feeder = (page.locator(f"{keyed(f't{number}')} .title") for number in (400, 401, 402))
    expect(gas).to_contain_text("燃气探测器 离线")
    expect(charger).to_contain_text("B-17 过温")
    expect(feeder).to_contain_text("2D5")
    for title in (gas, charger, feeder):
        box = title.bounding_box()
        assert box
        assert box["height"] <= 48
        assert title.evaluate("one => one.scrollHeight <= one.clientHeight + 6"), "nothing is cut off"
    site.stop()


def test_the_plan_names_the_device_and_drops_the_place(visit: Opener) -> None:
    situation = Situation()
    situation.areas.append({**situation.areas[-1], "id": "shop", "name": phrase("东区综合配套服务用房", "Shop"), "kind": "room"})
    situation.areas[-1]["plan"] = {"x": 60, "y": 545, "width": 40, "height": 20}
    device = situation.by_id["garage.charger17"]
    device["area"] = "shop"
    situation.alarms.append(occurrence("hot", "charger.hot", device, "high", ("过温", "hot"), "22:52"))
    site = running(situation)
    label = visit(site, "/wall").page.locator(keyed("label shop"))
    expect(label).to_contain_text("B-17")
    expect(label).not_to_contain_text("服务用房")
    site.stop()


def unanswered(state: str, accept: Json) -> Situation:
    situation = Situation()
    situation.alarms = [alarm for alarm in situation.alarms if alarm["id"] == "a4"]
    clocks = [accept, promise("finish", "01:36", day=15)]
    situation.tickets = [ticket(20, "large", state, ("1#泵房 2#泵", "P2"), "pump1", "22:36", clocks, owner="陈刚", alarms=["a4"])]
    return situation


def test_the_headline_says_who_has_not_accepted_and_how_late(visit: Opener) -> None:
    site = running(unanswered("dispatched", promise("accept", "22:51")))
    facts = visit(site, "/wall").page.locator(".facts")
    expect(facts).to_contain_text("陈刚 未接单，超 2:")
    expect(facts).not_to_contain_text("已派")
    site.stop()


def test_the_headline_says_who_has_accepted(visit: Opener) -> None:
    site = running(unanswered("accepted", promise("accept", "22:51", "22:40")))
    expect(visit(site, "/wall").page.locator(".facts")).to_contain_text("陈刚 已接单")
    site.stop()


def test_after_a_second_call_the_headline_speaks_of_the_second(visit: Opener) -> None:
    situation = unanswered("dispatched", promise("accept", "22:51", "22:40"))
    situation.tickets[0]["clocks"] += [promise("arrive", "22:45", "22:44"), promise("arrive", "22:51"), promise("finish", "23:11")]
    site = running(situation)
    facts = visit(site, "/wall").page.locator(".facts")
    expect(facts).to_contain_text("陈刚 未接单，超 2:")
    expect(facts).to_contain_text("应 23:11 前完成")
    site.stop()


def test_a_silent_wall_says_so_and_one_tap_lets_it_sound(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/wall").page
    notice = page.locator(".sound-notice")
    expect(notice).to_have_text("声音关，点开")
    notice.click()
    expect(notice).to_have_count(0)
    assert page.evaluate("localStorage.getItem('guanjia.sound')") == "on"


def test_a_silent_barrier_counts_with_what_it_said_last(visit: Opener) -> None:
    situation = Situation()
    for point in situation.points:
        if point["id"] in ("gate.north.in.entries", "gate.north.in.exits"):
            point.update(value=None, quality="bad", reason="comm_failure")
    situation.said = {"gate.north.in.entries": 4000.0, "gate.north.in.exits": 0.0}
    site = running(situation)
    page = visit(site, "/wall").page
    expect(page.locator(".panel.parking")).to_contain_text("≈753 / 812")
    expect(page.locator(".panel.parking .note")).to_have_text("道闸离线前的数")
    found = texts(page, ".wall", besides=".curve")
    assert outside(found) == []
    assert clashes(found) == []
    go(page, f"{site.url}/systems/parking")
    expect(page.locator(".occupancy")).to_contain_text("≈753 / 812")
    site.stop()


def test_a_barrier_that_never_counted_leaves_a_dash_with_its_reason(visit: Opener) -> None:
    situation = Situation()
    situation.points = [point for point in situation.points if not point["id"].startswith("gate.north.in.")]
    situation.said = {}
    site = running(situation)
    page = visit(site, "/systems/power").page
    page.route("**/points/gate.north.in.*/readings*", lambda route: route.fulfill(json={"items": [], "next_cursor": None}))
    go(page, f"{site.url}/wall")
    expect(page.locator(".panel.parking")).to_contain_text("— / 812")
    expect(page.locator(".panel.parking .note")).to_have_text("道闸 没有计数")
    site.stop()


def only(*systems: str) -> Situation:
    """A small site of its own: few devices, and nobody has drawn a plan."""
    situation = Situation()
    situation.alarms, situation.flags, situation.tickets = [], [], []
    situation.devices = [device for device in situation.devices if device["system"] in systems]
    situation.points = [point for point in situation.points if point["device"] in situation.by_id]
    situation.areas = [{**area, "plan": None} for area in situation.areas]
    return situation


def test_a_small_site_says_what_is_not_connected_and_what_the_plan_lacks(visit: Opener) -> None:
    site = running(only("power", "water"))
    page = visit(site, "/wall", WALL).page
    expect(page.locator(".panel.parking")).to_have_text("停车未接入")
    expect(page.locator(".panel.chargers")).to_have_text("充电桩未接入")
    expect(page.locator(".plan .nothing")).to_contain_text("没有 plan")
    assert too_small(texts(page, ".wall", besides=".curve")) == []
    for system, name in (("elevator", "电梯"), ("fire", "消防"), ("parking", "停车场"), ("gas", "燃气")):
        go(page, f"{site.url}/systems/{system}")
        expect(page.locator(".state h1")).to_have_text(f"{name}未接入")
        expect(page.locator(".stage")).not_to_contain_text("正在读取")
        expect(page.locator(".stage")).not_to_contain_text(f"{name}正常")
        expect(page.locator(".drawing")).to_have_text("未接入")
    site.stop()


def test_in_a_hand_the_wall_has_the_way_to_the_other_pages_and_on_the_wall_it_has_not(site: RunningSite, visit: Opener) -> None:
    phone = visit(site, "/wall", PHONE).page
    box = phone.locator(".wall .pages").bounding_box()
    assert box
    assert box["y"] + box["height"] == PHONE[1]
    phone.locator(".wall .pages").get_by_role("link", name="工单").click()
    phone.wait_for_url("**/tickets")
    expect(visit(site, "/wall").page.locator(".wall .pages")).to_be_hidden()
