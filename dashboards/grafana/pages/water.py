"""Water: tanks and pits, pumps and their pressure, what comes in and who uses it."""

from grafana_foundation_sdk.models.common import GraphDrawStyle
from grafana_foundation_sdk.models.dashboard import ValueMapping

from dashboards.grafana.abnormal import Abnormal
from dashboards.grafana.groups import Want, having
from dashboards.grafana.influxql import BY_AREA, BY_DEVICE, Question
from dashboards.grafana.limits import Limits, band, floor, own
from dashboards.grafana.look import LIVE, Limit, words
from dashboards.grafana.page import Page, Place
from dashboards.grafana.panels import Scale, levels, names, states, trend
from dashboards.grafana.pump_states import pump_states
from dashboards.grafana.questions import Questions
from model.site import Device, Site, System
from model.text import Text

LEVEL = Want("level", "m")


def water(place: Place, limits: Limits) -> Page:
    page = Page(place, "water", System.WATER.label)
    ours = [device for device in page.site.devices.values() if device.system is System.WATER]
    page.choose_area(ours)
    page.choose_device(ours, Text("设备", "Device"))
    abnormal = Abnormal(page, limits, System.WATER)
    abnormal.tiles()
    tank_levels(page, limits, ours)
    _pumps(page, limits, ours)
    _pits(page, limits, ours)
    _meters(page)
    abnormal.table()
    return page
