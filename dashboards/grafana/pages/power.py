"""Power: load against the declared demand, transformers, meters against their rating, energy by use."""

from grafana_foundation_sdk.models.common import GraphDrawStyle

from dashboards.grafana.abnormal import DEVICE, Abnormal
from dashboards.grafana.groups import Want, having
from dashboards.grafana.influxql import BY_AREA, BY_DEVICE
from dashboards.grafana.limits import Limits, floor
from dashboards.grafana.look import ALARM, LIVE, Limit
from dashboards.grafana.page import Page, Place
from dashboards.grafana.panels import Scale, names, tile, trend
from dashboards.grafana.questions import Questions
from dashboards.grafana.signs import OVERLOAD_PERCENT, WARNING_PERCENT
from dashboards.grafana.tables import Shown, grid
from model.alarm import Priority
from model.site import Device, Site, System
from model.text import Text

KILOWATTS = Want("active_power_total", "kW")
_USES = {
    "A": Text("照明插座", "Lighting and sockets"),
    "B": Text("空调", "Air conditioning"),
    "C": Text("动力", "Power"),
    "D": Text("特殊用电", "Special"),
}
"""First letter of the electricity item: 2008 national guideline for sub-metering of public buildings."""
_LOW, _HIGH = 0.93, 1.07
"""Of the nominal voltage: rules power.voltage_low and power.voltage_high."""


def power(place: Place, limits: Limits) -> Page:
    page = Page(place, "power", System.POWER.label)
    ours = [device for device in page.site.devices.values() if device.system is System.POWER]
    page.choose_area(ours)
    page.choose_device(having(ours, Want("voltage_l1")), Text("电表", "Meter"), chosen=incomers(page.site))
    _site_load(page, limits)
    abnormal = Abnormal(page, limits, System.POWER)
    abnormal.tiles()
    abnormal.table()
    _transformers(page, limits, ours)
    _chosen_meters(page, limits, ours)
    _energy(page)
    _ratings(page, limits, ours)
    return page


def incomers(site: Site) -> list[Device]:
    """The meters that add up to the site's electricity."""
    return [d for d in site.devices.values() if d.metering and d.metering.role == "incomer" and d.metering.energy == "electricity"]


def demand_limit(site: Site) -> list[Limit]:
    return [Limit(site.declared_demand_kw, ALARM[Priority.HIGH])] if site.declared_demand_kw else []


def load_trend(page: Page, width: int, height: int) -> None:
    """The site's load, feeder on feeder, under the declared demand."""
    found = incomers(page.site)
    title = page.say(Text("总负荷与申报需量", "Site load and declared demand"))
    scale = Scale("kW", 0, demand_limit(page.site), low=0)
    page.add(trend(title, Questions(page.site).each(found, KILOWATTS), scale, names(found, page.language), stacked=True), width, height)


def load_tile(page: Page, width: int, height: int, url: str = "") -> None:
    scale = Scale("kW", 0, demand_limit(page.site))
    questions = Questions(page.site).now(incomers(page.site), KILOWATTS)
    page.add(tile(page.say(Text("总负荷", "Site load")), questions, scale, url, page.say(System.POWER.label)), width, height)


def _site_load(page: Page, limits: Limits) -> None:
    found, ask = incomers(page.site), Questions(page.site)
    load_tile(page, 6, 4)
    factor = Want("power_factor_total")
    below, standard = floor(limits.param("power.factor_low", "power_factor_standard"))
    page.add(
        tile(
            page.say(Text("最低功率因数", "Lowest power factor")),
            ask.now(found, factor, "min"),
            Scale("", 2, standard, below),
            together="min",
        ),
        6,
        4,
    )
    kva = Want("apparent_power_total", "kVA", "capacity_kva")
    load = _load(limits)
    page.add(
        tile(
            page.say(Text("最高变压器负载率", "Highest transformer load")), ask.now(found, kva, "max"), Scale("%", 0, load), together="max"
        ),
        6,
        4,
    )
    monitors = [device for device in page.site.devices.values() if device.device_class == "transformer_monitor"]
    hot = _winding_limits(limits)
    title = page.say(Text("最高绕组温度", "Hottest winding"))
    page.add(tile(title, ask.now(monitors, Want("max_temp", "degC"), "max"), Scale("degC", 0, hot), together="max"), 6, 4)
    load_trend(page, 24, 8)


def _load(limits: Limits) -> list[Limit]:
    return limits.fixed("power.overload", WARNING_PERCENT) + limits.fixed("power.overload", OVERLOAD_PERCENT, "overload")


def _winding_limits(limits: Limits) -> list[Limit]:
    return limits.param("transformer.temperature_high", "alarm_temperature") + limits.param(
        "transformer.temperature_trip", "trip_temperature"
    )


def _transformers(page: Page, limits: Limits, ours: list[Device]) -> None:
    ask = Questions(page.site, BY_AREA)
    monitors = having(ours, Want("max_temp"))
    title = page.say(Text("变压器绕组最高温度", "Hottest winding of each transformer"))
    scale = Scale("degC", 0, _winding_limits(limits))
    page.add(trend(title, ask.each(monitors, Want("max_temp", "degC")), scale, names(monitors, page.language)), 12, 8)
    found = incomers(page.site)
    title = page.say(Text("变压器负载率", "Load of each transformer"))
    load = _load(limits)
    questions = ask.each(found, Want("apparent_power_total", "kVA", "capacity_kva"))
    page.add(trend(title, questions, Scale("%", 0, load, low=0), names(found, page.language)), 12, 8)


def _chosen_meters(page: Page, limits: Limits, ours: list[Device]) -> None:
    """Lines of the meters chosen at the head of the page."""
    ask = Questions(page.site, BY_AREA, BY_DEVICE)
    meters = having(ours, Want("voltage_l1"))
    phases = [" L1", " L2", " L3"]
    nominal = next((limit.value for limit in limits.param("power.voltage_low", "nominal_voltage")), None)
    band = [Limit(nominal * share, ALARM[Priority.MEDIUM]) for share in (_LOW, _HIGH)] if nominal else []
    volts = [q for p in (1, 2, 3) for q in ask.each(meters, Want(f"voltage_l{p}", "V"), alias=f"$tag_device L{p}")]
    title = page.say(Text("所选电表：相电压", "Chosen meters: phase voltage"))
    page.add(trend(title, volts, Scale("V", 1, band), names(meters, page.language, *phases)), 12, 8)
    amps = [q for p in (1, 2, 3) for q in ask.each(meters, Want(f"current_l{p}", "A"), alias=f"$tag_device L{p}")]
    title = page.say(Text("所选电表：相电流", "Chosen meters: phase current"))
    page.add(trend(title, amps, Scale("A", 0, low=0), names(meters, page.language, *phases)), 12, 8)
    title = page.say(Text("所选电表：有功功率", "Chosen meters: active power"))
    page.add(trend(title, ask.each(meters, KILOWATTS), Scale("kW", 1), names(meters, page.language)), 12, 8)


def _energy(page: Page) -> None:
    """Energy by use and hour, from the use meters' counters."""
    ask, questions = Questions(page.site), []
    for letter, use in _USES.items():
        meters = [d for d in page.site.devices.values() if d.metering and d.metering.role == "use" and d.metering.item.startswith(letter)]
        questions += ask.gained(meters, Want("energy_import", "kWh"), page.say(use))
    title = page.say(Text("分项用电量（每小时）", "Energy by use, per hour"))
    page.add(trend(title, questions, Scale("kWh", 0, low=0), style=GraphDrawStyle.BARS, stacked=True), 12, 8)


def _ratings(page: Page, limits: Limits, ours: list[Device]) -> None:
    """Every meter against its rating, the fullest first."""
    amps = [Want(f"current_l{phase}", "A", "rated_current") for phase in (1, 2, 3)]
    heads = ["L1", "L2", "L3"]
    meters = having(ours, *amps)
    scale = Scale("%", 0, _load(limits), LIVE)
    columns = [*(Shown(head, head, scale) for head in heads), Shown("load", page.say(Text("有功功率", "Active power")), Scale("kW", 1))]
    questions = Questions(page.site, BY_AREA).table(meters, *amps, KILOWATTS, columns=[*heads, "load"])
    title = page.say(Text("各回路电流占额定值", "Current of each meter, of its rating"))
    page.add(grid(title, questions, page.say(DEVICE), names(meters, page.language), columns, "—", sort_by="L1"), 24, 10)
