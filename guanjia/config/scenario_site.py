"""The part of a site that a scenario plays on, and what can be named on it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property

from model.people import Post, Role
from model.rule import Rule
from model.scenario import AlarmPattern
from model.site import Device, ModbusTcp, Site
from model.wording import near
from rules.book import Book, Verdict
from rules.errors import Fit
from simulators.machine import Machine
from simulators.physics.site_physics import build_machines

WILD = frozenset("*?[")


def excerpt(site: Site, wanted: Collection[str]) -> Site:
    """The site with the wanted devices alone and whatever feeds them, however far up; and only the places where these stand."""
    kept: set[str] = set()
    waiting = list(wanted)
    while waiting:
        device = waiting.pop()
        if device not in kept:
            kept.add(device)
            waiting += site.fed_by(device)
    devices = {d.id: replace(d, feeds=tuple(f for f in d.feeds if f in kept)) for d in site.devices.values() if d.id in kept}
    places = {d.area for d in devices.values()}
    return replace(site, devices=devices, areas={area.id: area for area in site.areas.values() if area.id in places})


@dataclass
class Stage:
    """Answers the reader of a scenario: does this exist here, and if not, what was probably meant?"""

    site: Site
    rules: tuple[Rule, ...]
    whole: Site
    """The site the excerpt was cut from."""
    _fits: dict[tuple[str, str], Verdict] = field(default_factory=dict)

    @cached_property
    def machines(self) -> Mapping[str, Machine]:
        return build_machines(self.site, 1, 0).machines

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        return Book(self.site, self.rules).verdicts

    def devices(self, glob: str) -> list[Device]:
        return [device for device in self.site.devices.values() if fnmatchcase(device.id, glob)]

    def no_device(self, glob: str) -> str:
        """Why nothing here goes by that name."""
        if WILD & set(glob):
            return f"no device here matches '{glob}'"
        if glob in self.whole.devices:
            return f"device '{glob}' is not among the scenario's 'devices'; add it there"
        return f"no device '{glob}' on the site{near(glob, self.whole.devices)}"

    def behind(self, gateway: str) -> list[Device]:
        """The devices that are reached over one ``host:port``."""
        return [d for d in self.site.devices.values() if isinstance(d.connection, ModbusTcp) and _address(d.connection) == gateway]

    def no_gateway(self, gateway: str) -> str:
        known = {_address(d.connection) for d in self.site.devices.values() if isinstance(d.connection, ModbusTcp)}
        return f"no device here is reached over '{gateway}'; write host:port{near(gateway, known)}"

    def watched(self, pattern: AlarmPattern) -> Iterator[Verdict]:
        return (v for v in self.verdicts if v.fit is Fit.APPLIES and pattern.matches(v.rule.id, v.device.id))

    def no_alarm(self, pattern: AlarmPattern) -> str | None:
        """Why the pattern can't mean any alarm; None when it can."""
        if next(self.watched(pattern), None) is not None:
            return None
        if not self.devices(pattern.device):
            return self.no_device(pattern.device)
        rules = [rule.id for rule in self.rules]
        if not WILD & set(pattern.rule) and pattern.rule not in rules:
            return f"there is no rule '{pattern.rule}'{near(pattern.rule, rules)}"
        if not pattern.is_exact:
            return f"no alarm here matches '{pattern}'"
        details = [v.detail for v in self.verdicts if v.rule.id == pattern.rule and v.device.id == pattern.device]
        own = sorted({v.rule.id for v in self.watched(AlarmPattern("*", pattern.device))})
        reason = details[0] if details else f"it is not for a {self.site.devices[pattern.device].device_class}"
        return f"rule '{pattern.rule}' does not watch '{pattern.device}': {reason}; its rules are {', '.join(own) or 'none'}"

    def no_person(self, name: str) -> str:
        known: Iterable[str] = [*(p.id for p in self.site.people), *Role]
        return f"nobody on the roster is called '{name}'{near(name, known) or '; write an id of people: or a role'}"

    def people(self, name: str) -> frozenset[str]:
        """Ids of whoever on the roster is called so, else of those who hold the post or have the role; none when it is neither."""
        people = self.site.people
        if any(person.id == name for person in people):
            return frozenset({name})
        return frozenset(person.id for person in people if name in (person.post, person.role))

    def nobody_told(self, name: str) -> str:
        """Why no notice can be for ``name``."""
        if name in set(Role) or name in set(Post):
            return f"nobody on the roster is {name}"
        known: Iterable[str] = [*(p.id for p in self.site.people), *Post, *Role]
        return f"nobody on the roster is called '{name}'{near(name, known) or '; write an id of people:, a post or a role'}"


def _address(connection: ModbusTcp) -> str:
    return f"{connection.host}:{connection.port}"
