"""Which figure a parameter of a rule has at a device: the rule's own, the site's, the area's, the device's. The nearest one counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from model.rule import Rule
from model.site import Device, Site
from rules.syntax import parse

Place = Literal["site", "area", "device"]


@dataclass(frozen=True, slots=True)
class Given:
    """A figure that somebody has given for a device, and where: it counts in place of the rule's own."""

    value: float
    said_by: Place


def params_of(rule: Rule, device: Device, site: Site) -> dict[str, float]:
    """Name → figure. What site and area say for this rule alone (``pump.dry_run.suction_low``) goes before what they say for all.

    The demand the site has declared to the grid company is a figure of its own: ``declared_demand_kw``.
    """
    found = dict(rule.params)
    for said in _layers(rule, device, site).values():
        found |= said
    return found


def figures_given(rule: Rule, device: Device, site: Site) -> dict[str, Given]:
    """Of the names the rule's conditions ask of the device: those whose figure comes from site, area or device."""
    texts = (rule.when, rule.clear_when, *(level.when for level in rule.levels))
    asked = frozenset[str]().union(*(parse(text).names for text in texts if text)) - {point.name for point in device.points}
    layers = _layers(rule, device, site).items()
    found = {name: Given(figure, place) for place, said in layers for name, figure in said.items() if name in asked}
    return dict(sorted(found.items()))


def _layers(rule: Rule, device: Device, site: Site) -> dict[Place, Mapping[str, float]]:
    """The later before the earlier."""
    area = site.areas.get(device.area)
    facts = {"declared_demand_kw": site.declared_demand_kw} if site.declared_demand_kw is not None else {}
    return {
        "site": {**facts, **_for_rule(rule, site.params)},
        "area": _for_rule(rule, area.params if area else {}),
        "device": device.params,
    }


def _for_rule(rule: Rule, params: Mapping[str, float]) -> dict[str, float]:
    """Names without a dot are for every rule; of those for one rule, ``rule.name``, this rule's."""
    common = {name: figure for name, figure in params.items() if "." not in name}
    own = {name.removeprefix(f"{rule.id}."): figure for name, figure in params.items() if name.rpartition(".")[0] == rule.id}
    return common | own
