"""Tables: a row per device with its newest figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.builders.common import TableSortByFieldState
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, DynamicConfigValue

from dashboards.grafana.influxql import SOURCE, Question
from dashboards.grafana.look import by_limits, steps, unit, words
from dashboards.grafana.panels import Names, Scale, named


@dataclass(frozen=True, slots=True)
class Shown:
    """One column of a table."""

    column: str
    title: str
    scale: Scale = field(default_factory=Scale)
    meanings: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)


def grid(
    title: str, questions: Sequence[Question], device_title: str, known: Names, columns: Sequence[Shown], empty: str, sort_by: str = ""
) -> table.Panel | None:
    """A row per device with its newest figures. Answers of several questions become one table; their times differ and are left out."""
    if not questions:
        return None
    panel = (
        table.Panel()
        .title(title)
        .datasource(SOURCE)
        .targets([question.numbered(index) for index, question in enumerate(questions)])
        .transformations(_one_table([column.column for column in columns]))
        .thresholds(steps())
        .color_scheme(by_limits())
        .no_value(empty)
        .override_by_name("device", [named(device_title), DynamicConfigValue("mappings", words({i: (n, None) for i, n in known.items()}))])
    )
    for column in columns:
        panel.override_by_name(column.column, _column(column))
    if sort_by:
        panel.sort_by([TableSortByFieldState().display_name(sort_by).desc(True)])
    return panel


def _one_table(columns: Sequence[str]) -> list[DataTransformerConfig]:
    order = {name: index for index, name in enumerate(["device", *columns])}
    return [
        DataTransformerConfig("filterFieldsByName", options={"exclude": {"names": ["Time"]}}),
        DataTransformerConfig("merge", options={}),
        DataTransformerConfig("organize", options={"excludeByName": {}, "renameByName": {}, "indexByName": order}),
    ]


def _column(shown: Shown) -> list[DynamicConfigValue]:
    found = [named(shown.title)]
    if shown.scale.unit:
        found.append(DynamicConfigValue("unit", unit(shown.scale.unit)))
    if shown.scale.decimals is not None:
        found.append(DynamicConfigValue("decimals", shown.scale.decimals))
    if shown.meanings:
        found.append(DynamicConfigValue("mappings", words(shown.meanings)))
    if shown.meanings or shown.scale.limits:
        found.append(DynamicConfigValue("thresholds", steps(shown.scale.limits, shown.scale.below).build()))
        found.append(DynamicConfigValue("custom.cellOptions", {"type": "color-text"}))
    return found
