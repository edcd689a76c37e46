"""The text of a condition as Python reads it, and the way back from there to the line and column a person sees."""

import ast
import re

from rules.errors import ConditionError

_TOKENS = re.compile(r"""(?P<string>"[^"]*"|'[^']*')|(?P<duration>(?<![\w.])\d+(?:ms|s|min|h|d)\b)|(?P<comment>\#)""")
_PLAIN = {
    "，": ",", "（": "(", "）": ")", "＜": "<", "＞": ">", "＝": "==", "≤": "<=", "≥": ">=", "≠": "!=", "＋": "+", "－": "-", "−": "-",
    "–": "-", "—": "-", "×": "*", "＊": "*", "÷": "/", "／": "/", "％": "%", "．": ".", "“": '"', "”": '"', "＂": '"', "‘": "'", "’": "'",
    "＇": "'", "且": "and", "或": "or", "非": "not", "<>": "!=", "AND": "and", "OR": "or", "NOT": "not", "&&": "and", "||": "or",
    **{chr(ord("０") + digit): str(digit) for digit in range(10)},
}  # fmt: skip
"""What a Chinese keyboard, a word processor or another language makes of the language's own signs."""
_SIGN = re.compile("|".join(rf"\b{sign}\b" if sign.isascii() and sign.isalpha() else re.escape(sign) for sign in _PLAIN))
_SLIPS = (
    (_SIGN, ""),
    (re.compile("[\u00a0\u2000-\u200a\u3000]"), "write a plain space"),
    (re.compile("[\u200b-\u200f\u2060\ufeff]"), "leave out the sign here that can't be seen"),
    (re.compile(r"!(?!=)"), "write 'not' for '!'"),
    (re.compile(r"(?<![<>!=])=(?!=)"), "write '==' to compare"),
    (re.compile(r"(?<![\w:])\d{1,2}:\d\d(?![\w:])"), 'write the times in quotes: between_times("08:30", "18:00")'),
    (re.compile(r"(?<![\w.])[\d.]+(?:\s*[秒分小天]|\s+(?:ms|s|min|h|d)\b)"), "write a duration as it stands here: 5min"),
    (
        re.compile(r"(?<![\w.])\d[\d.]*\s?(?:(?!(?i:and|or|not|in|is|if|for|else)\b|e[-+]?\d)[A-Za-z°℃]|%(?!\s*[\w(]))"),
        "a number stands without its unit; the unit goes under 'units:'",
    ),
)
_BRACKETS = {"(": "this bracket is never closed", ")": "this bracket was never opened"}


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
        found = [(place, advice) for sign, advice in _SLIPS if (place := sign.search(code))]
        if found:
            first, advice = min(found, key=lambda one: one[0].start())
            advice = advice or f"write '{_PLAIN[first[0]]}' for '{first[0]}'"
            return self.error(f"can't be read as a condition: {advice}", first.start())
        if bracket := _BRACKETS.get(code[offset : offset + 1]):
            return self.error(f"can't be read as a condition: {bracket}", offset)
        return self.error("can't be read as a condition; write for example: running and level < 0.5", offset)
