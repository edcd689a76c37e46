"""Fire: points in alarm, fault or disabled, loop by loop; fire water and fire pumps; the panels' batteries."""

from collections.abc import Sequence

from dashboards.grafana.abnormal import DEVICE, Abnormal
from dashboards.grafana.equipment import level_bars, pump_states
from dashboards.grafana.groups import Want, having
from dashboards.grafana.influxql import BY_AREA, BY_DEVICE
from dashboards.grafana.limits import Limits, floor
from dashboards.grafana.look import LIVE, Limit
from dashboards.grafana.page import Page, Place
from dashboards.grafana.panels import Scale, names, trend
from dashboards.grafana.questions import Questions
from dashboards.grafana.tables import Shown, grid
from model.site import Device, System
from model.text import Text

_COUNTS = (
    ("fire_count", Text("火警", "Alarm"), "fire.alarm"),
    ("fault_count", Text("故障", "Fault"), "fire.fault"),
    ("disabled_count", Text("屏蔽", "Disabled"), "fire.shielded"),
    ("supervisory_count", Text("监管", "Supervisory"), "fire.supervisory"),
    ("feedback_count", Text("反馈", "Feedback"), "fire.feedback"),
)


def fire(place: Place, limits: Limits) -> Page:
    page = Page(place, "fire", System.FIRE.label)
    ours = [device for device in page.site.devices.values() if device.system is System.FIRE]
    page.choose_area(ours)
    page.choose_device(ours, DEVICE)
    abnormal = Abnormal(page, limits, System.FIRE)
    abnormal.tiles()
    abnormal.table()
    _loops(page, limits, having(ours, *(Want(point) for point, _, _ in _COUNTS)))
    _points_over_time(page, having(ours, Want("fire_count")))
    _fire_water(page, limits, ours)
    return page


def _loops(page: Page, limits: Limits, loops: Sequence[Device]) -> None:
    """Every loop with its counts: all 0 is grey."""
    columns = [Shown(point, page.say(title), Scale("", 0, [Limit(1, limits.colour(rule))])) for point, title, rule in _COUNTS]
    questions = Questions(page.site, BY_AREA).table(loops, *(Want(point) for point, _, _ in _COUNTS))
    known = names(loops, page.language)
    title = page.say(Text("各回路点数", "Points by loop"))
    page.add(grid(title, questions, page.say(Text("回路", "Loop")), known, columns, "—", page.say(_COUNTS[0][1])), 12, 10)


def _points_over_time(page: Page, loops: Sequence[Device]) -> None:
    ask = Questions(page.site, BY_AREA)
    questions = [q for point, title, _ in _COUNTS for q in ask.total(loops, Want(point), page.say(title), how="max")]
    title = page.say(Text("全部回路点数", "Points of all loops"))
    page.add(trend(title, questions, Scale("", 0, low=0)), 12, 10)


def _fire_water(page: Page, limits: Limits, ours: Sequence[Device]) -> None:
    tanks = [device for device in ours if device.device_class == "tank"]
    level_bars(page, tanks, 8, 7)
    ask = Questions(page.site, BY_AREA, BY_DEVICE)
    below, lines = floor(limits.param("fire_water.pressure_low", "least_pressure"), LIVE)
    title = page.say(Text("消防水压", "Fire-water pressure"))
    scale = Scale("MPa", 3, lines, below, low=0)
    page.add(trend(title, ask.each(tanks, Want("outlet_pressure", "MPa")), scale, names(tanks, page.language)), 8, 7)
    loops = having(ours, Want("battery_voltage"))
    title = page.say(Text("控制器备电电压", "Panel battery voltage"))
    page.add(trend(title, ask.each(loops, Want("battery_voltage", "V")), Scale("V", 1), names(loops, page.language)), 8, 7)
    pump_states(page, [device for device in ours if device.device_class == "pump"], 24, 6)
