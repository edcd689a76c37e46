"""The reference site and the built-in rules, as the tests in virtual time play with them."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import count
from pathlib import Path

from guanjia.config.configuration import RULE_LIBRARY
from guanjia.config.rule_file import load_rules
from guanjia.config.scenario_site import excerpt
from guanjia.config.site_file import load_site
from guanjia.scenario import virtual_site
from model.clock import SECOND
from model.rule import Rule
from model.site import Site
from rules.engine import Engine

__all__ = ["EXAMPLES", "VirtualSite", "example", "excerpt", "library", "moment_ns"]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "talent-apartments"


@cache
def library() -> tuple[Rule, ...]:
    """The built-in rules."""
    rules, mistakes = load_rules(sorted(RULE_LIBRARY.glob("*.yaml")))
    assert mistakes == []
    return tuple(rules)


@cache
def example(file: str) -> Site:
    return load_site(EXAMPLES / file, {})


def moment_ns(site: Site, local: str) -> int:
    """``2026-01-14T10:00`` on the site's clocks."""
    return int(datetime.fromisoformat(local).replace(tzinfo=site.timezone).timestamp()) * SECOND


class VirtualSite(virtual_site.VirtualSite):
    """With an engine that judges from the beginning, over the built-in rules unless others are given."""

    def __init__(self, site: Site, seed: int, start_ns: int, rules: Sequence[Rule] | None = None) -> None:
        super().__init__(site, seed, start_ns)
        numbers = count(1)
        self.listen(Engine(site, library() if rules is None else rules, lambda at_ns: f"A{next(numbers):05d}"))
