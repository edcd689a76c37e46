"""What somebody probably meant where YAML can't be read: the reader's own words name the place where it gave up, and no remedy."""

import re
from dataclasses import dataclass

import yaml

from model.mistake import Mistake

_KEY = re.compile(r"^[\s-]*[A-Za-z_.]+(：)")
_SPACES = re.compile("^ *([\u00a0\u2000-\u200a\u3000])")
_TWO_KEYS = re.compile(r":\s.*:\s")
_OF_THE_READER = (
    (re.compile(r"'\\t' that cannot start"), "indent with spaces, not with a tab"),
    (
        re.compile(r"that cannot start any token|undefined alias|constructor for the tag|expected a comment or a line break"),
        "put it in quotes",
    ),
    (re.compile(r"expected ',' or '[}\]]'"), "close the bracket or the quote that is open; a text with braces stands in quotes"),
    (re.compile(r"another document"), "leave out the line '---': one file, one document"),
)
"""Of what the reader says."""


@dataclass(frozen=True, slots=True)
class _Place:
    line: int
    column: int
    """Both from 1."""


def mistake_at(error: yaml.YAMLError, text: str, file: str) -> Mistake:
    """The reader's error with its place, and with what to do where the slip is a usual one."""
    if isinstance(error, yaml.reader.ReaderError):
        return _unreadable(error, text, file)
    if not isinstance(error, yaml.MarkedYAMLError):
        return Mistake(file, 1, "", f"not valid YAML: {error}")
    place, advice = _advice(error, text)
    said = f"not valid YAML: {error.problem or error.context}"
    return Mistake(file, place.line, "", f"{said}; {advice}" if advice else said, column=place.column)


def _unreadable(error: yaml.reader.ReaderError, text: str, file: str) -> Mistake:
    before = text[: error.position]
    sign = f"U+{ord(text[error.position]):04X}" if error.position < len(text) else "the last sign"
    column = error.position - (before.rfind("\n") + 1) + 1
    return Mistake(
        file, before.count("\n") + 1, "", f"not valid YAML: leave out {sign}: it is no character that can be kept", column=column
    )


def _advice(error: yaml.MarkedYAMLError, text: str) -> tuple[_Place, str]:
    mark, begun = error.problem_mark or error.context_mark, error.context_mark
    place = _Place(mark.line + 1, mark.column + 1) if mark else _Place(1, 0)
    lines = text.splitlines()
    for number in dict.fromkeys(((begun.line + 1) if begun else place.line, place.line - 1, place.line)):
        line = lines[number - 1] if 0 < number <= len(lines) else ""
        if found := _KEY.match(line):
            return _Place(number, found.start(1) + 1), "write ': ' for '：'"
        if found := _SPACES.match(line):
            return _Place(number, found.start(1) + 1), "indent with plain spaces"
    return _of_the_reader(error, place, lines)


def _of_the_reader(error: yaml.MarkedYAMLError, place: _Place, lines: list[str]) -> tuple[_Place, str]:
    problem, begun = error.problem or "", error.context_mark
    if "end of stream" in problem and begun and "quoted" in (error.context or ""):
        return _Place(begun.line + 1, begun.column + 1), "the quote that begins here is never closed"
    if "mapping values are not allowed" in problem:
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        has_colon = _TWO_KEYS.search(line) is not None
        return place, "a text with ': ' in it stands in quotes" if has_colon else "indent it like the line of the same kind before it"
    return place, next((advice for sign, advice in _OF_THE_READER if sign.search(problem)), "")
