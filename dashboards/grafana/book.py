"""All dashboards of a site."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from dashboards.grafana.limits import Limits
from dashboards.grafana.page import Page, Place
from dashboards.grafana.pages.charging import charging
from dashboards.grafana.pages.elevators import elevators
from dashboards.grafana.pages.fire import fire
from dashboards.grafana.pages.overview import overview
from dashboards.grafana.pages.parking import parking
from dashboards.grafana.pages.power import power
from dashboards.grafana.pages.water import water
from model.rule import Rule

_PAGES: tuple[Callable[[Place, Limits], Page], ...] = (overview, power, water, elevators, fire, parking, charging)


def dashboards(place: Place, rules: Iterable[Rule]) -> dict[str, dict[str, Any]]:
    """Slug → dashboard as JSON. A system the site does not have gets no page."""
    limits = Limits(rules)
    pages = [page(place, limits) for page in _PAGES]
    return {page.slug: page.build() for page in pages if page.has_panels}


def export(place: Place, rules: Iterable[Rule], folder: Path) -> list[Path]:
    """Write one file per dashboard; the same site makes the same bytes. OSError when the folder can't be written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for slug, dashboard in dashboards(place, rules).items():
        file = folder / f"{slug}.json"
        file.write_text(json.dumps(dashboard, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
        written.append(file)
    return written
