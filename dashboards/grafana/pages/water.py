"""Water: tanks and pits, pumps and their pressure, what comes in and who uses it."""

from grafana_foundation_sdk.models.common import GraphDrawStyle

from dashboards.grafana.abnormal import DEVICE, Abnormal
from dashboards.grafana.equipment import level_bars, pump_states
from dashboards.grafana.groups import Want, having
from dashboards.grafana.influxql import BY_AREA, BY_DEVICE
from dashboards.grafana.limits import Limits, floor, own
from dashboards.grafana.look import LIVE
from dashboards.grafana.page import Page, Place
from dashboards.grafana.panels import Scale, names, trend
from dashboards.grafana.questions import Questions
from model.site import Device, System
from model.text import Text

FLOW = Want("flow_rate", "m3/h")
_LEVEL = Want("level", "m")


def water(place: Place, limits: Limits) -> Page:
    page = Page(place, "water", System.WATER.label)
    ours = [device for device in page.site.devices.values() if device.system is System.WATER]
    page.choose_area(ours)
    page.choose_device(ours, DEVICE)
    abnormal = Abnormal(page, limits, System.WATER)
    abnormal.tiles()
    abnormal.table()
    _tanks(page, ours)
    _pumps(page, limits, ours)
    _pits(page, limits, ours)
    _meters(page)
    return page


def mains(page: Page) -> list[Device]:
    """The meters that add up to the site's water."""
    return [d for d in page.site.devices.values() if d.metering and d.metering.role == "incomer" and d.metering.energy == "water"]


def flow_trend(page: Page, width: int, height: int) -> None:
    """What comes in from the municipal mains."""
    found = mains(page)
    questions = Questions(page.site).each(found, FLOW)
    title = page.say(Text("市政进水流量", "Flow from the municipal mains"))
    page.add(trend(title, questions, Scale("m3/h", 1, low=0), names(found, page.language), stacked=True, least_step="2m"), width, height)


def _tanks(page: Page, ours: list[Device]) -> None:
    tanks = [device for device in ours if device.device_class == "tank"]
    level_bars(page, tanks, 8, 7)
    ask = Questions(page.site, BY_AREA, BY_DEVICE)
    title = page.say(Text("水箱液位", "Tank level"))
    limits = own(tanks, "low_m") + own(tanks, "high_m")
    page.add(trend(title, ask.each(tanks, _LEVEL), Scale("m", 2, limits, low=0), names(tanks, page.language)), 16, 7)


def _pumps(page: Page, limits: Limits, ours: list[Device]) -> None:
    pumps = [device for device in ours if device.device_class == "pump"]
    pump_states(page, pumps, 12, 8)
    below, lines = floor(limits.param("pump.discharge_low", "discharge_low"), LIVE)
    questions = Questions(page.site, BY_AREA, BY_DEVICE).each(pumps, Want("discharge_pressure", "MPa"))
    title = page.say(Text("水泵出口压力", "Pump discharge pressure"))
    page.add(trend(title, questions, Scale("MPa", 2, lines, below, low=0), names(pumps, page.language)), 12, 8)


def _pits(page: Page, limits: Limits, ours: list[Device]) -> None:
    pits = having((device for device in ours if device.device_class == "sump"), _LEVEL)
    lines = own(pits, "high_m", limits.colour("sump.high")) or limits.param("sump.high", "high_m")
    questions = Questions(page.site, BY_AREA, BY_DEVICE).each(pits, _LEVEL, how="max")
    title = page.say(Text("集水坑水位", "Sump level"))
    page.add(trend(title, questions, Scale("m", 2, lines, low=0), names(pits, page.language)), 12, 8)


def _meters(page: Page) -> None:
    flow_trend(page, 12, 8)
    users = [d for d in page.site.devices.values() if d.metering and d.metering.role == "use" and d.metering.energy == "water"]
    questions = Questions(page.site, BY_AREA).gained_each(users, Want("forward_volume", "m3"))
    title = page.say(Text("各表用水量（每小时）", "Water by meter, per hour"))
    known = names(users, page.language)
    page.add(trend(title, questions, Scale("m3", 1, low=0), known, style=GraphDrawStyle.BARS, stacked=True), 24, 8)
