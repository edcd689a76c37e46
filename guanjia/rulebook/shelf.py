"""Where the rules of a site are written: the library, which stays, and the site's files, which people change while the platform runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from guanjia.config.rule_text import RuleText, matching, read_texts
from guanjia.config.site_file import SiteDraft
from model.mistake import Mistake

Marks = tuple[tuple[str, int, int], ...]
"""File, time of its last change (ns), size: other marks, other words."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """``draft`` is the site as it was read at the start: its devices don't change while the platform runs."""

    draft: SiteDraft
    folder: Path
    """The site file's; its ``rules`` are looked up below."""
    library: tuple[RuleText, ...]
    """As it was at the start: a newer one belongs to a newer platform."""

    def files(self) -> list[Path]:
        """The site's rule files, those that have come since too, in the order of the site file."""
        return list(dict.fromkeys(path for pattern in self._patterns().values() for path in self._found(pattern)))

    def read(self) -> tuple[list[RuleText], list[Mistake]]:
        """Library and files as they are now, and what can't be read. Blocking."""
        texts, mistakes = read_texts(self.files())
        return [*self.library, *texts], [*mistakes, *self._missing()]

    def marks(self) -> Marks:
        """What tells, without reading them, whether the files have changed. Blocking."""
        return tuple(self._mark(path) for path in self.files())

    def _patterns(self) -> Mapping[int, str]:
        return self.draft.parts.rules

    def _found(self, pattern: str) -> list[Path]:
        return matching(self.folder, pattern)

    def _missing(self) -> Iterator[Mistake]:
        for index, pattern in self._patterns().items():
            if not self._found(pattern):
                yield self.draft.document.mistake(("rules", index), f"no file matches '{pattern}' beside the site file")

    @staticmethod
    def _mark(path: Path) -> tuple[str, int, int]:
        try:
            found = path.stat()
        except OSError:
            return str(path), 0, 0
        return str(path), found.st_mtime_ns, found.st_size
