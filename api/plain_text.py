"""Words that every journal can keep, asked for in one place of all that comes in: what is refused here has changed nothing."""

from collections.abc import Iterator, Mapping

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from model.text import UNKEPT

Place = tuple[str | int, ...]


async def plain_text(request: Request) -> None:
    """A dependency of every route. RequestValidationError names each field that holds what can't be kept."""
    said = {"path": request.path_params, "query": dict(request.query_params), "body": await _body(request)}
    found = [{"type": "value_error", "loc": at, "msg": reason, "input": words} for at, words, reason in _unkept(said, ())]
    if found:
        raise RequestValidationError(found)


async def _body(request: Request) -> object:
    """As the handler is given it; None where there is none, or none that can be read: that is said elsewhere."""
    if request.method in ("GET", "HEAD"):
        return None
    if "form" in request.headers.get("content-type", ""):
        return dict(await request.form())
    try:
        return await request.json()
    except (ValueError, RecursionError):  # a number of more digits than Python reads is a ValueError too
        return None


def _unkept(value: object, at: Place) -> Iterator[tuple[Place, str, str]]:
    """(where it stands, the words, what is wrong with them), however deep."""
    if isinstance(value, str):
        if found := UNKEPT.search(value):
            yield at, value, f"leave out {_named(found[0])}: it can't be kept"
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            place = (*at, UNKEPT.sub(lambda found: f"\\u{ord(found[0]):04x}", key))  # as JSON spells it: the answer names the place
            yield from _unkept(key, place)
            yield from _unkept(inner, place)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unkept(inner, (*at, index))


def _named(character: str) -> str:
    return "NUL (U+0000)" if character == "\0" else f"U+{ord(character):04X}, half of a character"
