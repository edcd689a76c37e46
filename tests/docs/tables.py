"""The tables of the documentation that are drawn from the product itself.

Each stands between ``<!-- generated: NAME -->`` and ``<!-- end: NAME -->``. ``python -m tests.docs.tables`` writes them afresh; a test
fails while one differs.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import count
from pathlib import Path

import yaml

from energy.items import ITEMS
from guanjia.config.configuration import RULE_LIBRARY
from guanjia.config.profile_file import LIBRARY, load_profile
from guanjia.config.rule_file import load_rules
from guanjia.config.site_file import read_site
from model.clock import DAY, HOUR, MINUTE, SECOND
from model.people import ROLE_RIGHTS, Right, Role
from model.profile import Profile, TopicPath
from model.rule import Level, Rule, Scope, TicketOrder, Within
from model.site import Site
from model.units import FAMILIES, UNITS
from rules.functions import all_functions
from rules.syntax import parse
from simulators.physics.site_physics import build_machines
from tests.docs.pages import DOCS


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def _duration(ns: int) -> str:
    for unit, word in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if ns and ns % unit == 0:
            return f"{ns // unit} {word}"
    return f"{ns / SECOND:g} s"


# ── rules ──


def rule_table() -> str:
    """The built-in library, a table per file."""
    parts = []
    for file in sorted(RULE_LIBRARY.glob("*.yaml")):
        rules, mistakes = load_rules([file])
        known = [rule for rule in rules if rule.file == str(file)]
        assert not [m for m in mistakes if "there is no rule" not in m.message], mistakes
        parts.append(f"#### [`{file.name}`](../rules/library/{file.name})\n\n{_rules(known)}")
    return "\n\n".join(parts)


def _rules(rules: Sequence[Rule]) -> str:
    heading = ("rule", "priority", "alarm", "报警", "for", "when", "on / off delay", "ticket")
    return _table(heading, (_rule_row(rule) for rule in rules))


def _rule_row(rule: Rule) -> Sequence[str]:
    marks = [word for word, is_set in (("latched", rule.latched), ("life safety", rule.life_safety)) if is_set]
    degrees: tuple[Rule | Level, ...] = (rule, *rule.levels)
    priorities = [", ".join([rule.priority, *marks]), *(level.priority for level in rule.levels)]
    alarms = [degree.text.en.removeprefix("{device}").strip() for degree in degrees]
    zh = [degree.text.zh.removeprefix("{device}").strip() for degree in degrees]
    conditions = [f"`{' '.join(degree.when.split())}`" for degree in degrees]
    delays = [f"{_duration(rule.on_delay_ns)} / {_duration(rule.off_delay_ns)}", *(_duration(level.on_delay_ns) for level in rule.levels)]
    tickets = [_order(rule.ticket), *(_order(level.ticket) for level in rule.levels if level.ticket)]
    cells = (priorities, alarms, zh, [_scope(rule.scope)], conditions, delays, tickets)
    return f"`{rule.id}`", *("<br>".join(cell) for cell in cells)


def _order(order: TicketOrder | None) -> str:
    return f"{order.ticket_class}, {order.skill}" if order else "–"


def _scope(scope: Scope) -> str:
    parts = {
        "class": scope.device_class,
        "system": scope.system,
        "area": scope.area,
        "device": scope.device,
        "profile": scope.profile,
    }
    patterns = [f"{name} `{pattern}`" for name, pattern in parts.items() if pattern]
    return ", ".join([*patterns, *([f"one per {scope.one_per}"] if scope.one_per is not Within.DEVICE else [])])


def function_table() -> str:
    """The functions of the condition language, from the table by which they are read."""
    heading = ("function", "meaning", "unit", "unknown while", "example")
    rows = ((f"`{f.signature}`", f.meaning, f.unit, f.unknown, f"`{f.example}`") for f in all_functions())
    return _table(heading, rows)


# ── profiles ──


def profile_table() -> str:
    heading = ("profile", "class", "device", "protocol", "points", "where its map comes from")
    return _table(heading, (_profile_row(file) for file in sorted(LIBRARY.glob("*.yaml"))))


def _profile_row(file: Path) -> Sequence[str]:
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    profile = _profile(file)
    device = profile.model if profile.manufacturer.startswith("generic") else f"{profile.manufacturer} {profile.model}"
    points = f"{len(profile.points):,}"
    return (
        f"[`{profile.id}`](../profiles/{file.name})",
        f"`{profile.device_class}`",
        device,
        written["protocol"],
        points,
        written["confidence"],
    )


def name_table() -> str:
    """Which points and nameplate figures the built-in rules ask for, by device class."""
    rules, _ = load_rules(sorted(RULE_LIBRARY.glob("*.yaml")))
    return _table(("class", "points", "parameters"), (_names(device_class, rules) for device_class in _classes(rules)))


def _classes(rules: Sequence[Rule]) -> list[str]:
    return sorted({rule.scope.device_class for rule in rules if rule.scope.device_class})


def _names(device_class: str, rules: Sequence[Rule]) -> Sequence[str]:
    spoken: set[str] = set()
    for rule in rules:
        if rule.scope.device_class == device_class:
            conditions = [parse(text) for text in (rule.when, rule.clear_when) if text]
            spoken |= frozenset[str]().union(*(condition.names for condition in conditions)) - set(rule.params)
    profiles = [profile for profile in map(_profile, sorted(LIBRARY.glob("*.yaml"))) if profile.device_class == device_class]
    points = {name for name in spoken if any(profile.column(name) is not None for profile in profiles)}
    return f"`{device_class}`", _listed(points), _listed(spoken - points)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "–"


@cache
def _profile(file: Path) -> Profile:
    return load_profile(file)


# ── faults ──


def fault_table() -> str:
    """Every way a simulated machine can break, by device class."""
    rows = [(f"`{device_class}`", f"`{kind}`", effect) for device_class, kinds in faults().items() for kind, effect in kinds.items()]
    return _table(("class", "fault", "what then changes"), rows)


@cache
def faults() -> dict[str, dict[str, str]]:
    """Device class → fault kind → effect, over every profile of the library."""
    site = one_of_each()
    machines = build_machines(site, 1, 0).machines
    found: dict[str, dict[str, str]] = {}
    for device in sorted(site.devices.values(), key=lambda device: device.device_class):
        kinds = found.setdefault(device.device_class, {})
        kinds |= {fault.kind: fault.effect for fault in machines[device.id].faults.values()}
    return found


@cache
def one_of_each() -> Site:
    """A site with one device of every profile of the library."""
    ports = count(15_020)
    devices = "\n".join(_device(_profile(file), next(ports)) for file in sorted(LIBRARY.glob("*.yaml")))
    head = "site: {id: all, name: {zh: 全, en: All}, timezone: Asia/Shanghai}\nareas: [{id: a, name: {zh: 区, en: Area}}]\ndevices:\n"
    return read_site(head + devices, "all.yaml", DOCS)


def _device(profile: Profile, port: int) -> str:
    name = profile.id.replace("_", "-")
    topics = [point.wire.topic for point in profile.points if isinstance(point.wire, TopicPath)]
    places = {place for topic in topics for place in re.findall(r"\{(\w+)\}", topic)} - {"topic"}
    values = ", ".join(f"{place}: '1'" for place in sorted(places))
    wire = f"mqtt: {{topic: t/{name}, values: {{{values}}}}}" if profile.mqtt else f"modbus: {{host: 127.0.0.1, port: {port}}}"
    few = ", points: ['loop1_*_1']" if len(profile.points) > 1_000 else ""
    return f"  - {{id: {name}, name: {{zh: 台, en: One}}, system: power, area: a, profile: {profile.id}, {wire}{few}}}"


# ── people and energy ──

_RIGHTS = {
    Right.READ: "look at everything",
    Right.ALARM_ACT: "acknowledge, shelve, reset, comment alarms",
    Right.ALARM_OUT_OF_SERVICE: "ask to take alarms out of service, put them back",
    Right.ALARM_APPROVE: "approve or refuse another person's request to do so",
    Right.TICKET_OPEN: "open tickets, comment",
    Right.TICKET_DISPATCH: "dispatch, see whole telephone numbers",
    Right.TICKET_WORK: "accept, arrive, start, hold, resume, finish",
    Right.TICKET_CLOSE: "verify, visit, rework, cancel, close",
    Right.AUDIT_READ: "read the audit trail",
    Right.RULE_EDIT: "change rules, try them on the past",
    Right.USER_ADMIN: "see the logins",
    Right.TEST: "break and mend simulated devices, keep test sessions",
}


def role_table() -> str:
    heading = ("right", *(f"`{role}`" for role in Role))
    rows = ((f"`{right}`: {_RIGHTS[right]}", *("●" if right in ROLE_RIGHTS[role] else "" for role in Role)) for right in Right)
    return _table(heading, rows)


def item_table() -> str:
    return _table(("item", "用途", "use"), ((f"`{item}`", text.zh, text.en) for item, text in ITEMS.items()))


def unit_list() -> str:
    """A line per family of units that convert into one another, and the rest."""
    alone = UNITS.difference({""}, *FAMILIES)
    others = sorted(alone - {"degC", "degF", "K"}, key=lambda unit: (unit.lower(), unit))
    lines = [[*family] for family in FAMILIES] + [["degC", "degF", "K"], others]
    return "\n".join("- " + ", ".join(f"`{unit}`" for unit in line) for line in lines)


# ── writing ──

TABLES: dict[str, tuple[str, Callable[[], str]]] = {
    "rules": ("rules.md", rule_table),
    "functions": ("rules.md", function_table),
    "profiles": ("profiles.md", profile_table),
    "names": ("profiles.md", name_table),
    "units": ("profiles.md", unit_list),
    "faults": ("simulators.md", fault_table),
    "roles": ("operating.md", role_table),
    "items": ("energy.md", item_table),
}
"""Name → page below ``docs`` and what draws it."""


def written(name: str) -> str:
    """The table as it stands in its page. KeyError when its marks are missing."""
    page, _ = TABLES[name]
    found = _marks(name).search((DOCS / page).read_text(encoding="utf-8"))
    if found is None:
        raise KeyError(f"{page} has no '<!-- generated: {name} -->' … '<!-- end: {name} -->'")
    return found["table"]


def write() -> Iterator[str]:
    """Write every table that differs; the names of those."""
    for name, (page, draw) in TABLES.items():
        table = draw()
        if written(name) != table:
            file = DOCS / page
            replaced = _marks(name).sub(lambda found, table=table: found["begin"] + table + found["end"], file.read_text(encoding="utf-8"))  # type: ignore[misc]
            file.write_text(replaced, encoding="utf-8")
            yield name


def _marks(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<begin><!-- generated: {name} -->\n\n?)(?P<table>.*?)(?P<end>\n\n?<!-- end: {name} -->)", re.S)


if __name__ == "__main__":
    list(write())
