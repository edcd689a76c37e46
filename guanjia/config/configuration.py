"""Everything a platform is configured with: the site, its profiles and its rules, checked together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from collectors.errors import ProfileError
from collectors.run import Collectors
from guanjia.config.rule_text import RuleText, read_texts
from guanjia.config.site_file import SiteDraft, draft_site
from guanjia.rulebook.bound import bind
from guanjia.rulebook.history import last_of_files
from guanjia.rulebook.in_force import InForce
from guanjia.rulebook.shelf import Marks, Shelf
from guanjia.system_clock import SystemClock
from model.mistake import ConfigError, Mistake
from model.reading import Block
from model.rule import Rule
from model.rule_version import Origin, RuleVersion
from model.site import Site
from rules.book import Book

RULE_LIBRARY = Path(__file__).resolve().parents[2] / "rules" / "library"
KEPT = "journal:"
"""Before a rule's id: the name under which the journal's words of it stand in place of a file."""
History = Callable[[Site], Sequence[RuleVersion]]
"""What the journal has of the rules of a site; asked only when its files can't be taken."""


@dataclass(frozen=True, slots=True)
class Configuration:
    site: Site
    rules: tuple[Rule, ...]
    book: Book
    shelf: Shelf
    in_force: InForce
    """The rules as they are written there now; what was edited over the API is not among them."""
    marks: Marks
    """Of the rule files just before they were read."""
    refused: tuple[Mistake, ...] = ()
    """Of the site's rule files, in whose place the versions run that ran last."""


def load_configuration(path: Path, history: History = lambda site: ()) -> Configuration:
    """Read the site file and all it names, with the built-in rules. Raises ConfigError with every mistake of all of them at once.

    Where only the site's rules have mistakes, the versions of them that ran last take their place, if ``history`` has any.
    """
    draft = draft_site(path)
    library, unread = read_texts(sorted(RULE_LIBRARY.glob("*.yaml")), Origin.LIBRARY)
    shelf = Shelf(draft, path.parent, tuple(library))
    marks = shelf.marks()
    texts, missing = shelf.read()
    bound = bind(draft, texts)
    beside = {*draft.mistakes, *unread, *_unreadable(draft)}
    mistakes = {*beside, *missing, *bound.mistakes} - bound.explained
    if mistakes:
        ran = () if beside - bound.explained else history(draft.site)
        texts = [*library, *(RuleText(f"{KEPT}{kept.rule}", kept.yaml, is_kept=True) for kept in last_of_files(ran).values())]
        bound = bind(draft, texts)
        if not ran or bound.mistakes or beside - bound.explained:
            raise ConfigError(list(mistakes))
    in_force = InForce(draft, tuple(texts), bound, {})
    return Configuration(draft.site, bound.book.rules, bound.book, shelf, in_force, marks, tuple(sorted(mistakes)))


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
