"""Charging: what the chargers draw, which of them work, what they have delivered."""

from collections.abc import Sequence

from grafana_foundation_sdk.models.common import GraphDrawStyle

from dashboards.grafana.abnormal import Abnormal
from dashboards.grafana.codes import code_states
from dashboards.grafana.groups import Want
from dashboards.grafana.influxql import BY_AREA, BY_DEVICE
from dashboards.grafana.limits import Limits
from dashboards.grafana.page import Page, Place
from dashboards.grafana.panels import Scale, names, tile, trend
from dashboards.grafana.questions import Questions, Sign
from model.site import Device, System
from model.text import Text

POWER = Want("active_power", "kW")
_IN_USE_KW = 0.5
"""A charger that draws more is charging: the least a car may be offered is 6 A on one phase, 1.4 kW (IEC 61851-1)."""
_STATES = ("charging_state", "car_state", "mode3_state")


def charging(place: Place, limits: Limits) -> Page:
    page = Page(place, "charging", System.CHARGING.label)
    chargers = chargers_of(page)
    page.choose_area(chargers)
    page.choose_device(chargers, Text("充电桩", "Charger"))
    ask = Questions(page.site, BY_AREA)
    page.add(tile(page.say(Text("充电总功率", "Charging power")), ask.now(chargers, POWER), Scale("kW", 0)), 6, 4)
    in_use = Sign(tuple(chargers), (POWER,), f'"a" > {_IN_USE_KW:g}')
    page.add(tile(page.say(Text("正在充电", "Charging now")), ask.count([in_use]), Scale("", 0)), 6, 4)
    abnormal = Abnormal(page, limits, System.CHARGING)
    abnormal.tiles(width=6, height=4)
    abnormal.table()
    power_trend(page, chargers, 12, 8)
    _delivered(page, chargers)
    code_states(page, Text("充电桩状态", "Chargers"), chargers, _STATES, 24, max(7, min(24, 3 + len(chargers) // 3)))
    title = page.say(Text("各桩功率", "Power of each charger"))
    page.add(
        trend(title, Questions(page.site, BY_AREA, BY_DEVICE).each(chargers, POWER), Scale("kW", 1, low=0), names(chargers, page.language)),
        24,
        8,
    )
    return page


def chargers_of(page: Page) -> list[Device]:
    return [device for device in page.site.devices.values() if device.device_class == "ev_charger"]


def power_trend(page: Page, chargers: Sequence[Device], width: int, height: int) -> None:
    title = page.say(Text("充电总功率", "Charging power"))
    questions = Questions(page.site).total(chargers, POWER, title)
    page.add(trend(title, questions, Scale("kW", 0, low=0), least_step="1m"), width, height)


def _delivered(page: Page, chargers: Sequence[Device]) -> None:
    """Not every charger has a counter that outlives the session; the mean power of an hour, over one hour, is what all can say."""
    title = page.say(Text("充电量（每小时，按平均功率）", "Energy delivered per hour, from mean power"))
    questions = Questions(page.site, BY_AREA).total(chargers, POWER, page.say(Text("充电量", "Energy")), step="1h")
    page.add(trend(title, questions, Scale("kWh", 0, low=0), style=GraphDrawStyle.BARS), 12, 8)
