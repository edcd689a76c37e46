"""The text of a condition as Python reads it, and the way back from there to the line and column a person sees."""

import ast
import re

from rules.errors import ConditionError

_TOKENS = re.compile(r"""(?P<string>"[^"]*"|'[^']*')|(?P<duration>(?<![\w.])\d+(?:ms|s|min|h|d)\b)|(?P<comment>\#)""")
_SLIPS = (
    (re.compile(r"&&"), "write 'and' for '&&'"),
    (re.compile(r"\|\|"), "write 'or' for '||'"),
    (re.compile(r"!(?!=)"), "write 'not' for '!'"),
    (re.compile(r"(?<![<>!=])=(?!=)"), "write '==' to compare"),
    (re.compile(r"(?<![\w:])\d{1,2}:\d\d(?![\w:])"), 'write the times in quotes: between_times("08:30", "18:00")'),
)


class Source:
    """One line, with an underscore before each bare duration."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.inserted: list[int] = []
        flat = text.replace("\n", " ").rstrip()
        self.start = len(flat) - len(flat.lstrip())
        self.flat = _TOKENS.sub(self._mark, flat[self.start :])

    def _mark(self, found: re.Match[str]) -> str:
        if found.lastgroup == "comment":
            raise self.error("a condition has no comments; put the comment on a YAML line of its own", found.start())
        if found.lastgroup == "duration":
            self.inserted.append(found.start() + len(self.inserted))
            return "_" + found[0]
        return found[0]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character of the flat text, counted from 0."""
        before = offset - sum(1 for place in self.inserted if place < offset) + self.start
        line = self.text.count("\n", 0, before) + 1
        return line, before - (self.text.rfind("\n", 0, before) + 1) + 1

    def place_of(self, node: ast.AST) -> tuple[int, int]:
        return self.place(len(self.flat.encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore")))

    def error(self, message: str, offset: int) -> ConditionError:
        return ConditionError(message, *self.place(offset))

    def at(self, node: ast.AST, message: str) -> ConditionError:
        return ConditionError(message, *self.place_of(node))

    def slip(self, offset: int) -> ConditionError:
        """What Python could not read, with advice where the slip is a usual one."""
        code = _TOKENS.sub(lambda found: " " * len(found[0]) if found.lastgroup == "string" else found[0], self.flat)
        for sign, advice in _SLIPS:
            found = sign.search(code)
            if found:
                return self.error(f"can't be read as a condition: {advice}", found.start())
        return self.error("can't be read as a condition; write for example: running and level < 0.5", offset)
