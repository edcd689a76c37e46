"""The console in a real browser, before a fake site."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Route, expect

from tests.console.conftest import DESK, PHONE, WALL, Opener, RunningSite, go, running
from tests.console.layout import clashes, outside, settled, too_small
from tests.console.situation import Situation, calm, crowded, occurrence

ONES = ["/tickets/t21", "/devices/pump1.p1", "/systems"]
RULES = ["/rules/sump.high", "/backtests/B-0007", "/figures"]
ALL_PAGES = ["/wall", "/alarms", "/tickets", "/devices", "/energy", "/testing", *RULES, "/login", *ONES]


@pytest.mark.parametrize(("size", "language", "theme"), [(DESK, "zh", "night"), (PHONE, "en", "day")], ids=["desk-zh", "phone-en"])
def test_every_page_opens_without_complaint_without_strangers_and_without_a_sideways_scrollbar(
    site: RunningSite, visit: Opener, size: tuple[int, int], language: str, theme: str
) -> None:
    opened = visit(site, "/wall", size, language, theme)
    for path in ALL_PAGES:
        go(opened.page, site.url + path)
        opened.page.wait_for_timeout(200)
        assert opened.complaints == [], path
        assert opened.strangers == [], path
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        assert opened.page.locator("html").get_attribute("data-theme") == theme, path


def test_a_new_alarm_appears_on_the_wall_without_a_reload(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/wall").page
    page.evaluate("window.untouched = true")
    lift = site.site.situation.by_id["b11.lift2"]
    site.raise_alarm(occurrence("new", "elevator.trapped", lift, "critical", ("困人", "trapped"), "22:53"))
    expect(page.locator(".alarms")).to_contain_text("11号楼 2#梯 困人")
    expect(page.locator(".state h1")).to_contain_text("11号楼 2#梯困人")
    assert page.evaluate("window.untouched")


def test_life_safety_and_its_cause_stand_together_cause_marked(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/wall").page
    bundle = page.locator(".alarms .bundle")
    expect(bundle.locator(".alarm .title").nth(0)).to_have_text("7号楼 1#梯 困人")
    expect(bundle.locator(".alarm .since").nth(1)).to_have_text("22:41 首发")
    expect(bundle.locator(".consequences")).to_contain_text("后果 7")


def test_an_alarm_is_acknowledged_with_a_word(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/alarms#a3", DESK).page
    page.fill(".act-row .field", "已通知刘洋")
    page.press(".act-row .field", "Enter")
    expect(page.locator(".alarm-item.chosen .state")).to_contain_text("李强 22:5")
    assert site.site.acts == [("acknowledge", "a3", {"comment": "已通知刘洋"})]


def test_who_acknowledges_and_has_the_ticket_is_asked_to_accept_it(site: RunningSite, visit: Opener) -> None:
    next(ticket for ticket in site.site.situation.tickets if ticket["id"] == "t21").update(owner="engineer", state="dispatched")
    page = visit(site, "/alarms#a3", DESK).page
    asked = page.locator("[data-key=accept]")
    expect(page.locator(".act-row .main")).to_have_text("确认")
    expect(asked).to_have_count(0)
    page.locator(".act-row .main").click()
    expect(asked).to_contain_text("工单 021 在您手里，待接单")
    asked.get_by_role("button", name="接单").click()
    expect(asked).to_have_count(0)
    assert [(act, key) for act, key, _ in site.site.acts] == [("acknowledge", "a3"), ("accept", "t21")]


def test_an_alarm_that_has_returned_has_lasted_as_long_on_every_page(site: RunningSite, visit: Opener) -> None:
    gate = next(alarm for alarm in site.site.situation.alarms if alarm["id"] == "a5")
    gate.update(state="returned_unacknowledged", returned_at=gate["raised_at"].replace("21:20", "21:31"))
    latched = next(alarm for alarm in site.site.situation.alarms if alarm["id"] == "a6")
    latched.update(flags=["latched"], returned_at=latched["raised_at"].replace("18:10", "18:15"))
    page = visit(site, "/wall").page
    expect(page.locator(".alarm[data-key=a5] .age")).to_have_text("11 分")
    expect(page.locator(".alarm[data-key=a6] .age")).to_have_text("4时43分")
    go(page, site.url + "/alarms")
    expect(page.locator(".alarm-item[data-key=a5] .age")).to_have_text("11 分")


def test_what_happened_while_the_page_was_asking_is_not_undone_by_the_answer(site: RunningSite, visit: Opener) -> None:
    """The stream's greeting makes a page ask again; an answer given before an act must not bring back the state before it."""
    opened = visit(site, "/login", DESK)
    held: list[tuple[Route, APIResponse]] = []

    def hold_the_second(route: Route) -> None:
        route.continue_() if not seen else held.append((route, route.fetch()))
        seen.append(route.request.url)

    seen: list[str] = []
    opened.page.route("**/api/v1/alarms?*", hold_the_second)
    page = go(opened.page, site.url + "/alarms#a3")
    expect(page.locator(".alarm-item.chosen")).to_be_visible()
    while not held:
        page.wait_for_timeout(20)
    page.fill(".act-row .field", "已通知刘洋")
    page.press(".act-row .field", "Enter")
    acknowledged = page.locator(".alarm-item.chosen .state")
    expect(acknowledged).to_contain_text("李强 22:5")
    lift = site.site.situation.by_id["b11.lift2"]
    site.raise_alarm(occurrence("new", "elevator.trapped", lift, "critical", ("困人", "trapped"), "22:53"))
    expect(page.locator(".alarm-list")).to_contain_text("11号楼 2#梯 困人")
    route, answer = held[0]
    with page.expect_response("**/api/v1/alarms?*"):
        route.fulfill(response=answer)
    page.wait_for_timeout(100)
    expect(acknowledged).to_contain_text("李强 22:5")
    expect(page.locator(".alarm-list")).to_contain_text("11号楼 2#梯 困人")


def test_shelving_needs_a_reason_and_life_safety_cannot_be_shelved(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/alarms#a6", DESK).page
    page.get_by_role("button", name="搁置…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="搁置 60 分")).to_be_disabled()
    dialog.get_by_role("button", name="30 分").click()
    dialog.get_by_role("textbox").fill("滤网已备")
    dialog.get_by_role("button", name="搁置 30 分").click()
    expect(dialog).to_be_hidden()
    assert site.site.acts == [("shelve", "a6", {"minutes": 30, "reason": "滤网已备", "one_shot": False})]
    page.goto(f"{site.url}/alarms#a1")
    page.reload()
    expect(page.get_by_role("button", name="搁置…")).to_be_disabled()


def test_the_dialog_covers_neither_its_row_nor_any_above(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/alarms#a5", DESK).page
    page.get_by_role("button", name="搁置…").click()
    dialog = page.get_by_role("dialog").bounding_box()
    row = page.locator(".alarm-item.chosen").bounding_box()
    assert dialog
    assert row
    assert dialog["y"] >= row["y"] + row["height"]


def test_the_walk_back_leads_from_the_bytes_to_what_comes_next(site: RunningSite, visit: Opener) -> None:
    drawer = visit(site, "/alarms#a3", DESK).page.locator(".drawer")
    expect(drawer.locator(".step > p:first-child")).to_contain_text(
        ["原始字节", "解码", "读数", "规则", "报警", "工单", "下一步"], use_inner_text=True
    )
    expect(drawer.locator("[data-key=raw] b")).to_have_text("3F B5 C2 8F")
    expect(drawer.locator("[data-key=raw]")).to_contain_text("输入寄存器 8 起 6 个，12 字节")
    expect(drawer.locator("[data-key=decode]")).to_contain_text("sump_pit 第 14 行")
    expect(drawer.locator("[data-key=decode]")).to_contain_text("30011–30012  float32 ABCD  ×1 m")
    expect(drawer.locator("[data-key=reading]")).to_contain_text("22:48:55.231")
    expect(drawer.locator("[data-key=reading]")).to_contain_text("质量好，27 ms 后收到")
    expect(drawer.locator(".plot .limit-words")).to_have_text("高限 1.20")
    expect(drawer.locator(".plot .trend").first).to_be_attached()
    expect(drawer.locator("[data-key=rule]")).to_contain_text("high_m = 1.2")
    expect(drawer.locator("[data-key=rule]")).to_contain_text("sump.yaml 第 2 行")
    expect(drawer.locator("[data-key=alarm]")).to_contain_text("备注 李强 去看泵")
    expect(drawer.locator("[data-key=ticket]")).to_contain_text("派单 刘洋：当班最空闲")
    expect(drawer.locator("[data-key=next]")).to_contain_text("等确认")
    expect(drawer.locator("[data-key=next]")).to_contain_text("完成")


def test_from_a_ticket_the_way_leads_to_its_alarms_bytes(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/tickets/t21", PHONE).page
    page.get_by_role("link", name="来龙去脉").click()
    expect(page.locator(".drawer [data-key=raw] b")).to_have_text("3F B5 C2 8F")
    expect(page.locator(".drawer h2")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


ANSWERS = """
async ([view, hex, spans]) => {
  const root = document.querySelector('script[type=module]').src.replace(/js\\/.*$/, 'js/')
  const views = await import(root + 'draw/answer.js')
  const place = document.createElement('p')
  place.append(...views[view](hex, spans).flat(Infinity))
  return place.innerHTML.replaceAll(/<b[^>]*>/g, '[').replaceAll('</b>', ']')
}
"""
MESSAGE = '{"名": "北门", "手动": true}'.encode()


SHOWN = [
    ("bytesView", bytes(range(6)), [(2, 2)], "00 01 [02 03] 04 05"),
    ("bytesView", bytes(6), [], "00 00 00 00 00 00"),
    ("bytesView", b"", [], ""),
    (
        "bytesView",
        bytes(range(100)),
        [(50, 1)],
        f"… {bytes(range(42, 50)).hex(' ').upper()} [32] {bytes(range(51, 59)).hex(' ').upper()} …",
    ),
    ("bytesView", bytes(range(100)), [(0, 1), (99, 1)], "[00] 01 02 03 04 05 06 07 08 … 5B 5C 5D 5E 5F 60 61 62 [63]"),
    ("messageView", MESSAGE, [(MESSAGE.index(b"true"), 4)], '{"名": "北门", "手动": [true]}'),
    ("messageView", "车".encode() * 200, [(300, 3)], "…" + "车" * 10 + "[车]" + "车" * 10 + "…"),
    ("messageView", f"{'车' * 100}xy{'车' * 100}".encode(), [(301, 1)], "…" + "车" * 10 + "x[y]" + "车" * 10 + "…"),
]
"""View, answer, where the values lie, and what is shown."""


def test_a_values_bytes_stand_out_and_what_is_far_from_them_is_left_out(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/login", logged_in=False).page
    for view, answer, spans, shown in SHOWN:
        own = [{"offset": offset, "length": length} for offset, length in spans]
        assert page.evaluate(ANSWERS, [view, answer.hex(" ").upper(), own]) == shown


def test_a_device_shows_its_registers_with_the_words_they_held(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/devices/garage.sump3", DESK).page
    page.get_by_role("button", name="寄存器").click()
    row = page.locator("tr[data-key='garage.sump3.level']")
    for words in ("30011–30012", "3FB5 C28F", "float32 DCBA", "×1 m", "水位"):
        expect(row).to_contain_text(words)
    page.get_by_role("button", name="测点").click()
    expect(page.locator(".registers")).to_have_count(0)


def test_a_device_on_mqtt_shows_its_messages(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/devices/gate.north.out", PHONE).page
    page.get_by_role("button", name="报文").click()
    expect(page.locator("tr[data-key='gate.north.out.exits']")).to_contain_text('$.exits{"exits": 3600}3,600')
    expect(page.locator(".message .mono")).to_have_text(re.compile(r'{".+": .+}'))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_the_arrow_keys_walk_the_list_and_escape_closes(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/alarms", DESK).page
    page.keyboard.press("ArrowDown")
    expect(page.locator(".alarm-item.chosen")).to_contain_text("困人")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".alarm-item.chosen")).to_contain_text("跳闸")
    page.keyboard.press("Escape")
    expect(page.locator(".drawer")).to_have_count(0)


def test_filters_narrow_the_list(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/alarms", DESK).page
    page.fill(".search", "泵房")
    expect(page.locator(".alarm-item")).to_have_count(1)
    page.fill(".search", "")
    page.get_by_role("button", name="未确认 1").click()
    expect(page.locator(".alarm-item")).to_have_count(1)
    expect(page.locator(".alarm-item")).to_contain_text("3#集水坑")


def test_a_lost_server_frames_the_wall_within_five_seconds_and_leaves_when_it_is_back(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/wall").page
    site.stop()
    expect(page.locator(".lost-frame")).to_be_visible(timeout=15_000)  # two seconds, but for a busy machine
    expect(page.locator(".lost-notice")).to_contain_text("与服务器断开，自 22:5")
    expect(page.locator("html")).to_have_class("lost")
    site.start()
    expect(page.locator(".lost-frame")).to_have_count(0, timeout=30_000)


def test_a_step_taken_without_a_network_waits_says_so_and_is_sent_later(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/tickets/t21", PHONE).page
    site.stop()
    page.get_by_role("button", name="接单", exact=True).click()
    expect(page.locator(".queued")).to_contain_text("1 步已记在手机上")
    expect(page.get_by_role("button", name="到场", exact=True)).to_be_enabled()
    site.start()
    expect(page.locator(".queued")).to_have_count(0, timeout=30_000)
    assert [(act, key) for act, key, _ in site.site.acts] == [("accept", "t21")]


def test_a_ticket_seen_before_opens_without_a_network(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/tickets/t21", PHONE).page
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    site.stop()
    page.reload()
    expect(page.locator(".offline")).to_contain_text("没有网络")
    expect(page.locator(".subject h1")).to_have_text("车库B区 集水坑")
    page.get_by_role("button", name="接单", exact=True).click()
    expect(page.locator(".queued")).to_be_visible()
    site.start()
    expect(page.locator(".offline")).to_have_count(0, timeout=30_000)
    expect(page.locator(".stand")).to_have_text("已接单")


def test_a_ticket_is_taken_step_by_step(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/tickets/t21", PHONE).page
    page.get_by_role("button", name="接单", exact=True).click()
    page.get_by_role("button", name="到场", exact=True).click()
    page.get_by_role("button", name="完成", exact=True).click()
    page.locator(".step-form .field").fill("浮球卡住，已清")
    page.locator(".step-form").get_by_role("button", name="完成", exact=True).click()
    expect(page.locator(".stand")).to_have_text("待验收")
    assert site.site.acts == [("accept", "t21", {}), ("arrive", "t21", {}), ("finish", "t21", {"comment": "浮球卡住，已清"})]


def test_targets_on_the_phone_ticket_are_large_enough(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/tickets/t21", PHONE).page
    heights = page.locator(".ticket-page button").evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")
    assert len(heights) >= 6
    assert min(heights) >= 44
    main = page.locator(".walk .main").bounding_box()
    assert main
    assert main["height"] >= 60


def test_a_ticket_is_opened_by_hand(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/tickets", PHONE).page
    page.get_by_role("button", name="开单").click()
    page.get_by_label("什么事").fill("门厅灯不亮")
    page.locator(".draft").get_by_role("button", name="开单").click()
    expect(page.locator(".ticket-list")).to_contain_text("门厅灯不亮")


def test_without_a_session_the_login_page_leads_back(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/login?next=/alarms", PHONE, logged_in=False).page
    page.fill("input[name=username]", "engineer")
    page.fill("input[name=password]", "wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_have_text("用户名或密码不对")
    page.get_by_role("button", name="工程部").click()
    page.wait_for_url("**/alarms")


def test_a_login_never_leads_to_another_host(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/login?next=//elsewhere.example/", logged_in=False).page
    page.get_by_role("button", name="工程部").click()
    page.wait_for_url(f"{site.url}/wall")


def test_a_healthy_site_is_calm(visit: Opener) -> None:
    site = running(calm())
    page = visit(site, "/wall").page
    expect(page.locator(".state h1")).to_contain_text("运行正常，6 小时")
    expect(page.locator(".alarms")).to_contain_text("没有报警")
    assert page.locator(".shape").count() == 0
    site.stop()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("evening", [Situation, calm, crowded])
def test_no_text_on_the_wall_overlaps_leaves_its_panel_or_is_too_small(
    visit: Opener, evening: Callable[[], Situation], language: str
) -> None:
    site = running(evening())
    page = visit(site, "/wall", WALL, language).page
    page.wait_for_selector(".curve .now")
    found = settled(page, ".wall", besides=".curve", more_than=60)
    site.stop()
    assert too_small(found) == []
    assert outside(found) == []
    assert clashes(found) == []


def test_reduced_motion_stills_the_rims(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/wall").page
    assert page.locator(".shape .rim").first.evaluate("one => getComputedStyle(one).animationName") == "pulse"
    page.emulate_media(reduced_motion="reduce")
    assert page.locator(".shape .rim").first.evaluate("one => getComputedStyle(one).animationName") == "none"


def test_the_wall_is_the_same_picture_on_a_smaller_screen(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/wall", (1280, 720)).page
    box = page.locator(".wall").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 1280, "height": 720}


def test_the_chosen_language_and_theme_are_remembered(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/wall").page
    page.locator(".menu-button").click()
    page.get_by_role("button", name="昼", exact=True).click()
    page.get_by_role("button", name="English").click()
    expect(page.locator(".alarms h2")).to_contain_text("Active alarms")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_attribute("data-theme", "day")
