"""The energy page: every bar and line has its value, half-known sums look like it, every meter can be found."""

import pytest
from playwright.sync_api import expect

from tests.console.conftest import DESK, PHONE, Opener, RunningSite, running
from tests.console.situation import Situation


@pytest.mark.parametrize(
    ("size", "value"),
    [(DESK, "11:00\u3000729\u2009kWh\u3000昨日 729\u2009kWh"), (PHONE, "9:00\u3000667\u2009kWh\u3000昨日 667\u2009kWh")],
    ids=["desk", "phone"],
)
def test_the_bar_under_the_pointer_or_the_finger_says_its_value_with_its_unit(
    site: RunningSite, visit: Opener, size: tuple[int, int], value: str
) -> None:
    """In its middle: the axis takes more of a phone's width."""
    page = visit(site, "/energy", size).page
    bars = page.locator(".bars")
    (bars.tap if size == PHONE else bars.hover)()
    expect(bars.locator(".value")).to_have_text(value)
    page.get_by_role("button", name="日", exact=True).click()
    (bars.tap if size == PHONE else bars.hover)()
    expect(bars.locator(".value")).to_contain_text("12月")


def test_the_load_under_the_pointer_says_its_value_and_its_axis_begins_at_nothing(site: RunningSite, visit: Opener) -> None:
    plot = visit(site, "/energy", DESK).page.locator(".energy-demand .plot")
    plot.hover()
    expect(plot.locator(".value")).to_contain_text("\u2009kW")
    axis = plot.locator("g:has(.grid)").all_text_contents()
    assert axis[0] == "0"
    expect(plot.locator(".limit-words")).to_have_text("申报需量 1,900\u2009kW")


def test_a_day_with_half_its_data_is_drawn_as_a_part(visit: Opener) -> None:
    situation = Situation()
    situation.known = {"01-02": 0.07}
    site = running(situation)
    page = visit(site, "/energy", DESK).page
    expect(page.locator(".bars .present")).not_to_have_count(0)
    expect(page.locator(".bars .part-known")).to_have_count(0)
    page.get_by_role("button", name="日", exact=True).click()
    expect(page.locator(".bars g > .present.part-known")).to_have_count(2)
    expect(page.locator(".bars .legend")).to_have_text("数据不全")
    site.stop()


def test_meters_stand_by_where_they_are_in_the_supply_and_are_found_by_name(site: RunningSite, visit: Opener) -> None:
    meters = visit(site, "/energy", DESK).page.locator(".meters")
    expect(meters.locator("th")).to_have_text(["进线", "馈线", "末端表"])
    expect(meters.locator("[data-key=incomer] a")).to_have_text(["3#进线柜"])
    expect(meters.locator("[data-key=feeder] a")).to_have_text(["2D2 5号楼居民", "2D5"])
    expect(meters.locator("[data-key=sub] a")).to_have_text(["7号楼 公共照明"])
    meters.get_by_role("searchbox").fill("居民")
    expect(meters.locator("a")).to_have_text(["2D2 5号楼居民"])
    expect(meters).to_contain_text("1 / 4 块表")


AXIS = """
async (largest) => {
  const root = document.querySelector('script[type=module]').src.replace(/js\\/.*$/, 'js/')
  const { bars } = await import(root + 'energy/charts.js')
  const row = { unit: 'kWh', items: [{ start: '2026-01-01T00:00:00+08:00', value: largest, completeness: 1 }] }
  return [...bars(row, '1mo').querySelectorAll('.grid + text')].map((one) => one.textContent)
}
"""


def test_no_two_marks_of_the_axis_read_alike(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/energy", DESK).page
    marks = {0.9: ["0.5", "1.0"], 4.6: ["2.5", "5.0"], 7: ["4", "8"], 1800: ["1,000", "2,000"]}
    assert {largest: page.evaluate(AXIS, largest) for largest in marks} == marks
