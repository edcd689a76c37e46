"""Operations overview: what is abnormal, system by system; who does not answer; the site's load, water, cars."""

from dashboards.grafana.abnormal import DEVICE, Abnormal
from dashboards.grafana.equipment import level_bars
from dashboards.grafana.limits import Limits
from dashboards.grafana.look import Limit
from dashboards.grafana.page import Page, Place
from dashboards.grafana.pages.charging import chargers_of, power_trend
from dashboards.grafana.pages.parking import barriers_of, traffic
from dashboards.grafana.pages.power import load_tile, load_trend
from dashboards.grafana.pages.water import flow_trend
from dashboards.grafana.panels import Scale, alarm_count, names
from dashboards.grafana.questions import Questions
from dashboards.grafana.tables import Shown, grid
from model.site import System
from model.text import Text

OF_SYSTEM = {
    System.POWER: "power",
    System.HVAC: "",
    System.WATER: "water",
    System.ELEVATOR: "elevators",
    System.FIRE: "fire",
    System.GAS: "",
    System.PARKING: "parking",
    System.CHARGING: "charging",
}
"""System → slug of its page, empty for those without one."""


def overview(place: Place, limits: Limits) -> Page:
    page = Page(place, "overview", Text("运行总览", "Operations overview"))
    load_tile(page, 4, 4, page.address("power"))
    _systems(page, limits)
    _silent_tile(page, limits)
    load_trend(page, 16, 9)
    level_bars(page, [device for device in page.site.devices.values() if device.device_class == "tank"], 8, 9)
    flow_trend(page, 8, 8)
    power_trend(page, chargers_of(page), 8, 8)
    traffic(page, barriers_of(page), 8, 8)
    _silence(page, limits)
    return page


def _systems(page: Page, limits: Limits) -> None:
    """A count of signs for each system, leading to its page."""
    for system, slug in OF_SYSTEM.items():
        abnormal = Abnormal(page, limits, system, everywhere=True)
        url = page.address(slug) if slug else ""
        title = page.say(system.label)
        page.add(alarm_count(title, abnormal.count(), abnormal.worst_colour(), url, title), 2, 4)


def _silent_tile(page: Page, limits: Limits) -> None:
    questions = Questions(page.site).silent(page.site.devices.values())
    page.add(alarm_count(page.say(Text("无应答设备", "Devices silent")), questions, limits.colour("comms.lost")), 4, 4)


def _silence(page: Page, limits: Limits) -> None:
    """Which devices did not answer within the range, and for how many minutes."""
    devices = list(page.site.devices.values())
    minutes = page.say(Text("分钟", "Minutes"))
    column = Shown("minutes", minutes, Scale("min", 0, [Limit(1, limits.colour("comms.lost"))]))
    questions = Questions(page.site).silence(devices, "minutes")
    title = page.say(Text("所选时段内无应答的设备", "Devices without an answer in this range"))
    nothing = page.say(Text("全部应答", "All have answered"))
    page.add(grid(title, questions, page.say(DEVICE), names(devices, page.language), [column], nothing, sort_by=minutes), 24, 8)
