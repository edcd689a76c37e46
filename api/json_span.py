"""Where in a JSON message the value at a path is written, in bytes. Works on the beginning of a message too, as far as that reaches."""

import json
import re

from collectors.mqtt.jsonpath import MISSING, Chosen, find, parse

_SPACE = re.compile(r"[ \t\r\n]*")
_decoder = json.JSONDecoder()


def json_span(message: bytes, path: str) -> tuple[int, int] | None:
    """(offset, length) of what stands at a path such as ``$.a.b[0]``; None when it leads nowhere, or the message is no JSON that far."""
    steps = parse(path)
    if not steps:
        return None if steps is None else (0, len(message))
    text = message.decode("utf-8", "surrogateescape")
    try:
        start = _after_space(text, len(text) - len(text.lstrip("\0")))
        for step in steps:
            start = _member(text, start, step) if isinstance(step, str) else _element(text, start, step)
        end = _decoder.raw_decode(text, start)[1]
    except (ValueError, IndexError, KeyError, RecursionError):
        return None
    return _bytes(text[:start]), _bytes(text[start:end])


def _member(text: str, at: int, name: str) -> int:
    """Where the member's value begins; ``at`` is the object's opening brace. KeyError when it has no such member."""
    at = _expect(text, at, "{")
    while text[at] != "}":
        key, at = _decoder.raw_decode(text, at)
        at = _expect(text, _after_space(text, at), ":")
        if key == name:
            return at
        at = _past_value(text, at)
    raise KeyError(name)


def _element(text: str, at: int, step: int | Chosen) -> int:
    """Where the array's item begins; ``at`` is the opening bracket. IndexError when there is no such item."""
    at = _expect(text, at, "[")
    starts: list[int] = []
    while text[at] != "]":
        starts.append(at)
        if step == len(starts) - 1 or (isinstance(step, Chosen) and find([_decoder.raw_decode(text, at)[0]], (step,)) is not MISSING):
            return at
        at = _past_value(text, at)
    return starts[step if isinstance(step, int) else len(starts)]


def _past_value(text: str, at: int) -> int:
    """Past the value at ``at`` and the comma after it, if there is one."""
    at = _after_space(text, _decoder.raw_decode(text, at)[1])
    return _after_space(text, at + 1) if text[at] == "," else at


def _expect(text: str, at: int, sign: str) -> int:
    """Past the sign and the space after it. ValueError when something else stands there."""
    if text[at] != sign:
        raise ValueError(sign)
    return _after_space(text, at + 1)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))
