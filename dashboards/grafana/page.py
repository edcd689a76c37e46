"""One dashboard being put together: its place on the grid, its variables, its links to the others."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders.dashboard import (
    CustomVariable,
    Dashboard,
    DashboardLink,
    DatasourceVariable,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    GridPos,
    Panel,
    VariableOption,
)

from model.site import Device, Site
from model.text import Language, Text

GRID = 24
"""Columns of Grafana's grid."""
_LONGEST_UID = 40
"""Characters Grafana takes in a uid."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the dashboards of one site in one language live: uid and title of their folder, uid of their data source."""

    site: Site
    language: Language
    datasource: str

    @property
    def folder_uid(self) -> str:
        return uid(self.site.id, self.language.value)

    @property
    def folder_title(self) -> str:
        return self.site.name.of(self.language)


def uid(*parts: str) -> str:
    """The parts joined, never longer than Grafana takes: what is too long is cut and told apart by a checksum."""
    whole = "-".join(parts)
    if len(whole) <= _LONGEST_UID:
        return whole
    mark = f"{zlib.crc32(whole.encode()):08x}"
    return f"{whole[: _LONGEST_UID - len(mark) - 1]}-{mark}"


class Page:
    """Panels are placed from left to right, row by row, in the order they are added."""

    def __init__(self, place: Place, slug: str, title: Text) -> None:
        self.site, self.language, self.slug = place.site, place.language, slug
        self._place = place
        self._panels: list[Panel] = []
        self._x = self._y = self._row_height = 0
        self._dashboard = (
            Dashboard(f"{place.folder_title} · {self.say(title)}")
            .uid(uid(place.site.id, slug, place.language.value))
            .tags(["guanjia", place.site.id, place.language.value])
            .timezone(place.site.timezone.key)
            .time("now-6h", "now")
            .refresh("30s")
            .week_start("monday")
            .tooltip(DashboardCursorSync.CROSSHAIR)
            .readonly()
            .link(self._links())
            .with_variable(self._datasource())
        )

    @property
    def has_panels(self) -> bool:
        return bool(self._panels)

    def say(self, text: Text) -> str:
        return text.of(self.language)

    def address(self, slug: str) -> str:
        """The path of another page of this site."""
        return f"/d/{uid(self.site.id, slug, self.language.value)}"

    def choose_area(self, devices: Sequence[Device]) -> None:
        """A variable ``area`` over the places these devices stand in."""
        areas = dict.fromkeys(device.area for device in devices)
        named = [(self.say(self.site.areas[a].name) if a in self.site.areas else a, a) for a in areas]
        self._choice("area", Text("区域", "Area"), named, [])

    def choose_device(self, devices: Sequence[Device], label: Text, chosen: Sequence[Device] = ()) -> None:
        """A variable ``device`` over these devices; all of them unless some are chosen."""
        named = [(self.say(device.name), device.id) for device in devices]
        self._choice("device", label, named, [(self.say(device.name), device.id) for device in chosen])

    def add(self, panel: Builder[Panel] | None, width: int, height: int) -> None:
        """Place a panel, if there is one; it starts a new row when it does not fit beside the last."""
        if panel is None:
            return
        if self._x + width > GRID:
            self.end_row()
        built = panel.build()
        built.id_val = len(self._panels) + 1
        built.grid_pos = GridPos(h=height, w=width, x=self._x, y=self._y)
        self._panels.append(built)
        self._x += width
        self._row_height = max(self._row_height, height)

    def end_row(self) -> None:
        """What follows starts at the left, below all there is."""
        self._x, self._y, self._row_height = 0, self._y + self._row_height, 0

    def build(self) -> dict[str, Any]:
        """The dashboard as Grafana's JSON, from the SDK's types."""
        dashboard = self._dashboard.build()
        dashboard.panels = list(self._panels)
        made: dict[str, Any] = json.loads(json.dumps(dashboard, cls=JSONEncoder))
        return made

    def _choice(self, variable: str, label: Text, named: Sequence[tuple[str, str]], chosen: Sequence[tuple[str, str]]) -> None:
        texts, values = ([text for text, _ in chosen], [value for _, value in chosen]) if chosen else (["All"], ["$__all"])
        self._dashboard.with_variable(
            CustomVariable(variable)
            .label(self.say(label))
            .values(", ".join(f"{_escaped(text)} : {_escaped(value)}" for text, value in named))
            .multi(True)
            .include_all(True)
            .all_value(".*")
            .current(VariableOption(True, texts, values))
        )

    def _datasource(self) -> DatasourceVariable:
        current = VariableOption(True, self._place.datasource, self._place.datasource)
        return DatasourceVariable("datasource").label(self.say(Text("数据源", "Data source"))).type("influxdb").current(current)

    def _links(self) -> DashboardLink:
        link = DashboardLink(self._place.folder_title).type(DashboardLinkType.DASHBOARDS)
        return link.tags(["guanjia", self.site.id, self.language.value]).as_dropdown(False).keep_time(True).include_vars(False)


def _escaped(text: str) -> str:
    """Commas part the options of a custom variable."""
    return text.replace(",", "\\,")
