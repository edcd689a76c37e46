"""YAML that remembers its lines, and the check of it against a pydantic model with *every* mistake collected."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from model.mistake import ConfigError, Mistake

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


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
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ConfigError([Mistake(file, line, "", f"not valid YAML: {error.problem or error.context}")]) from error
    if node is None:
        raise ConfigError([Mistake(file, 1, "", "the file is empty")])
    lines: dict[Path, int] = {}
    mistakes: list[Mistake] = []
    _walk(node, (), file, lines, mistakes)
    if mistakes:
        raise ConfigError(mistakes)
    return Document(file, yaml.safe_load(text), lines)


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


def validate(document: Document, model: type[M]) -> tuple[M | None, list[Mistake]]:
    """Check the whole document; either the model or every mistake."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        return None, [_mistake(document, model, detail) for detail in error.errors()]


def _mistake(document: Document, model: type[BaseModel], detail: ErrorDetails) -> Mistake:
    path = tuple(part for part in detail["loc"] if _is_place(document, part))
    if detail["type"] == "extra_forbidden":
        return document.mistake(path, _unknown(str(path[-1]), _allowed(model, path[:-1])))
    if detail["type"] == "missing":
        return document.mistake(path, f"'{path[-1]}' is missing")
    message = detail["msg"].removeprefix("Value error, ")
    shown = detail.get("input")
    said = f" (found {shown!r})" if isinstance(shown, str | int | float | bool) else ""
    return document.mistake(path, f"{message}{said}")


def _is_place(document: Document, part: str | int) -> bool:
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
