"""Elevators: who is trapped, which lifts stand, how much each travels."""

from grafana_foundation_sdk.models.common import GraphDrawStyle

from dashboards.grafana.abnormal import Abnormal
from dashboards.grafana.codes import code_states
from dashboards.grafana.groups import Want
from dashboards.grafana.influxql import BY_AREA, BY_DEVICE
from dashboards.grafana.limits import Limits
from dashboards.grafana.page import Page, Place
from dashboards.grafana.panels import Scale, names, trend
from dashboards.grafana.questions import Questions
from model.site import System
from model.text import Text


def elevators(place: Place, limits: Limits) -> Page:
    page = Page(place, "elevators", System.ELEVATOR.label)
    lifts = [device for device in page.site.devices.values() if device.device_class == "elevator"]
    page.choose_area(lifts)
    page.choose_device(lifts, Text("电梯", "Elevator"))
    abnormal = Abnormal(page, limits, System.ELEVATOR)
    abnormal.tiles()
    abnormal.table()
    rows = max(7, min(16, 3 + len(lifts) // 2))
    code_states(page, Text("故障", "Faults"), lifts, ("fault_code",), 12, rows, how="max")
    code_states(page, Text("服务模式", "Service mode"), lifts, ("service_mode",), 12, rows)
    ask, known = Questions(page.site, BY_AREA, BY_DEVICE), names(lifts, page.language)
    title = page.say(Text("运行次数（每小时）", "Trips per hour"))
    page.add(
        trend(title, ask.gained_each(lifts, Want("total_run_count")), Scale("", 0, low=0), known, style=GraphDrawStyle.BARS, stacked=True),
        12,
        8,
    )
    title = page.say(Text("开关门次数（每小时）", "Door operations per hour"))
    questions = ask.gained_each(lifts, Want("door_operation_count"))
    page.add(trend(title, questions, Scale("", 0, low=0), known, style=GraphDrawStyle.BARS, stacked=True), 12, 8)
    return page
