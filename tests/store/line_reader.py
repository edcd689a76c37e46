"""An independent reader of InfluxDB line protocol, character by character from the grammar, for checking what our writer writes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    measurement: str
    tags: dict[str, str]
    fields: dict[str, float | int | str]
    at_ns: int


class _Cursor:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def expect(self, wanted: str) -> None:
        assert self.peek() == wanted, f"expected {wanted!r} at {self.at} of {self.text!r}"
        self.at += 1

    def token(self, stops: str) -> str:
        """Up to an unescaped stop character; a backslash escapes only what may be escaped."""
        read = ""
        while self.peek() and self.peek() not in stops:
            if self.peek() == "\\" and self.text[self.at + 1 : self.at + 2] in (",", "=", " "):
                self.at += 1
            assert self.peek() != "\n", "a line break outside a string"
            read += self.peek()
            self.at += 1
        return read

    def string(self) -> str:
        read = ""
        self.expect('"')
        while self.peek() != '"':
            assert self.peek(), "string not closed"
            if self.peek() == "\\" and self.text[self.at + 1] in '"\\':
                self.at += 1
            read += self.peek()
            self.at += 1
        self.expect('"')
        return read


def read_line(text: str) -> Line:
    cursor = _Cursor(text)
    name = cursor.token(", ")
    tags: dict[str, str] = {}
    while cursor.peek() == ",":
        cursor.expect(",")
        tag = cursor.token("=")
        cursor.expect("=")
        tags[tag] = cursor.token(", ")
    cursor.expect(" ")
    fields: dict[str, float | int | str] = {}
    while True:
        field = cursor.token("=")
        cursor.expect("=")
        fields[field] = cursor.string() if cursor.peek() == '"' else _number(cursor.token(", "))
        if cursor.peek() != ",":
            break
        cursor.expect(",")
    cursor.expect(" ")
    return Line(name, tags, fields, int(cursor.text[cursor.at :]))


def _number(text: str) -> float | int:
    return int(text[:-1]) if text.endswith("i") else float(text)
