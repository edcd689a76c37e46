"""Which figure a parameter of a rule has at a device: the rule's own, the site's, the area's, the device's. The nearest one counts."""

from collections.abc import Mapping

from model.rule import Rule
from model.site import Device, Site


def params_of(rule: Rule, device: Device, site: Site) -> dict[str, float]:
    """Name → figure. What site and area say for this rule alone (``pump.dry_run.suction_low``) goes before what they say for all.

    The demand the site has declared to the grid company is a figure of its own: ``declared_demand_kw``.
    """
    area = site.areas.get(device.area)
    facts = {"declared_demand_kw": site.declared_demand_kw} if site.declared_demand_kw is not None else {}
    return {**rule.params, **facts, **_for_rule(rule, site.params), **_for_rule(rule, area.params if area else {}), **device.params}


def _for_rule(rule: Rule, params: Mapping[str, float]) -> dict[str, float]:
    """Names without a dot are for every rule; of those for one rule, ``rule.name``, this rule's."""
    common = {name: figure for name, figure in params.items() if "." not in name}
    own = {name.removeprefix(f"{rule.id}."): figure for name, figure in params.items() if name.rpartition(".")[0] == rule.id}
    return common | own
