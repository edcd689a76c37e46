"""Whose a ticket is: always shown, never taken by accident, handed on to somebody who can do the work."""

from playwright.sync_api import expect

from tests.console.conftest import DESK, PHONE, WALL, Opener, RunningSite, go, running
from tests.console.fake_site import ENGINEER
from tests.console.situation import Json, Situation, clock, promise

TECHNICIAN = {"name": "刘洋", "display": "刘洋", "role": "technician", "rights": ["read", "ticket_open", "ticket_work"]}


def owned(who: str | None, number: str = "t21", **more: object) -> Situation:
    situation = Situation()
    next(one for one in situation.tickets if one["id"] == number).update(owner=who, **more)
    return situation


def test_the_owner_is_on_the_page(visit: Opener) -> None:
    site = running(owned("张伟"))
    page = visit(site, "/tickets/t21", PHONE).page
    expect(page.locator(".owner")).to_have_text("负责人 张伟")
    site.stop()


def test_a_promise_due_after_midnight_names_day_and_hour(visit: Opener) -> None:
    site = running(owned("张伟", clocks=[promise("finish", "00:35", day=15)]))
    expect(visit(site, "/tickets/t21", PHONE).page.locator("main")).to_contain_text("应 1月15日 00:35 前完成")
    site.stop()


def test_a_ticket_that_is_with_nobody_says_so(site: RunningSite, visit: Opener) -> None:
    expect(visit(site, "/tickets/t21", PHONE).page.locator(".owner")).to_have_text("未派人")


def test_taking_somebody_elses_ticket_asks_first_and_names_that_person(visit: Opener) -> None:
    site = running(owned("张伟"))
    page = visit(site, "/tickets/t21", PHONE).page
    page.get_by_role("button", name="接单", exact=True).click()
    expect(page.locator(".step-form")).to_contain_text("这张工单在 张伟 手里")
    assert site.site.acts == []
    page.get_by_role("button", name="取消").click()
    page.get_by_role("button", name="接单", exact=True).click()
    page.locator(".step-form").get_by_role("button", name="接单").click()
    expect(page.locator(".stand")).to_have_text("已接单")
    assert site.site.acts == [("accept", "t21", {})]
    site.stop()


def test_ones_own_ticket_is_accepted_with_one_tap(visit: Opener) -> None:
    site = running(owned("engineer"))
    page = visit(site, "/tickets/t21", PHONE).page
    page.get_by_role("button", name="接单", exact=True).click()
    expect(page.locator(".stand")).to_have_text("已接单")
    site.stop()


def test_a_ticket_goes_to_those_who_work_with_their_skills_beside_their_names(visit: Opener) -> None:
    site = running(owned("刘洋"))
    page = visit(site, "/tickets/t21", PHONE).page
    page.get_by_role("button", name="转给他人").click()
    people = page.locator(".step-form .person .button")
    expect(people).to_have_text(["陈刚水工、空调3 单", "赵敏消防0 单", "张伟电工、电梯2 单"])
    people.nth(2).click()
    page.get_by_label("说明").fill("先去救人")
    page.locator(".step-form").get_by_role("button", name="转给他人").click()
    expect(page.locator(".step-form")).to_have_count(0)
    assert site.site.acts == [("dispatch", "t21", {"owner": "张伟", "comment": "先去救人"})]
    site.stop()


def told(*lines: tuple[str, str, str, str | None]) -> list[Json]:
    return [{"at": clock("22:50"), "what": what, "by": by, "comment": comment, "owner": owner} for what, by, comment, owner in lines]


def test_the_story_says_from_whom_to_whom(visit: Opener) -> None:
    story = told(
        ("opened", "guanjia", "", None),
        ("dispatch", "guanjia", "least_loaded", "张伟"),
        ("dispatch", "李强", "张伟去救人了", "李强"),
        ("dispatch", "赵敏", "", "陈刚"),
        ("accept", "刘洋", "", "刘洋"),
        ("arrive", "刘洋", "", "刘洋"),
    )
    site = running(owned("刘洋", story=story))
    lines = visit(site, "/tickets/t21", PHONE).page.locator("[data-key=story] p")
    expect(lines).to_have_text(
        [
            "22:50 开单",
            "22:50 派单 张伟：当班最空闲",
            "22:50 派单 张伟 → 李强：张伟去救人了",
            "22:50 派单 李强 → 陈刚（赵敏 派）",
            "22:50 接单 刘洋（原 陈刚）",
            "22:50 到场 刘洋",
        ]
    )
    site.stop()


def test_on_a_wide_screen_trend_and_story_stand_beside_the_ticket(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/tickets/t21", WALL).page
    expect(page.locator(".trend-part")).to_be_visible()
    left, story = page.locator(".clock").bounding_box(), page.locator("[data-key=story]").bounding_box()
    assert left
    assert story
    assert story["x"] > left["x"] + left["width"]
    page.set_viewport_size({"width": 900, "height": 900})
    below = page.locator("[data-key=story]").bounding_box()
    assert below
    assert below["x"] < left["x"] + left["width"]


def test_a_technicians_phone_opens_with_the_own_tickets(site: RunningSite, visit: Opener) -> None:
    site.site.who = TECHNICIAN
    page = visit(site, "/login", PHONE, logged_in=False).page
    page.get_by_role("button", name="维修技工").click()
    page.wait_for_url("**/tickets?mine")
    expect(page.get_by_role("button", name="我的工单")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".ticket-row")).to_have_count(2)
    expect(page.locator(".pages")).to_be_in_viewport()


def test_everybody_else_and_every_desk_opens_with_the_wall(site: RunningSite, visit: Opener) -> None:
    for who, size in ((TECHNICIAN, DESK), (ENGINEER, PHONE)):
        site.site.who = who
        page = visit(site, "/login", size).page
        page.goto(f"{site.url}/")
        page.wait_for_url(f"{site.url}/wall")
        go(page, f"{site.url}/wall")
