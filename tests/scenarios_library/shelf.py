"""The shelf of scenario files: what each says it expects, read without playing it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from guanjia.config.configuration import RULE_LIBRARY
from guanjia.config.rule_file import load_rules
from guanjia.config.site_file import load_site
from model.rule import Rule
from model.site import Site

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "examples" / "talent-apartments" / "scenarios", ROOT / "examples" / "test-bench" / "scenarios")
QUIET_DAY = FOLDERS[0] / "quiet-day.yaml"
"""The whole site for 24 hours: minutes of work, run by hand. Its sample of one device of each kind is played with the rest."""
NOTHING = "nothing"
"""``under: nothing``: the alarm stands by itself."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Cry:
    """One expected alarm. ``folded``: recorded under the alarm that explains it, not shouted."""

    rule: str
    device: str
    count: int
    folded: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What a scenario file says."""

    file: Path
    id: str
    zh: str
    en: str
    length: str
    site: Path
    cries: tuple[Cry, ...]
    tickets: int

    def raises(self, rule: str) -> bool:
        return any(fnmatchcase(rule, cry.rule) for cry in self.cries)

    def shouts(self, rule: str) -> bool:
        return any(fnmatchcase(rule, cry.rule) and not cry.folded for cry in self.cries)

    def systems(self) -> list[str]:
        """The systems of the devices that raise something, in the order of the page."""
        devices = site_of(self.site).devices.values()
        return list(dict.fromkeys(str(d.system) for cry in self.cries for d in devices if fnmatchcase(d.id, cry.device)))


def files() -> list[Path]:
    return [file for folder in FOLDERS for file in sorted(folder.glob("*.yaml"))]


@cache
def pages() -> tuple[Page, ...]:
    return tuple(_page(file) for file in files())


@cache
def site_of(file: Path) -> Site:
    return load_site(file, {})


@cache
def library() -> Mapping[str, Rule]:
    """The built-in rules by id, in the order of their files."""
    rules, mistakes = load_rules(sorted(RULE_LIBRARY.glob("*.yaml")))
    assert mistakes == []
    return {rule.id: rule for rule in rules}


def _page(file: Path) -> Page:
    data = yaml.load(file.read_text(encoding="utf-8"), _LOADER)
    expect = data.get("expect") or {}
    return Page(
        file=file,
        id=data["scenario"],
        zh=data["name"]["zh"],
        en=data["name"]["en"],
        length=str(data["length"]),
        site=(file.parent / data["site"]).resolve(),
        cries=tuple(_cries(expect.get("alarms") or [])),
        tickets=sum(entry.get("count", 1) for entry in expect.get("tickets") or []),
    )


def _cries(entries: list[dict[str, Any]]) -> Iterator[Cry]:
    for entry in entries:
        rule, _, device = entry["alarm"].partition("@")
        yield Cry(rule, device, entry.get("count", 1), entry.get("under", NOTHING) != NOTHING)
