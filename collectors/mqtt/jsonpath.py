"""The part of JSONPath (RFC 9535) that device profiles need, leading to one value. Pure.

$                      the whole message
$.a.b   $['odd key']   members by name; the quoted form for names with dots, brackets or blanks
$.list[0]  $.list[-1]  array items, from the front or from the end
$.list[?@.key=='x']    the first array item whose member has that value: words in quotes, a number, true, false or null
"""

import re
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Chosen:
    """The first item of an array whose member ``key`` equals ``value``."""

    key: str
    value: object


Path = tuple[str | int | Chosen, ...]

MISSING = object()
"""What a path that leads nowhere gives; null is found and is not this."""

_STEP = re.compile(
    r"""\.(?P<name>[^.\[\]\s]+)
      | \[(?P<index>-?\d+)\]
      | \[(?P<quote>['"])(?P<quoted>.+?)(?P=quote)\]
      | \[\?\s*@\.(?P<key>[^\s=\[\]().]+)\s*==\s*(?P<value>'[^']*'|"[^"]*"|[^\s'"\]]+)\s*\]""",
    re.VERBOSE,
)


def parse(path: str) -> Path | None:
    """The steps of the path, or None when it is not of the form above."""
    if not path.startswith("$"):
        return None
    steps: list[str | int | Chosen] = []
    at = 1
    while at < len(path):
        found = _STEP.match(path, at)
        step = None if found is None else _step(found)
        if found is None or step is None or step == "*":
            return None
        steps.append(step)
        at = found.end()
    return tuple(steps)


def _step(found: re.Match[str]) -> str | int | Chosen | None:
    if found["index"] is not None:
        return int(found["index"])
    if found["key"] is None:
        return found["name"] or found["quoted"]
    written = found["value"]
    if written[0] in "'\"":
        return Chosen(found["key"], written[1:-1])
    try:
        return Chosen(found["key"], msgspec.json.decode(written))
    except msgspec.DecodeError:
        return None


def find(document: object, path: Path) -> object:
    """What stands at the path, or MISSING."""
    for step in path:
        if isinstance(step, str):
            if not isinstance(document, dict) or step not in document:
                return MISSING
            document = document[step]
        elif not isinstance(document, list):
            return MISSING
        elif isinstance(step, int):
            if not -len(document) <= step < len(document):
                return MISSING
            document = document[step]
        else:
            document = next((item for item in document if _is_chosen(item, step)), MISSING)
    return document


def _is_chosen(item: object, step: Chosen) -> bool:
    # 1 and true are equal in Python, and not in JSON.
    return isinstance(item, dict) and step.key in item and item[step.key] == step.value and _kind(item[step.key]) == _kind(step.value)


def _kind(value: object) -> type:
    return bool if isinstance(value, bool) else type(None) if value is None else object
