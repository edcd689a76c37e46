"""The parts of site.yaml, each checked by itself, so that a mistake in one does not hide those in the others."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from guanjia.config.document import Document, validate
from guanjia.config.site_schema import (
    LISTS,
    REQUIRED,
    SECTIONS,
    AreaFile,
    BrokerFile,
    DeviceFile,
    FactsFile,
    JournalFile,
    PersonFile,
    StoreFile,
)
from model.mistake import ConfigError, Mistake


def near(name: str, known: Iterable[str]) -> str:
    """A hint after 'not known': the nearest name, or where to look."""
    found = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean '{found[0]}'?" if found else ""


@dataclass
class Parts:
    """What of the file could be read; a part with a mistake is None or left out, so that the rest is still checked."""

    site: FactsFile | None = None
    store: StoreFile | None = None
    journal: JournalFile | None = None
    mqtt: BrokerFile | None = None
    areas: dict[int, AreaFile] = field(default_factory=dict)
    devices: dict[int, DeviceFile] = field(default_factory=dict)
    people: dict[int, PersonFile] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)


def parts_of(document: Document) -> tuple[Parts, list[Mistake]]:
    """Check each part of the file by itself."""
    if not isinstance(document.data, dict):
        raise ConfigError([document.mistake((), "write keys and values: 'site:', 'areas:', 'devices:' …")])
    known = [*SECTIONS, *LISTS, "rules"]
    parts = Parts()
    mistakes = [document.mistake((key,), f"'{key}' is not known{near(key, known)}") for key in document.data if key not in known]
    mistakes += [document.mistake((key,), f"'{key}:' is missing or empty") for key in REQUIRED if not document.data.get(key)]
    for key, model in SECTIONS.items():
        if key in document.data:
            found, wrong = validate(document, model, (key,))
            setattr(parts, key, found)
            mistakes += wrong
        elif key not in REQUIRED:
            setattr(parts, key, model())
    for key, model in LISTS.items():
        mistakes += _items(document, key, model, getattr(parts, key))
    rules = document.data.get("rules", [])
    if isinstance(rules, list) and all(isinstance(r, str) for r in rules):
        parts.rules = rules
    else:
        mistakes.append(document.mistake(("rules",), "write a list of file names or patterns, such as [rules/*.yaml]"))
    return parts, mistakes


def _items(document: Document, key: str, model: type[BaseModel], into: dict[int, Any]) -> list[Mistake]:
    items = document.data.get(key) or []
    if not isinstance(items, list):
        return [document.mistake((key,), "write a list, one '- ' per item")]
    mistakes: list[Mistake] = []
    for index in range(len(items)):
        found, wrong = validate(document, model, (key, index))
        mistakes += wrong
        if found is not None:
            into[index] = found
    return mistakes
