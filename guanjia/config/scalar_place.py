"""From a character of a value back to where it stands in the YAML text, however that is written: plain, quoted, folded, as a block."""

import re
from collections.abc import Iterator

from guanjia.config.document import Scalar

_ESCAPED = re.compile(r"\\(x..|u.{4}|U.{8}|\r?\n|.)", re.S)
_BLANK_ESCAPES = frozenset("ntr \t_")


def place(text: str, scalar: Scalar, value: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, in ``text`` of the character ``value[offset]``.

    Line ends and indentation are folded in many ways, but the visible characters stand in the same order in both: so it is those that are
    counted. A blank, or the end, is told by the visible character before it.
    """
    before = sum(1 for char in value[:offset] if not char.isspace())
    is_visible = offset < len(value) and not value[offset].isspace()
    index = -1
    for count, position in enumerate(_visible(text, scalar)):
        index = position if count == before and is_visible else position + 1
        if count == before - (not is_visible):
            break
    return _at(text, index) if index >= 0 else (scalar.line, scalar.column)


def _visible(text: str, scalar: Scalar) -> Iterator[int]:
    """Where each visible character of the value stands."""
    lines = text.splitlines(keepends=True)
    if scalar.style in ("|", ">"):
        index = sum(map(len, lines[: scalar.line]))
    else:
        index = sum(map(len, lines[: scalar.line - 1])) + scalar.column - 1 + (1 if scalar.style else 0)
    while index < len(text):
        escaped = _ESCAPED.match(text, index) if scalar.style == '"' else None
        if escaped:
            if escaped[1][0] not in _BLANK_ESCAPES:
                yield index
            index = escaped.end()
            continue
        if not text[index].isspace():
            yield index
        index += 2 if scalar.style == "'" and text[index : index + 2] == "''" else 1


def _at(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1
