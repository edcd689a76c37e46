"""YAML that remembers its lines, and the check of it against a pydantic model with *every* mistake collected."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from guanjia.config.yaml_text import composed
from model.mistake import ConfigError, Mistake
from model.text import UNKEPT
from model.wording import beyond, fields_at, nearest, one_of, quoted, unknown

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


class Place(NamedTuple):
    """Where something stands that came from another file: its line (from 1), and what there is in place of a path."""

    file: str
    line: int
    path: str


class Scalar(NamedTuple):
    """Where a plain value begins, from 1, and how it is written: ``|``, ``>``, a quote, or None without one."""

    line: int
    column: int
    style: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: plain ``data``, and the line (from 1) on which each path's key or item stands.

    ``places``: the paths of what was taken from other files, device lists, into the data; ``unread``: the keys of lists of which one could
    not be read, so that nobody knows all that they name.
    """

    file: str
    data: Any
    lines: Mapping[Path, int]
    places: Mapping[Path, Place] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    columns: Mapping[Path, int] = field(default_factory=dict)
    """Of the same paths as ``lines``; empty for files whose mistakes are told by the line alone."""
    scalars: Mapping[Path, Scalar] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Line of the path, or of its nearest ancestor that exists."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def at(self, path: Path) -> Any:
        """What is written there."""
        found = self.data
        for part in path:
            found = found[part]
        return found

    def mistake(self, path: Path, message: str) -> Mistake:
        place = self.elsewhere(path)
        return Mistake(*place, message) if place else Mistake(self.file, self.line(path), dotted(path), message, self.column(path))

    def column(self, path: Path) -> int:
        """Column of the path, or of its nearest ancestor that exists; 0 where columns are not kept."""
        ancestors = (path[:length] for length in range(len(path), 0, -1))
        return next((self.columns[place] for place in ancestors if place in self.columns), 0)

    def under(self, above: Path, data: Any) -> "Document":
        """The same file with all of it below the path ``above`` of ``data``."""
        return replace(
            self,
            data=data,
            lines={(*above, *path): line for path, line in self.lines.items()},
            columns={(*above, *path): column for path, column in self.columns.items()},
            scalars={(*above, *path): scalar for path, scalar in self.scalars.items()},
        )

    def elsewhere(self, path: Path) -> Place | None:
        """Where the path, or its nearest ancestor, was taken from; None when it stands in this file."""
        ancestors = (path[:length] for length in range(len(path), 0, -1)) if self.places else ()
        return next((self.places[place] for place in ancestors if place in self.places), None)


def dotted(path: Path) -> str:
    """``devices[3].modbus.port``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def parse(text: str, file: str) -> Document:
    """Parse one YAML document. Raises ConfigError for bad syntax and for keys written twice."""
    document, mistakes = read(text, file)
    if mistakes:
        raise ConfigError(mistakes)
    return document


def read(text: str, file: str, *, columns: bool = False) -> tuple[Document, list[Mistake]]:
    """The same, with the keys written twice beside it: the last of them counts, so that the rest is checked too.

    ``columns``: mistakes are told by line and column, for a text that people write in a field of a page.
    """
    node, data = composed(text, file)
    if node is None:
        raise ConfigError([Mistake(file, 1, "", "the file is empty")])
    lines: dict[Path, int] = {}
    mistakes: list[Mistake] = []
    walk = _Walk(file, lines, mistakes, columns)
    walk.over(node, (), frozenset())
    return Document(file, data, lines, columns=walk.columns if columns else {}, scalars=walk.scalars if columns else {}), mistakes


@dataclass(frozen=True, slots=True)
class _Walk:
    """Over a tree of nodes, noting where each path stands and what is written twice."""

    file: str
    lines: dict[Path, int]
    mistakes: list[Mistake]
    tells_columns: bool
    columns: dict[Path, int] = field(default_factory=dict)
    scalars: dict[Path, Scalar] = field(default_factory=dict)

    def over(self, node: yaml.Node, path: Path, above: frozenset[int]) -> None:
        """``above``: the nodes this one stands in. Raises ConfigError when it is one of them: no tree, and no end to it."""
        line = node.start_mark.line + 1
        if id(node) in above:
            raise ConfigError([Mistake(self.file, line, dotted(path), "it holds itself: an alias (*) may not name what it stands in")])
        self.lines.setdefault(path, line)
        self.columns.setdefault(path, node.start_mark.column + 1)
        above |= {id(node)}
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.over(item, (*path, index), above)
        elif isinstance(node, yaml.MappingNode):
            self._pairs(node, path, above)
        elif isinstance(node, yaml.ScalarNode):
            self.scalars[path] = Scalar(line, node.start_mark.column + 1, node.style)
            self._require_plain(node, path)

    def _pairs(self, node: yaml.MappingNode, path: Path, above: frozenset[int]) -> None:
        seen: set[str] = set()
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in seen:
                column = key.start_mark.column + 1 if self.tells_columns else 0
                self.mistakes.append(Mistake(self.file, line, dotted((*path, name)), f"'{name}' is written twice; keep one", column))
            seen.add(name)
            self._require_plain(key, path)
            self.lines[(*path, name)] = line
            self.columns[(*path, name)] = key.start_mark.column + 1
            self.over(value, (*path, name), above)

    def _require_plain(self, node: yaml.Node, path: Path) -> None:
        r"""A quoted text can spell ``\0`` and half of a character, which no journal can keep: an alarm would be lost for its words."""
        if found := UNKEPT.search(str(node.value)):
            column = node.start_mark.column + 1 if self.tells_columns else 0
            said = f"leave out U+{ord(found[0]):04X}: it is no character that can be kept"
            raise ConfigError([Mistake(self.file, node.start_mark.line + 1, dotted(path), said, column)])


def validate(document: Document, model: type[M], at: Path = ()) -> tuple[M | None, list[Mistake]]:
    """Check what stands at the path ``at``; either the model or every mistake in it."""
    try:
        return model.model_validate(document.at(at)), []
    except ValidationError as error:
        return None, _mistakes(document, model, at, _own(model, error.errors()))


@dataclass(frozen=True, slots=True)
class Salvaged(Generic[M]):
    """An item with what is right in it: a field with a mistake, named in ``broken``, holds its default, or None where it has none."""

    value: M
    broken: frozenset[str] = frozenset()

    def has(self, *fields: str) -> bool:
        """Whether all these fields can be trusted."""
        return self.broken.isdisjoint(fields)


def salvage(document: Document, model: type[M], at: Path = ()) -> tuple[Salvaged[M] | None, list[Mistake]]:
    """Like ``validate``, but a mistake in one field does not hide what the others say. None when there are no fields at all."""
    data = document.at(at)
    try:
        return Salvaged(model.model_validate(data)), []
    except ValidationError as error:
        details = _own(model, error.errors())
    mistakes = _mistakes(document, model, at, details)
    if not isinstance(data, dict):
        return None, mistakes
    names = {field.alias or name: name for name, field in model.model_fields.items()}
    keys = {str(detail["loc"][0]) for detail in details if detail["loc"]} | {key for path, key in _misspelt(model, details) if not path}
    values: dict[str, Any] = {key: None for key, name in names.items() if model.model_fields[name].is_required()}
    values |= {key: _adapter(model, name).validate_python(data[key]) for key, name in names.items() if key in data and key not in keys}
    return Salvaged(model.model_construct(**values), frozenset(names[key] for key in keys if key in names)), mistakes


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """What checks one field by itself."""
    field = model.model_fields[name]
    kind: Any = field.annotation
    return TypeAdapter(Annotated[kind, *field.metadata] if field.metadata else kind)


def _own(model: type[BaseModel], details: list[ErrorDetails]) -> list[ErrorDetails]:
    """The mistakes without those that only follow from another: a key that is missing because it is misspelt."""
    misspelt = _misspelt(model, details)
    return [d for d in details if d["type"] != "missing" or (_inside(d)[:-1], str(_inside(d)[-1])) not in misspelt]


def _misspelt(model: type[BaseModel], details: list[ErrorDetails]) -> set[tuple[Path, str]]:
    """Where an unknown key stands, and the key that was meant."""
    unknown = [_inside(detail) for detail in details if detail["type"] == "extra_forbidden"]
    return {(path[:-1], key) for path in unknown if (key := nearest(str(path[-1]), fields_at(model, path[:-1])))}


def _mistakes(document: Document, model: type[BaseModel], at: Path, details: list[ErrorDetails]) -> list[Mistake]:
    return [document.mistake((*at, *_inside(detail)), _message(model, _inside(detail), detail)) for detail in details]


def _inside(detail: ErrorDetails) -> Path:
    """Where the mistake stands. A key that is not known may look like anything."""
    place = detail["loc"]
    own = place[-1:] if detail["type"] == "extra_forbidden" else ()
    return (*(part for part in place[: len(place) - len(own)] if _is_place(part)), *own)


def _message(model: type[BaseModel], inside: Path, detail: ErrorDetails) -> str:
    limits = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "extra_forbidden":
        return unknown(str(inside[-1]), fields_at(model, inside[:-1]))
    if kind == "missing":
        return f"'{inside[-1]}' is missing"
    shown = detail.get("input")
    found = f" (found {shown!r})" if isinstance(shown, str | int | float | bool) else ""
    if kind == "string_type" and isinstance(shown, bool):
        return quoted(shown)
    if kind in ("literal_error", "enum"):
        return one_of(str(limits["expected"]), shown) + found
    if kind == "string_pattern_mismatch":
        pattern = str(limits["pattern"])
        return _PATTERNS.get(pattern, f"must look like {pattern}") + found
    if limit := beyond(kind, limits):
        return limit + found
    if kind.endswith(("_type", "_parsing")):
        return f"write {_KINDS.get(kind.rsplit('_', 1)[0], detail['msg'])}{found}"
    return f"{detail['msg'].removeprefix('Value error, ')}{found}"


_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "text (in quotes if it looks like a number)",
    "list": "a list, one '- ' per item",
    "dict": "keys and values, 'key: value'",
    "model": "keys and values, 'key: value'",
}
_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "use small letters, digits and _, starting with a letter",
    r"^[a-z0-9][a-z0-9_-]*$": "use small letters, digits, - and _",
    r"^[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*$": "use small letters, digits, - and _, parts joined by dots",
    r"^(embedded|mqtts?://.+)$": "write embedded, mqtt://host:port or mqtts://host:port",
    r"^mqtts?://.+$": "write mqtt://host:port or mqtts://host:port",
    r"^([^+#/$][^+#]*[^+#/])?$": "write the beginning of a topic, such as guanjia/site, without + and #, without / at its ends",
    r"^[!-~]{0,64}$": "use at most 64 letters, digits and signs of plain ASCII, without blanks",
    r"^([A-D]\d?)?$": "write an item of the sub-metering guideline: A to D and at most one digit, such as C1",
}


def _is_place(part: str | int) -> bool:
    """Pydantic adds union tags and function names to a location; the file has no such key."""
    return isinstance(part, int) or not any(mark in part for mark in "[(")
