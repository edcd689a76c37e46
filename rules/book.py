"""The rule book of a site: which rule watches which device, and where it does not, why."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain

from model.carrier import carriers
from model.own_state import PLATFORM, platform_device
from model.rule import Rule, Within
from model.site import Device, Site
from rules.binder import Ground
from rules.condition import Condition
from rules.errors import DoesNotFit, Fit
from rules.inputs import Carried, Inputs
from rules.parameters import params_of
from rules.selection import Selection
from rules.syntax import Formula, parse


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rule applies to a device in its scope, and if not, what is in the way."""

    rule: Rule
    device: Device
    fit: Fit
    detail: str = ""
    condition: Condition | None = None


Build = Callable[[Formula, Formula | None, Ground, Sequence[Formula]], Condition]


class Book:
    """Every rule against every device it is for, compiled once. Raises ConditionError for a condition that can't be read."""

    def __init__(self, site: Site, rules: Sequence[Rule], build: Build = Condition) -> None:
        """``build`` makes the conditions; a backtest has its own."""
        self.site = site
        self._build = build
        self.rules = tuple(rules)
        self.inputs = {device.id: Inputs(device) for device in site.devices.values()}
        self.carriers = carriers(site)
        for carrier in self.carriers.values():
            carried = Carried(carrier)
            self.inputs[carrier.device.id] = carried.inputs
            for device in carrier.behind:
                self.inputs[device].carried += (carried,)
        self._platform = platform_device(site)
        self.inputs.setdefault(PLATFORM, Inputs(self._platform))
        self.verdicts: tuple[Verdict, ...] = ()
        self._of_rule: Mapping[str, tuple[Verdict, ...]] = {}
        self._keep({rule.id: tuple(self._verdicts_on(rule)) for rule in self.rules})

    def _keep(self, of_rule: Mapping[str, tuple[Verdict, ...]]) -> None:
        self._of_rule = of_rule
        self.verdicts = tuple(chain.from_iterable(of_rule.values()))

    def narrow(self, alarms: Collection[tuple[str, str]]) -> None:
        """Leave out every verdict but those on these (rule, device)."""
        self._keep({rule: tuple(v for v in found if (rule, v.device.id) in alarms) for rule, found in self._of_rule.items()})

    def applying(self) -> Iterator[Verdict]:
        return (verdict for verdict in self.verdicts if verdict.fit is Fit.APPLIES)

    def watches(self) -> Mapping[str, int]:
        """Rule → how many devices it watches; rules that watch none are absent."""
        return Counter(verdict.rule.id for verdict in self.applying())

    def of_rule(self, rule_id: str) -> Sequence[Verdict]:
        """How a rule stands to every device in its scope, for ``guanjia rules explain``."""
        return self._of_rule.get(rule_id, ())

    def of_device(self, device_id: str) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.device.id == device_id]

    def problems(self) -> list[Verdict]:
        """Verdicts that are mistakes of the rule's author, not a device that measures less: a unit, a far point or words that can't be."""
        return [v for v in self.verdicts if v.fit in (Fit.UNIT_REFUSED, Fit.FAR_POINT_MISSING, Fit.WORDS_REFUSED)]

    def unused(self) -> list[tuple[Rule, str]]:
        """Rules that watch nothing on this site, with the first thing in the way."""
        used = {verdict.rule.id for verdict in self.applying()}
        return [(rule, self._obstacle(rule)) for rule in self.rules if rule.id not in used]

    def _obstacle(self, rule: Rule) -> str:
        standing = self.of_rule(rule.id)
        return standing[0].detail if standing else "no device of the site is in its scope"

    def _verdicts_on(self, rule: Rule) -> Iterator[Verdict]:
        when, clear_when = parse(rule.when), parse(rule.clear_when) if rule.clear_when else None
        levels = [parse(level.when) for level in rule.levels]
        watched: set[str] = set()
        for device in (*self.site.devices.values(), *self._meant_by_class(rule)):
            if not is_in_scope(rule, device) or _place(rule, device) in watched:
                continue
            verdict = self._verdict(rule, device, when, clear_when, levels)
            if verdict.fit is Fit.APPLIES:
                watched.add(_place(rule, device))
            yield verdict

    def _meant_by_class(self, rule: Rule) -> Iterator[Device]:
        """A rule watches carriers and the platform only when it names their class: one for every device does not mean its gateway too."""
        others = (*(carrier.device for carrier in self.carriers.values()), self._platform)
        return (device for device in others if device.device_class == rule.scope.device_class)

    def _verdict(self, rule: Rule, device: Device, when: Formula, clear_when: Formula | None, levels: Sequence[Formula]) -> Verdict:
        try:
            return Verdict(rule, device, Fit.APPLIES, condition=self._build(when, clear_when, self._ground(rule, device), levels))
        except DoesNotFit as error:
            return Verdict(rule, device, error.fit, error.detail)

    def _ground(self, rule: Rule, device: Device) -> Ground:
        def members(chosen: Selection) -> Iterator[Ground]:
            return (self._ground(rule, member) for member in chosen.members(self.site, device))

        return Ground(
            inputs=self.inputs[device.id],
            far=self._far,
            params=params_of(rule, device, self.site),
            units=rule.units,
            deadband=rule.deadband,
            timezone=self.site.timezone,
            calendar=self.site.calendar,
            members=members,
        )

    def _far(self, point_id: str) -> tuple[Inputs, int] | None:
        found = self.site.point(point_id)
        return (self.inputs[found[0].id], found[1]) if found else None


def is_in_scope(rule: Rule, device: Device) -> bool:
    """Whether every part of the rule's ``for`` matches; each is a shell-like pattern."""
    scope = rule.scope
    return (
        _fits(device.device_class, scope.device_class)
        and _fits(device.system, scope.system)
        and _fits(device.area, scope.area)
        and _fits(device.id, scope.device)
        and _fits(device.profile.id, scope.profile)
    )


def _fits(word: str, pattern: str | None) -> bool:
    return pattern is None or word == pattern or fnmatchcase(word, pattern)


def _place(rule: Rule, device: Device) -> str:
    """Where one alarm of the rule is enough."""
    places = {Within.DEVICE: device.id, Within.AREA: device.area, Within.SITE: ""}
    return places[rule.scope.one_per]
