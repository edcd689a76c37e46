"""Everything a platform is configured with: the site, its profiles and its rules, checked together."""

from dataclasses import dataclass
from pathlib import Path

from collectors.errors import ProfileError
from collectors.run import Collectors
from guanjia.config.rule_file import load_rules
from guanjia.config.site_file import load_site
from guanjia.system_clock import SystemClock
from model.mistake import ConfigError, Mistake
from model.reading import Block
from model.rule import Rule
from model.site import Site
from rules.book import Book

RULE_LIBRARY = Path(__file__).resolve().parents[2] / "rules" / "library"


@dataclass(frozen=True, slots=True)
class Configuration:
    site: Site
    rules: tuple[Rule, ...]
    book: Book


def load_configuration(path: Path) -> Configuration:
    """Read the site file and all it names, with the built-in rules. Raises ConfigError with every mistake of all of them."""
    mistakes: list[Mistake] = []
    site: Site | None = None
    try:
        site = load_site(path)
    except ConfigError as error:
        mistakes += error.mistakes
    rule_files = [Path(f) for f in site.rule_files] if site else []
    rules, wrong = load_rules([*sorted(RULE_LIBRARY.glob("*.yaml")), *rule_files])
    mistakes += wrong
    if site is None or mistakes:
        raise ConfigError(mistakes)
    book = Book(site, rules)
    mistakes = [Mistake(v.rule.file, v.rule.line, v.rule.id, f"{v.detail} (for device '{v.device.id}')") for v in book.problems()]
    mistakes += _unreadable(site, path)
    if mistakes:
        raise ConfigError(mistakes)
    return Configuration(site, tuple(rules), book)


def _unreadable(site: Site, path: Path) -> list[Mistake]:
    """Devices whose profile the collectors can't read as written."""
    try:
        Collectors(site, _Nowhere(), SystemClock())
    except ProfileError as error:
        return [Mistake(str(path), 1, "devices", str(error))]
    return []


class _Nowhere:
    def accept(self, block: Block) -> None:
        """Nothing is read during a check."""
