"""Everything a platform is configured with: the site, its profiles and its rules, checked together."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from collectors.errors import ProfileError
from collectors.run import Collectors
from guanjia.config.rule_file import draft_rules
from guanjia.config.site_and_rules import side_by_side
from guanjia.config.site_file import SiteDraft, draft_site
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
    """Read the site file and all it names, with the built-in rules. Raises ConfigError with every mistake of all of them at once."""
    draft = draft_site(path)
    written = draft_rules([*sorted(RULE_LIBRARY.glob("*.yaml")), *map(Path, draft.site.rule_files)])
    together = side_by_side(draft, written)
    mistakes = {*draft.mistakes, *written.mistakes, *together.mistakes, *_unreadable(draft)} - together.explained
    if mistakes:
        raise ConfigError(list(mistakes))
    return Configuration(draft.site, together.book.rules, together.book)


def _unreadable(draft: SiteDraft) -> Iterator[Mistake]:
    """Devices whose profile the collectors can't read as written."""
    reached = {id: d for id, d in draft.site.devices.items() if draft.equipment.doubts[id].isdisjoint(("modbus", "mqtt"))}
    if _why_unreadable(replace(draft.site, devices=reached)) is None:
        return
    for index, item in draft.parts.devices.items():
        device = reached.get(item.value.id)
        why = _why_unreadable(replace(draft.site, devices={device.id: device})) if device else None
        if why is not None:
            yield draft.document.mistake(("devices", index), why)


def _why_unreadable(site: Site) -> str | None:
    try:
        Collectors(site, _Nowhere(), SystemClock())
    except ProfileError as error:
        return str(error)
    return None


class _Nowhere:
    def accept(self, block: Block) -> None:
        """Nothing is read during a check."""
