"""Does any scenario notice that a rule has been changed? By what it expects, or by its stream of events, as ``scenario run`` would.

Played are those in which the rule speaks, the cheapest first; then those in which something breaks that it watches, and it keeps still.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from guanjia.config.scenario_file import ScenarioFile, load_scenario
from guanjia.scenario.comparison import Difference, compare
from guanjia.scenario.event_lines import compared, events_file, read
from guanjia.scenario.player import play
from model.rule import Rule
from model.scenario import Breakdown
from model.site import Device
from rules.book import Book
from tests.scenarios_library.mutants import Mutant, mutants
from tests.scenarios_library.shelf import QUIET_DAY, Page, library, pages

_STILL = 6
"""So many of those in which the rule keeps still, the cheapest."""


class Fate(StrEnum):
    NOTICED = "noticed"
    SURVIVED = "survived"
    UNCHANGED = "unchanged"
    """Every device it speaks of has its own figure, which goes before the rule's."""
    UNPLAYED = "unplayed"
    """No scenario raises the rule."""


@dataclass(frozen=True, slots=True)
class Trial:
    mutant: Mutant
    fate: Fate
    by: str = ""
    """The scenario that noticed."""


@cache
def of_rule(rule_id: str) -> tuple[Mutant, ...]:
    return tuple(mutants(library()[rule_id]))


def tried(rule_id: str, index: int) -> Trial:
    """Try the rule's mutant of that number. Takes names, so that it can be asked of another process."""
    mutant = of_rule(rule_id)[index]
    speaking = [page for page in pages() if page.raises(rule_id)]
    if not speaking:
        return Trial(mutant, Fate.UNPLAYED)
    if mutant.param and all(mutant.param in device.params for page in speaking for device in _spoken_of(page, rule_id)):
        return Trial(mutant, Fate.UNCHANGED)
    for page in (*sorted(speaking, key=_cost), *_keeping_still(rule_id)):
        if _notices(page.file, mutant.rule):
            return Trial(mutant, Fate.NOTICED, page.id)
    return Trial(mutant, Fate.SURVIVED)


@cache
def _keeping_still(rule_id: str) -> tuple[Page, ...]:
    found = [page for page in pages() if page.file != QUIET_DAY and not page.raises(rule_id) and _breaks_before(page, library()[rule_id])]
    return tuple(sorted(found, key=_cost)[:_STILL])


def _breaks_before(page: Page, rule: Rule) -> bool:
    """Whether a machine breaks that the rule watches."""
    loaded = load_scenario(page.file)
    broken = {device for act in loaded.scenario.timeline if isinstance(act, Breakdown) for device in act.devices}
    return any(verdict.device.id in broken for verdict in Book(loaded.site, [rule]).applying())


def _spoken_of(page: Page, rule_id: str) -> Iterator[Device]:
    for cry in page.cries:
        if fnmatchcase(rule_id, cry.rule):
            yield from (d for d in load_scenario(page.file).site.devices.values() if fnmatchcase(d.id, cry.device))


def _notices(file: Path, changed: Rule) -> bool:
    loaded = _loaded(file)
    return bool(_differences(file, loaded, [changed if rule.id == changed.id else rule for rule in loaded.rules]))


def _differences(file: Path, loaded: ScenarioFile, rules: Sequence[Rule]) -> tuple[Difference, ...]:
    played = play(loaded.scenario, loaded.site, rules)
    return (*compare(loaded.scenario, played.outcome), *compared(read(events_file(file)), played.events))


@cache
def _cost(page: Page) -> float:
    """Steps times devices."""
    loaded = load_scenario(page.file)
    s = loaded.scenario
    return (s.warm_up_ns + s.length_ns) / s.step_ns * len(loaded.site.devices)


@cache
def _loaded(file: Path) -> ScenarioFile:
    """The scenario, seen to go as written with the rules as they are: else it would notice anything."""
    loaded = load_scenario(file)
    differences = _differences(file, loaded, loaded.rules)
    if differences:
        raise AssertionError(f"{file.name} fails with the rules unchanged: {differences[0]}")
    return loaded
