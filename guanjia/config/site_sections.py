"""The parts of site.yaml, each checked by itself, so that a mistake in one does not hide those in the others."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from guanjia.config.device_list import is_list
from guanjia.config.document import Document, Salvaged, salvage
from guanjia.config.site_schema import (
    LISTS,
    REQUIRED,
    SECTIONS,
    AreaFile,
    BrokerFile,
    DeviceFile,
    EdgeFile,
    FactsFile,
    JournalFile,
    LinkFile,
    PersonFile,
    StoreFile,
)
from model.mistake import ConfigError, Mistake
from model.wording import unknown


@dataclass
class Parts:
    """What of the file could be read; of a part with a mistake that which is right, so that the rest is still checked."""

    site: Salvaged[FactsFile] | None = None
    store: Salvaged[StoreFile] | None = None
    journal: Salvaged[JournalFile] | None = None
    mqtt: Salvaged[BrokerFile] | None = None
    link: Salvaged[LinkFile] | None = None
    areas: dict[int, Salvaged[AreaFile]] = field(default_factory=dict)
    edges: dict[int, Salvaged[EdgeFile]] = field(default_factory=dict)
    devices: dict[int, Salvaged[DeviceFile]] = field(default_factory=dict)
    people: dict[int, Salvaged[PersonFile]] = field(default_factory=dict)
    rules: dict[int, str] = field(default_factory=dict)


def parts_of(document: Document) -> tuple[Parts, list[Mistake]]:
    """Check each part of the file by itself."""
    if not isinstance(document.data, dict):
        raise ConfigError([document.mistake((), "write keys and values: 'site:', 'areas:', 'devices:' …")])
    known = [*SECTIONS, *LISTS, "rules"]
    parts = Parts()
    mistakes = [document.mistake((key,), unknown(str(key), known)) for key in document.data if key not in known]
    mistakes += [document.mistake((key,), f"'{key}:' is missing or empty") for key in REQUIRED if not document.data.get(key)]
    for key, model in SECTIONS.items():
        if document.data.get(key) or (key in document.data and key not in REQUIRED):
            found, wrong = salvage(document, model, (key,))
            setattr(parts, key, found)
            mistakes += wrong
        elif key not in REQUIRED:
            setattr(parts, key, Salvaged(model()))
    for key, model in LISTS.items():
        mistakes += _items(document, key, model, getattr(parts, key))
    return parts, mistakes + _patterns(document, parts.rules)


def _items(document: Document, key: str, model: type[BaseModel], into: dict[int, Any]) -> list[Mistake]:
    items = document.data.get(key) or []
    if not isinstance(items, list):
        return [document.mistake((key,), "write a list, one '- ' per item")]
    mistakes: list[Mistake] = []
    for index, item in enumerate(items):
        if key == "devices" and is_list(item):
            continue  # its rows stand further down
        found, wrong = salvage(document, model, (key, index))
        mistakes += wrong
        if found is not None:
            into[index] = found
    return mistakes


def _patterns(document: Document, into: dict[int, str]) -> list[Mistake]:
    written = document.data.get("rules", [])
    if not isinstance(written, list):
        return [document.mistake(("rules",), "write a list of file names or patterns, such as [rules/*.yaml]")]
    into |= {index: name for index, name in enumerate(written) if isinstance(name, str)}
    return [
        document.mistake(("rules", index), "write a file name or a pattern, such as rules/*.yaml")
        for index in range(len(written))
        if index not in into
    ]
