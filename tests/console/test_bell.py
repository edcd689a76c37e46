"""What a person has been told, on their own pages: counted, listed, seen by looking at the ticket."""

import re

from playwright.sync_api import expect

from tests.console.conftest import DESK, PHONE, Opener, RunningSite, go

HIGH = (
    "派给您：地下车库A区1#集水坑 高液位。应 23:01 前到场。GD-260114-021",
    "Yours: Garage A sump 1 level high. Be on site by 23:01. GD-260114-021",
)
LATE = (
    "到场超时：7号楼1#梯 困人。应 22:49 前到场，张伟未接单。GD-260114-019",
    "Nobody on site in time: Block 7 lift 1 passengers trapped. Arrival was due 22:49, 张伟 has not accepted. GD-260114-019",
)


def test_the_bell_counts_lists_and_leads_to_the_ticket_which_sees_it(site: RunningSite, visit: Opener) -> None:
    site.site.notify("N-1", "t21", "dispatched", HIGH, "22:50")
    opened = visit(site, "/tickets", PHONE)
    page, bell = opened.page, opened.page.locator(".bell")
    expect(bell).to_have_text("通知1")
    bell.click()
    expect(page.locator(".notice.unseen")).to_contain_text("应 23:01 前到场")
    page.locator(".notice").click()
    page.wait_for_url("**/tickets/t21")
    expect(page.locator(".bell")).to_have_text("通知")
    expect(page.locator("[data-key=told] p")).to_contain_text(re.compile("派单 → 李强 22:50 送达（控制台，第 1 次），.* 已读"))
    assert site.site.notices["N-1"]["state"] == "seen"
    assert opened.complaints == []


def test_the_trace_tells_by_which_way_each_was_told_and_who_was_not(site: RunningSite, visit: Opener) -> None:
    site.site.notify("N-1", "t21", "dispatched", HIGH, "22:50")
    untold = {"to": "wangqiang", "state": "pending", "attempts": 0, "told_at": None, "channel": None}
    site.site.notices["N-2"] = site.site.notices["N-1"] | untold
    told = visit(site, "/alarms#a3", DESK).page.locator(".drawer [data-key=ticket] p", has_text="派单 →")
    expect(told).to_have_text([re.compile("22:50:00 送达（控制台，第 1 次）"), re.compile("wangqiang 未送达（试过 0 次）")])


def test_a_notice_rings_while_one_is_elsewhere_and_all_can_be_seen_at_once(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/alarms", DESK, "en").page
    bell = page.locator(".bell")
    expect(bell).to_have_text("Notices")
    site.site.notify("N-1", "t21", "dispatched", HIGH, "22:50")
    site.site.notify("N-2", "t19", "arrive_late", LATE, "22:52")
    expect(bell).to_have_text("Notices2")
    bell.click()
    expect(page.locator(".notice")).to_have_count(2)
    expect(page.locator(".notice").first).to_contain_text("Nobody on site in time")
    page.get_by_role("button", name="All seen").click()
    expect(bell).to_have_text("Notices")
    page.keyboard.press("Escape")
    expect(page.locator(".notices")).to_have_count(0)
    go(page, f"{site.url}/wall")
    expect(page.locator(".bell")).to_have_count(0)
