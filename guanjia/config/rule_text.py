"""The words of rules before anybody has understood them: a file's text, and out of it the lines of one rule."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from model.mistake import Mistake
from model.rule_version import Origin

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class RuleText:
    """What stands in a rule file. One that was edited over the API goes before what the files say of the same rules."""

    file: str
    text: str
    origin: Origin = Origin.SITE
    is_kept: bool = False
    """Whether it is one rule as the journal has kept it, in place of the site's files."""

    @property
    def lays_over(self) -> bool:
        return self.is_kept or self.origin is Origin.EDITED


def matching(folder: Path, pattern: str) -> list[Path]:
    """The rule files below the site file's folder that one line of its ``rules`` means; none for a pattern that can't be."""
    try:
        return sorted(folder.glob(pattern))
    except (NotImplementedError, ValueError):  # an absolute path, or nothing
        return []


def read_texts(paths: Iterable[Path], origin: Origin = Origin.SITE) -> tuple[list[RuleText], list[Mistake]]:
    """What could be read, and a mistake for each file that could not."""
    texts: list[RuleText] = []
    mistakes: list[Mistake] = []
    for path in paths:
        try:
            texts.append(RuleText(str(path), path.read_text(encoding="utf-8"), origin))
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8; save it as UTF-8"
            mistakes.append(Mistake(str(path), 1, "", f"can't read the file: {reason}"))
    return texts, mistakes


def words_of_one(text: str, first_line: int, last_line: int | None, data: Any) -> str:
    """The lines of one rule of a list, comments and all, as a text of its own; written anew from ``data`` where that fails.

    ``last_line`` None: to the end of the text.
    """
    lines = text.splitlines()[first_line - 1 : last_line]
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    if lines and lines[0].lstrip().startswith("- "):
        lines[0] = lines[0].replace("- ", "  ", 1)
    found = textwrap.dedent("\n".join(lines)) + "\n"
    return found if _says(found, data) else yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=140)


def _says(text: str, data: Any) -> bool:
    """An anchor that stands in another rule, or a list in brackets, does not survive the cutting."""
    try:
        return bool(yaml.load(text, _LOADER) == data)
    except yaml.YAMLError:
        return False
