"""Panels of equipment that stands in more than one system: domestic and fire pumps, domestic and fire tanks."""

from collections.abc import Sequence

from dashboards.grafana.groups import Want
from dashboards.grafana.influxql import BY_AREA, BY_DEVICE
from dashboards.grafana.limits import band
from dashboards.grafana.look import ALARM, LIVE, STILL, words
from dashboards.grafana.page import Page
from dashboards.grafana.panels import Scale, levels, names, states
from dashboards.grafana.questions import Questions
from model.alarm import Priority
from model.site import Device
from model.text import Text

_RUNNING = Text("运行", "running")
_STOPPED = Text("停止", "stopped")
_FAULT = Text("故障", "fault")


def pump_states(page: Page, pumps: Sequence[Device], width: int, height: int) -> None:
    """Stopped, running or faulty, a row per pump."""
    wrong = (page.say(_FAULT), ALARM[Priority.HIGH])
    meanings = words({"0": (page.say(_STOPPED), STILL), "1": (page.say(_RUNNING), LIVE), "2": wrong, "3": wrong})
    questions = Questions(page.site, BY_AREA, BY_DEVICE).weighted(pumps, (Want("running"), 1), (Want("fault"), 2))
    title = page.say(Text("水泵状态", "Pumps"))
    page.add(states(title, [(question, meanings) for question in questions], names(pumps, page.language)), width, height)


def level_bars(page: Page, tanks: Sequence[Device], width: int, height: int) -> None:
    """Each tank between empty and its height, coloured outside its own low and high level."""
    own = {}
    for tank in tanks:
        below, limits = band(tank.params.get("low_m"), tank.params.get("high_m"))
        own[tank.id] = Scale("m", 2, limits, below, 0, tank.params.get("height_m"))
    questions = Questions(page.site, BY_AREA).newest_each(tanks, Want("level", "m"))
    title = page.say(Text("当前液位", "Level now"))
    page.add(levels(title, questions, Scale("m", 2, below=LIVE, low=0), own, names(tanks, page.language)), width, height)
