"""YAML that remembers its lines, and the check of it against a pydantic model with *every* mistake collected."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from model.mistake import ConfigError, Mistake

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)
_QUICK: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: plain ``data``, and the line (from 1) on which each path's key or item stands."""

    file: str
    data: Any
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """Line of the path, or of its nearest ancestor that exists."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def mistake(self, path: Path, message: str) -> Mistake:
        return Mistake(self.file, self.line(path), dotted(path), message)


def dotted(path: Path) -> str:
    """``devices[3].modbus.port``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def parse(text: str, file: str) -> Document:
    """Parse one YAML document. Raises ConfigError for bad syntax and for keys written twice."""
    node, data = _composed(text, file)
    if node is None:
        raise ConfigError([Mistake(file, 1, "", "the file is empty")])
    lines: dict[Path, int] = {}
    mistakes: list[Mistake] = []
    _walk(node, (), file, lines, mistakes)
    if mistakes:
        raise ConfigError(mistakes)
    return Document(file, data, lines)


def _composed(text: str, file: str) -> tuple[yaml.Node | None, Any]:
    """The node tree and its plain data. libyaml is several times quicker; the pure parser words its errors better."""
    try:
        return _with(_QUICK, text)
    except yaml.YAMLError:
        pass
    try:
        return _with(yaml.SafeLoader, text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ConfigError([Mistake(file, line, "", f"not valid YAML: {error.problem or error.context}")]) from error
    except yaml.YAMLError as error:
        raise ConfigError([Mistake(file, 1, "", f"not valid YAML: {error}")]) from error


def _with(make: Any, text: str) -> tuple[yaml.Node | None, Any]:
    loader = make(text)
    try:
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _walk(node: yaml.Node, path: Path, file: str, lines: dict[Path, int], mistakes: list[Mistake]) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*path, index), file, lines, mistakes)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                mistakes.append(Mistake(file, key.start_mark.line + 1, dotted((*path, name)), f"'{name}' is written twice; keep one"))
            seen.add(name)
            lines[(*path, name)] = key.start_mark.line + 1
            _walk(value, (*path, name), file, lines, mistakes)


def validate(document: Document, model: type[M], at: Path = ()) -> tuple[M | None, list[Mistake]]:
    """Check what stands at the path ``at``; either the model or every mistake in it."""
    data = document.data
    for part in at:
        data = data[part]
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, [_mistake(document, model, at, detail) for detail in error.errors()]


def _mistake(document: Document, model: type[BaseModel], at: Path, detail: ErrorDetails) -> Mistake:
    inside = tuple(part for part in detail["loc"] if _is_place(part))
    return document.mistake((*at, *inside), _message(model, inside, detail))


def _message(model: type[BaseModel], inside: Path, detail: ErrorDetails) -> str:
    limits = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown(str(inside[-1]), _allowed(model, inside[:-1]))
    if kind == "missing":
        return f"'{inside[-1]}' is missing"
    shown = detail.get("input")
    found = f" (found {shown!r})" if isinstance(shown, str | int | float | bool) else ""
    if kind in ("literal_error", "enum"):
        choices = re.findall(r"'([^']*)'", str(limits["expected"])) or [str(limits["expected"])]
        close = difflib.get_close_matches(str(shown), choices, 1)
        return f"write one of {', '.join(choices)}{f'; did you mean {close[0]!r}?' if close else ''}{found}"
    if kind == "string_pattern_mismatch":
        pattern = str(limits["pattern"])
        return _PATTERNS.get(pattern, f"must look like {pattern}") + found
    if kind in _LIMITS:
        word, key = _LIMITS[kind]
        return f"{word} {limits[key]}{found}"
    if kind.endswith(("_type", "_parsing")):
        return f"write {_KINDS.get(kind.rsplit('_', 1)[0], detail['msg'])}{found}"
    return f"{detail['msg'].removeprefix('Value error, ')}{found}"


_LIMITS = {
    "greater_than_equal": ("must be at least", "ge"),
    "less_than_equal": ("must be at most", "le"),
    "greater_than": ("must be more than", "gt"),
    "less_than": ("must be less than", "lt"),
    "too_short": ("too few items: write at least", "min_length"),
    "string_too_short": ("must not be empty: at least this many characters:", "min_length"),
}
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
    r"^([A-D]\d?)?$": "write an item of the sub-metering guideline: A to D and at most one digit, such as C1",
}


def _is_place(part: str | int) -> bool:
    """Pydantic adds union tags and function names to a location; the file has no such key."""
    return isinstance(part, int) or not any(mark in part for mark in "[(")


def _unknown(name: str, allowed: list[str]) -> str:
    near = difflib.get_close_matches(name, allowed, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(sorted(allowed))}" if allowed else "remove it"
    return f"'{name}' is not known; {hint}"


def _allowed(model: type[BaseModel], path: Path) -> list[str]:
    """Field names of the model that stands at the path; empty when it can't be told."""
    current: Any = model
    for part in path:
        if isinstance(part, int):
            continue
        fields = {f.alias or n: f for n, f in current.model_fields.items()}
        if part not in fields:
            return []
        current = _model_inside(fields[part].annotation)
        if current is None:
            return []
    return [f.alias or n for n, f in current.model_fields.items()]


def _model_inside(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_inside(argument)
        if found is not None:
            return found
    return None
