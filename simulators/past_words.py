"""What of a word is left once it has been on the wire: cut to its registers, or wrapped as the message wraps it."""

from collections.abc import Callable

from model.profile import Point, Register
from simulators.encode import Value

Words = Callable[[Value], str]


def words_of(point: Point) -> Words:
    """A truth → the words a reader finds."""
    if isinstance(point.wire, Register):
        longest = 2 * point.wire.words
        return lambda value: _written(value).encode()[:longest].decode(errors="ignore").split("\0", 1)[0].strip()
    if point.encoding == "base64":
        return lambda value: _written(value).encode().hex()
    return _written


def _written(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:g}"
