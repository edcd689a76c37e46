"""Parking: barriers and their state, cars in and out."""

from collections.abc import Sequence

from grafana_foundation_sdk.models.common import GraphDrawStyle

from dashboards.grafana.abnormal import Abnormal
from dashboards.grafana.codes import code_states
from dashboards.grafana.groups import Want
from dashboards.grafana.influxql import BY_AREA, BY_DEVICE
from dashboards.grafana.limits import Limits
from dashboards.grafana.page import Page, Place
from dashboards.grafana.panels import Scale, names, trend
from dashboards.grafana.questions import Questions
from model.site import Device, System
from model.text import Text


def parking(place: Place, limits: Limits) -> Page:
    page = Page(place, "parking", System.PARKING.label)
    barriers = barriers_of(page)
    page.choose_area(barriers)
    page.choose_device(barriers, Text("道闸", "Barrier"))
    abnormal = Abnormal(page, limits, System.PARKING)
    abnormal.tiles()
    abnormal.table()
    code_states(page, Text("道闸状态", "Barriers"), barriers, ("state", "gate_status"), 24, 6)
    traffic(page, barriers, 24, 8)
    ask, known = Questions(page.site, BY_AREA, BY_DEVICE), names(barriers, page.language)
    title = page.say(Text("起落杆用时", "Stroke time"))
    page.add(trend(title, ask.each(barriers, Want("cycle_time", "s"), how="max"), Scale("s", 1, low=0), known, least_step="1m"), 12, 8)
    title = page.say(Text("电机电流", "Motor current"))
    page.add(trend(title, ask.each(barriers, Want("motor_current", "A"), how="max"), Scale("A", 1, low=0), known, least_step="1m"), 12, 8)
    return page


def barriers_of(page: Page) -> list[Device]:
    return [device for device in page.site.devices.values() if device.device_class == "parking_barrier"]


def traffic(page: Page, barriers: Sequence[Device], width: int, height: int) -> None:
    """Cars in and out, per hour. How many stand inside is the parking system's to say: the barriers count passages only."""
    ask = Questions(page.site)
    questions = ask.gained(barriers, Want("entries"), page.say(Text("进", "In")))
    questions += ask.gained(barriers, Want("exits"), page.say(Text("出", "Out")))
    title = page.say(Text("车辆进出（每小时）", "Cars in and out, per hour"))
    page.add(trend(title, questions, Scale("", 0, low=0), style=GraphDrawStyle.BARS), width, height)
