"""Installs a site's data source, folder and dashboards. Doing it again changes nothing."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from dashboards.grafana.book import dashboards
from dashboards.grafana.client import Grafana
from dashboards.grafana.page import Place
from model.rule import Rule

_GRAFANAS_OWN = ("id", "version")
"""Parts of a dashboard that Grafana numbers itself."""


class Outcome(StrEnum):
    """What became of one thing."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


Report = Callable[[str, str, Outcome], None]
"""Told of each thing as it is done: kind, title, outcome."""


def push(grafana: Grafana, place: Place, rules: Iterable[Rule], datasource: Mapping[str, Any] | None, report: Report) -> None:
    """Without a ``datasource`` the one that ``place`` names is taken as it is. Raises GrafanaError; what was done by then stays."""
    if datasource is not None:
        report("data source", str(datasource["name"]), _datasource(grafana, datasource))
    report("folder", place.folder_title, _folder(grafana, place))
    for dashboard in dashboards(place, rules).values():
        report("dashboard", str(dashboard["title"]), _dashboard(grafana, dashboard, place.folder_uid))


def _datasource(grafana: Grafana, wanted: Mapping[str, Any]) -> Outcome:
    found = grafana.datasource(str(wanted["uid"]))
    if found is None:
        grafana.create_datasource(wanted)
        return Outcome.CREATED
    # A secret can't be read back and compared: it is sent each time, so that a new token gets through.
    secrets = wanted["secureJsonData"]
    if not secrets and all(found.get(key) == value for key, value in wanted.items() if key != "secureJsonData"):
        return Outcome.UNCHANGED
    grafana.replace_datasource(wanted)
    return Outcome.UPDATED


def _folder(grafana: Grafana, place: Place) -> Outcome:
    found = grafana.folder(place.folder_uid)
    if found is None:
        grafana.create_folder(place.folder_uid, place.folder_title)
        return Outcome.CREATED
    if found.get("title") == place.folder_title:
        return Outcome.UNCHANGED
    grafana.rename_folder(place.folder_uid, place.folder_title)
    return Outcome.UPDATED


def _dashboard(grafana: Grafana, wanted: Mapping[str, Any], folder_uid: str) -> Outcome:
    found = grafana.dashboard(str(wanted["uid"]))
    if found is not None:
        kept = {key: value for key, value in found["dashboard"].items() if key not in _GRAFANAS_OWN}
        if kept == wanted and found["meta"].get("folderUid") == folder_uid:
            return Outcome.UNCHANGED
    grafana.save_dashboard(wanted, folder_uid)
    return Outcome.CREATED if found is None else Outcome.UPDATED
