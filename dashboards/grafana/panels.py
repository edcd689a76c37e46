"""The kinds of panel the pages use. Each is None when there is nothing to ask, and is then left out of its page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import bargauge, stat, statetimeline, timeseries
from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import DashboardLink
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    GraphDrawStyle,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataTransformerConfig,
    DynamicConfigValue,
    ValueMapping,
)

from dashboards.grafana.influxql import SOURCE, Question
from dashboards.grafana.look import LIVE, NOTHING, WELL, Limit, by_limits, shades, steps, unit
from model.site import Device
from model.text import Language

Names = Mapping[str, str]
"""Series or device id → what people read."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How figures are written and judged: colour ``below`` the first limit, then each limit's from its value on."""

    unit: str = ""
    decimals: int | None = None
    limits: Sequence[Limit] = ()
    below: str = WELL
    low: float | None = None
    high: float | None = None


def names(devices: Iterable[Device], language: Language, *suffixes: str) -> dict[str, str]:
    """Device ids, each with every suffix, as people read them."""
    return {f"{d.id}{suffix}": f"{d.name.of(language)}{suffix}" for d in devices for suffix in suffixes or ("",)}


def tile(
    title: str, questions: Sequence[Question], scale: Scale, url: str = "", link_title: str = "", together: str = "sum"
) -> stat.Panel | None:
    """One figure, the newest; the answers of several questions put ``together`` by their ``sum``, ``min`` or ``max``."""
    if not questions:
        return None
    panel = (
        stat.Panel()
        .title(title)
        .datasource(SOURCE)
        .targets([question.numbered(index) for index, question in enumerate(questions)])
        .unit(unit(scale.unit))
        .thresholds(steps(scale.limits, scale.below))
        .color_scheme(by_limits())
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.NONE)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
        .no_value(NOTHING)
    )
    if len(questions) > 1:
        panel.transformations(_one_figure(together))
    if scale.decimals is not None:
        panel.decimals(scale.decimals)
    if url:
        panel.links([DashboardLink(link_title).type(DashboardLinkType.LINK).url(url).keep_time(True)])
    return panel


def trend(
    title: str,
    questions: Sequence[Question],
    scale: Scale,
    known: Names | None = None,
    *,
    style: GraphDrawStyle = GraphDrawStyle.LINE,
    stacked: bool = False,
    least_step: str = "10s",
) -> timeseries.Panel | None:
    """Figures over time, limits as dashed lines. ``least_step``: no finer than this, so that every device speaks in every step."""
    if not questions:
        return None
    panel = (
        timeseries.Panel()
        .title(title)
        .datasource(SOURCE)
        .targets([question.numbered(index) for index, question in enumerate(questions)])
        .interval(least_step)
        .unit(unit(scale.unit))
        .color_scheme(shades())
        .thresholds(steps(scale.limits, scale.below))
        .thresholds_style(GraphThresholdsStyleConfig().mode(_limit_lines(scale)))
        .draw_style(style)
        .line_width(1)
        .fill_opacity(60 if style is GraphDrawStyle.BARS or stacked else 0)
        .show_points(VisibilityMode.NEVER)
        .stacking(StackingConfig().mode(StackingMode.NORMAL if stacked else StackingMode.NONE).group("A"))
        .legend(VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM).show_legend(True).calcs([]))
        .tooltip(VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
        .no_value(NOTHING)
    )
    _bounds(panel, scale)
    for name, shown in (known or {}).items():
        panel.override_by_name(name, [DynamicConfigValue("displayName", shown)])
    return panel


def states(
    title: str, questions: Sequence[tuple[Question, Sequence[ValueMapping]]], known: Names, least_step: str = "10s"
) -> statetimeline.Panel | None:
    """A row per device, a colour per state; each question with the words of its codes."""
    if not questions:
        return None
    targets = [question.numbered(index) for index, (question, _) in enumerate(questions)]
    panel = (
        statetimeline.Panel()
        .title(title)
        .datasource(SOURCE)
        .targets(list(targets))
        .interval(least_step)
        .color_scheme(by_limits())
        .thresholds(steps(below=LIVE))
        .show_value(VisibilityMode.NEVER)
        .row_height(0.8)
        .merge_values(True)
        .fill_opacity(90)
        .line_width(0)
        .legend(VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM).show_legend(True).calcs([]))
        .no_value(NOTHING)
    )
    for target, (_, mappings) in zip(targets, questions, strict=True):
        panel.override_by_query(target.ref_id, [DynamicConfigValue("mappings", list(mappings))])
    for name, shown in known.items():
        panel.override_by_name(name, [DynamicConfigValue("displayName", shown)])
    return panel


def levels(title: str, questions: Sequence[Question], scale: Scale, own: Mapping[str, Scale], known: Names) -> bargauge.Panel | None:
    """A bar per device, each between its own ends and judged by its own limits."""
    if not questions:
        return None
    panel = (
        bargauge.Panel()
        .title(title)
        .datasource(SOURCE)
        .targets([question.numbered(index) for index, question in enumerate(questions)])
        .unit(unit(scale.unit))
        .color_scheme(by_limits())
        .thresholds(steps(scale.limits, scale.below))
        .display_mode(BarGaugeDisplayMode.BASIC)
        .orientation(VizOrientation.HORIZONTAL)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
        .no_value(NOTHING)
    )
    _bounds(panel, scale)
    for name, judged in own.items():
        panel.override_by_name(
            name,
            [
                named(known[name]),
                DynamicConfigValue("thresholds", steps(judged.limits, judged.below).build()),
                *_ends(judged),
            ],
        )
    return panel


def alarm_count(title: str, questions: Sequence[Question], colour: str, url: str = "", link_title: str = "") -> stat.Panel | None:
    """How many; grey at 0."""
    return tile(title, questions, Scale(decimals=0, limits=[Limit(1, colour)]), url, link_title)


def _one_figure(together: str) -> list[DataTransformerConfig]:
    """Aggregates over the whole range all carry the same time: side by side they make one row, and the row one figure."""
    return [
        DataTransformerConfig("joinByField", options={"byField": "Time", "mode": "outer"}),
        DataTransformerConfig("calculateField", options={"mode": "reduceRow", "reduce": {"reducer": together}, "replaceFields": True}),
    ]


def _limit_lines(scale: Scale) -> GraphThresholdsStyleMode:
    return GraphThresholdsStyleMode.DASHED if scale.limits else GraphThresholdsStyleMode.OFF


def _bounds(panel: timeseries.Panel | bargauge.Panel, scale: Scale) -> None:
    if scale.decimals is not None:
        panel.decimals(scale.decimals)
    if scale.low is not None:
        panel.min(scale.low)
    if scale.high is not None:
        panel.max(scale.high)


def _ends(scale: Scale) -> list[DynamicConfigValue]:
    ends = (("min", scale.low), ("max", scale.high))
    return [DynamicConfigValue(name, value) for name, value in ends if value is not None]


def named(title: str) -> DynamicConfigValue:
    return DynamicConfigValue("displayName", title)
