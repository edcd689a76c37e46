"""The part of JSONPath (RFC 9535) that device profiles need: ``$``, ``$.a.b``, ``$.a[0].b``. Pure."""

import re

Path = tuple[str | int, ...]

MISSING = object()
"""What a path that leads nowhere gives; null is found and is not this."""

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def parse(path: str) -> Path | None:
    """The steps of the path, or None when it is not of the form above."""
    if not path.startswith("$"):
        return None
    steps: list[str | int] = []
    at = 1
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            return None
        steps.append(step[1] if step[1] is not None else int(step[2]))
        at = step.end()
    return tuple(steps)


def find(document: object, path: Path) -> object:
    """What stands at the path, or MISSING."""
    for step in path:
        if isinstance(step, str):
            if not isinstance(document, dict) or step not in document:
                return MISSING
            document = document[step]
        elif isinstance(document, list) and step < len(document):
            document = document[step]
        else:
            return MISSING
    return document
